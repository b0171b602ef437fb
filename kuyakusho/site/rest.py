"""What the API offers across rooms: search, and snapshots where no front door stands before the pages."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router, Schema

from kuyakusho.core import access
from kuyakusho.core.http.rest import PROBLEMS, ward_of
from kuyakusho.core.search.queries import search as find
from kuyakusho.core.wards.addresses import prefix
from kuyakusho.core.wards.variants import VARIANTS

router = Router(tags=["search"])


class HitOut(Schema):
    """Something found. `path` is its address on this installation."""

    kind: str
    title: str
    path: str
    snippet: str


class FoundOut(Schema):
    """A page of hits."""

    terms: list[str]
    page: int
    more: bool
    hits: list[HitOut]


@router.get("/{slug:ward}/search", response={200: FoundOut, **PROBLEMS}, summary="検索")
@access.public
def search(
    request: HttpRequest,
    ward: str,
    q: str = Query(..., min_length=1, max_length=100, description="語。空白で区切るとすべてを含むもの"),
    language: str = Query("ja", pattern="^(ja|en)$"),
    page: int = Query(1, ge=1, le=100),
) -> dict:
    """Public things of the ward that contain every term, titles first, newest first."""
    found = find(ward_of(ward), q, language=language, page=page)
    mounted = prefix(ward_of(ward), VARIANTS[language].segment)
    return {
        "terms": found.terms,
        "page": page,
        "more": found.more,
        "hits": [
            {
                "kind": hit.kind,
                "title": hit.title,
                "path": mounted + hit.path.lstrip("/"),
                "snippet": "".join(text for text, _ in hit.snippet),
            }
            for hit in found.hits
        ],
    }
