from kuyakusho.core.retention import keep

keep(
    "catalogue.Offer",
    "for ever",
    owner="区政推進 (planning)",
    why="what the pack says; goes when the pack drops it",
)
