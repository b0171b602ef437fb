"""What the tests of signing in need: wards, people, browsers, codes, and the e-mails that were written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from django.test import Client

from kuyakusho.core.accounts.factors import totp
from kuyakusho.core.accounts.models import Account, Posting, Resident, StaffMember, TotpFactor
from kuyakusho.core.calendar import clock
from kuyakusho.core.outbox.models import Entry
from kuyakusho.core.tokens import sealing
from kuyakusho.core.wards.models import Section, Ward

PASSWORD = "seven quiet herons 7"
_numbers = count(1)


def a_ward(slug: str = "nishi", **fields: Any) -> Ward:
    values = {
        "official_code": "141038",
        "name": "西区",
        "name_kana": "にしく",
        "name_en": "Nishi Ward",
        "city": "横浜市",
        "city_en": "Yokohama",
        "style": "yokohama",
        "languages": ["ja", "en"],
        **fields,
    }
    return Ward.objects.get_or_create(slug=slug, defaults=values)[0]


def a_section(ward: Ward, key: str = "records", **fields: Any) -> Section:
    values = {"name": f"{key}課", "name_kana": "か", "name_en": key, "valid_from": date(2020, 4, 1), **fields}
    return Section.objects.get_or_create(ward=ward, key=key, defaults=values)[0]


def an_account(email: str | None = "", *, password: str | None = PASSWORD, **fields: Any) -> Account:
    number = next(_numbers)
    if email == "":
        email = f"person{number}@ward.example.jp"
    return Account.objects.create_user(email, password, **{"name": f"職員{number}", **fields})


def a_member(
    ward: Ward,
    *roles: str,
    section: Section | None = None,
    account: Account | None = None,
    since: date = date(2020, 4, 1),
    key: str = "",
) -> StaffMember:
    member = StaffMember.objects.create(ward=ward, account=account or an_account(), key=key)
    Posting.objects.create(
        member=member, section=section or a_section(ward), roles=list(roles or ["clerk"]), valid_from=since
    )
    return member


def an_app(account: Account) -> str:
    """Gives the account an authenticator app; returns its key."""
    secret = totp.new_secret()
    TotpFactor.objects.create(
        account=account, sealed_secret=sealing.seal("totp", secret), last_step=0, created_at=clock.now()
    )
    return secret


def an_app_again(account: Account) -> str:
    """The key of the app that the account has."""
    return sealing.unseal("totp", TotpFactor.objects.get(account=account).sealed_secret)


def code_now(secret: str) -> str:
    return totp.code_at(secret, totp.step_of(clock.now()))


def a_resident(ward: Ward, email: str | None = "", **fields: Any) -> Resident:
    account = an_account(email or f"resident{next(_numbers)}@example.jp", password=None, **fields)
    return Resident.objects.create(ward=ward, account=account, created_at=clock.now())


def sign_in(client: Client, member: StaffMember, secret: str, password: str = PASSWORD) -> Any:
    """Password and app code, as a person does; returns the last answer."""
    base = f"/{member.ward.slug}"
    first = client.post(
        f"{base}/sign-in/staff/", {"email": member.account.email, "password": password}, follow=False
    )
    if first.status_code != 302:
        return first
    return client.post(f"{base}/sign-in/staff/second/", {"code": code_now(secret)})


def from_place(address: str, **headers: str) -> Client:
    """A browser behind an address."""
    return Client(REMOTE_ADDR=address, **headers)


def messages_to(address: str) -> list[dict[str, str]]:
    """The e-mails in the outbox, the oldest first."""
    entries = Entry.objects.filter(kind="message").order_by("id")
    return [e.payload for e in entries if e.payload.get("to") == address]


def link_in(message: dict[str, str], base: str = "http://localhost:8000") -> str:
    """The path of the link in an e-mail."""
    found = re.search(re.escape(base) + r"(/\S+)", message["body"])
    assert found, message["body"]
    return found[1]


def code_in(message: dict[str, str]) -> str:
    found = re.search(r"^\s*(\d{6})\s*$", message["body"], re.M)
    assert found, message["body"]
    return found[1]


def audit_actions() -> Sequence[str]:
    from kuyakusho.core.audit.models import AuditLine

    return list(AuditLine.objects.order_by("id").values_list("action", flat=True))
