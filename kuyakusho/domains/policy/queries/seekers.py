"""The initiatives that look for their place in a document, with what is known about each."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from kuyakusho.core.wards.models import Ward

from ..models import Initiative, Join, Plan
from ..rules.joining import Known, Seeker
from ..rules.transitions import JOINED

# Origins of trees that hold official wording. A pack's tree is in our own words, a carried one is last year's.
OFFICIAL = ("import", "hand", "carried")


def running(ward: Ward, plan_key: str, fiscal_year: int) -> list[Initiative]:
    """The initiatives of a plan that run in a fiscal year, in their order."""
    return list(
        Initiative.objects.filter(ward=ward, plan_key=plan_key, first_year__lte=fiscal_year)
        .filter(Q(last_year__isnull=True) | Q(last_year__gte=fiscal_year))
        .select_related("owner")
    )


def seekers(ward: Ward, plan_key: str, fiscal_year: int) -> list[Seeker]:
    """Each initiative with the pack's hints and with its official text as it is known last."""
    known = _known(ward, plan_key, fiscal_year)
    return [
        Seeker(
            row=initiative.row,
            words=f"{initiative.title}\n{initiative.summary}",
            finds=initiative.find,
            for_this_year=initiative.find_year == fiscal_year,
            known=known.get(initiative.pk, ()),
        )
        for initiative in running(ward, plan_key, fiscal_year)
    ]


def _known(ward: Ward, plan_key: str, fiscal_year: int) -> dict[int, list[Known]]:
    """Official text by initiative: of this year's tree where it has one, else of the year before."""
    found: dict[int, list[Known]] = defaultdict(list)
    plans = Plan.objects.filter(
        ward=ward, key=plan_key, fiscal_year__lte=fiscal_year, origin__in=OFFICIAL
    ).order_by("-fiscal_year")[:2]
    for plan in plans:
        here: dict[int, list[Known]] = defaultdict(list)
        for join in (
            Join.objects.filter(node__plan=plan, state__in=JOINED).select_related("node").order_by("pk")
        ):
            node = join.node
            words = node.text if node.text.startswith(node.title) else f"{node.title}\n{node.text}"
            here[join.initiative_id].append(Known(words.strip(), node.code))
        for initiative, texts in here.items():
            found.setdefault(initiative, texts)
    return found
