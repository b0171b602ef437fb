"""An import that a planner looks through: opened from a file, corrected, joined, and saved or abandoned.

Nothing of it is in the plan before it is saved (`saving.py`). Every change names the version that the planner saw.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Missing
from kuyakusho.core.files import rules as files
from kuyakusho.core.files.scanning import refuse_infected
from kuyakusho.core.wards.models import Ward, new_public_id

from .. import reading
from ..models import PLAN_KINDS, ImportReview, Initiative, Plan, SourceDocument
from ..queries.joins import joins_of_plan
from ..queries.outlines import outline_of as plan_outline
from ..queries.seekers import OFFICIAL, seekers
from ..rules import imported
from ..rules.corrections import Correction, correct
from ..rules.joining import Joined, handed_over, propose
from ..rules.outline import Outline, Patch
from ..rules.places import folded
from ..rules.survival import survivors
from ..rules.transitions import join_may, review_may

LARGEST = 30 * files.MB


@dataclass(frozen=True)
class Upload:
    """A file as it came in, and what the planner says about it. `fiscal_year` None: as the document says."""

    filename: str
    data: bytes
    plan_key: str = "policy"
    plan_kind: str = "policy"
    fiscal_year: int | None = None
    address: str = ""


def open_review(ward: Ward, upload: Upload, *, actor: Actor) -> ImportReview:
    """Reads the file and opens a review of it. Raises Invalid when the file can't be taken or read."""
    kind = files.check(upload.filename, upload.data, kinds=files.DOCUMENTS, limit=LARGEST)
    refuse_infected(upload.data)
    try:
        source = reading.read_document(upload.data, upload.filename)
    except reading.UnreadableDocument as error:
        raise Invalid(
            f"policy.document.{error.code}", error.sentence, error.next_step, fields={"file": error.sentence}
        ) from error
    data = reading.parse(source).to_json()
    year = upload.fiscal_year or (data["fiscal_year"] or {}).get("western")
    if year is None:
        sentence = _("文書から年度を読み取れませんでした。年度を入れてください。")
        raise Invalid("policy.year-unknown", sentence, fields={"fiscal_year": sentence})
    if not data["nodes"]:
        sentence = _("この文書から項目を読み取れませんでした。")
        raise Invalid(
            "policy.nothing-read",
            sentence,
            _("文字の入った文書か確かめてください。画像だけのPDFは読み取れません。"),
            fields={"file": sentence},
        )
    about = imported.told(data)
    about["notes"] = [*source.notes]
    with transaction.atomic():
        now = clock.now()
        document = SourceDocument.objects.create(
            ward=ward,
            filename=files.shown_name(upload.filename),
            media_type=kind.media_type,
            digest=hashlib.sha256(upload.data).hexdigest(),
            text=source.text,
            address=upload.address,
            uploaded_at=now,
            uploaded_by=str(actor),
        )
        outline = imported.outline_of(data, new_id=new_public_id, document=document.public_id)
        outline = _with_owners(ward, outline)
        decided = _decided_before(ward, upload.plan_key, year, outline)
        joins = propose(outline, seekers(ward, upload.plan_key, year), decided)
        review = ImportReview.objects.create(
            ward=ward,
            document=document,
            plan_key=upload.plan_key,
            plan_kind=upload.plan_kind,
            fiscal_year=year,
            tree={"about": about, "nodes": outline.to_json()},
            joins=[join.to_json() for join in joins],
            created_at=now,
            changed_at=now,
            created_by=str(actor),
        )
        record(
            ward=ward,
            actor=actor,
            action="policy.import.opened",
            target=f"policy.review:{review.public_id}",
            document=document.public_id,
            digest=document.digest,
            nodes=len(outline.parts),
            year=year,
        )
    return review


def _with_owners(ward: Ward, outline: Outline) -> Outline:
    """Parts that name a section get it as their owner."""
    sections = {folded(name): key for name, key in ward.sections.values_list("name", "key")}
    changed = []
    for part in outline.parts.values():
        printed = part.title if part.kind == "section" else part.owner_printed
        if key := sections.get(folded(printed)):
            changed.append(replace(part, owner=key))
    return outline.with_parts(*changed)


def _decided_before(ward: Ward, plan_key: str, year: int, outline: Outline) -> list[Joined]:
    """What planners decided about the tree of this very year, carried to the same parts of the document."""
    plan = Plan.objects.filter(ward=ward, key=plan_key, fiscal_year=year, origin__in=OFFICIAL).first()
    if plan is None:
        return []
    decided = [join for join in joins_of_plan(plan) if join.state in ("confirmed", "rejected")]
    same = survivors(plan_outline(plan), outline, old_rows={}, new_rows={}, by_place=False)
    theirs = {ours: node for node, ours in same.kept.items()}
    return [
        Joined(theirs[join.node], join.row, join.how, join.state, join.score, "decided-before")
        for join in decided
        if join.node in theirs
    ]


@transaction.atomic
def correct_review(review: ImportReview, correction: Correction, *, version: int, actor: Actor) -> str:
    """Does the correction; gives back the part to look at next. Conflict when somebody was faster."""
    review = _locked(review, version)
    outline = outline_of(review)
    done = correct(outline, correction, source=review.document.text, new_id=new_public_id())
    if done.changes_nothing:
        return done.focus
    joins = joins_of(review)
    _keep(
        review,
        done.outline,
        handed_over(joins, done.heirs),
        undo={"patch": done.undo.to_json(), "joins": review.joins if done.heirs else None},
    )
    _told(review, actor, "corrected", correction=correction.action, part=correction.id)
    return done.focus


@transaction.atomic
def undo_review(review: ImportReview, *, version: int, actor: Actor) -> None:
    """Takes the last correction or decision back."""
    review = _locked(review, version)
    if not review.undo:
        raise Conflict("policy.nothing-to-undo", _("取り消せる修正がありません。"))
    outline = outline_of(review)
    if review.undo["patch"]:
        outline = Patch.from_json(review.undo["patch"]).apply(outline)
    joins = joins_of(review)
    if review.undo["joins"] is not None:
        joins = [Joined.from_json(join) for join in review.undo["joins"]]
    _keep(review, outline, joins, undo=None)
    _told(review, actor, "corrected", correction="undo")


@transaction.atomic
def decide_review_join(
    review: ImportReview, node: str, row: str, *, state: str, version: int, actor: Actor
) -> None:
    """Confirms or rejects a join; one that isn't there comes into being when it is confirmed."""
    review = _locked(review, version)
    outline = outline_of(review)
    known = Initiative.objects.filter(ward=review.ward_id, plan_key=review.plan_key, row=row).exists()
    if node not in outline.parts or not known:
        raise Missing("policy.part-missing", _("この項目か取組はもうありません。"))
    joins = joins_of(review)
    standing = next((join for join in joins if (join.node, join.row) == (node, row)), None)
    if standing is None:
        if state != "confirmed":
            raise Missing("policy.join-missing", _("この結び付けはもうありません。"))
        joins.append(Joined(node, row, "hand", "confirmed", why="hand"))
    elif standing.state != state:
        if not join_may(standing.state, state):
            raise Conflict("policy.join-decided", _("この結び付けは、もうそのようには変えられません。"))
        joins[joins.index(standing)] = Joined(node, row, standing.how, state, standing.score, standing.why)
    else:
        return
    _keep(review, outline, joins, undo={"patch": None, "joins": review.joins})
    _told(review, actor, f"join.{state}", part=node, row=row)


@transaction.atomic
def propose_again(review: ImportReview, *, version: int, actor: Actor) -> None:
    """Looks for partners anew, after corrections. What the planner decided stays."""
    review = _locked(review, version)
    outline = outline_of(review)
    found = seekers(review.ward, review.plan_key, review.fiscal_year)
    joins = propose(outline, found, joins_of(review))
    _keep(review, outline, joins, undo={"patch": None, "joins": review.joins})
    _told(review, actor, "joins.proposed")


@transaction.atomic
def aim_review(
    review: ImportReview, *, plan_key: str, plan_kind: str, fiscal_year: int, version: int, actor: Actor
) -> None:
    """Says which plan of which year the document is; partners are looked for anew."""
    review = _locked(review, version)
    if plan_kind not in PLAN_KINDS:
        raise Invalid("policy.kind-unknown", _("この種類の計画はありません。"))
    review.plan_key, review.plan_kind, review.fiscal_year = plan_key, plan_kind, fiscal_year
    outline = outline_of(review)
    joins = propose(outline, seekers(review.ward, plan_key, fiscal_year), joins_of(review))
    _keep(review, outline, joins, undo=None)
    _told(review, actor, "aimed", plan=plan_key, year=fiscal_year)


@transaction.atomic
def abandon_review(review: ImportReview, *, version: int, actor: Actor) -> None:
    """Puts the import aside. Nothing of it was in the plan."""
    review = _locked(review, version)
    closed(review, "abandoned")
    _told(review, actor, "abandoned")


def outline_of(review: ImportReview) -> Outline:
    """The tree of a review."""
    return Outline.from_json(review.tree["nodes"])


def joins_of(review: ImportReview) -> list[Joined]:
    """The joins of a review, rejected ones included."""
    return [Joined.from_json(join) for join in review.joins]


def locked_review(review: ImportReview, version: int) -> ImportReview:
    """The review as it is now, held until the transaction ends. Conflict when it is closed or was changed since."""
    return _locked(review, version)


def _locked(review: ImportReview, version: int) -> ImportReview:
    found = (
        ImportReview.objects.select_for_update(of=("self",))
        .select_related("document", "ward")
        .filter(pk=review.pk)
        .first()
    )
    if found is None:
        raise Missing
    if found.state != "open":
        raise Conflict(
            "policy.review-closed", _("この取込は、もう閉じられています。"), _("計画の一覧に戻ってください。")
        )
    if found.version != version:
        raise Conflict(
            "policy.review-changed",
            _("ほかの人が先にこの取込を直しました。"),
            _("今の内容を見て、もう一度直してください。入力した文は下に残っています。"),
        )
    return found


def closed(review: ImportReview, state: str) -> None:
    """Ends a review; it must be locked."""
    if not review_may(review.state, state):
        raise Conflict("policy.review-closed", _("この取込は、もう閉じられています。"))
    review.state, review.changed_at, review.undo = state, clock.now(), None
    review.version += 1
    review.save(update_fields=["state", "changed_at", "undo", "version", "plan"])


def _keep(
    review: ImportReview, outline: Outline, joins: list[Joined], *, undo: dict[str, Any] | None
) -> None:
    review.tree = {**review.tree, "nodes": outline.to_json()}
    review.joins = [join.to_json() for join in joins]
    review.undo = undo
    review.version += 1
    review.changed_at = clock.now()
    review.save()


def _told(review: ImportReview, actor: Actor, what: str, **facts: Any) -> None:
    record(
        ward=review.ward,
        actor=actor,
        action=f"policy.import.{what}",
        target=f"policy.review:{review.public_id}",
        version=review.version,
        **facts,
    )
