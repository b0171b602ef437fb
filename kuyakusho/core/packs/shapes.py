"""Bases for typed entries of a pack, and pydantic's complaints in plain words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from .faults import did_you_mean

KEY = r"^[a-z0-9][a-z0-9-]*$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
KANA = r"^[ぁ-ゖァ-ヺー・　 （）()0-9A-Za-z]+$"
FORMS = {
    KEY: "Use small letters, digits and hyphens",
    CLOCK: "Write the time as 08:45",
    KANA: "Write it in kana",
}

Key = Annotated[str, Field(pattern=KEY, max_length=60)]
Clock = Annotated[str, Field(pattern=CLOCK)]
Kana = Annotated[str, Field(pattern=KANA)]
Text = Annotated[str, Field(min_length=1)]


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


# A column of a CSV file may be left empty.
OrEmpty = BeforeValidator(_empty_is_none)
Mark = Annotated[bool, BeforeValidator(lambda value: {"demo": True, "": False}.get(value, value))]


class Shape(BaseModel):
    """An entry. Unknown names are faults: a misspelt name must not be passed over in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def in_plain_words(error: dict[str, Any], shape: type[BaseModel]) -> tuple[str, str, str]:
    """Name, what is wrong and how to mend it, from one of pydantic's errors about `shape`."""
    steps = [step for step in error["loc"] if not _is_tag(step)]
    name = ".".join(str(step) for step in steps)
    given = error.get("input")
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return name, "is missing", f"Add {steps[-1]}" if steps else "Add it"
    if kind == "extra_forbidden":
        known = names_at(shape, error["loc"][:-1])
        return name, "is not a name that is known here", did_you_mean(str(steps[-1]), known)
    if kind in ("literal_error", "enum"):
        options = [
            part.strip().strip("'")
            for part in str(context.get("expected", "")).replace(" or ", ", ").split(",")
        ]
        return name, f"is {given!r}, which is none of {', '.join(options)}", did_you_mean(str(given), options)
    if kind == "string_pattern_mismatch":
        return (
            name,
            f"is {given!r}, which has not the right form",
            FORMS.get(context.get("pattern", ""), f"It has to fit {context.get('pattern')}"),
        )
    if kind in ("string_too_short", "too_short"):
        return name, "is empty", "Write something, or leave the line out where that is allowed"
    if kind == "string_too_long":
        return name, f"is longer than {context.get('max_length')} characters", "Say it in fewer words"
    if kind.startswith(("greater_than", "less_than")):
        limit = next((v for k, v in context.items() if k in ("ge", "gt", "le", "lt")), "")
        word = "at least" if kind.startswith("greater") else "at most"
        return name, f"is {given}, which is out of range", f"Take a number of {word} {limit}"
    if kind.startswith("date"):
        return name, f"is {given!r}, which is no day", "Write it as 2022-04-01"
    if kind.startswith(("int", "float", "decimal")):
        return (
            name,
            f"is {given!r}, which is no number that fits",
            "Write the digits alone, without unit or comma",
        )
    if kind.startswith("bool"):
        return name, f"is {given!r}", "Write true or false"
    if kind == "string_type":
        return name, f"is {given!r}, which is no text", 'Put it in quotation marks: "…"'
    if kind in ("list_type", "tuple_type"):
        return name, f"is {given!r}, which is no list", "Put it in brackets: [ … ]"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return name, f"is {given!r}, which is no table", "Give it a table of its own, or braces: { … }"
    message = str(error["msg"]).removeprefix("Value error, ")
    what, _, mend = message.partition(". ")
    return name, what.rstrip("."), mend.rstrip(".") or "See docs/packs.md"


def names_at(shape: type[BaseModel], loc: Iterable[Any]) -> list[str]:
    """The names that an entry may have at a place inside `shape`."""
    here: Any = shape
    for step in loc:
        if _is_tag(step):
            continue
        model = _model_in(here)
        if model is not None and isinstance(step, str):
            field = _fields(model).get(step)
            here = field.annotation if field is not None else None
        elif model is None:
            return []
    model = _model_in(here)
    return sorted(_fields(model)) if model is not None else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds: itself, or inside list, dict, Optional and Annotated."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for part in typing.get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def _is_tag(step: Any) -> bool:
    # pydantic puts names of validators and of members of a union into the place.
    return isinstance(step, str) and ("[" in step or step.endswith("()"))
