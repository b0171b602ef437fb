"""The browser itself: a signed cookie that says which one it is, and nothing about who uses it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpResponse

from kuyakusho.core import tokens
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Invalid
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Ward

from .attempts import Origin
from .models import Account, Device, KnownDevice
from .source import source_of

COOKIE, PURPOSE = "kuyakusho-device", "device"
KEPT = timedelta(days=400)  # the longest that browsers allow


def device_of(request: Request) -> Device | None:
    """The browser of this request, when it has signed in before; a forged or old cookie is none."""
    if not hasattr(request, "_device"):
        request._device = _read(request.COOKIES.get(COOKIE, ""))  # type: ignore[attr-defined]
    return request._device  # type: ignore[attr-defined, no-any-return]


def _read(cookie: str) -> Device | None:
    if not cookie:
        return None
    try:
        claim = tokens.read(PURPOSE, cookie)
    except Invalid:
        return None
    return Device.objects.select_related("counter_of").filter(public_id=claim.subject).first()


def origin_of(request: Request, account: Account | None) -> Origin:
    """Where a try for `account` comes from; its device only if the account has signed in from it before."""
    device = device_of(request)
    known = (
        device is not None
        and account is not None
        and KnownDevice.objects.filter(account=account, device=device).exists()
    )
    return Origin(source_of(request), device if known else None)


def remember(request: Request, account: Account, now: datetime) -> tuple[Device, bool]:
    """Makes this browser known for the account; called when somebody has signed in. `give_cookie` follows.

    Returns the browser and whether it is a new one for an account that has others.
    """
    others = KnownDevice.objects.filter(account=account).exists()
    device = device_of(request)
    if device is None:
        device = Device.objects.create(public_id=secrets.token_urlsafe(15), created_at=now)
        request._device = device  # type: ignore[attr-defined]
    known, fresh = KnownDevice.objects.get_or_create(
        account=account, device=device, defaults={"first_at": now, "last_at": now}
    )
    if not fresh:
        KnownDevice.objects.filter(pk=known.pk).update(last_at=now)
    return device, fresh and others


def give_cookie(request: Request, response: HttpResponse) -> HttpResponse:
    """Lets the browser keep its id."""
    device = device_of(request)
    if device is not None:
        response.set_cookie(
            COOKIE,
            tokens.make(PURPOSE, device.public_id, lifetime=KEPT),
            max_age=KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def counter_pc(request: Request, ward: Ward | None) -> Device | None:
    """This browser, if it is a counter PC of the ward."""
    device = device_of(request)
    if device is None or ward is None or device.counter_of_id != ward.pk:
        return None
    return device


def register_counter_pc(device: Device, ward: Ward, name: str, actor: str) -> None:
    """Makes a browser a counter PC of the ward."""
    Device.objects.filter(pk=device.pk).update(
        counter_of=ward, counter_name=name, registered_at=clock.now(), registered_by=actor
    )


def retire_counter_pc(device: Device) -> None:
    """Makes it an ordinary browser again."""
    Device.objects.filter(pk=device.pk).update(counter_of=None, counter_name="", registered_at=None)
