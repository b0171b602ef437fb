from kuyakusho.core.retention import days, keep, with_

OWNER = "区政推進 (planning)"

keep("policy.Plan", "for ever", owner=OWNER, why="a plan of a year is a public record")
keep("policy.SourceDocument", "for ever", owner=OWNER, why="nodes point into its text")
keep(
    "policy.ImportReview", days(400), after="changed_at", owner=OWNER, why="reviews that nobody saved",
    where={"state": "abandoned"},
)  # fmt: skip
keep("policy.Node", with_("policy.Plan"), owner=OWNER, why="the working tree of a year", ward="plan__ward")
keep("policy.Budget", with_("policy.Node"), owner=OWNER, why="the money of a year", ward="node__plan__ward")
keep("policy.Initiative", "for ever", owner=OWNER, why="history follows it through the years")
for name, path in (
    ("InitiativeLink", "before__ward"),
    ("InitiativeIndicator", "initiative__ward"),
    ("Join", "initiative__ward"),
):
    keep(f"policy.{name}", with_("policy.Initiative"), owner=OWNER, why="what belongs together", ward=path)
keep(
    "policy.Edition", "for ever", owner=OWNER, why="a publication has a permanent address", ward="plan__ward"
)
keep("policy.Evaluation", "for ever", owner=OWNER, why="published with the plan", ward="plan__ward")
keep(
    "policy.CouncilGrade", with_("policy.Evaluation"), owner=OWNER, why="counts only, no member is named",
    ward="evaluation__plan__ward",
)  # fmt: skip
