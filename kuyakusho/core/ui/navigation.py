"""What the menus of pages show. Rooms register entries from their `wiring.py`; nobody lists rooms here.

An entry whose address does not exist in the installation is left out, so that there are no dead links.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Entry:
    """A line of a menu.

    `place` is `public` (main navigation), `desk` (staff) or `footer`; `url_name` an address inside the ward that
    needs no arguments; `order` places it (tens; equal orders in order of registration). For the desk: `group` is
    the heading it stands under, `roles` who sees it (nobody named: all staff), `keys` its shortcut (`g p`).
    """

    key: str
    label: Text
    url_name: str
    order: int = 50
    place: str = "public"
    group: Text = ""
    roles: tuple[str, ...] = ()
    keys: str = ""


@dataclass(frozen=True)
class Line:
    """An entry as a page shows it."""

    key: str
    label: Text
    href: str
    current: bool
    group: Text
    keys: str


_entries: dict[tuple[str, str], Entry] = {}


def register(*entries: Entry) -> None:
    """Adds entries. Raises ValueError for a key, or a shortcut of the desk, that is taken."""
    for entry in entries:
        known = _entries.get((entry.place, entry.key))
        if known is not None and known != entry:
            raise ValueError(f"the menu {entry.place} has an entry {entry.key!r} already")
        taken = [
            e.key for e in _entries.values() if entry.keys and e.keys == entry.keys and e.key != entry.key
        ]
        if taken:
            raise ValueError(f"the keys {entry.keys!r} of {entry.key!r} belong to {taken[0]!r}")
        _entries[entry.place, entry.key] = entry


def lines(request: HttpRequest, place: str) -> list[Line]:
    """The menu of that place for this request; empty outside a ward."""
    if getattr(request, "ward", None) is None:
        return []
    staff = getattr(request, "staff", None)
    found = []
    for entry in sorted((e for (p, _), e in _entries.items() if p == place), key=lambda e: e.order):
        if entry.roles and (staff is None or not staff.has_role(*entry.roles)):
            continue
        try:
            href = reverse(entry.url_name, urlconf="kuyakusho.site.ward_urls")
        except NoReverseMatch:
            continue
        path = request.path
        current = path == href or (href.count("/") > _root_depth(request) and path.startswith(href))
        found.append(Line(entry.key, entry.label, href, current, entry.group, entry.keys))
    # Of several that match, the one with the longest address is where we are.
    here = max((line for line in found if line.current), key=lambda line: len(line.href), default=None)
    return [replace(line, current=line is here) for line in found]


def _root_depth(request: HttpRequest) -> int:
    """How many slashes the ward's own address has: its home page is current only on itself."""
    return request.path[: len(request.path) - len(request.path_info) + 1].count("/")
