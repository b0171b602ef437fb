"""What may follow what, who may do it, and what is due when. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

PHASES = ("midyear", "year_end")
MIDYEAR, YEAR_END = PHASES

# action → (from which states, to which state). An evaluation that nobody has begun is a draft that isn't there yet.
TRANSITIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "submit": (("draft", "returned"), "submitted"),
    "withdraw": (("submitted",), "draft"),
    "approve": (("submitted",), "approved"),
    "return": (("submitted",), "returned"),
    "reopen": (("approved",), "draft"),
}
EDITABLE = ("draft", "returned")

# Who may do it: roles within the owner section, and roles that may do it for any section.
WITHIN_SECTION = {
    "save": ("clerk", "chief"),
    "submit": ("clerk", "chief"),
    "withdraw": ("clerk", "chief"),
    "approve": ("chief",),
    "return": ("chief",),
    "reopen": ("chief",),
}
ANYWHERE = {"reopen": ("planner",)}

SOON_DAYS = 7


def may_follow(action: str, state: str) -> bool:
    """Whether the action is possible in that state."""
    return state in TRANSITIONS[action][0]


def may_do(action: str, roles: Iterable[str], *, in_section: bool) -> bool:
    """Whether somebody with those roles may do it; `in_section`: the person works in the owner section."""
    held = set(roles)
    return bool(held & set(ANYWHERE.get(action, ()))) or (
        in_section and bool(held & set(WITHIN_SECTION[action]))
    )


@dataclass(frozen=True)
class Duty:
    """What one evaluation asks of its section today.

    `kind`: closed (not open yet), open, soon (due within a week), overdue, or done. `who`: clerk (write it), chief
    (decide on it) or "" when nobody has to do anything.
    """

    kind: str
    who: str
    days_left: int

    @property
    def is_owed(self) -> bool:
        """Whether somebody in the section has something to do now."""
        return self.kind in ("open", "soon", "overdue")


def duty(state: str | None, *, opens_on: date, due_on: date, today: date) -> Duty:
    """The duty of an evaluation in `state` (None: not begun)."""
    days_left = (due_on - today).days
    if state == "approved":
        return Duty("done", "", days_left)
    who = "chief" if state == "submitted" else "clerk"
    # What was begun or returned before the day is still somebody's to finish.
    if today < opens_on and state in (None, "draft"):
        return Duty("closed", "", days_left)
    if days_left < 0:
        return Duty("overdue", who, days_left)
    return Duty("soon" if days_left <= SOON_DAYS else "open", who, days_left)


def contradicted(means: str, results: Iterable[str]) -> bool:
    """Whether a grade says the opposite of every indicator that gave a clear result.

    `means` is met or missed (or "" for a grade that says nothing about figures), `results` are those of the
    indicators. One indicator that agrees is enough: the section may weigh them.
    """
    clear = {result for result in results if result in ("met", "missed")}
    return bool(means) and bool(clear) and means not in clear


def shares(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int, float]]:
    """Counts per grade with their share of all members in percent; shares are 0 when nobody gave a grade."""
    totals = Counter[str]()
    for grade, members in counts:
        totals[grade] += members
    everybody = sum(totals.values())
    return [
        (grade, members, 100 * members / everybody if everybody else 0.0) for grade, members in totals.items()
    ]
