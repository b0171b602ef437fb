"""How long what of this room is kept."""

from kuyakusho.core.retention import days, keep, with_

OWNER = "区政推進 (planning)"

keep("policy.Plan", "for ever", owner=OWNER, why="the ward's policy of a year is a public record")
keep("policy.Initiative", "for ever", owner=OWNER, why="history follows initiatives across the years")
keep("policy.SourceDocument", "for ever", owner=OWNER, why="a published document; nodes point into its text")
keep(
    "policy.ImportReview", days(400), after="changed_at", where={"state__in": ["saved", "abandoned"]},
    owner=OWNER, why="long enough to see how last year's import was corrected",
)  # fmt: skip
for name, belongs, ward in (
    ("Node", "policy.Plan", "plan__ward"),
    ("Edition", "policy.Plan", "plan__ward"),
    ("Evaluation", "policy.Plan", "plan__ward"),
    ("Budget", "policy.Node or policy.Initiative", "node__plan__ward"),
    ("Join", "policy.Node", "node__plan__ward"),
    ("InitiativeLink", "policy.Initiative", "before__ward"),
    ("InitiativeIndicator", "policy.Initiative", "initiative__ward"),
    ("CouncilGrade", "policy.Evaluation", "evaluation__plan__ward"),
):
    keep(f"policy.{name}", with_(belongs), owner=OWNER, why="part of it", ward=ward)
