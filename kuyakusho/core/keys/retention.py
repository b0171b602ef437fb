"""How long keys and answers are kept."""

from kuyakusho.core.retention import days, keep

keep(
    "keys.ApiKey", "for ever", owner="administration",
    why="audit lines name the key that acted; it holds a digest and nothing of anybody",
)  # fmt: skip
keep(
    "keys.Answered", days(2), after="answered_at", owner="administration", ward="key__ward",
    why="a system that lost an answer asks again within minutes, or the day after",
)  # fmt: skip
