"""What must be right before pages are served."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from .theme import faults_of_colours

STATIC = Path(__file__).parent / "static" / "ui"


@register()
def assets_are_built(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The style sheets and scripts are there."""
    if (STATIC / "app.css").exists():
        return []
    return [
        Warning("the style sheets and scripts are not built", hint="Run scripts/build_web.", id="ui.W001")
    ]


@register(Tags.database)
def themes_are_legible(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Every ward's colours keep the contrasts of WCAG 2.2 AA. Runs with `check --database default` and at start."""
    if not databases:
        return []
    from kuyakusho.core.wards.models import Ward

    try:
        wards = list(Ward.objects.values_list("slug", "colours"))
    except DatabaseError:
        return []  # not migrated yet: nothing to judge
    return [
        Error(
            f"the colours of {slug} are not legible: {fault}",
            hint="Choose a darker primitive for primary in [colours] of the pack's ward.toml.",
            id="ui.E001",
        )
        for slug, colours in wards
        for fault in faults_of_colours(colours)
    ]
