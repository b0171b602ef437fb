"""The policy spine: plans as trees, what lives behind each node, publications, evaluations.

    Plan ── Node (tree) ── Join ── Initiative ── InitiativeIndicator ── engines.indicators
      │       └── Budget ───────────┘    │  └── InitiativeLink (split, merge, continue)
      ├── Edition (frozen publication)   │
      └── SourceDocument ── ImportReview └── Evaluation ── CouncilGrade

A node carries the official text, an initiative what lives. Nodes come and go with each year's document;
initiatives stay, and history follows them.
"""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import District, Section, Ward, new_public_id
from kuyakusho.engines.indicators.models import Indicator

PLAN_KINDS = ("policy", "area-plan", "action-plan", "spending-review")
NODE_KINDS = (
    "goal", "mission", "stance", "statement", "pillar", "issue", "strategy", "measure",
    "action", "item", "organisation", "section", "indicator", "budget",
)  # fmt: skip
PLAN_ORIGINS = ("pack", "import", "carried", "hand")
STAGES = ("draft", "proposal", "final", "midyear", "self_evaluation")


def choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class Plan(models.Model):
    """One plan of one fiscal year: the ward's policy, or a plan of the same kind beside it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="plans")
    key = models.SlugField(max_length=60, help_text="the same every year: policy, nikomachi, …")
    kind = models.CharField(max_length=20, choices=choices(PLAN_KINDS))
    fiscal_year = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    title_easy = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    summary_easy = models.TextField(blank=True)
    serves = models.JSONField(
        default=list, help_text="rows of the policy's initiatives that this plan carries out"
    )
    is_demo = models.BooleanField(default=False)
    style = models.CharField(max_length=40)
    origin = models.CharField(
        max_length=10,
        choices=choices(PLAN_ORIGINS),
        default="hand",
        help_text="where the working tree comes from; a pack only ever rewrites a tree of its own",
    )
    revision = models.PositiveIntegerField(default=1, help_text="grows with each change of the working tree")
    undo = models.JSONField(null=True, blank=True, help_text="how to take the last correction back")
    pack = models.JSONField(default=dict, help_text="what the pack said last, to see what it changed since")

    class Meta:
        ordering = ["-fiscal_year", "key"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "key", "fiscal_year"], name="plan_once_a_year")
        ]

    def __str__(self) -> str:
        return self.title


class SourceDocument(models.Model):
    """A document as it was published, with the text that was read from it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    text = models.TextField()
    address = models.URLField(max_length=500, blank=True, help_text="where it was published")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=80)


class ImportReview(models.Model):
    """An import that a planner is looking through. Nothing of it is in the plan until it is saved."""

    STATES = ("open", "saved", "abandoned")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    document = models.OneToOneField(SourceDocument, on_delete=models.CASCADE, related_name="review")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.SET_NULL, related_name="+")
    plan_key = models.SlugField(max_length=60, default="policy")
    plan_kind = models.CharField(max_length=20, choices=choices(PLAN_KINDS), default="policy")
    fiscal_year = models.PositiveIntegerField()
    tree = models.JSONField(help_text="the import as JSON, with the planner's corrections")
    joins = models.JSONField(default=dict, help_text="node → initiatives, with how sure")
    state = models.CharField(max_length=10, choices=choices(STATES), default="open")
    version = models.PositiveIntegerField(default=1, help_text="two planners can't overwrite each other")
    undo = models.JSONField(null=True, blank=True, help_text="how to take the last correction back")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]


class Node(models.Model):
    """A part of a plan's working tree. What residents read is the published edition, not this."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="nodes")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    order = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=choices(NODE_KINDS))
    code = models.CharField(max_length=60, blank=True, help_text="as printed")
    title = models.TextField(blank=True)
    title_en = models.TextField(blank=True)
    title_easy = models.TextField(blank=True)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    text_easy = models.TextField(blank=True)
    attached = models.TextField(blank=True, help_text="text that fitted nowhere, kept with the nearest node")
    spans = models.JSONField(default=list, help_text="[start, end) ranges of the document's text")
    attached_spans = models.JSONField(default=list, help_text="where the attached text stands")
    document = models.ForeignKey(
        SourceDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    details = models.JSONField(
        default=dict, help_text="what the document prints besides: facets, notes, printed results"
    )
    owner = models.ForeignKey(Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_printed = models.CharField(max_length=120, blank=True)
    district = models.ForeignKey(District, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sdgs = models.JSONField(default=list)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="next_nodes"
    )
    former_ids = models.JSONField(
        default=list, help_text="public ids that went into this node: their addresses lead here"
    )
    pack_key = models.CharField(
        max_length=80, blank=True, help_text="heading or row of the pack that it is from"
    )

    class Meta:
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["plan", "parent", "order"], name="node_in_tree")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()


class Initiative(models.Model):
    """What the ward does, in the project's own words, across the years: the row of scope.md."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="initiatives")
    plan_key = models.SlugField(max_length=60, default="policy")
    row = models.CharField(max_length=40, help_text="stable id: O1-1-1ア.1")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    title_easy = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    summary_easy = models.TextField(blank=True)
    owner = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="initiatives")
    capabilities = models.JSONField(default=list)
    is_confidential = models.BooleanField(default=False)
    sdgs = models.JSONField(default=list)
    find = models.JSONField(default=list, help_text="how to find it in the published document")
    find_year = models.PositiveIntegerField(
        null=True, blank=True, help_text="fiscal year of the document that `find` was written for"
    )
    first_year = models.PositiveIntegerField()
    last_year = models.PositiveIntegerField(null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    pack = models.JSONField(default=dict, help_text="what the pack said last, to see what it changed since")

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["ward", "row"], name="initiative_row_in_ward")]

    def __str__(self) -> str:
        return self.title


class Budget(models.Model):
    """An amount in a fiscal year: budget (予算), settlement (決算) or estimate (算定見込).

    It belongs either to a node (as the document prints it) or to an initiative (as the ward keeps it).
    """

    KINDS = ("budget", "settlement", "estimate")

    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets")
    initiative = models.ForeignKey(
        Initiative, null=True, blank=True, on_delete=models.CASCADE, related_name="budgets"
    )
    fiscal_year = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=choices(KINDS))
    amount_yen = models.BigIntegerField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["fiscal_year", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["node", "fiscal_year", "kind"], name="one_amount_a_year"),
            models.UniqueConstraint(
                fields=["initiative", "fiscal_year", "kind"], name="one_amount_of_initiative"
            ),
            models.CheckConstraint(
                condition=models.Q(node__isnull=True, initiative__isnull=False)
                | models.Q(node__isnull=False, initiative__isnull=True),
                name="amount_of_node_or_initiative",
            ),
        ]


class InitiativeLink(models.Model):
    """What became of an initiative in a later year: it continues as, is split into, or merges into another."""

    KINDS = ("continues", "split", "merge")

    before = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="later")
    after = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="earlier")
    kind = models.CharField(max_length=10, choices=choices(KINDS))
    fiscal_year = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["before", "after", "fiscal_year"], name="link_once")]


class Join(models.Model):
    """A node and the initiative that lives behind it, with how the two were found to belong together."""

    HOWS = ("pack", "code", "position", "section", "likeness", "hand")
    STATES = ("certain", "doubtful", "confirmed", "rejected")

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="joins")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="joins")
    how = models.CharField(max_length=10, choices=choices(HOWS))
    score = models.FloatField(default=1.0)
    state = models.CharField(max_length=10, choices=choices(STATES))
    decided_by = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "initiative"], name="join_once")]


class InitiativeIndicator(models.Model):
    """An indicator that tells how an initiative is doing, with its weight in the roll-up."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="indicator_links")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="initiative_links")
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["initiative", "indicator"], name="indicator_linked_once")
        ]


class Edition(models.Model):
    """A publication of a plan at one stage. Frozen: its content never changes, and its hash proves it."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … within the plan")
    stage = models.CharField(max_length=20, choices=choices(STAGES))
    content = models.JSONField(help_text="the whole tree as published")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the content in canonical form")
    plan_revision = models.PositiveIntegerField(
        default=0, help_text="revision of the working tree that was published"
    )
    note = models.CharField(max_length=400, blank=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="edition_number_once")]


class Evaluation(models.Model):
    """How the owner section judges an initiative at mid-year or at year-end, approved by its chief."""

    PHASES = ("midyear", "year_end")
    STATES = ("draft", "submitted", "returned", "approved")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="evaluations")
    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="evaluations")
    phase = models.CharField(max_length=10, choices=choices(PHASES))
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(
        max_length=20, blank=True, help_text="a code of the main list of the city's form"
    )
    grades = models.JSONField(default=dict, help_text="codes of the form's other lists, by key of the list")
    text = models.TextField(blank=True)
    improvement = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=choices(STATES), default="draft")
    return_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=80, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    past = models.JSONField(
        default=list, help_text="what was approved before each reopening, and why it was reopened"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "initiative", "phase"], name="one_evaluation")]


class CouncilGrade(models.Model):
    """How many members of the ward council gave a grade to an evaluated initiative."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="council_grades")
    grade = models.CharField(max_length=20)
    members = models.PositiveIntegerField()
    meeting_on = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "grade", "meeting_on"], name="council_grade_once")
        ]
