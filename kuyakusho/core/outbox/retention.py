"""What a message said goes after days (`jobs.py` blanks it), the bare entry after a year and a bit."""

from kuyakusho.core.retention import days, keep

keep(
    "outbox.Entry",
    days(400),
    after="created_at",
    where={"state__in": ["done", "cancelled", "given_up", "held"]},
    owner="administrators of the ward",
    why="its key keeps the same thing from being sent twice; blanked after 7 days, stuck ones after 90",
)
keep(
    "outbox.Heartbeat",
    days(1),
    after="at",
    ward="none: a worker serves all wards",
    owner="operators of the installation",
    why="a worker that was killed leaves its row behind",
)
