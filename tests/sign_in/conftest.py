"""What the tests of signing in share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from kuyakusho.core.accounts.models import StaffMember
from kuyakusho.core.accounts.oidc import discovery
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.wards.models import Ward


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
