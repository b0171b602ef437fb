"""What a training copy of a ward has of this room: the plans and what lives behind them, not what is being worked on."""

from kuyakusho.core.wards.training import copies

copies(
    "policy.Plan",
    "policy.SourceDocument",
    "policy.Node",
    "policy.Budget",
    "policy.Initiative",
    "policy.InitiativeLink",
    "policy.InitiativeIndicator",
    "policy.Join",
    "policy.Edition",
)
