"""people.csv, residents.csv: invented people for the demo. An installation without demo sign-ins never gets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from django.conf import settings
from pydantic import BeforeValidator, Field

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import ROLES, Account, Posting, Resident, StaffMember
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Section, Ward
from kuyakusho.core.wards.variants import VARIANTS

from ..faults import Change, Fault
from ..files import Entry, PackFolder, twice
from ..registry import Pack, register
from ..rows import put
from ..shapes import Kana, Key, Shape, Text
from .districts import keys as district_keys
from .sections import keys as section_keys

STAFF, RESIDENTS = "people.csv", "residents.csv"

# Demo people have worked here since before any day that the demo shows.
POSTED_ON = date(2020, 4, 1)

# Names that are reserved so that nobody owns them (RFC 2606, JPRS for example.jp).
Email = Annotated[str, Field(pattern=r"^[a-z0-9._-]+@([a-z0-9-]+\.)*example\.(jp|com|org|net)$")]
Roles = Annotated[
    list[Literal[ROLES]],  # type: ignore[valid-type]
    BeforeValidator(lambda value: value.split(";") if isinstance(value, str) else value),
]


class StaffShape(Shape):
    """An invented member of staff. `roles` are separated by semicolons. The name is kept as it is written."""

    key: Key
    name: Text
    kana: Kana
    section: Key
    roles: Roles
    email: Email


class ResidentShape(Shape):
    """An invented resident."""

    key: Key
    name: Text
    kana: Kana
    district: Key
    email: Email
    language: Literal[tuple(VARIANTS)] = "ja"  # type: ignore[valid-type]


@dataclass(frozen=True)
class PeoplePart:
    """Both files."""

    staff: list[Entry[StaffShape]]
    residents: list[Entry[ResidentShape]]


def read(folder: PackFolder) -> PeoplePart:
    """The people of both files."""
    return PeoplePart(folder.rows(STAFF, StaffShape), folder.rows(RESIDENTS, ResidentShape))


def check(pack: Pack) -> Iterator[Fault]:
    """Keys and addresses once; sections and districts are there."""
    part: PeoplePart = pack["people"]
    for entries in (part.staff, part.residents):
        yield from twice(entries, "key")
    yield from twice([*part.staff, *part.residents], "email")
    sections, districts = section_keys(pack), district_keys(pack)
    for one in part.staff:
        if one.value.section not in sections:
            yield one.unknown("section", one.value.section, sections)
    for other in part.residents:
        if other.value.district not in districts:
            yield other.unknown("district", other.value.district, districts)


def apply(ward: Ward, pack: Pack, _actor: Actor) -> list[Change]:
    """Makes the demo people. Where a person has been posted elsewhere since, the posting stays."""
    part: PeoplePart = pack["people"]
    if not settings.DEMO:
        return [Change("kept", "demo people", ward.slug, why="demo sign-ins are off here")]
    changes: list[Change | None] = []
    sections = {section.key: section for section in Section.objects.filter(ward=ward)}
    for staff in part.staff:
        account, change = _account(staff.value)
        changes.append(change)
        member, _new = StaffMember.objects.get_or_create(
            ward=ward, account=account, defaults={"key": staff.value.key}
        )
        if not member.postings.exists():
            Posting.objects.create(
                member=member,
                section=sections[staff.value.section],
                roles=list(staff.value.roles),
                valid_from=POSTED_ON,
            )
    for resident in part.residents:
        account, change = _account(resident.value)
        changes.append(change)
        Resident.objects.get_or_create(
            ward=ward,
            account=account,
            defaults={
                "key": resident.value.key,
                "language": resident.value.language,
                "created_at": clock.now(),
            },
        )
    return [change for change in changes if change]


def _account(one: StaffShape | ResidentShape) -> tuple[Account, Change | None]:
    account = Account.objects.filter(email=one.email).first()
    if account is None:
        account = Account(email=one.email)
        account.set_unusable_password()
    change = put(account, {"name": one.name, "name_kana": one.kana, "is_demo": True}, "demo person", one.key)
    return account, change


def register_part() -> None:
    register(
        "people",
        files=(STAFF, RESIDENTS),
        read=read,
        check=check,
        apply=apply,
        after=("sections", "districts"),
        salt=lambda: "demo" if settings.DEMO else "",
    )
