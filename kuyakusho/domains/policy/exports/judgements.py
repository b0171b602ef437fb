"""Evaluations and the council's grades out of a bundle: added where there is none, never rewritten."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kuyakusho.core.errors import Conflict
from kuyakusho.core.files.rows import Row, attributes
from kuyakusho.engines.indicators.public import Restored

from ..models import CouncilGrade, Evaluation, Plan
from .bundle import COLUMNS, by_key

Tables = Mapping[str, list[Row]]


def add_judgements(
    plan: Plan,
    rows: Tables,
    before: Tables,
    *,
    initiatives: Mapping[str, int],
    sections: Mapping[str, int],
) -> tuple[dict[str, Restored], list[str]]:
    """What was added, and which evaluations differ from the file and stayed: a change goes through section and chief."""
    standing = by_key("evaluations", before["evaluations"])
    created = grades = 0
    kept = []
    for key, row in by_key("evaluations", rows["evaluations"]).items():
        council = _of(row["public_id"], rows["council_grades"])
        there = standing.get(key)
        if there is None:
            if Evaluation.objects.filter(public_id=row["public_id"]).exists():
                raise ids_taken()
            evaluation = Evaluation.objects.create(
                plan=plan,
                initiative_id=initiatives[row["initiative"]],
                section_id=sections[row["section"]],
                **attributes(COLUMNS["evaluations"], row),
            )
            CouncilGrade.objects.bulk_create(
                CouncilGrade(evaluation=evaluation, **attributes(COLUMNS["council_grades"], grade))
                for grade in council
            )
            created += 1
            grades += len(council)
        elif there != row or _of(there["public_id"], before["council_grades"]) != council:
            kept.append(f"{row['initiative']} {row['phase']}")
    return {
        "evaluations": Restored(created, unchanged=len(rows["evaluations"]) - created),
        "council_grades": Restored(grades, unchanged=len(rows["council_grades"]) - grades),
    }, kept


def ids_taken() -> Conflict:
    """The file's ids are somebody else's."""
    return Conflict(
        "ids_taken",
        _("ファイルの中の番号が、別の計画ですでに使われています。"),
        _("この区のこの計画から書き出したファイルか確かめてください。"),
    )


def _of(evaluation: str, grades: list[Row]) -> list[Row]:
    return [row for row in grades if row["evaluation"] == evaluation]
