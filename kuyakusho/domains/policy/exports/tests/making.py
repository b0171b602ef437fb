"""Whole plans, made up by hypothesis, in the database."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from kuyakusho.core.wards.models import District, Section, Ward
from kuyakusho.domains.policy.models import (
    Budget,
    CouncilGrade,
    Evaluation,
    Initiative,
    InitiativeIndicator,
    InitiativeLink,
    Join,
    Node,
    Plan,
    SourceDocument,
)
from kuyakusho.engines.indicators.models import Indicator, Observation, Target

NOW = datetime(2024, 6, 10, 3, 0, 0, 123456, tzinfo=UTC)
# Texts that break careless files.
WILD = (
    "=1+1", "-5", "+8", "@SUM(A1)", "'quoted", "\t", "a,b", 'a"b', "two\nlines", "a\r\nb", " spaces ", "001", "1-1",
    "2345678e92", "＝全角", "髙橋𠮷野", "葛\U000e0100城", "_x000D_", "x005F_", "json:{}", "long:0", "{}", "令和5年", "",
    "|cmd", "%0", "\u2028", "true", "null", "#REF!", "長" * 40_000,
)  # fmt: skip
KINDS = ("pillar", "issue", "measure", "action", "item", "section")


def a_ward(slug: str = "nishi") -> Ward:
    ward = Ward.objects.create(
        slug=slug,
        official_code="1",
        name="西区",
        name_kana="に",
        name_en="N",
        city="大阪市",
        city_en="O",
        style="osaka",
    )
    for at, key in enumerate(("welfare", "planning")):
        Section.objects.create(
            ward=ward, key=key, name=key, name_kana="か", name_en=key, order=at, valid_from=date(2015, 4, 1)
        )
        District.objects.create(ward=ward, key=f"d-{key}", name=key, name_kana="ち", name_en=key)
    return ward


def a_plan(ward: Ward, seed: int, nodes: int = 12) -> Plan:
    """A plan with a tree of that many nodes and something in every table; the same for the same seed."""
    chance = random.Random(seed)

    def text(limit: int = 10**6) -> str:
        return "".join(chance.choice(WILD) for _ in range(chance.randrange(1, 3)))[:limit]

    sections = list(Section.objects.filter(ward=ward))
    districts = list(District.objects.filter(ward=ward))
    plan = Plan.objects.create(
        ward=ward, key="policy", kind="policy", fiscal_year=2022, title=text(200), summary=text(), style="osaka",
        serves=["O1"], revision=chance.randrange(1, 99), pack={"x": text(50)}, origin="import",
    )  # fmt: skip
    last_year = Plan.objects.create(
        ward=ward, key="policy", kind="policy", fiscal_year=2021, title="前", style="osaka"
    )
    before = Node.objects.create(plan=last_year, kind="pillar", title="前の柱")
    document = SourceDocument.objects.create(
        ward=ward, filename=text(100), media_type="text/plain", digest="d" * 64, text=text() + "。", uploaded_at=NOW,
        uploaded_by="staff:abc",
    )  # fmt: skip
    made: list[Node] = []
    for at in range(nodes):
        parent = chance.choice([None, *made]) if at else None
        made.append(
            Node.objects.create(
                plan=plan,
                parent=parent,
                order=chance.randrange(4),
                kind=chance.choice(KINDS),
                code=text(60),
                title=text(),
                text=text(),
                attached=text(),
                spans=[[0, 3], [5, 9]],
                document=chance.choice([None, document]),
                owner=chance.choice([None, *sections]),
                district=chance.choice([None, *districts]),
                sdgs=[3, 11],
                previous=chance.choice([None, before]),
                former_ids=[text(10)],
                details={"注": text(40)},
            )
        )
    initiatives = [
        Initiative.objects.create(
            ward=ward,
            row=f"O{number}ア.{number}",
            title=text(200),
            summary=text(),
            owner=chance.choice(sections),
            capabilities=["policy"],
            sdgs=[1],
            find=[{"like": text(30)}],
            first_year=2020,
            order=chance.randrange(5),
            last_year=chance.choice([None, 2025]),
            is_confidential=chance.random() < 0.5,
        )
        for number in range(4)
    ]
    InitiativeLink.objects.create(before=initiatives[0], after=initiatives[1], kind="merge", fiscal_year=2022)
    for number, initiative in enumerate(initiatives):
        indicator = Indicator.objects.create(
            ward=ward, key=f"i-{number}", title=text(200), unit="件", direction="up", accumulation="yearly",
            source="typed", baseline=Decimal(chance.randrange(-999, 999)) / 8, about=["O1"], how=text(400)[:400],
            order=chance.randrange(3),
        )  # fmt: skip
        InitiativeIndicator.objects.create(
            initiative=initiative, indicator=indicator, weight=Decimal(chance.randrange(0, 9999)) / 1000
        )
        Target.objects.create(indicator=indicator, fiscal_year=2022, value=Decimal("0.1") * number)
        for _ in range(chance.randrange(3)):
            Observation.objects.create(
                indicator=indicator, period_from=date(2022, 4, 1), period_until=date(2023, 4, 1), fiscal_year=2022,
                value=Decimal(chance.randrange(-(10**13), 10**13)) / 10_000, base=chance.choice([None, 2**62]),
                as_of=NOW, recorded_at=NOW + timedelta(seconds=chance.randrange(3)), source=text(200)[:200],
                actor="staff:abc", note=text(400)[:400], lineage={"x": text(20)},
            )  # fmt: skip
        Join.objects.get_or_create(
            node=chance.choice(made), initiative=initiative,
            defaults={"how": "likeness", "score": chance.random(), "state": "confirmed", "decided_at": NOW},
        )  # fmt: skip
        Budget.objects.create(
            initiative=initiative, fiscal_year=2022, kind="budget", amount_yen=chance.randrange(10**12)
        )
        evaluation = Evaluation.objects.create(
            plan=plan, initiative=initiative, phase=chance.choice(["midyear", "year_end"]), section=sections[0],
            grade="①", grades={"outcome": "A"}, text=text(), state="approved", changed_at=NOW, approved_at=NOW,
            version=chance.randrange(1, 9), past=[{"text": text(30)}],
        )  # fmt: skip
        CouncilGrade.objects.create(
            evaluation=evaluation,
            grade="妥当",
            members=3,
            meeting_on=date(2023, 7, 1),
            source=text(200)[:200],
        )
    for node in made[:3]:
        Budget.objects.create(
            node=node, fiscal_year=2021, kind="settlement", amount_yen=-chance.randrange(10**15, 10**17)
        )
    return plan


def wipe(plan: Plan) -> None:
    """Deletes everything that the plan's export holds; last year's plan stays, since it is another's."""
    ward = plan.ward
    plan.delete()
    Initiative.objects.filter(ward=ward).delete()
    Indicator.objects.filter(ward=ward).delete()
    SourceDocument.objects.filter(ward=ward).delete()
