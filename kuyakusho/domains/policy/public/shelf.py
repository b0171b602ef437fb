"""Editions as the public pages read them: parsed once, indexed, kept by their hash.

An edition never changes, so that what is kept is never wrong. Which edition is the newest is asked each time, in
one short statement that does not touch the content.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from kuyakusho.core.errors import Missing
from kuyakusho.core.wards.models import Ward

from ..models import Edition

KEPT = 32
ABOVE_THE_TREE = ("goal", "mission", "stance", "statement")
BRANCHES = ("pillar", "issue", "strategy", "measure", "action", "organisation")


class Shown:
    """A published edition with its indexes. `nodes` by id, `children` by the parent's id (None: the top)."""

    def __init__(self, edition: Edition) -> None:
        self.id, self.number, self.stage = edition.public_id, edition.number, edition.stage
        self.digest, self.note = edition.digest, edition.note
        self.published_at = edition.published_at
        self.content: dict[str, Any] = edition.content
        self.plan: dict[str, Any] = self.content["plan"]
        self.year: int = self.plan["fiscal_year"]["western"]
        self.initiatives: dict[str, dict[str, Any]] = self.content["initiatives"]
        self.sections: dict[str, dict[str, str]] = self.content["sections"]
        self.nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in self.content["nodes"]}
        self.children: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
        self.former: dict[str, str] = {}
        for node in self.content["nodes"]:
            self.children[node.get("parent")].append(node)
            for old in node.get("former_ids", ()):
                self.former[old] = node["id"]

    @cached_property
    def places(self) -> dict[str, list[str]]:
        """Row of an initiative → ids of the nodes that it lives behind."""
        found: dict[str, list[str]] = defaultdict(list)
        for node in self.content["nodes"]:
            for row in node.get("initiatives", ()):
                found[row].append(node["id"])
        return found

    def above(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """The nodes above it, the top first."""
        line: list[dict[str, Any]] = []
        parent = node.get("parent")
        while parent:
            line.insert(0, self.nodes[parent])
            parent = self.nodes[parent].get("parent")
        return line

    def below(self, node: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
        """The node and everything below it, in reading order; everything when it is None."""
        if node is not None:
            yield node
        for child in self.children[node["id"] if node else None]:
            yield from self.below(child)

    def rows_below(self, node: dict[str, Any] | None) -> list[str]:
        """Rows of the initiatives behind the node and everything below, each once."""
        return list(dict.fromkeys(row for one in self.below(node) for row in one.get("initiatives", ())))

    def owner_of(self, node: dict[str, Any]) -> str:
        """Key of the section that answers for the node: its own, its initiatives' when they agree, or its parent's."""
        if node.get("owner"):
            return str(node["owner"])
        owners = {self.initiatives[row]["owner"] for row in node.get("initiatives", ())}
        if len(owners) == 1:
            return str(owners.pop())
        return next((str(above["owner"]) for above in reversed(self.above(node)) if above.get("owner")), "")


_kept: OrderedDict[str, Shown] = OrderedDict()
_lock = threading.Lock()


def shown(edition: Edition) -> Shown:
    """The edition, indexed. `edition` may come without its content: it is fetched only when it isn't kept."""
    key = f"{edition.public_id}:{edition.digest}"
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = Shown(edition)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """Drops what is kept; between tests."""
    with _lock:
        _kept.clear()


def newest(ward: Ward, key: str = "policy", year: int | None = None) -> Shown:
    """The newest edition of the plan, of that fiscal year or of the last one. Raises Missing."""
    editions = Edition.objects.filter(plan__ward=ward, plan__key=key).defer("content")
    if year is not None:
        editions = editions.filter(plan__fiscal_year=year)
    edition = editions.order_by("-plan__fiscal_year", "-number").first()
    if edition is None:
        raise Missing("policy.not-published")
    return shown(edition)


def newest_of_each_plan(ward: Ward) -> list[Edition]:
    """For every plan and year its newest edition, without content; newest year first."""
    last: dict[int, Edition] = {}
    for edition in (
        Edition.objects.filter(plan__ward=ward).select_related("plan").defer("content").order_by("number")
    ):
        last[edition.plan_id] = edition
    return sorted(last.values(), key=lambda e: (-e.plan.fiscal_year, e.plan.kind != "policy", e.plan.key))


def holding(ward: Ward, node_id: str) -> tuple[Shown, dict[str, Any]]:
    """The newest edition that has the node (or the one it became), and the node. Raises Missing."""
    for edition in newest_of_each_plan(ward):
        one = shown(edition)
        node = one.nodes.get(one.former.get(node_id, node_id))
        if node is not None:
            return one, node
    raise Missing("policy.node-missing")
