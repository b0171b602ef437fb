"""Every model has a ward or a reason, somebody who answers for it, and a rule how long it is kept."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from kuyakusho.core import retention
from kuyakusho.core.wards.models import Ward


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("kuyakusho.")]


def test_every_model_has_a_retention_rule() -> None:
    assert sorted({model._meta.label for model in ours()} - set(retention.rules())) == []


def test_every_rule_names_a_model_that_exists_an_owner_and_a_reason() -> None:
    for label, rule in retention.rules().items():
        apps.get_model(label)
        assert rule.owner, label
        assert rule.why, label


def test_every_model_leads_to_its_ward_or_says_why_not() -> None:
    for label, rule in retention.rules().items():
        if rule.ward.startswith("none: "):
            assert len(rule.ward) > 10, label
            continue
        model: type[models.Model] = apps.get_model(label)
        for step in rule.ward.split("__"):
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        assert model is Ward, label


def fault_of_name(field: models.Field) -> str:
    """What is wrong with the name of a time, a day or an amount; empty when it is named for what it is."""
    if isinstance(field, models.DateTimeField):
        right = field.name.endswith(("_at", "_until")) or field.name in ("at", "as_of", "last_login")
        return "" if right else "a time ends in _at or _until"
    if isinstance(field, models.DateField):
        right = field.name.endswith(("_on", "_from", "_until")) or field.name == "on"
        return "" if right else "a day ends in _on, _from or _until"
    if field.name.endswith("_yen") and not isinstance(field, models.IntegerField):
        return "money is whole yen"
    return ""


def test_times_days_and_money_are_named_for_what_they_are() -> None:
    assert [
        f"{model._meta.label}.{field.name}: {fault}"
        for model in ours()
        for field in model._meta.fields
        if (fault := fault_of_name(field))
    ] == []


def test_public_ids_are_random() -> None:
    for model in ours():
        if any(field.name == "public_id" for field in model._meta.fields):
            assert model._meta.get_field("public_id").unique, model
