"""Wards by slug, kept in the process for a moment: every request asks for one."""

from __future__ import annotations

import time

from .models import Ward

KEPT_SECONDS = 2.0
_kept: dict[str, tuple[float, Ward | None]] = {}


def find(slug: str) -> Ward | None:
    """The ward of that slug or None. May be up to two seconds old, its revision excepted (`revision_of`)."""
    now = time.monotonic()
    kept = _kept.get(slug)
    if kept and now - kept[0] < KEPT_SECONDS:
        return kept[1]
    return renew(slug)


def renew(slug: str) -> Ward | None:
    """The ward as it is in the database now, or None."""
    ward = Ward.objects.filter(slug=slug).first()
    if len(_kept) > 1000:  # hostile addresses must not fill memory
        _kept.clear()
    _kept[slug] = (time.monotonic(), ward)
    return ward


def forget() -> None:
    """Drops what is kept; called where wards themselves change, and between tests."""
    _kept.clear()
