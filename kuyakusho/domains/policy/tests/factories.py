"""Wards, people, initiatives and plans for the tests of this room."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Account, Posting, StaffMember
from kuyakusho.core.wards.models import District, Section, Ward
from kuyakusho.domains.policy.models import Initiative, Join, Node, Plan

PLANNER = Actor("staff", "planner")
PACKS = Path(__file__).resolve().parents[4] / "packs"
SOURCES = PACKS.parents[1] / "shared" / "source"


def make_ward(slug: str = "minato", *sections: str, style: str = "yokohama") -> Ward:
    """A ward with sections of the given keys."""
    ward = Ward.objects.create(
        slug=slug,
        official_code="141038",
        name="港区",
        name_kana="みなとく",
        name_en="Minato Ward",
        city="みなと市",
        city_en="Minato City",
        style=style,
    )
    for order, key in enumerate(sections or ("planning", "welfare")):
        make_section(ward, key, order=order)
    return ward


def make_section(ward: Ward, key: str, **values: Any) -> Section:
    return Section.objects.create(
        ward=ward,
        key=key,
        **{"name": f"{key}課", "name_kana": key, "name_en": key, "valid_from": date(2000, 4, 1), **values},
    )


def ward_of_pack(slug: str) -> Ward:
    """One of the two wards, with its real sections and districts."""
    folder = PACKS / slug
    data = tomllib.loads((folder / "ward.toml").read_text("utf-8"))["ward"]
    ward = Ward.objects.create(
        slug=slug,
        official_code=data["code"],
        name=data["name"],
        name_kana=data["kana"],
        name_en=data["name_en"],
        city=data["city"],
        city_en=data["city_en"],
        style=data["style"],
    )
    for order, one in enumerate(tomllib.loads((folder / "sections.toml").read_text("utf-8"))["section"]):
        Section.objects.create(
            ward=ward,
            key=one["key"],
            name=one["name"],
            name_kana=one["kana"],
            name_en=one["name_en"],
            mission=one["mission"],
            mission_en=one["mission_en"],
            order=order,
            valid_from=date(2000, 4, 1),
        )
    with (folder / "districts.csv").open(encoding="utf-8", newline="") as lines:
        for order, row in enumerate(csv.DictReader(lines)):
            District.objects.create(
                ward=ward,
                key=row["key"],
                name=row["name"],
                name_kana=row["kana"],
                name_en=row["name_en"],
                order=order,
            )
    return ward


def make_staff(ward: Ward, section: str = "planning", *roles: str, name: str = "") -> StaffMember:
    """Somebody posted to a section with roles, who can sign in with `client.force_login(member.account)`."""
    label = name or f"{ward.slug}-{section}-{'-'.join(roles)}"
    account = Account.objects.create_user(email=f"{label}@example.jp", name=label)
    member = StaffMember.objects.create(ward=ward, account=account, key=label)
    Posting.objects.create(
        member=member,
        section=ward.sections.get(key=section),
        roles=list(roles),
        valid_from=date(2000, 4, 1),
    )
    return member


def make_plan(ward: Ward, year: int = 2022, **values: Any) -> Plan:
    return Plan.objects.create(
        ward=ward,
        fiscal_year=year,
        **{"key": "policy", "kind": "policy", "title": f"{year}年度の方針", "style": "yokohama", **values},
    )


def make_node(plan: Plan, title: str, parent: Node | None = None, **values: Any) -> Node:
    siblings = plan.nodes.filter(parent=parent).count()
    return Node.objects.create(
        plan=plan, parent=parent, order=siblings, title=title, **{"kind": "measure", **values}
    )


def make_initiative(ward: Ward, row: str = "Y1.1", owner: str = "planning", **values: Any) -> Initiative:
    return Initiative.objects.create(
        ward=ward,
        row=row,
        owner=ward.sections.get(key=owner),
        **{"title": f"取組{row}", "first_year": 2022, **values},
    )


def join(node: Node, initiative: Initiative, state: str = "certain", how: str = "hand") -> Join:
    return Join.objects.create(node=node, initiative=initiative, state=state, how=how)
