"""Every foreign key points down or stays in its own room. import-linter can't see strings; this can."""

from __future__ import annotations

from django.apps import apps
from django.db import models

FLOORS = ["core", "engines", "domains", "site"]


def place(model: type[models.Model]) -> tuple[int, str]:
    """The floor (0 is the lowest) and the room of a model; libraries lie below everything."""
    parts = model.__module__.split(".")
    if parts[0] != "kuyakusho":
        return -1, parts[0]
    return FLOORS.index(parts[1]), ".".join(parts[1:3])


def test_foreign_keys_point_down_or_stay_in_their_room() -> None:
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        floor, room = place(model)
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and field.related_model):
                continue
            other_floor, other_room = place(field.related_model)  # type: ignore[arg-type]
            # Rooms of core know each other.
            if not (other_floor < floor or other_room == room or floor == other_floor == 0):
                wrong.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")  # type: ignore[union-attr]
    assert wrong == []


def test_no_generic_foreign_keys() -> None:
    assert [
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.private_fields
        if type(field).__name__ == "GenericForeignKey"
    ] == []
