"""Changes to what a ward offers: only ever from its pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch

from .models import Offer


@dataclass(frozen=True)
class OfferSpec:
    """One offer as the pack gives it."""

    key: str
    title: str
    capability: str
    url_name: str
    title_en: str = ""
    title_easy: str = ""
    summary: str = ""
    summary_en: str = ""
    summary_easy: str = ""
    serves: Sequence[str] = field(default_factory=list)


@transaction.atomic
def set_offers(ward: Ward, specs: Sequence[OfferSpec], *, actor: Actor) -> dict[str, list[str]]:
    """Makes the ward's offers those of `specs`, in their order; gives back the keys created, changed and removed."""
    standing = {offer.key: offer for offer in Offer.objects.filter(ward=ward)}
    done: dict[str, list[str]] = {"created": [], "changed": [], "removed": []}
    for order, spec in enumerate(specs):
        values = {**asdict(spec), "serves": list(spec.serves), "order": order}
        offer = standing.pop(spec.key, None)
        if offer is None:
            Offer.objects.create(ward=ward, **values)
            done["created"].append(spec.key)
        elif any(getattr(offer, name) != value for name, value in values.items()):
            Offer.objects.filter(pk=offer.pk).update(**values)
            done["changed"].append(spec.key)
    for key, offer in standing.items():
        offer.delete()
        done["removed"].append(key)
    if any(done.values()):
        record(
            ward=ward, actor=actor, action="catalogue.offers.set", target=f"wards.ward:{ward.slug}", **done
        )
        touch(ward)
    return done
