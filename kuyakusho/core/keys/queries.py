"""Finding the key that a request brings."""

from __future__ import annotations

import hmac

from kuyakusho.core.calendar import clock

from . import rules
from .models import ApiKey

_NOBODYS = "0" * 64


def recognised(text: str, ward_slug: str) -> ApiKey | None:
    """The key, when it is one of that ward and works today; None for everything else, without saying why."""
    prefix = rules.prefix_of(text)
    found = ApiKey.objects.select_related("ward").filter(prefix=prefix).first() if prefix else None
    # Compared in any case, so that an unknown prefix and a wrong secret take the same time.
    is_same = hmac.compare_digest(found.digest if found else _NOBODYS, rules.digest_of(text))
    if found is None or not is_same or found.ward.slug != ward_slug:
        return None
    return found if rules.works(found.expires_on, found.revoked_at, clock.today()) else None
