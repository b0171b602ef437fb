"""What a ward asks of those who sign in, and which browsers are its counter PCs."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts import devices
from kuyakusho.core.accounts.models import Device, SignInPolicy
from kuyakusho.core.audit.services import record
from kuyakusho.core.wards.models import Ward


def set_policy(ward: Ward, values: dict[str, Any], actor: Actor) -> None:
    """Keeps the policy; sessions that are open go on as they began."""
    with transaction.atomic():
        SignInPolicy.objects.update_or_create(ward=ward, defaults=values)
        record(
            ward=ward,
            actor=actor,
            action="accounts.policy.changed",
            target=f"wards.ward:{ward.slug}",
            **values,
        )


def register_counter_pc(ward: Ward, device: Device, name: str, actor: Actor) -> None:
    """Makes a browser a counter PC of the ward."""
    with transaction.atomic():
        devices.register_counter_pc(device, ward, name, str(actor))
        _note(ward, device, "accounts.counter_pc.registered", actor)


def retire_counter_pc(ward: Ward, device: Device, actor: Actor) -> None:
    """Makes it an ordinary browser again."""
    with transaction.atomic():
        devices.retire_counter_pc(device)
        _note(ward, device, "accounts.counter_pc.retired", actor)


def _note(ward: Ward, device: Device, action: str, actor: Actor) -> None:
    record(ward=ward, actor=actor, action=action, target=f"accounts.device:{device.pk}")
