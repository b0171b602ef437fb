"""Wards and what a ward office is made of: sections, districts, years, closing days.

A ward is a mount point: every page of it lives under `/<slug>/`. Everything at the root of an aggregate
anywhere in the project points to its ward.
"""

from __future__ import annotations

import secrets

from django.db import models

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_public_id(length: int = 10) -> str:
    """A random id for addresses: never a row number, nothing that reads as another letter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Ward(models.Model):
    """A ward office (区役所) of a designated city."""

    slug = models.SlugField(max_length=60, unique=True)
    official_code = models.CharField(max_length=6, help_text="全国地方公共団体コード")
    name = models.CharField(max_length=60)
    name_kana = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    city = models.CharField(max_length=60)
    city_en = models.CharField(max_length=60)
    style = models.CharField(max_length=20, help_text="the city's document and form style")
    languages = models.JSONField(default=list)
    colours = models.JSONField(default=dict)
    office = models.JSONField(default=dict, help_text="address, telephone, access, as the pack gives them")
    opening = models.JSONField(default=list, help_text="weekly opening hours")
    disaster = models.JSONField(default=dict)
    revision = models.BigIntegerField(default=1, help_text="grows with every public change")
    changed_at = models.DateTimeField(auto_now_add=True)
    training_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_training(self) -> bool:
        """A copy for practice: every page is marked and no message leaves."""
        return self.training_of_id is not None


class Section(models.Model):
    """A section (課) of a ward office, with the days between which it exists."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=60)
    name_kana = models.CharField(max_length=80)
    name_en = models.CharField(max_length=100)
    name_easy = models.CharField(max_length=120, blank=True)
    mission = models.TextField(blank=True)
    mission_en = models.TextField(blank=True)
    mission_easy = models.TextField(blank=True)
    floor = models.CharField(max_length=20, blank=True)
    counter = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    is_demo = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="the first day on which it is no more")

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["ward", "key"], name="section_key_in_ward")]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """What became of a section: renamed, merged into, or split into another, from a day on (X3)."""

    before = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="successions")
    after = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="predecessions")
    on = models.DateField()
    inherits_open_work = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="succession_once")]


class District(models.Model):
    """An area (地区, 地域) of a ward with a neighbourhood life of its own."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="districts")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=60)
    name_kana = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["ward", "key"], name="district_key_in_ward")]

    def __str__(self) -> str:
        return self.name


class FiscalYear(models.Model):
    """A fiscal year (年度) that a ward works in: 1 April of `western` to 31 March."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="fiscal_years")
    western = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="open", choices=[("open", "open"), ("closed", "closed")])

    class Meta:
        ordering = ["-western"]
        constraints = [models.UniqueConstraint(fields=["ward", "western"], name="fiscal_year_once")]


class ClosingDay(models.Model):
    """A day on which the office is closed besides Sundays and national holidays."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="closing_days")
    on = models.DateField()
    reason = models.CharField(max_length=80)
    reason_en = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["ward", "on"], name="closing_day_once")]
