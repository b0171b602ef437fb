"""What the tests of signing in share."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from kuyakusho.core.accounts.models import IdentityProvider, StaffMember
from kuyakusho.core.accounts.oidc import discovery
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.wards.models import Ward

from .openid import KEY, REDIRECT
from .provider import ClientOf, Provider


@pytest.fixture
def ward(db: None) -> Ward:
    return making.a_ward()


@pytest.fixture
def member(ward: Ward) -> StaffMember:
    """A clerk with a password, and no second factor yet."""
    return making.a_member(ward)


@pytest.fixture
def secret(member: StaffMember) -> str:
    """The key of the clerk's authenticator app."""
    return making.an_app(member.account)


@pytest.fixture
def administrator(ward: Ward) -> StaffMember:
    return making.a_member(ward, "administrator")


@pytest.fixture
def desk(administrator: StaffMember) -> Client:
    """The administrator's browser, signed in with both factors just now."""
    client = Client()
    making.sign_in(client, administrator, making.an_app(administrator.account))
    return client


@pytest.fixture(autouse=True)
def _no_directory_is_remembered() -> Iterator[None]:
    discovery.forget()
    yield
    discovery.forget()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    made.clients["kuyakusho"] = ClientOf([REDIRECT], "private_key_jwt", public_key=KEY)
    yield made
    made.stop()


@pytest.fixture
def city(ward: Ward, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> IdentityProvider:
    """The city's directory for staff."""
    monkeypatch.setenv("CITY_KEY", json.dumps(KEY.as_dict(private=True)))
    return IdentityProvider.objects.create(
        key="city",
        kind="oidc",
        audience="staff",
        name="市の認証",
        issuer=provider.issuer,
        client_id="kuyakusho",
        client_auth="private_key_jwt",
        secret_variable="CITY_KEY",
        scopes="openid email",
    )


@pytest.fixture
def clerk(ward: Ward, city: IdentityProvider, provider: Provider) -> StaffMember:
    """A clerk whom the directory knows by address."""
    member = making.a_member(ward, "administrator", account=making.an_account(password=None))
    provider.person = {"sub": "c-17", "email": member.account.email, "email_verified": True}
    return member
