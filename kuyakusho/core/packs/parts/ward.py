"""ward.toml: the ward itself, its office, opening hours, what to do in a disaster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.variants import VARIANTS

from ..faults import Change, Fault
from ..files import Entry, PackFolder
from ..registry import Pack, register
from ..rows import put
from ..shapes import Clock, Kana, Key, Shape, Text

FILE = "ward.toml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# The names of the design system's colours (tokens of @digital-go-jp/design-tokens).
_COLOUR = r"^(white|black|(blue|light-blue|cyan|green|lime|yellow|orange|red|magenta|purple)-(50|[1-9]00|1[0-2]00))$"

Colour = Annotated[str, Field(pattern=_COLOUR)]


class WardShape(Shape):
    """The ward. `code` is the six-digit 全国地方公共団体コード with its check digit."""

    slug: Key
    code: Annotated[str, Field(pattern=r"^\d{6}$")]
    name: Text
    kana: Kana
    name_en: Text
    city: Text
    city_en: Text
    style: Key
    languages: list[Literal[tuple(VARIANTS)]]  # type: ignore[valid-type]
    timezone: Literal["Asia/Tokyo"] = "Asia/Tokyo"

    @field_validator("code")
    @classmethod
    def _has_its_check_digit(cls, code: str) -> str:
        if code[-1] != check_digit(code[:5]):
            raise ValueError(
                f"is {code}, whose last digit should be {check_digit(code[:5])}. "
                "Look the code up in the list of 全国地方公共団体コード"
            )
        return code

    @field_validator("languages")
    @classmethod
    def _begins_with_japanese(cls, languages: list[str]) -> list[str]:
        if not languages or languages[0] != "ja":
            raise ValueError('does not begin with "ja". The official text is Japanese: put "ja" first')
        return languages


class ColourShape(Shape):
    """Names of the design system's colours."""

    primary: Colour
    on_primary: Colour


class OfficeShape(Shape):
    """Where the office is and how to reach it."""

    name: Text
    name_en: Text
    address: Text
    address_en: str = ""
    postal_code: Annotated[str, Field(pattern=r"^\d{3}-\d{4}$")]
    phone: Text
    fax: str = ""
    email: str = ""
    access: str = ""
    access_en: str = ""
    access_easy: str = ""
    demo: bool = False


class OpeningShape(Shape):
    """Hours on a weekday; `weeks` for the second and fourth of a month; `sections` where only some are open."""

    weekday: Literal[WEEKDAYS]  # type: ignore[valid-type]
    from_: Clock = Field(alias="from")
    to: Clock
    weeks: list[Annotated[int, Field(ge=1, le=5)]] = []
    sections: list[Key] = []
    note: str = ""
    note_en: str = ""
    note_easy: str = ""
    demo: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> OpeningShape:
        if self.to <= self.from_:
            raise ValueError(
                f"closes at {self.to}, which is not after {self.from_}. Put the later time in to"
            )
        return self


class StepShape(Shape):
    """One thing to do in a disaster."""

    ja: Text
    en: Text
    easy: Text


class NumberShape(Shape):
    """A number to call."""

    name: Text
    name_en: Text
    name_easy: Text
    number: Annotated[str, Field(pattern=r"^[0-9-]+$")]
    demo: bool = False


class DisasterShape(Shape):
    """What the home page says about disasters, in the order in which one does it."""

    title: Text
    title_en: Text
    title_easy: Text
    steps: list[StepShape] = Field(alias="step", default=[])
    numbers: list[NumberShape] = Field(alias="number", default=[])


@dataclass(frozen=True)
class WardPart:
    """Everything of ward.toml; an entry that couldn't be read is None."""

    ward: Entry[WardShape] | None = None
    colours: Entry[ColourShape] | None = None
    office: Entry[OfficeShape] | None = None
    opening: list[Entry[OpeningShape]] = field(default_factory=list)
    disaster: Entry[DisasterShape] | None = None


def check_digit(five: str) -> str:
    """The sixth digit of a local government code: 11 minus the weighted sum (6, 5, 4, 3, 2) modulo 11."""
    rest = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True)) % 11
    return str((11 - rest) % 10)


def read(folder: PackFolder) -> WardPart:
    """ward.toml; a pack without it is none."""
    if folder.text(FILE) is None:
        if FILE not in folder.names():
            folder.faults.append(
                Fault(FILE, "", "", "is missing", "Every pack begins with it: see docs/packs.md")
            )
        return WardPart()
    file = folder.toml(FILE, "ward", "colours", "office", "opening", "disaster")
    return WardPart(
        file.entry("ward", WardShape),
        file.entry("colours", ColourShape),
        file.entry("office", OfficeShape),
        file.entries("opening", OpeningShape, by="weekday"),
        file.entry("disaster", DisasterShape),
    )


def check(pack: Pack) -> Iterator[Fault]:
    """The slug is the folder's name; hours don't overlap."""
    part: WardPart = pack["ward"]
    if part.ward and part.ward.value.slug != pack.name:
        yield part.ward.fault(
            "slug",
            f"is {part.ward.value.slug}, and the folder is called {pack.name}",
            "Give both the same name",
        )
    hours = [(e, e.value) for e in part.opening]
    for number, (entry, one) in enumerate(hours):
        for _, other in hours[:number]:
            if (
                one.weekday == other.weekday
                and one.from_ < other.to
                and other.from_ < one.to
                and _same_week(one, other)
            ):
                yield entry.fault(
                    "from",
                    f"overlaps {other.from_}–{other.to} on the same day",
                    "Let one end where the other begins",
                )


def _same_week(one: OpeningShape, other: OpeningShape) -> bool:
    return not one.weeks or not other.weeks or bool(set(one.weeks) & set(other.weeks))


def apply(ward: Ward, pack: Pack, _actor: Actor) -> list[Change]:
    """Makes or changes the ward."""
    part: WardPart = pack["ward"]
    if not (part.ward and part.colours and part.office and part.disaster):
        raise ValueError("a pack with faults is not applied")
    said, disaster = part.ward.value, part.disaster.value
    values = {
        "official_code": said.code,
        "name": said.name,
        "name_kana": said.kana,
        "name_en": said.name_en,
        "city": said.city,
        "city_en": said.city_en,
        "style": said.style,
        "languages": list(said.languages),
        "colours": part.colours.value.model_dump(),
        "office": part.office.value.model_dump(),
        "opening": [entry.value.model_dump(by_alias=True) for entry in part.opening],
        "disaster": disaster.model_dump(),
    }
    change = put(ward, values, "ward", ward.slug)
    return [change] if change else []


def register_part() -> None:
    register("ward", files=(FILE,), read=read, check=check, apply=apply)
