"""The parts of a pack that the core reads itself: what a ward office is made of."""

from __future__ import annotations

from . import closing_days, districts, people, readings, sections, ward


def register_all() -> None:
    """Called once at start-up."""
    for part in (ward, sections, districts, closing_days, readings, people):
        part.register_part()
