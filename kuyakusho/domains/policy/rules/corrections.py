"""A planner's correction as a value, and what it does. Reviews and working trees are corrected by the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import editing
from .outline import Outline, Part, Patch, difference

ACTIONS = (
    "edit", "reclassify", "up", "down", "indent", "outdent", "move", "split", "merge", "remove", "insert",
)  # fmt: skip


@dataclass(frozen=True)
class Correction:
    """What to do with which part. `values` are those of the action: words (with kind and code), `under`, `at`."""

    action: str
    id: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Corrected:
    """The tree afterwards, the way back, where joins go (None: nowhere), and the part to look at next."""

    outline: Outline
    undo: Patch
    heirs: Mapping[str, str | None]
    focus: str

    @property
    def changes_nothing(self) -> bool:
        return self.undo.is_empty


def correct(outline: Outline, correction: Correction, *, source: str = "", new_id: str = "") -> Corrected:
    """Does it. `source` is the text of the part's document, `new_id` the id of a part that comes into being.

    Raises what `editing` raises; ValueError for an action that doesn't exist.
    """
    id, values = correction.id, correction.values
    heirs: dict[str, str | None] = {}
    focus = id
    match correction.action:
        case "edit":
            words = {name: value for name, value in values.items() if name in editing.EDITABLE}
            after = editing.edit(outline, id, **words)
            if "kind" in values:
                after = editing.reclassify(after, id, kind=values["kind"], code=values.get("code", ""))
        case "reclassify":
            after = editing.reclassify(outline, id, kind=values["kind"], code=values.get("code", ""))
        case "up":
            after = editing.raise_(outline, id)
        case "down":
            after = editing.lower(outline, id)
        case "indent":
            after = editing.indent(outline, id)
        case "outdent":
            after = editing.outdent(outline, id)
        case "move":
            after = editing.hang(outline, id, under=values["under"] or None, at=values.get("at"))
        case "split":
            after = editing.split(outline, id, at=values["at"], new_id=new_id, source=source)
            focus = new_id
        case "merge":
            focus = editing.merges_into(outline, id)
            heirs[id] = focus
            after = editing.merge(outline, id)
        case "remove":
            focus = editing.kept_with(outline, id)
            heirs[id] = None
            after = editing.remove(outline, id)
        case "insert":
            part = Part(
                id=new_id, kind=values["kind"], title=values.get("title", ""), text=values.get("text", "")
            )
            after = _insert(outline, id, part)
            focus = new_id
        case _:
            raise ValueError(f"there is no correction {correction.action}")
    return Corrected(after, difference(after, outline), heirs, focus)


def _insert(outline: Outline, after: str, part: Part) -> Outline:
    # A new part stands right after the one that was chosen; at the end of the tree when none was.
    if not after:
        return editing.insert(outline, part, under=None)
    editing.part_of(outline, after)
    return editing.insert(outline, part, under=outline.parents[after], at=outline.position(after) + 1)
