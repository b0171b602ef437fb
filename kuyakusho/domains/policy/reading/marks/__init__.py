"""Marks: what one line is by its own looks, before its neighbours are asked.

`Marker` reads lines by a profile; the tree and the layout repairs decide with context what a mark becomes.
"""

from .marker import Mark, Marker, mark_echoes, stars_to_notes

__all__ = ["Mark", "Marker", "mark_echoes", "stars_to_notes"]
