"""Making a new room, with a slice that works from its address to its table.

The files of a room are in `room/`, with `${room}` and its like where the name stands. What is outside the room is two
lines: the app in `settings.py` and the addresses in `ward_urls.py`.
"""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).resolve().parent / "room"
# Names that mean something else at the place where a room's name stands.
TAKEN = {
    "site",
    "live",
    "tests",
    "test",
    "core",
    "engines",
    "domains",
    "policy_public",
    "django",
    "conf",
    "admin",
}


class BadName(ValueError):
    """The name can't be a room's; the sentence says why and what would do."""


def check_name(name: str, root: Path) -> None:
    """Raises BadName when the name can't be a room's."""
    if not re.fullmatch(r"[a-z][a-z]+(_[a-z]+)*", name) or len(name) > 30:
        raise BadName(
            f"{name!r} can't be a name: use two to thirty small Latin letters, words joined by _: lending, town_map"
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in sys.stdlib_module_names:
        raise BadName(f"{name} is a word of Python: a room of that name would hide it")
    rooms = {
        path.name
        for floor in ("core", "engines", "domains")
        for path in (root / floor).iterdir()
        if path.is_dir()
    }
    if name in rooms | TAKEN:
        raise BadName(f"{name} is taken: look at kuyakusho/*/{name} before choosing another")
    addresses = set(re.findall(r'path\("([a-z-]+)/', (root / "site" / "ward_urls.py").read_text("utf-8")))
    for urls in root.rglob("urls.py"):
        if "tests" not in urls.parts:
            addresses |= set(re.findall(r'path\(\s*r?"\^?([a-z-]+)/', urls.read_text("utf-8")))
    if name.replace("_", "-") in addresses | {"desk", "en", "ko", "ne", "pt", "vi", "ja"}:
        raise BadName(
            f"/<ward>/{name.replace('_', '-')}/ is an address of another room already: choose another name"
        )


def make(name: str, *, title: str, title_en: str, root: Path) -> list[Path]:
    """Writes the room under `root` (the package) and registers it. Returns what was written or changed.

    Raises BadName. When anything fails on the way, the room is taken away again.
    """
    check_name(name, root)
    if '"' in title + title_en or "\n" in title + title_en or "{" in title + title_en:
        raise BadName("the title can't hold quotation marks, braces or line ends")
    room = root / "domains" / name
    words = {
        "room": name,
        "Room": "".join(part.capitalize() for part in name.split("_")),
        "address": name.replace("_", "-"),
        "title": title,
        "title_en": title_en,
    }
    settings, urls = root / "site" / "settings.py", root / "site" / "ward_urls.py"
    before = {path: path.read_text("utf-8") for path in (settings, urls)}
    try:
        written = _write(room, words)
        _insert(settings, '    "kuyakusho.site",\n', f'    "kuyakusho.domains.{name}",\n')
        _insert(urls, "]\n", f'    path("", include("kuyakusho.domains.{name}.urls")),\n')
        _format(room)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        for path, text in before.items():
            path.write_text(text, "utf-8")
        raise
    return [*written, settings, urls]


def _write(room: Path, words: dict[str, str]) -> list[Path]:
    written = []
    for source in sorted(TEMPLATES.rglob("*.tmpl")):
        inside = source.relative_to(TEMPLATES).with_suffix("")
        target = room / Path(*(words["room"] if part == "ROOM" else part for part in inside.parts))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
        written.append(target)
    return written


def _insert(path: Path, before: str, line: str) -> None:
    text = path.read_text("utf-8")
    place = text.rfind(before) if before == "]\n" else text.find(before)
    if place < 0:
        raise RuntimeError(f"{path} has no line {before.strip()!r} to put the room before")
    path.write_text(text[:place] + line + text[place:], "utf-8")


def _format(room: Path) -> None:
    """In the house's style, where ruff is installed (it is a tool of development)."""
    for words in (("check", "--fix", "-q"), ("format", "-q")):
        subprocess.run([sys.executable, "-m", "ruff", *words, str(room)], capture_output=True, check=False)
