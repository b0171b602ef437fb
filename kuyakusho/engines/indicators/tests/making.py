"""What the tests of this room need: a ward, people, an indicator."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.test import Client

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.engines.indicators.models import Indicator, Observation, Target

_numbers = count(1)
TESTER = Actor.system("test")


def a_ward(slug: str = "", **fields: object) -> Ward:
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


def a_section(ward: Ward, key: str = "planning", **fields: object) -> Section:
    values = {"name": key, "name_kana": "か", "name_en": key, "valid_from": date(2020, 4, 1), **fields}
    return Section.objects.get_or_create(ward=ward, key=key, defaults=values)[0]


def a_member(ward: Ward, *roles: str, section: Section | None = None) -> StaffMember:
    number = next(_numbers)
    account = Account.objects.create_user(f"person{number}@ward.example.jp", name=f"職員{number}")
    member = StaffMember.objects.create(ward=ward, account=account)
    Posting.objects.create(
        member=member, section=section or a_section(ward), roles=list(roles), valid_from=date(2020, 4, 1)
    )
    return member


def signed_in(member: StaffMember) -> Client:
    client = Client()
    client.force_login(member.account)
    return client


def an_indicator(ward: Ward, key: str = "", goals: dict | None = None, **fields: object) -> Indicator:
    values = {
        "title": "窓口の待ち時間",
        "title_en": "Minutes of waiting",
        "unit": "分",
        "unit_en": "min",
        "direction": "down",
        "accumulation": "yearly",
        "source": "typed",
        **fields,
    }
    indicator = Indicator.objects.create(ward=ward, key=key or f"indicator-{next(_numbers)}", **values)
    for year, goal in (goals or {}).items():
        low, high = goal if isinstance(goal, tuple) else (None, None)
        Target.objects.create(
            indicator=indicator,
            fiscal_year=year,
            value=None if isinstance(goal, tuple) else Decimal(goal),
            low=low,
            high=high,
        )
    return indicator


def observed(indicator: Indicator, fiscal_year: int, value: object, **fields: object) -> Observation:
    """An observation of a whole fiscal year, recorded in the May after it."""
    values = {
        "period_from": date(fiscal_year, 4, 1),
        "period_until": date(fiscal_year + 1, 4, 1),
        "as_of": datetime(fiscal_year + 1, 3, 31, tzinfo=UTC),
        "recorded_at": datetime(fiscal_year + 1, 5, 10, tzinfo=UTC),
        "source": "窓口の記録",
        "actor": "system:test",
        **fields,
    }
    return Observation.objects.create(
        indicator=indicator, fiscal_year=fiscal_year, value=Decimal(str(value)), **values
    )
