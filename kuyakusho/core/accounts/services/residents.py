"""Residents: coming in, seeing what is kept, and leaving."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from kuyakusho.core.access.actor import VISITOR, Actor
from kuyakusho.core.accounts import kept, sessions
from kuyakusho.core.accounts.models import Account, IdentityLink, Resident, SignIn
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward


def enter(ward: Ward, account: Account, variant: str) -> Resident:
    """The account's row in this ward; made at the first sign-in."""
    with transaction.atomic():
        resident, is_new = Resident.objects.get_or_create(
            ward=ward, account=account, defaults={"created_at": clock.now(), "language": variant}
        )
        if is_new:
            record(
                ward=ward,
                actor=Actor("resident", resident.public_id),
                action="accounts.resident.registered",
                target=f"accounts.resident:{resident.public_id}",
            )
        elif not resident.language:
            Resident.objects.filter(pk=resident.pk).update(language=variant)
    return resident


def account_for_address(ward: Ward, email: str) -> Account:
    """The account with an address that was just proved; made when there is none."""
    account = Account.objects.filter(email=email).first()
    if account is not None:
        return account
    with transaction.atomic():
        account, is_new = Account.objects.get_or_create(email=email, defaults={"password": "!"})
        if is_new:
            target = f"accounts.account:{account.public_id}"
            record(ward=ward, actor=VISITOR, action="accounts.account.made", target=target)
    return account


def everything_kept(resident: Resident) -> dict[str, Any]:
    """All that the office keeps about the resident, as data for downloading (個人情報保護法: 開示)."""
    account = resident.account
    return {
        "ward": resident.ward.slug,
        "account": {
            "email": account.email,
            "name": account.name,
            "name_kana": account.name_kana,
            "registered_at": resident.created_at.isoformat(),
            "language": resident.language,
        },
        "directories": [
            {"name": link.provider.name, "linked_at": link.linked_at.isoformat()}
            for link in IdentityLink.objects.filter(account=account, provider__audience="resident")
            .select_related("provider")
            .order_by("linked_at")
        ],
        "sign_ins": [
            {
                "method": row.method,
                "browser": row.browser,
                "started_at": row.started_at.isoformat(),
                "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            }
            for row in sign_ins_of(resident)
        ],
        "services": {section.key: section.export(resident) for section in kept.sections()},
    }


def sign_ins_of(resident: Resident) -> list[SignIn]:
    """The resident's sign-ins to this ward, the latest first."""
    return list(
        SignIn.objects.filter(account=resident.account, ward=resident.ward, audience="resident").order_by(
            "-started_at"
        )
    )


def leave(resident: Resident) -> None:
    """Deletes what is kept about the resident in this ward; the account too when nothing else needs it.

    Rooms delete or detach their own rows first (`kept`). The audit line stays: it names a reference and nobody.
    """
    account = resident.account
    with transaction.atomic():
        for section in kept.sections():
            section.erase(resident)
        record(
            ward=resident.ward,
            actor=Actor("resident", resident.public_id),
            action="accounts.resident.left",
            target=f"accounts.resident:{resident.public_id}",
        )
        for row in sign_ins_of(resident):
            sessions.end_sign_in(row, "removed")
        SignIn.objects.filter(account=account, ward=resident.ward, audience="resident").delete()
        resident.delete()
        if not account.residencies.exists():
            IdentityLink.objects.filter(account=account, provider__audience="resident").delete()
            if not account.staff_memberships.exists():
                account.delete()
