"""Which capabilities this installation has. Rooms say so at start-up; what nobody built is never shown."""

from __future__ import annotations

_built: set[str] = set()


def built(capability: str) -> None:
    """Says that the capability of that name (scope.md: `policy`, `counters`) works here. Saying it twice is harmless."""
    _built.add(capability)


def is_built(capability: str) -> bool:
    """Whether some room said that it works."""
    return capability in _built
