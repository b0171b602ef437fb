"""What the tests of this folder need: a ward with sections, people, a plan and initiatives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.test import Client

from kuyakusho.core.access.acting import ActingStaff
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.domains.policy.evaluation.access import Work, work_of
from kuyakusho.domains.policy.models import Initiative, Plan


@dataclass
class Person:
    """Somebody on the staff, with what a view makes of them."""

    member: StaffMember
    staff: ActingStaff
    client: Client

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.member.public_id)


class Office:
    """A ward at work. Style osaka and fiscal 2022 unless the test says otherwise."""

    def __init__(self, slug: str = "nishi", *, style: str = "osaka", year: int = 2022) -> None:
        self.ward = Ward.objects.create(
            slug=slug,
            official_code="271063",
            name="西区",
            name_kana="にしく",
            name_en="Nishi",
            city="大阪市",
            city_en="Osaka",
            style=style,
        )
        self.year = year
        self.plan = self.a_plan(year)
        self.sections: dict[str, Section] = {}

    def a_plan(self, year: int, **fields: object) -> Plan:
        values = {
            "key": "policy",
            "kind": "policy",
            "title": f"{year}年度の方針",
            "style": self.ward.style,
            **fields,
        }
        return Plan.objects.create(ward=self.ward, fiscal_year=year, **values)

    def section(self, key: str = "welfare", **fields: object) -> Section:
        if key not in self.sections:
            values = {
                "name": f"{key}課",
                "name_kana": "か",
                "name_en": key,
                "valid_from": date(2015, 4, 1),
                **fields,
            }
            self.sections[key] = Section.objects.create(
                ward=self.ward, key=key, order=len(self.sections), **values
            )
        return self.sections[key]

    def initiative(self, row: str = "O1.1", section: str = "welfare", **fields: object) -> Initiative:
        values = {"title": f"{row}の取組", "summary": "せつめい", "first_year": 2020, **fields}
        return Initiative.objects.create(ward=self.ward, row=row, owner=self.section(section), **values)

    def person(self, *roles: str, section: str = "welfare") -> Person:
        number = Account.objects.count() + 1
        account = Account.objects.create_user(f"p{number}@{self.ward.slug}.example.jp", name=f"職員{number}")
        member = StaffMember.objects.create(ward=self.ward, account=account)
        Posting.objects.create(
            member=member, section=self.section(section), roles=list(roles), valid_from=date(2015, 4, 1)
        )
        client = Client()
        client.force_login(account)
        return Person(member, ActingStaff(member, self.ward, self.section(section), frozenset(roles)), client)

    def work(
        self, person: Person, initiative: Initiative, phase: str = "midyear", year: int | None = None
    ) -> Work:
        return work_of(
            person.staff,
            year=year or self.year,
            plan_key="policy",
            phase=phase,
            initiative=initiative.public_id,
        )

    def address(self, initiative: Initiative, phase: str = "midyear", year: int | None = None) -> str:
        return (
            f"/{self.ward.slug}/desk/evaluations/{year or self.year}/policy/{phase}/{initiative.public_id}/"
        )
