"""Typed indicators, their targets by year, and what was observed. Observations are only ever added.

A value "as of" a past day is found by `recorded_at`, so that a page printed in September can be explained in March.
"""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id


class Indicator(models.Model):
    """Something that is counted or measured, with its kind told apart.

    `direction`: up (more is better), down, or range (inside low and high). `accumulation`: yearly values stand
    alone, cumulative ones add up over the years of the target. `source`: the name of a registered function, or
    `file` or `typed` for figures that are made elsewhere.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="indicators")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=30)
    unit_en = models.CharField(max_length=30, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    direction = models.CharField(max_length=5, choices=[(d, d) for d in ("up", "down", "range")])
    accumulation = models.CharField(max_length=10, choices=[(a, a) for a in ("yearly", "cumulative")])
    baseline = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="where it stood at the start; of a cumulative one, what had been reached by then",
    )
    baseline_low = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    baseline_high = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    accumulates_from = models.PositiveIntegerField(
        null=True, blank=True, help_text="first fiscal year that a cumulative one adds up; empty: see rules"
    )
    minimum_base = models.PositiveIntegerField(
        default=0, help_text="below this many cases no result is given"
    )
    freshness_days = models.PositiveIntegerField(default=400, help_text="older values are shown as stale")
    source = models.CharField(max_length=120)
    about = models.JSONField(
        default=list, help_text="rows of initiatives that the source counts; empty: the whole ward"
    )
    method = models.CharField(
        max_length=20,
        blank=True,
        choices=[(m, m) for m in ("records", "census", "random_survey", "exit_poll")],
        help_text="how the figures come about",
    )
    how = models.CharField(max_length=400, blank=True, help_text="how it is counted, in plain words")
    rule = models.CharField(
        max_length=300, blank=True, help_text="the ordinance, plan or standard it rests on"
    )
    is_demo = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "key"]
        constraints = [models.UniqueConstraint(fields=["ward", "key"], name="indicator_key_in_ward")]

    def __str__(self) -> str:
        return self.title


class Target(models.Model):
    """What an indicator shall reach in a fiscal year: `value`, or `low` and `high` of a range."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    fiscal_year = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    low = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["fiscal_year"]
        constraints = [models.UniqueConstraint(fields=["indicator", "fiscal_year"], name="one_target_a_year")]


class Observation(models.Model):
    """A value over a period, with where it came from. Never changed; a correction is a later observation."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="observations")
    period_from = models.DateField()
    period_until = models.DateField(help_text="the first day after the period")
    fiscal_year = models.PositiveIntegerField(help_text="the year in which the period's last day lies")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    base = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="how many cases the value rests on"
    )
    low = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    as_of = models.DateTimeField(help_text="the state of the source that was counted")
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=200)
    source_on = models.DateField(null=True, blank=True, help_text="date of the publication it was taken from")
    actor = models.CharField(max_length=80)
    note = models.CharField(max_length=400, blank=True, help_text="why it was typed or corrected")
    lineage = models.JSONField(default=dict)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["period_until", "recorded_at", "id"]
        indexes = [
            models.Index(fields=["indicator", "-period_until", "-recorded_at"], name="observation_latest"),
            models.Index(fields=["indicator", "fiscal_year", "period_from"], name="observation_of_year"),
        ]
