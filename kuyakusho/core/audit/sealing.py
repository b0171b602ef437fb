"""The sealer: links unsealed lines into the chain of their ward, soon after they were written.

Nobody waits for it. The digests are worked out outside any transaction; the short one that stores them moves the
chain's end by compare-and-set, so that of two sealers that ran at once only one counts and the other's work is
thrown away. A writer never touches the chain's row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from . import heads
from .models import AuditLine, Chain, of_ward
from .rules import Line, link, origin

BATCH = 500


class _Overtaken(Exception):
    """Another sealer was faster."""


def seal(limit: int = 20_000) -> int:
    """Seals what is unsealed, oldest first, at most `limit` lines; returns how many."""
    sealed = 0
    wards = AuditLine.objects.filter(number__isnull=True).order_by().values_list("ward_id", flat=True)
    for ward_id in sorted(set(wards[:limit]), key=lambda w: w or 0):
        while sealed < limit:
            count = _seal_batch(ward_id, min(BATCH, limit - sealed))
            sealed += count
            if count < BATCH:
                break
    return sealed


def unsealed() -> int:
    """How many lines wait for the sealer."""
    return AuditLine.objects.filter(number__isnull=True).count()


def _seal_batch(ward_id: int | None, size: int) -> int:
    chain = Chain.objects.filter(of_ward(ward_id)).first()
    if chain is None:
        ward = Ward.objects.get(pk=ward_id) if ward_id else None
        chain = Chain.objects.get_or_create(ward=ward)[0]
    lines = list(AuditLine.objects.filter(of_ward(ward_id), number__isnull=True).order_by("id")[:size])
    if not lines:
        return 0
    number, digest = chain.number, chain.digest or origin(chain.key)
    links = []
    for line in lines:
        number += 1
        digest = link(Line(line.at, line.actor, line.action, line.target, line.facts), number, digest)
        links.append((number, digest, line.pk))
    now = clock.now()
    try:
        with transaction.atomic():
            moved = Chain.objects.filter(pk=chain.pk, number=chain.number, digest=chain.digest).update(
                number=number, digest=digest, signature=heads.sign(chain.key, number, digest), sealed_at=now
            )
            if not moved:
                raise _Overtaken
            with connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE audit_auditline SET number = %s, digest = %s WHERE id = %s AND number IS NULL",
                    links,
                )
                if cursor.rowcount != len(links):
                    raise _Overtaken
    except _Overtaken:
        return 0
    return len(links)


def copy_heads() -> int:
    """Copies the ends that moved since the last copy to the file outside the database; returns how many."""
    target = heads.file()
    chains = Chain.objects.exclude(number=0).order_by("pk")
    if target.exists():  # a minute of overlap: a copy too many does no harm, one too few does
        copied_at = datetime.fromtimestamp(target.stat().st_mtime, UTC)
        chains = chains.filter(sealed_at__gt=copied_at - timedelta(minutes=1))
    moved = list(chains)
    heads.write(moved, clock.now().isoformat())
    return len(moved)


def sign_anew() -> int:
    """Signs the ends with the present secret where an older one made the signature; returns how many.

    An end whose signature no known secret made is left as it is, for `audit verify` to find.
    """
    renewed = 0
    for chain in Chain.objects.exclude(number=0):
        fresh = heads.sign(chain.key, chain.number, chain.digest)
        if fresh != chain.signature and heads.is_signed(
            chain.key, chain.number, chain.digest, chain.signature
        ):
            renewed += Chain.objects.filter(pk=chain.pk, digest=chain.digest).update(signature=fresh)
    return renewed
