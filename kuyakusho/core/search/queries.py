"""Finding. Two short statements: titles first, then everything; newest first in each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kuyakusho.core.wards.models import Ward

from .bigrams import elements, fold, phrase, scope_of, terms
from .models import SearchDocument

PAGE = 20
DEEPEST = 2_000
WINDOW = 200


@dataclass(frozen=True)
class Hit:
    """A found document with a snippet: pieces of text, each with whether it is what was looked for."""

    kind: str
    title: str
    path: str
    snippet: list[tuple[str, bool]]


@dataclass(frozen=True)
class Found:
    """A page of hits. `more` tells whether another page follows."""

    terms: list[str]
    hits: list[Hit]
    more: bool


def search(ward: Ward, query: str, *, language: str = "ja", page: int = 1, size: int = PAGE) -> Found:
    """The documents of the ward in that language that contain every term. `page` counts from 1."""
    wanted = terms(query)
    if not wanted:
        return Found([], [], False)
    first = min((max(page, 1) - 1) * size, DEEPEST)
    last = first + size + 1
    ids = matching(ward.pk, wanted, language, last, titles_only=True)
    if len(ids) < last:
        seen = set(ids)
        ids += [i for i in matching(ward.pk, wanted, language, last + len(ids)) if i not in seen]
    shown = ids[first : first + size]
    documents = SearchDocument.objects.defer("folded_title", "folded_body").in_bulk(shown)
    hits = [
        Hit(d.kind, d.title, d.path, snippet(d.body, wanted))
        for d in (documents[i] for i in shown if i in documents)
    ]
    return Found(wanted, hits, len(ids) > first + size)


def matching(
    ward_id: int, wanted: list[str], language: str, limit: int, *, titles_only: bool = False
) -> list[int]:
    """Ids of documents that contain every term, newest first, at most `limit`."""
    find = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    return find(ward_id, wanted, language, limit, titles_only)


def _on_sqlite(ward_id: int, wanted: list[str], language: str, limit: int, titles_only: bool) -> list[int]:
    columns = "title : " if titles_only else ""
    scope = scope_of(ward_id, language)
    expression = " AND ".join(columns + phrase(term, scope) for term in wanted)
    return _ids(
        "SELECT rowid FROM search_bigrams WHERE search_bigrams MATCH %s ORDER BY rowid DESC LIMIT %s",
        [expression, limit],
    )


def _on_postgresql(
    ward_id: int, wanted: list[str], language: str, limit: int, titles_only: bool
) -> list[int]:
    contains = "position(%s in folded_title) > 0"
    if not titles_only:
        contains = f"({contains} OR position(%s in folded_body) > 0)"
    every_term = " AND ".join([contains] * len(wanted))
    needles = [term for term in wanted for _ in range(1 if titles_only else 2)]
    # A common word fills the page from the newest documents alone. The planner can't know: it takes the bigrams
    # of one word for independent and expects next to no hits.
    newest = _ids(
        "SELECT id FROM (SELECT id, folded_title, folded_body FROM search_searchdocument"
        f" WHERE ward_id = %s AND language = %s ORDER BY id DESC LIMIT %s) AS newest WHERE {every_term}"
        " ORDER BY id DESC LIMIT %s",
        [ward_id, language, WINDOW, *needles, limit],
    )
    if len(newest) >= limit:
        return newest
    needed = sorted({element for term in wanted for element in elements(term)})
    return _ids(
        "SELECT id FROM search_searchdocument WHERE ward_id = %s AND language = %s AND elements @> %s"
        f" AND {every_term} ORDER BY id DESC LIMIT %s",
        [ward_id, language, needed, *needles, limit],
    )


def _ids(statement: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


def snippet(body: str, wanted: list[str], around: int = 50) -> list[tuple[str, bool]]:
    """The part of the body about the first term, cut into pieces: (text, whether it is a hit)."""
    body = re.sub(r"\s+", " ", body)
    folded, origin = fold_with_origin(body)
    places = [(folded.find(term), term) for term in wanted]
    places = [(at, term) for at, term in places if at >= 0]
    if not places:
        return [(body[: 2 * around], False)] if body else []
    start = max(0, origin[min(places)[0]] - around)
    end = min(len(body), start + 3 * around)
    marks = [False] * len(body)
    for term in wanted:
        at = folded.find(term)
        while at >= 0:
            for i in range(origin[at], origin[at + len(term) - 1] + 1):
                marks[i] = True
            at = folded.find(term, at + len(term))
    pieces: list[tuple[str, bool]] = []
    for i in range(start, end):
        if pieces and pieces[-1][1] == marks[i]:
            pieces[-1] = (pieces[-1][0] + body[i], marks[i])
        else:
            pieces.append((body[i], marks[i]))
    if start > 0:
        pieces.insert(0, ("…", False))
    if end < len(body):
        pieces.append(("…", False))
    return pieces


def fold_with_origin(text: str) -> tuple[str, list[int]]:
    """Folded text and, for each of its characters, which character of `text` it came from."""
    characters: list[str] = []
    origin: list[int] = []
    for i, character in enumerate(text):
        for piece in fold(character) or (" " if character.isspace() else ""):
            characters.append(piece)
            origin.append(i)
    return "".join(characters), origin
