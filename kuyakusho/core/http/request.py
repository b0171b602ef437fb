"""What the middleware hangs on a request, for the type checker. At run time it is Django's own request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.access.acting import ActingStaff
    from kuyakusho.core.wards.models import Ward
    from kuyakusho.core.wards.variants import Variant


class Request(HttpRequest):
    """A request after the middleware. `ward` is None on pages of the installation itself."""

    id: str
    ward: Ward
    variant: Variant
    actor: Actor
    staff: ActingStaff
