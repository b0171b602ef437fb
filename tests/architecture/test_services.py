"""Every service that changes something writes an audit line, in its own transaction."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "kuyakusho"

# Mechanisms that work below the audit, each with its reason.
NOT_AUDITED = {
    "core/audit": "writes the lines themselves",
    "core/outbox": "the change that a message tells of has its line; a person's retry and cancel are audited in views",
    "core/search": "an index of what is public already; the publication has its line",
    "core/snapshots": "bytes of what is public already; the change has its line",
    "core/tokens": "a token is spent inside a use case that has its line",
    "core/text": "readings proposed by the dictionary; a person's corrections are audited",
    "core/wards": "touch says that something changed; the change has its line",
    "core/files": "a file is kept inside a use case that has its line",
    "core/accounts:send_code": "nothing of anybody changes until the code is used, and that has its line",
    "core/keys:note_used": "the day of the last use is no decision of anybody",
    "core/keys:once": "the deed that is done once has its line",
}
WRITES = {
    "create",
    "bulk_create",
    "save",
    "delete",
    "update",
    "get_or_create",
    "update_or_create",
    "bulk_update",
}


def service_files() -> list[Path]:
    found = [*ROOT.glob("*/*/services.py"), *ROOT.glob("*/*/services/*.py"), *ROOT.glob("*/*/*/services.py")]
    return sorted(p for p in found if p.name != "__init__.py")


def room_of(path: Path) -> str:
    return "/".join(path.relative_to(ROOT).parts[:2])


def calls(function: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                names.add(node.func.id)
            elif isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
    return names


def functions_of_room(room: str) -> dict[str, set[str]]:
    """Every function of the room by name → names that it calls."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / room).rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, set()).update(calls(node))
    return found


def reaches(start: str, goal: set[str], graph: dict[str, set[str]]) -> bool:
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for called in graph.get(name, ()):
            if called in goal:
                return True
            todo.append(called)
    return False


def test_every_service_that_writes_leaves_an_audit_line() -> None:
    silent = []
    for path in service_files():
        room = room_of(path)
        if room in NOT_AUDITED:
            continue
        graph = functions_of_room(room)
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if (
                f"{room}:{node.name}" in NOT_AUDITED
                or not calls(node) & WRITES
                or reaches(node.name, {"record"}, graph)
            ):
                continue
            # A building block: the use cases that are made of it leave the line.
            if not any(
                node.name in called and reaches(name, {"record"}, graph) for name, called in graph.items()
            ):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []


def test_the_reasons_are_of_rooms_that_exist() -> None:
    assert [room for room in NOT_AUDITED if not (ROOT / room.partition(":")[0]).is_dir()] == []
