"""The evaluation forms of the cities, as data: which grades there are, and by when something is due.

One file per form in `grades/`. A form holds from one fiscal year to another; a city that changes its form gets a new
file, and old years keep the one they were judged by.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .rules import MIDYEAR, PHASES

FOLDER = Path(__file__).with_name("grades")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grade(Part):
    """One grade. `means` says what the figures should then say: met, missed, or nothing about them."""

    code: str = Field(min_length=1, max_length=20)
    label: str
    label_en: str = ""
    meaning: str = ""
    means: str = Field("", pattern="^(met|missed|)$")
    valid_from: int | None = None


class GradeList(Part):
    """A question of the form and the grades that answer it."""

    key: str = Field(pattern="^[a-z_]+$")
    title: str
    title_en: str = ""
    phases: tuple[str, ...]
    main: bool = False
    council: bool = False
    demo: bool = False
    grade: tuple[Grade, ...] = Field(min_length=2)

    def of_year(self, fiscal_year: int) -> tuple[Grade, ...]:
        """The grades that hold in that year."""
        return tuple(g for g in self.grade if g.valid_from is None or g.valid_from <= fiscal_year)

    def find(self, code: str) -> Grade | None:
        """The grade of that code, whatever the year."""
        return next((g for g in self.grade if g.code == code), None)

    @field_validator("phases")
    @classmethod
    def _known(cls, phases: tuple[str, ...]) -> tuple[str, ...]:
        if not phases or set(phases) - set(PHASES):
            raise ValueError(f"phases are some of {', '.join(PHASES)}")
        return phases


class Phase(Part):
    """When an evaluation opens and is due, as month and day; year-end in spring is that of the next calendar year."""

    title: str
    title_en: str = ""
    opens: str = Field(pattern=r"^\d\d-\d\d$")
    due: str = Field(pattern=r"^\d\d-\d\d$")
    demo: bool = False


class CityForm(Part):
    """One city's form for some years."""

    key: str
    city: str
    title: str
    title_en: str = ""
    valid_from: int
    valid_until: int | None = Field(None, description="the last fiscal year")
    demo: bool = False
    layout: Literal["blocks", "table"] = "table"
    text_label: str
    text_label_en: str = ""
    improvement_label: str
    improvement_label_en: str = ""
    phase: dict[str, Phase]
    list: tuple[GradeList, ...]

    def lists(self, phase: str) -> tuple[GradeList, ...]:
        """The section's lists of that phase, the main one first."""
        found = [one for one in self.list if phase in one.phases and not one.council]
        return tuple(sorted(found, key=lambda one: not one.main))

    def main(self, phase: str) -> GradeList:
        """The list that must be answered."""
        return self.lists(phase)[0]

    @property
    def council(self) -> GradeList:
        """The list by which the council judges."""
        return next(one for one in self.list if one.council)

    def opens_on(self, phase: str, fiscal_year: int) -> date:
        """The day from which a section can evaluate."""
        return _day(phase, self.phase[phase].opens, fiscal_year)

    def due_on(self, phase: str, fiscal_year: int) -> date:
        """The last day for it."""
        return _day(phase, self.phase[phase].due, fiscal_year)

    @model_validator(mode="after")
    def _complete(self) -> CityForm:
        if set(self.phase) != set(PHASES):
            raise ValueError(f"a form has the phases {', '.join(PHASES)}")
        for phase in PHASES:
            if len([one for one in self.lists(phase) if one.main]) != 1:
                raise ValueError(f"exactly one main list in phase {phase}")
            if self.opens_on(phase, 2023) > self.due_on(phase, 2023):
                raise ValueError(f"phase {phase} is due before it opens")
        if len([one for one in self.list if one.council]) != 1:
            raise ValueError("exactly one list of the council")
        return self


def _day(phase: str, text: str, fiscal_year: int) -> date:
    month, day = (int(part) for part in text.split("-"))
    # A mid-year lies in the calendar year that the fiscal year begins in. A year-end from January on in the next.
    year = fiscal_year if phase == MIDYEAR and month >= 4 else fiscal_year + 1
    return date(year, month, day)


def read(path: Path) -> CityForm:
    """A form from its file. Raises ValueError with what is wrong in it."""
    data = tomllib.loads(path.read_text("utf-8"))
    return CityForm(key=path.stem, **data.pop("form"), **data)


@cache
def all_forms() -> tuple[CityForm, ...]:
    """Every form there is, by key."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))


def form_of(style: str, fiscal_year: int) -> CityForm:
    """The form of a city (the ward's style) in a fiscal year; the general one where the city has none of its own."""
    held = [
        form
        for form in all_forms()
        if form.valid_from <= fiscal_year and (form.valid_until is None or fiscal_year <= form.valid_until)
    ]
    own = [form for form in held if form.city and style.split("-")[0] == form.city]
    return max(own or [form for form in held if not form.city], key=lambda form: form.valid_from)
