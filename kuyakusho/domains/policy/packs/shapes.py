"""What a pack's policy files hold, typed. Data may choose and fill in; it may not compute.

policy/plan.toml          PlanShape            policy/indicators.toml     IndicatorShape
policy/headings.toml      HeadingShape         policy/observations.csv    ObservationShape
policy/initiatives/*.toml InitiativeShape      services.toml              ServiceShape
plans/<key>.toml          PlanShape + HeadingShape + InitiativeShape in one file
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from kuyakusho.core.packs.files import Entry
from kuyakusho.core.packs.shapes import Key, OrEmpty, Shape

from ..rules.outline import KINDS

Year = Annotated[int, Field(ge=1989, le=2100)]
Goal = Annotated[int, Field(ge=1, le=17)]
Kind = Literal[KINDS]  # type: ignore[valid-type]

# Packs say 決算 as `settled`; the table says settlement. Both are taken.
AmountKind = Annotated[
    Literal["budget", "settlement", "estimate"],
    BeforeValidator(lambda value: "settlement" if value == "settled" else value),
]

# First words of addresses at the desk: no plan may be called so.
RESERVED_KEYS = frozenset({"imports", "initiatives", "new-year", "indicators", "evaluations", "compare"})


class PlanShape(Shape):
    """A plan of one fiscal year. The year is no part of the key: `policy-2022` is `policy` in 2022."""

    key: Key
    kind: Literal["policy", "area-plan", "action-plan", "spending-review"] = "policy"
    style: Key
    fiscal_year: Year
    title: str = Field(min_length=1, max_length=200)
    title_en: str = ""
    title_easy: str = ""
    summary: str = ""
    summary_en: str = ""
    summary_easy: str = ""
    published_on: date | None = None
    serves: list[str] = []
    demo: bool = False

    @property
    def stable_key(self) -> str:
        """The key that stays the same every year."""
        return self.key.removesuffix(f"-{self.fiscal_year}") or self.key


class HeadingShape(Shape):
    """A part of the tree above the initiatives. One with `section` takes its words from the section."""

    key: Key
    kind: Kind
    code: str = ""
    under: str = ""
    section: str = ""
    district: str = ""
    title: str = ""
    title_en: str = ""
    title_easy: str = ""
    text: str = ""
    text_en: str = ""
    text_easy: str = ""
    owner: str = ""
    sdgs: list[Goal] = []

    @model_validator(mode="after")
    def _has_words(self) -> HeadingShape:
        if not (self.title or self.section):
            raise ValueError("has no words. Give it a title, or the section that it takes its words from")
        return self


class FindShape(Shape):
    """How to find an initiative in the published document; see `rules/joining.py` for what each means."""

    code: str = ""
    pillar: int | None = None
    measure: int | None = None
    bullet: int | None = None
    entry: int | None = None
    kind: str = ""
    order: int | None = None
    section: str = ""
    like: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> FindShape:
        if not (self.code or self.section or self.kind or self.like or self.pillar):
            raise ValueError("says nothing. Name a code, a pillar, a kind, a section or a few words (like)")
        return self


class AmountShape(Shape):
    """Yen of a fiscal year, with the day it starts on and whether it is a demo value."""

    fiscal_year: Year
    kind: AmountKind = "budget"
    amount_yen: int = Field(ge=0)
    starts_on: date | None = None
    rule: str = ""
    note: str = ""
    demo: bool = False


class InitiativeShape(Shape):
    """An initiative, in our own words."""

    row: str = Field(min_length=1, max_length=40)
    under: str
    title: str = Field(min_length=1, max_length=200)
    title_en: str = ""
    title_easy: str = ""
    summary: str = ""
    summary_en: str = ""
    summary_easy: str = ""
    owner: str
    district: str = ""
    capabilities: list[str] = []
    confidential: bool = False
    sdgs: list[Goal] = []
    indicators: list[str] = []
    find: list[FindShape] = []
    budget: list[AmountShape] = []

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, data: object) -> object:
        # [initiative.find] and [[initiative.find]] mean the same.
        if isinstance(data, dict):
            for name in ("find", "budget"):
                if isinstance(data.get(name), dict):
                    data = {**data, name: [data[name]]}
        return data


class TargetShape(Shape):
    """Low and high of a range, or a value."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def _target(value: object) -> object:
    return value if isinstance(value, dict | TargetShape) else {"value": value}


class BaselineShape(Shape):
    """A baseline with its interval, where it comes from a sample."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


class IndicatorShape(Shape):
    """An indicator with its targets by year. `weight` counts in the roll-up of the initiatives that name it."""

    key: Key
    title: str = Field(min_length=1, max_length=200)
    title_en: str = ""
    unit: str
    unit_en: str = ""
    decimals: int = Field(0, ge=0, le=4)
    direction: Literal["up", "down", "range"]
    accumulation: Literal["yearly", "cumulative"] = "yearly"
    accumulates_from: Year | None = None
    baseline: Decimal | None = None
    baseline_low: Decimal | None = None
    baseline_high: Decimal | None = None
    baseline_on: date | None = None
    targets: dict[Year, Annotated[TargetShape, BeforeValidator(_target)]] = {}
    minimum_base: int = Field(0, ge=0)
    freshness_days: int = Field(400, ge=1)
    source: str
    about: list[str] = []
    method: str = ""
    how: str = ""
    rule: str = ""
    weight: Decimal = Field(Decimal(1), ge=0)
    demo: bool = False


class ObservationShape(Shape):
    """A figure made elsewhere: a line of observations.csv."""

    indicator: Key
    from_on: date = Field(alias="from")
    to_on: date = Field(alias="to")
    value: Decimal
    base: Annotated[int | None, OrEmpty] = None
    source: str
    source_on: Annotated[date | None, OrEmpty] = None
    note: str = ""


class ServiceShape(Shape):
    """What a resident can do here; shown only where its capability is built."""

    key: Key
    title: str = Field(min_length=1, max_length=120)
    title_en: str = ""
    title_easy: str = ""
    summary: str = ""
    summary_en: str = ""
    summary_easy: str = ""
    capability: str
    url_name: str
    serves: list[str] = []


@dataclass(frozen=True)
class PlanPack:
    """One plan with its tree and its initiatives."""

    plan: Entry[PlanShape]
    headings: tuple[Entry[HeadingShape], ...] = ()
    initiatives: tuple[Entry[InitiativeShape], ...] = ()


@dataclass(frozen=True)
class PolicyPack:
    """Everything of a ward's pack that the part `policy` reads."""

    plans: tuple[PlanPack, ...] = ()
    indicators: tuple[Entry[IndicatorShape], ...] = ()
    observations: tuple[Entry[ObservationShape], ...] = ()

    @property
    def rows(self) -> set[str]:
        """The rows of all initiatives."""
        return {one.value.row for plan in self.plans for one in plan.initiatives}
