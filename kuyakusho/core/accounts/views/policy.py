"""What a ward asks of those who sign in, and its counter PCs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuyakusho.core import access
from kuyakusho.core.accounts import sessions
from kuyakusho.core.accounts.forms import PolicyForm
from kuyakusho.core.accounts.models import Device
from kuyakusho.core.accounts.services import policies
from kuyakusho.core.http.request import Request

from .shared import proved, show


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:sign-in-policy"))


@access.staff("administrator")
@proved
def sign_in_policy(request: Request) -> HttpResponse:
    """The ward's policy, and the counter PCs that were registered."""
    form = PolicyForm(
        request.POST if request.method == "POST" else None, instance=sessions.policy_of(request.ward)
    )
    if request.method == "POST" and form.is_valid():
        policies.set_policy(request.ward, form.cleaned_data, request.actor)
        messages.success(request, _("サインインのきまりを変えました。次のサインインから使われます。"))
        return _back()
    devices = access.scope(Device.objects.order_by("counter_name"), request, ward="counter_of")
    return show(request, "sign_in_policy", form=form, devices=devices)


@access.staff("administrator")
@require_POST
def retire_counter_pc(request: Request, device: int) -> HttpResponse:
    """Makes a counter PC an ordinary browser again, from afar."""
    found = access.find(access.scope(Device.objects.all(), request, ward="counter_of"), pk=device)
    policies.retire_counter_pc(request.ward, found, request.actor)
    messages.success(request, _("窓口PCから外しました。"))
    return _back()
