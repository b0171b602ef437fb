"""A ward and people for the tests of the mechanisms in core."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from django.test import Client

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.backends import PATHS, STAFF
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.wards.models import Section, Ward

_numbers = count(1)
TESTER = Actor.system("test")


def a_ward(slug: str = "", **fields: Any) -> Ward:
    number = next(_numbers)
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
    return Ward.objects.create(slug=slug or f"ward-{number}", **values)


def a_member(ward: Ward, *roles: str) -> StaffMember:
    number = next(_numbers)
    section = Section.objects.get_or_create(
        ward=ward, key="general", defaults={"name": "総務課", "valid_from": date(2020, 4, 1)}
    )[0]
    account = Account.objects.create_user(f"person{number}@ward.example.jp", name=f"職員{number}")
    member = StaffMember.objects.create(ward=ward, account=account)
    Posting.objects.create(member=member, section=section, roles=list(roles), valid_from=date(2020, 4, 1))
    return member


def signed_in(member: StaffMember) -> Client:
    client = Client()
    client.force_login(member.account, PATHS[STAFF])
    return client
