"""From what a directory says to an account of ours."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.backends import may_act
from kuyakusho.core.accounts.models import Account, IdentityLink, IdentityProvider
from kuyakusho.core.accounts.oidc.flow import Identity
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Refused
from kuyakusho.core.wards.models import Ward


def providers(ward: Ward, audience: str) -> list[IdentityProvider]:
    """The directories that a ward's sign-in page offers."""
    return list(IdentityProvider.objects.filter(Q(ward=ward) | Q(ward=None), audience=audience, enabled=True))


def provider(ward: Ward, key: str, kind: str | None = None) -> IdentityProvider | None:
    """One of them by its key."""
    found = IdentityProvider.objects.filter(Q(ward=ward) | Q(ward=None), key=key, enabled=True)
    return (found.filter(kind=kind) if kind else found).first()


def staff_account(ward: Ward, directory: IdentityProvider, identity: Identity) -> Account:
    """The staff member's account: by subject; the first time by verified address. Never makes one.

    Raises Refused when nobody on the ward's staff fits.
    """
    linked = _linked(directory, identity)
    if linked is None and identity.email and identity.email_verified:
        known = Account.objects.filter(email=identity.email, staff_memberships__ward=ward).first()
        if known is not None and may_act(known) and not known.is_demo:
            linked = _link(ward, directory, identity, known)
    if linked is None or not may_act(linked) or not linked.staff_memberships.filter(ward=ward).exists():
        raise Refused(
            "not_on_staff",
            _("この区役所の職員として登録されていません。"),
            _("区の管理者に、登録とメールアドレスを確かめてもらってください。"),
        )
    return linked


def resident_account(ward: Ward, directory: IdentityProvider, identity: Identity) -> Account:
    """The resident's account: by subject, else a new one without address or name. Nothing more is kept.

    It is never joined by e-mail with an account that a code opens; the resident joins the two on "my page".
    """
    linked = _linked(directory, identity)
    if linked is None:
        with transaction.atomic():
            linked = _link(ward, directory, identity, Account.objects.create_user(None))
    if not may_act(linked):
        raise Refused(
            "account_closed", _("このアカウントは使えません。"), _("区役所にお問い合わせください。")
        )
    return linked


def join(ward: Ward, directory: IdentityProvider, identity: Identity, account: Account) -> None:
    """Lets a resident who is signed in use the directory from now on. Raises Conflict when it opens another account."""
    linked = _linked(directory, identity)
    if linked is None:
        _link(ward, directory, identity, account)
    elif linked.pk != account.pk:
        raise Conflict(
            "directory_taken",
            _("この認証は、別の登録にすでに使われています。"),
            _("別の登録を使わないときは、そちらでサインインして削除してから、もう一度お試しください。"),
        )


def _linked(directory: IdentityProvider, identity: Identity) -> Account | None:
    link = (
        IdentityLink.objects.select_related("account")
        .filter(provider=directory, subject=identity.subject)
        .first()
    )
    return link.account if link else None


def _link(ward: Ward, directory: IdentityProvider, identity: Identity, account: Account) -> Account:
    with transaction.atomic():
        link, is_new = IdentityLink.objects.select_related("account").get_or_create(
            provider=directory,
            subject=identity.subject,
            defaults={"account": account, "linked_at": clock.now()},
        )
        if is_new:
            record(
                ward=ward,
                actor=Actor("visitor"),
                action="accounts.directory.linked",
                target=f"accounts.account:{account.public_id}",
                directory=directory.key,
            )
    return link.account
