"""Putting things into the index and taking them out, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from .bigrams import elements, fold, scope_of, tokens
from .models import SearchDocument


@dataclass(frozen=True)
class Findable:
    """What a room offers for finding. `path` is the address inside the ward: `/policy/…`."""

    kind: str
    reference: str
    title: str
    body: str
    path: str
    language: str = "ja"


@transaction.atomic
def index(ward: Ward, things: Iterable[Findable]) -> int:
    """Makes the things findable, replacing earlier versions of them. Returns how many."""
    things = list(things)
    remove(ward, [thing.reference for thing in things])
    now = clock.now()
    documents = SearchDocument.objects.bulk_create(
        [
            SearchDocument(
                ward=ward,
                kind=thing.kind,
                reference=thing.reference,
                language=thing.language,
                title=thing.title,
                body=thing.body,
                path=thing.path,
                folded_title=fold(thing.title),
                folded_body=fold(thing.body),
                changed_at=now,
            )
            for thing in things
        ],
        batch_size=500,
    )
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO search_bigrams (rowid, title, body) VALUES (%s, %s, %s)",
                [(document.pk, *_columns(document)) for document in documents],
            )
        else:
            cursor.executemany(
                "UPDATE search_searchdocument SET elements = %s WHERE id = %s",
                [
                    (elements(document.folded_title + "\n" + document.folded_body), document.pk)
                    for document in documents
                ],
            )
    return len(documents)


@transaction.atomic
def remove(ward: Ward, references: Iterable[str]) -> int:
    """Makes things unfindable. Returns how many documents went."""
    references = list(references)
    gone = 0
    for start in range(0, len(references), 500):
        found = SearchDocument.objects.filter(ward=ward, reference__in=references[start : start + 500])
        gone += _drop(list(found))
    return gone


@transaction.atomic
def remove_kind(ward: Ward, kind: str) -> int:
    """Makes everything of a kind unfindable: before a room indexes all of it anew."""
    return _drop(list(SearchDocument.objects.filter(ward=ward, kind=kind)))


def _drop(documents: list[SearchDocument]) -> int:
    if documents and connection.vendor == "sqlite":
        # A table without content forgets a row only when it is told what the row held.
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_bigrams (search_bigrams, rowid, title, body)"
                " VALUES ('delete', %s, %s, %s)",
                [(document.pk, *_columns(document)) for document in documents],
            )
    for start in range(0, len(documents), 500):
        SearchDocument.objects.filter(pk__in=[d.pk for d in documents[start : start + 500]]).delete()
    return len(documents)


def _columns(document: SearchDocument) -> tuple[str, str]:
    scope = scope_of(document.ward_id, document.language)
    return (
        " ".join(tokens(document.folded_title, scope)),
        " ".join(tokens(document.folded_body, scope)),
    )


def tidy() -> None:
    """Merges the pieces that the index grew by, so that a look-up reads one. Nightly; quick when nothing changed."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_bigrams (search_bigrams) VALUES ('optimize')")
