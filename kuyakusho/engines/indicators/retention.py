from kuyakusho.core.retention import keep, with_

OWNER = "区政推進 (planning)"

keep("indicators.Indicator", "for ever", owner=OWNER, why="figures of past years are explained years later")
for name in ("Target", "Observation"):
    keep(
        f"indicators.{name}", with_("indicators.Indicator"), owner=OWNER, why="a value must be explainable as of then",
        ward="indicator__ward",
    )  # fmt: skip
