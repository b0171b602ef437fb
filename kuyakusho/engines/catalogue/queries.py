"""What a resident can do here. One statement per question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.variants import DEFAULT, Variant

from .models import Offer
from .registry import is_built


@dataclass(frozen=True)
class Shown:
    """An offer in the language of the page, with the address where it starts."""

    key: str
    title: str
    summary: str
    href: str
    capability: str
    serves: tuple[str, ...]


def offers(ward: Ward, variant: Variant = DEFAULT, *, serving: Iterable[str] | None = None) -> list[Shown]:
    """What works here today, in the pack's order; with `serving` only what serves one of those rows.

    An offer is shown when its capability is built and its page exists: there are no dead links. Call it inside the
    ward (a request of the ward), since addresses are the ward's.
    """
    wanted = None if serving is None else set(serving)
    if wanted is not None and not wanted:
        return []
    shown = []
    for offer in Offer.objects.filter(ward=ward):
        if not is_built(offer.capability):
            continue
        if wanted is not None and wanted.isdisjoint(offer.serves):
            continue
        try:
            href = reverse(offer.url_name, urlconf="kuyakusho.site.ward_urls")
        except NoReverseMatch:
            continue
        title, summary = _words(offer, variant)
        shown.append(Shown(offer.key, title, summary, href, offer.capability, tuple(offer.serves)))
    return shown


def _words(offer: Offer, variant: Variant) -> tuple[str, str]:
    if variant.easy:
        return offer.title_easy or offer.title, offer.summary_easy or offer.summary
    if not variant.language.startswith("ja"):
        return offer.title_en or offer.title, offer.summary_en or offer.summary
    return offer.title, offer.summary
