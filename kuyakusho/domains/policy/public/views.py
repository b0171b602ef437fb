"""The policy as residents read it. Every page is a function of its address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuyakusho.core import access
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.pages import public_page
from kuyakusho.core.http.request import Request
from kuyakusho.core.search.queries import search as find
from kuyakusho.core.ui.said import said
from kuyakusho.core.wards.models import Section

from ..models import Edition, Initiative
from ..rules.canonical import canonical
from . import blocks, comparing
from .figures import results, tally
from .outline import KIND_NAMES, STAGE_NAMES, crumbs_of, plan_address, tally_words, title_of, tree_rows
from .shelf import ABOVE_THE_TREE, Shown, holding, newest, newest_of_each_plan, shown


@access.public
@public_page()
def tree(request: Request, year: int | None = None) -> HttpResponse:
    """The ward's policy: what it is for, its tree, how it is going."""
    return _tree(request, newest(request.ward, "policy", year))


@access.public
@public_page()
def plan(request: Request, key: str, year: int) -> HttpResponse:
    """Another plan of the same kind."""
    return _tree(request, newest(request.ward, key, year))


def _tree(request: Request, one: Shown) -> HttpResponse:
    known = results(request.ward, one)
    top = one.children[None]
    branches = [
        {
            "title": title_of(one, node),
            "kind": KIND_NAMES[node["kind"]],
            "code": node.get("code", ""),
            "href": reverse("policy:node", args=[node["id"]]),
            "tally": tally_words(tally(one, one.rows_below(node), known)),
            "rows": tree_rows(one, node["id"], open_depth=0),
        }
        for node in top
        if node["kind"] not in (*ABOVE_THE_TREE, "section")
    ]
    return render(
        request,
        "policy/public/tree.html",
        {
            "one": one,
            "title": said(one.plan, "title"),
            "summary": said(one.plan, "summary"),
            "stage": STAGE_NAMES[one.stage],
            "above": [
                {
                    "kind": KIND_NAMES[n["kind"]],
                    "title": title_of(one, n),
                    "text": said(n, "text"),
                    "id": n["id"],
                }
                for n in top
                if n["kind"] in ABOVE_THE_TREE
            ],
            "branches": branches,
            "sections": [
                {"title": title_of(one, n).text, "href": reverse("policy:node", args=[n["id"]])}
                for n in top
                if n["kind"] == "section"
            ],
            "tally": tally_words(tally(one, one.initiatives, known)),
            "indicators": len(known),
            "initiatives": len(one.initiatives),
            "crumbs": crumbs_of(one) if one.plan["key"] != "policy" else None,
            "edition_href": reverse("policy:edition", args=[one.id]),
            "others": [e for e in newest_of_each_plan(request.ward) if e.public_id != one.id],
        },
    )


@access.public
@public_page()
def plans(request: Request) -> HttpResponse:
    """Every plan and year that has been published."""
    rows = [
        {
            "title": said(e.plan, "title").text,
            "lang": said(e.plan, "title").lang,
            "summary": said(e.plan, "summary").text,
            "href": reverse("policy:plan", args=[e.plan.key, e.plan.fiscal_year]),
            "mark": str(e.plan.fiscal_year)[2:],
        }
        for e in newest_of_each_plan(request.ward)
    ]
    return render(request, "policy/public/plans.html", {"rows": rows})


@access.public
@public_page()
def node(request: Request, node: str) -> HttpResponse:
    """One part of a plan: its official text, what lives behind it, and how that is going."""
    one, found = holding(request.ward, node)
    if found["id"] != node:
        return redirect("policy:node", found["id"])
    rows = found.get("initiatives", [])
    below = [row for row in one.rows_below(found) if row not in rows]
    known = results(request.ward, one) if below else {}
    owner = one.owner_of(found)
    lives = blocks.initiatives(request, one, rows)
    title = title_of(one, found)
    return render(
        request,
        "policy/public/node.html",
        {
            "one": one,
            "node": found,
            "kind": KIND_NAMES[found["kind"]],
            "title": title,
            "same": len(lives) == 1 and lives[0]["title"].text == title.text and not found.get("document"),
            "official": blocks.official(found),
            "translated": said(found, "text"),
            "children": tree_rows(one, found["id"], open_depth=2),
            "initiatives": lives,
            "tally": tally_words(tally(one, below, known)),
            "owner": blocks.section_block(request.ward, owner) if owner else None,
            "budgets": found.get("budgets", []),
            "sdgs": found.get("sdgs", []),
            "crumbs": crumbs_of(one, found),
            "siblings": tree_rows(one, found.get("parent"), current=found["id"], open_depth=0),
            "document": one.content["documents"].get(found.get("document", "")),
            "stage": STAGE_NAMES[one.stage],
        },
    )


@access.public
@public_page()
def row(request: Request, row: str) -> HttpResponse:
    """An initiative across the years: what it is now, and where it stood in every plan."""
    initiative = Initiative.objects.filter(ward=request.ward, row=row).select_related("owner").first()
    if initiative is None:
        raise Missing("policy.row-missing")
    entries, life = blocks.history(request, initiative)
    return render(
        request,
        "policy/public/row.html",
        {
            "initiative": initiative,
            "title": said(initiative, "title"),
            "summary": said(initiative, "summary"),
            "life": life,
            "entries": entries,
            "owner": blocks.section_block(request.ward, initiative.owner.key),
            "crumbs": [(_("運営方針"), reverse("policy:tree")), (initiative.title, "")],
        },
    )


@access.public
@public_page()
def section(request: Request, key: str) -> HttpResponse:
    """A section: its mission, how to reach it, and the initiatives that it answers for this year."""
    found = Section.objects.filter(ward=request.ward, key=key).order_by("-valid_from").first()
    if found is None:
        raise Missing("policy.section-missing")
    one = newest(request.ward)
    rows = [
        {
            "title": said(initiative, "title").text,
            "summary": said(initiative, "summary").text,
            "href": reverse("policy:row", args=[initiative["row"]]),
        }
        for initiative in sorted(one.initiatives.values(), key=lambda i: i["order"])
        if initiative["owner"] == key
    ]
    return render(
        request,
        "policy/public/section.html",
        {
            "section": found,
            "title": said(found, "name"),
            "mission": said(found, "mission"),
            "reach": blocks.section_block(request.ward, key),
            "rows": rows,
            "crumbs": [(_("運営方針"), reverse("policy:tree")), (found.name, "")],
        },
    )


@access.public
@public_page(parameters=("q", "page"))
def search(request: Request) -> HttpResponse:
    """Finding in what is published."""
    query = request.GET.get("q", "").strip()[:100]
    page = int(p) if (p := request.GET.get("page", "1")).isdecimal() and len(p) < 4 else 1
    language = "en" if not request.variant.language.startswith("ja") else "ja"
    found = find(request.ward, query, language=language, page=page) if query else None
    return render(
        request,
        "policy/public/search.html",
        {"query": query, "found": found, "page": max(page, 1), "lang": language},
    )


@access.public
@public_page()
def edition(request: Request, edition: str) -> HttpResponse:
    """A publication as it was, whole, on one page that prints."""
    one = _edition(request, edition)
    plan_editions = list(
        Edition.objects.filter(plan__ward=request.ward, plan__public_id=one.plan["id"]).defer("content")
    )
    return render(
        request,
        "policy/public/edition.html",
        {
            "one": one,
            "title": said(one.plan, "title"),
            "stage": STAGE_NAMES[one.stage],
            "parts": blocks.whole(one),
            "history": blocks.edition_entries(plan_editions, one),
            "facts": blocks.edition_facts(one),
            "crumbs": [*crumbs_of(one), (_("第%(number)d版") % {"number": one.number}, "")],
            "current_href": plan_address(one),
        },
    )


@access.public
def edition_content(request: Request, edition: str) -> HttpResponse:
    """The frozen content in the form that its hash is made over: `sha256sum` gives the hash on the page."""
    one = _edition(request, edition)
    response = HttpResponse(canonical(one.content), content_type="application/json")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["ETag"] = f'"{one.digest}"'
    response["Content-Disposition"] = (
        f'attachment; filename="{request.ward.slug}-{one.year}-{one.number}.json"'
    )
    return response


def _edition(request: Request, public_id: str) -> Shown:
    found = Edition.objects.filter(plan__ward=request.ward, public_id=public_id).defer("content").first()
    if found is None:
        raise Missing("policy.edition-missing")
    return shown(found)


@access.public
@public_page()
def changes(request: Request, before: str, after: str) -> HttpResponse:
    """What changed between two publications of this ward."""
    one, other = _edition(request, before), _edition(request, after)
    return render(request, "policy/public/changes.html", comparing.changes(one, other))


@access.public
@public_page()
def compare(request: Request) -> HttpResponse:
    """Two wards or two years side by side."""
    return render(request, "policy/public/compare.html", comparing.side_by_side(request))
