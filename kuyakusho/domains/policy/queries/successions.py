"""Sections that ended, and who has their work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kuyakusho.core.wards.models import Section, Succession, Ward

from ..rules.succession import Heir, Step, heir_of


def heirs_on(ward: Ward, on: date, answers: Mapping[str, str] | None = None) -> dict[str, Heir]:
    """Key of each section that is no more on that day → its heir. `answers`: the planner's choice by section."""
    ended = {
        key: until
        for key, until in Section.objects.filter(ward=ward, valid_until__lte=on).values_list(
            "key", "valid_until"
        )
        if until is not None
    }
    steps = [
        Step(before, after, day)
        for before, after, day in Succession.objects.filter(before__ward=ward).values_list(
            "before__key", "after__key", "on"
        )
    ]
    return {
        key: heir_of(key, on=on, ended=ended, steps=steps, chosen=(answers or {}).get(key)) for key in ended
    }
