"""The words of a plan as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record

from ..models import Plan
from .revisions import grown, locked, must_be

WORDS = frozenset({"title", "title_en", "title_easy", "summary", "summary_en", "summary_easy"})


@transaction.atomic
def retitle_plan(plan: Plan, words: Mapping[str, str], *, revision: int, actor: Actor) -> None:
    """Another name, another description. `words` are some of WORDS. Conflict when somebody was faster."""
    if unknown := set(words) - WORDS:
        raise ValueError(f"not words of a plan: {sorted(unknown)}")
    plan = locked(plan)
    must_be(plan, revision)
    changed = [name for name, value in words.items() if getattr(plan, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(plan, name, words[name])
    plan.save(update_fields=changed)
    grown(plan)
    record(
        ward=plan.ward,
        actor=actor,
        action="policy.plan.retitled",
        target=f"policy.plan:{plan.public_id}",
        fields=changed,
        revision=plan.revision,
    )
