"""What tests with keys need: a ward, an administrator in front of a browser, a key."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.tests.making import a_member, a_ward
from kuyakusho.core.keys import services
from kuyakusho.core.keys.models import ApiKey
from kuyakusho.core.wards.models import Ward

TESTER = Actor.system("test")
LATER = date(2027, 3, 31)


def a_key(ward: Ward, **fields: Any) -> tuple[ApiKey, str]:
    values = {"name": "健診システム", "allowed": ["indicators:write"], "expires_on": LATER, **fields}
    return services.issue(ward, actor=TESTER, **values)


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def administrator(ward: Ward | None = None, *roles: str) -> Client:
    member = a_member(ward or a_ward(), *(roles or ("administrator",)))
    client = Client()
    client.force_login(member.account)
    return client
