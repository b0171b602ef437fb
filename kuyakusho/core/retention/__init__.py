"""How long what is kept, and who answers for it. Every model of the office has exactly one rule; a test proves it.

A room has a module `retention.py` that names its models:

    keep("policy.Edition", "for ever", owner="planning", why="a publication is a public record")
    keep("outbox.Entry", days(90), after="done_at", owner="administration", why="…")

`tidy()` runs nightly and deletes what is past its time. Rows that go with another row say `with_("policy.Plan")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import autodiscover_modules

from kuyakusho.core.calendar import clock

__all__ = ["Rule", "days", "keep", "rules", "tidy", "with_"]

Deleter = Callable[["models.QuerySet[Any]"], int]


@dataclass(frozen=True)
class Rule:
    """One model's rule. `period` is None when rows stay for ever or go with another row."""

    label: str
    period: timedelta | None
    words: str
    after: str
    owner: str
    why: str
    ward: str
    where: dict[str, Any]
    by: Deleter | None


_rules: dict[str, Rule] = {}


def days(number: int) -> timedelta:
    return timedelta(days=number)


def with_(label: str) -> str:
    """The row goes when the row that it belongs to goes."""
    return f"with {label}"


def keep(
    label: str,
    period: timedelta | str,
    *,
    owner: str,
    why: str,
    ward: str = "ward",
    after: str = "",
    where: dict[str, Any] | None = None,
    by: Deleter | None = None,
) -> None:
    """States the rule of a model.

    `period` is a length of time counted from the field `after`, or words ("for ever", `with_(…)`). `ward` is the
    path of lookups to the ward that a row belongs to, or a reason in words why it has none ("none: …"). `by`
    deletes in a way of its own and returns how many; by default rows are deleted.
    """
    if label in _rules:
        raise ValueError(f"{label} has a retention rule already")
    length = period if isinstance(period, timedelta) else None
    if length is not None and not after:
        raise ValueError(f"{label}: from which field are the {length.days} days counted?")
    words = f"{length.days} days after {after}" if length is not None else str(period)
    _rules[label] = Rule(label, length, words, after, owner, why, ward, where or {}, by)


def rules() -> dict[str, Rule]:
    """Every rule by the model's label."""
    autodiscover_modules("retention")
    return dict(_rules)


def tidy() -> dict[str, int]:
    """Deletes what is past its time. Returns how many rows of which model went."""
    gone: dict[str, int] = {}
    for label, rule in rules().items():
        if rule.period is None:
            continue
        old = apps.get_model(label)._default_manager.filter(
            **{f"{rule.after}__lt": clock.now() - rule.period}, **rule.where
        )
        number = rule.by(old) if rule.by else old.delete()[0]
        if number:
            gone[label] = number
    return gone
