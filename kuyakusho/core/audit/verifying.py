"""Walking a chain from its first line to its signed end, and naming the first place where it is broken.

What can be found: a changed line, a removed or inserted one, a removed end, an end that was set back, as long as
whoever did it holds neither the installation's secret nor the file of copied ends.
What cannot: lines that were removed before they were sealed (the triggers stand against that, and seconds lie
between), an end set back together with the newest copies in the file, and a line that was never written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Max

from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward

from . import heads
from .models import AuditLine, Chain, of_ward
from .rules import Line, link, origin

Progress = Callable[[int], None]
STEP = 1000
INSTALLATION = ""


@dataclass(frozen=True)
class Break:
    """The first broken place of a chain: `number` is the line's place, `what` a plain sentence."""

    number: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """What the check of one chain found. `ward` is the ward's slug, or "" for the installation's own chain."""

    ward: str
    lines: int
    unsealed: int
    broken: Break | None


def verify(
    ward: str | None = None, progress: Progress = lambda count: None, copies: Path | None = None
) -> Iterator[Verdict]:
    """Checks every chain, or that of `ward` (a slug; "" for the installation), and yields a verdict for each.

    `progress(count)` is called with the number of lines done since the last call. The verdict is also kept in the
    chain's row, for the auditors' page. May run while lines are written and sealed.
    """
    ends = heads.read(copies or heads.file())
    known = set()
    for ward_id, slug in _wards(ward):
        chain = Chain.objects.filter(of_ward(ward_id)).first()
        if chain is not None:
            known.add(chain.key)
        lines, broken = _walk(ward_id, chain, ends.get(chain.key, []) if chain else [], progress)
        unsealed = AuditLine.objects.filter(of_ward(ward_id), number__isnull=True).count()
        if chain is not None:
            Chain.objects.filter(pk=chain.pk).update(
                verified_at=clock.now(),
                verified_number=lines,
                fault=f"{broken.number}: {broken.what}"[:300] if broken else "",
            )
        yield Verdict(slug, lines, unsealed, broken)
    if ward is None:
        for key in sorted(ends.keys() - known):
            number = max(end["number"] for end in ends[key])
            yield Verdict(
                f"chain {key}",
                0,
                0,
                Break(number, "the copied ends name a chain that the database no longer has"),
            )


def count_lines(ward: str | None = None) -> int:
    """How many sealed lines a check will walk, for a progress bar."""
    lines = AuditLine.objects.exclude(number__isnull=True)
    if ward is not None:
        lines = lines.filter(ward__slug=ward) if ward else lines.filter(ward__isnull=True)
    return lines.count()


def _wards(ward: str | None) -> list[tuple[int | None, str]]:
    if ward == INSTALLATION:
        return [(None, INSTALLATION)]
    wards = Ward.objects.order_by("slug")
    if ward is not None:
        wards = wards.filter(slug=ward)
    rows: list[tuple[int | None, str]] = list(wards.values_list("pk", "slug"))
    return rows if ward is not None else [(None, INSTALLATION), *rows]


def _walk(
    ward_id: int | None, chain: Chain | None, copies: list[dict[str, Any]], progress: Progress
) -> tuple[int, Break | None]:
    """The number of sealed lines that are in order, and the first broken place after them."""
    sealed = AuditLine.objects.filter(of_ward(ward_id), number__isnull=False)
    if chain is None or (not chain.number and not chain.digest):
        first = sealed.order_by("number").first()
        if first is None or (chain := Chain.objects.filter(of_ward(ward_id), number__gt=0).first()) is None:
            return 0, None if first is None else Break(
                first.number or 0, "sealed lines, but no end of a chain"
            )
    copied: dict[int, set[str]] = {}
    for copy in copies:
        copied.setdefault(copy["number"], set()).add(copy["digest"])

    number, digest, since = 0, origin(chain.key), 0
    rows = sealed.order_by("number").values_list(
        "number", "digest", "at", "actor", "action", "target", "facts"
    )
    for place, stored, at, actor, action, target, facts in rows.iterator(chunk_size=STEP):
        assert place is not None
        if place != number + 1:
            gone = place - number - 1
            return number, Break(number + 1, f"{gone} line(s) are gone: after {number} comes {place}")
        expected = link(Line(at, actor, action, target, facts), place, digest)
        if stored != expected:
            return number, Break(
                place,
                f"the line or its link was changed: its content gives {expected[:12]}…, stored is {stored[:12]}…",
            )
        if place in copied and copied[place] != {stored}:
            return number, Break(place, "the line differs from the copied end: the chain was written anew")
        number, digest, since = place, stored, since + 1
        if place == chain.number and digest != chain.digest:
            return number - 1, Break(place, "the line differs from the end of the chain")
        if since == STEP:
            progress(since)
            since = 0
    progress(since)
    return number, _check_end(chain, number, copied)


def _check_end(chain: Chain, number: int, copied: dict[int, set[str]]) -> Break | None:
    if number < chain.number:
        return Break(
            number + 1,
            f"{chain.number - number} line(s) at the end are gone: the chain's end is {chain.number}",
        )
    if number > chain.number:  # sealed while we walked, or the end was set back
        chain = Chain.objects.get(pk=chain.pk)
        last = AuditLine.objects.filter(of_ward(chain.ward_id)).aggregate(last=Max("number"))["last"]
        if chain.number < (last or 0):
            return Break(
                chain.number + 1, f"the chain's end was set back to {chain.number}; lines go on to {last}"
            )
    if not heads.is_signed(chain.key, chain.number, chain.digest, chain.signature):
        return Break(
            chain.number,
            "the end's signature is wrong: it was changed, or the secret it was made with is not in OLD_SECRET_KEYS",
        )
    if copied and max(copied) > chain.number:
        return Break(
            chain.number + 1,
            f"the chain was set back: a copied end names line {max(copied)} of the same chain",
        )
    return None
