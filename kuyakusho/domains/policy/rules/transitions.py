"""What may follow what. Small tables, one per thing."""

from __future__ import annotations

STAGES = ("draft", "proposal", "final", "midyear", "self_evaluation")

REVIEW = {"open": ("saved", "abandoned"), "saved": (), "abandoned": ()}

JOIN = {
    "certain": ("confirmed", "rejected"),
    "doubtful": ("confirmed", "rejected"),
    "confirmed": ("rejected",),
    "rejected": ("confirmed",),
}

# What counts as joined: everything that nobody rejected and that needs nobody's look any more.
JOINED = ("certain", "confirmed")


def review_may(state: str, to: str) -> bool:
    """Whether a review may go from one state to another."""
    return to in REVIEW[state]


def join_may(state: str, to: str) -> bool:
    """Whether a planner may decide so about a join."""
    return to in JOIN[state]


def stage_may_follow(before: str | None, stage: str) -> bool:
    """A publication goes forward through the stages or repeats the last one (a correction), never back.

    A city may leave stages out: Yokohama's leaflet appears once, as final.
    """
    if stage not in STAGES:
        return False
    return before is None or STAGES.index(stage) >= STAGES.index(before)


def stages_after(before: str | None) -> list[str]:
    """The stages that may be published next."""
    return [stage for stage in STAGES if stage_may_follow(before, stage)]
