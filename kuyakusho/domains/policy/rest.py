"""Published plans over HTTP: what the public pages show, as data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from kuyakusho.core import access
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.rest import PROBLEMS, ward_of

from .models import Edition
from .public.shelf import Shown, holding, newest, newest_of_each_plan, shown

router = Router(tags=["policy"])


class EditionOut(Schema):
    """A publication: `digest` is the SHA-256 over the canonical content."""

    id: str
    plan: str
    kind: str
    fiscal_year: int
    number: int
    stage: str
    title: str
    digest: str
    published_at: datetime
    note: str


class TreeOut(Schema):
    """A publication with its whole content, as frozen."""

    edition: EditionOut
    content: dict[str, Any]


class NodeOut(Schema):
    """One part of a plan, with the ids of those above and below."""

    edition: EditionOut
    node: dict[str, Any]
    above: list[str]
    below: list[str]
    initiatives: list[dict[str, Any]]


def edition_out(edition: Edition) -> dict[str, Any]:
    """An edition without its content; `plan` must be loaded."""
    return {
        "id": edition.public_id,
        "plan": edition.plan.key,
        "kind": edition.plan.kind,
        "fiscal_year": edition.plan.fiscal_year,
        "number": edition.number,
        "stage": edition.stage,
        "title": edition.plan.title,
        "digest": edition.digest,
        "published_at": edition.published_at,
        "note": edition.note,
    }


def shown_out(one: Shown) -> dict[str, Any]:
    """The same for an edition that is on the shelf."""
    return {
        "id": one.id,
        "plan": one.plan["key"],
        "kind": one.plan["kind"],
        "fiscal_year": one.year,
        "number": one.number,
        "stage": one.stage,
        "title": one.plan["title"],
        "digest": one.digest,
        "published_at": one.published_at,
        "note": one.note,
    }


@router.get("/{slug:ward}/policy", response={200: TreeOut, **PROBLEMS}, summary="公表中の運営方針")
@access.public
def policy(request: HttpRequest, ward: str) -> dict[str, Any]:
    """The newest edition of the ward's policy, whole."""
    one = newest(ward_of(ward))
    return {"edition": shown_out(one), "content": one.content}


@router.get("/{slug:ward}/policy/editions", response={200: list[EditionOut], **PROBLEMS}, summary="版の一覧")
@access.public
def editions(request: HttpRequest, ward: str) -> list[dict[str, Any]]:
    """For each plan and year its newest edition."""
    return [edition_out(edition) for edition in newest_of_each_plan(ward_of(ward))]


@router.get(
    "/{slug:ward}/policy/editions/{slug:edition}", response={200: TreeOut, **PROBLEMS}, summary="版の全文"
)
@access.public
def edition(request: HttpRequest, ward: str, edition: str) -> dict[str, Any]:
    """One edition as frozen."""
    found = Edition.objects.filter(plan__ward=ward_of(ward), public_id=edition).defer("content").first()
    if found is None:
        raise Missing("policy.edition-missing")
    one = shown(found)
    return {"edition": shown_out(one), "content": one.content}


@router.get(
    "/{slug:ward}/policy/parts/{slug:node}", response={200: NodeOut, **PROBLEMS}, summary="方針の一項目"
)
@access.public
def part(request: HttpRequest, ward: str, node: str) -> dict[str, Any]:
    """One part of the newest edition that has it."""
    one, found = holding(ward_of(ward), node)
    return {
        "edition": shown_out(one),
        "node": found,
        "above": [n["id"] for n in one.above(found)],
        "below": [n["id"] for n in one.children[found["id"]]],
        "initiatives": [one.initiatives[row] for row in found.get("initiatives", ())],
    }
