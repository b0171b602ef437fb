"""What a key may do. Rooms register their scopes from `wiring.py`; a key names some of them.

register("indicators:write", _("指標の値を送る"))
"""

from __future__ import annotations

import re

from django.utils.functional import Promise

_NAME = re.compile(r"[a-z]+:[a-z-]+")
_scopes: dict[str, str | Promise] = {}


def register(name: str, words: str | Promise) -> None:
    """Makes a scope known, `room:deed`. Raises ValueError for a name that is taken or misshapen."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a scope is named room:deed, not {name!r}")
    if _scopes.get(name, words) != words:
        raise ValueError(f"the scope {name} is registered already")
    _scopes[name] = words


def known() -> list[tuple[str, str]]:
    """Every scope with its words, by name."""
    return sorted((name, str(words)) for name, words in _scopes.items())


def words_of(name: str) -> str:
    """What the scope allows; the bare name of one that no room has any more."""
    return str(_scopes.get(name, name))
