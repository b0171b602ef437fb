"""What the middleware and the access declarations hang on a request, for the type checker.

At run time it is Django's own request. `ward` is None on pages of the installation itself, `staff` and `resident`
are None where the declaration of the view lets others in: a view that is reached by them asks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from kuyakusho.core.access.acting import ActingStaff
    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.accounts.models import Resident
    from kuyakusho.core.wards.models import Ward
    from kuyakusho.core.wards.variants import Variant


class Request(HttpRequest):
    """A request after the middleware."""

    id: str
    ward: Ward
    variant: Variant
    actor: Actor
    staff: ActingStaff
    resident: Resident
    demo_sign_in: bool
    variant_addresses: dict[str, str]
