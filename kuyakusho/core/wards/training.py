"""Training mode (X4): a copy of a ward to practise in. Every page of it is marked and no message leaves it.

A copy has the ward's sections, districts, hours and staff, and what rooms register here; never a resident's data,
never the past (audit lines, messages, files). Rooms name the models, and rows are copied with their foreign keys
turned to the copies:

    training.copies("policy.Plan", "policy.Node", "policy.Initiative")
    training.afterwards("policy", publish_for_practice)        # called with (source, copy) when all is there

A copy can be made anew at any time; what was practised in it is then gone, its audit lines stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.errors import Conflict

from . import directory
from .models import Ward
from .services import one_at_a_time, touch

SUFFIX = "-training"
Hook = Callable[[Ward, Ward], None]
Model = type[models.Model]
Ids = dict[Model, dict[Any, Any]]

_labels: list[str] = []
_hooks: dict[str, Hook] = {}


def copies(*labels: str) -> None:
    """Adds models (`room.Model`) whose rows a training copy has. Their order makes no difference."""
    _labels.extend(label for label in labels if label not in _labels)


def afterwards(name: str, hook: Hook) -> None:
    """`hook(source, copy)` is called in the transaction when all rows are copied. Raises ValueError for a taken name."""
    if _hooks.get(name, hook) != hook:
        raise ValueError(f"{name} has a hook already")
    _hooks[name] = hook


def training_ward_of(ward: Ward) -> Ward | None:
    """The ward's training copy, or None."""
    return Ward.objects.filter(training_of=ward).first()


def make_training_copy(ward: Ward, *, actor: Actor) -> Ward:
    """Makes the ward's training copy, or makes it anew. Returns it.

    Raises Conflict when the ward is a copy itself, or when something that nobody registered holds on to the old one.
    """
    from kuyakusho.core.audit.services import record

    if ward.is_training:
        raise Conflict(
            "training_of_training",
            _("これは練習用の区です。練習用の区の写しは作れません。"),
            _("もとの区の管理者ページから作り直してください。"),
        )
    autodiscover_modules("training")
    with transaction.atomic():
        one_at_a_time(ward, "wards.training")
        ward = Ward.objects.get(pk=ward.pk)
        copy = training_ward_of(ward)
        is_new = copy is None
        if copy is None:
            copy = Ward(slug=ward.slug + SUFFIX, training_of=ward)
        else:
            _clear(copy)
        for field in ("official_code", "name", "name_kana", "name_en", "city", "city_en", "style",
                      "languages", "colours", "office", "opening", "disaster"):  # fmt: skip
            setattr(copy, field, getattr(ward, field))
        copy.save()
        _copy_rows(ward, copy)
        for name in sorted(_hooks):
            _hooks[name](ward, copy)
        touch(copy)
        action = "wards.training.made" if is_new else "wards.training.renewed"
        for place in (ward, copy):
            record(ward=place, actor=actor, action=action, target=f"wards.ward:{copy.slug}")
        transaction.on_commit(directory.forget)
    return copy


def _models() -> list[Model]:
    """The registered models, each after those it points to."""
    chosen = [apps.get_model(label) for label in _labels]
    graph = {
        model: {
            f.related_model
            for f in _keys(model)
            if f.related_model in chosen and f.related_model is not model
        }
        for model in chosen
    }
    return list(TopologicalSorter(graph).static_order())


def _keys(model: Model) -> list[models.ForeignKey[Any, Any]]:
    return [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]


def _rows(model: Model, ids: Ids) -> models.QuerySet[Any]:
    """The rows of a model that belong to what was gathered before it."""
    belongs = models.Q(pk__in=[])
    for field in _keys(model):
        if field.related_model in ids and field.related_model is not model:
            belongs |= models.Q(**{f"{field.name}__in": list(ids[field.related_model])})
    return model._default_manager.filter(belongs).order_by("pk")


def _copy_rows(source: Ward, copy: Ward) -> None:
    ids: Ids = {Ward: {source.pk: copy.pk}}
    for model in _models():
        ids[model] = {}
        rows = [row for row in _rows(model, ids) if _turn(row, ids)]
        before = [(row.pk, _own_parents(row)) for row in rows]
        for row in rows:
            _renew(row)
        made = model._default_manager.bulk_create(rows, batch_size=500)
        ids[model].update({old: new.pk for (old, _parents), new in zip(before, made, strict=True)})
        for (_old, parents), new in zip(before, made, strict=True):
            for name, parent in parents.items():
                setattr(new, name, ids[model].get(parent))
        own = [field.name for field in _keys(model) if field.related_model is model]
        if own:
            model._default_manager.bulk_update(made, own, batch_size=500)


def _turn(row: models.Model, ids: Ids) -> bool:
    """Turns the row's keys to the copies; False when it can't live without something that is not copied."""
    for field in _keys(type(row)):
        value = getattr(row, field.attname)
        if value is None or field.related_model is type(row):
            continue
        if field.related_model in ids:
            value = ids[field.related_model].get(value)
        elif not _is_shared(field.related_model):
            value = None
        if value is None and not field.null:
            return False
        setattr(row, field.attname, value)
    return True


def _is_shared(model: Any) -> bool:
    """Whether rows of the model belong to no ward (an account): copies point to the same row."""
    from kuyakusho.core import retention

    rule = retention.rules().get(model._meta.label)
    return rule is not None and rule.ward.startswith("none: ")


def _own_parents(row: models.Model) -> dict[str, Any]:
    """Keys to rows of the same model, taken off for the time being."""
    parents = {}
    for field in _keys(type(row)):
        if field.related_model is type(row):
            parents[field.attname] = getattr(row, field.attname)
            setattr(row, field.attname, None)
    return parents


def _renew(row: models.Model) -> None:
    row.pk = None
    row._state.adding = True
    for field in row._meta.concrete_fields:
        if field.name == "public_id":
            setattr(row, field.name, field.get_default())


def _clear(copy: Ward) -> None:
    """Removes what the copy has, last copied first."""
    ids: Ids = {Ward: {copy.pk: copy.pk}}
    gathered: list[tuple[Model, list[Any]]] = []
    for model in _models():
        keys = list(_rows(model, ids).values_list("pk", flat=True))
        ids[model] = dict.fromkeys(keys)
        gathered.append((model, keys))
    try:
        for model, keys in reversed(gathered):
            for batch in _batches(keys):
                model._default_manager.filter(pk__in=batch).delete()
    except ProtectedError as error:
        held = sorted({row._meta.label for row in error.protected_objects})
        raise Conflict(
            "training_in_use",
            _("練習用の区に、消せないものが残っています。"),
            _("システムの担当者にお知らせください。残っているもの：%(what)s") % {"what": ", ".join(held)},
        ) from error


def _batches(keys: list[Any], size: int = 500) -> Iterable[list[Any]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


copies("wards.Section", "wards.Succession", "wards.District", "wards.FiscalYear", "wards.ClosingDay")
copies("accounts.StaffMember", "accounts.Posting")
