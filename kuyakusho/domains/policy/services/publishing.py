"""Publication: the working tree, frozen for good."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.services import touch

from ..models import Edition, Plan
from ..public.announcing import published as made_public
from ..queries.content import content_of
from ..rules.canonical import digest
from ..rules.transitions import STAGES, stage_may_follow
from .revisions import locked, must_be


@transaction.atomic
def publish(plan: Plan, *, stage: str, note: str = "", actor: Actor, revision: int | None = None) -> Edition:
    """Freezes the plan as an edition with the next number, a permanent address and a hash.

    `revision` is what the planner saw: when the tree has changed since, nothing is published (Conflict). Going back
    to an earlier stage, and publishing again what is published already, are conflicts, too.
    """
    if stage not in STAGES:
        raise Invalid(
            "policy.stage-unknown",
            _("この段階はありません。"),
            fields={"stage": _("段階を選んでください。")},
        )
    plan = locked(plan)
    must_be(plan, revision)
    last = plan.editions.order_by("-number").defer("content").first()
    if last is not None and not stage_may_follow(last.stage, stage):
        raise Conflict(
            "policy.stage-back",
            _("前の段階には戻れません。"),
            _("今の段階のまま、もう一度公表することはできます。"),
        )
    content = content_of(plan, stage)
    if not content["nodes"]:
        raise Invalid(
            "policy.nothing-to-publish", _("公表する項目がありません。"), _("先に文書を取り込んでください。")
        )
    fingerprint = digest(content)
    if last is not None and last.digest == fingerprint:
        raise Conflict(
            "policy.nothing-new",
            _("前に公表した版から何も変わっていません。"),
            _("版の一覧で、今の版を見られます。"),
        )
    now = clock.now()
    edition = Edition.objects.create(
        plan=plan,
        number=(plan.editions.aggregate(last=Max("number"))["last"] or 0) + 1,
        stage=stage,
        content=content,
        digest=fingerprint,
        plan_revision=plan.revision,
        note=note.strip(),
        published_at=now,
        published_by=str(actor),
    )
    record(
        ward=plan.ward,
        actor=actor,
        action="policy.edition.published",
        target=f"policy.edition:{edition.public_id}",
        plan=plan.public_id,
        number=edition.number,
        stage=stage,
        digest=fingerprint,
    )
    announce(
        ward=plan.ward,
        fact="policy.edition.published",
        payload={"edition": edition.public_id, "plan": plan.public_id, "stage": stage},
    )
    touch(plan.ward)
    made_public(plan.ward)
    return edition
