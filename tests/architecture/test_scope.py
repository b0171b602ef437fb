"""Everything that the two ward policies describe is in the pack of its ward: each row and each of its parts.

The rows stand in `packs/rows.csv`. Where the scope lies beside the checkout, the list is compared with it.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from kuyakusho.core.packs import services
from kuyakusho.core.packs.capabilities import CAPABILITIES

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "packs"
SCOPE = ROOT.parent / "shared" / "scope.md"
WARDS = {"Y": "yokohama-nishi", "O": "osaka-nishi"}

# Rows whose records are confidential wherever they live.
CONFIDENTIAL = {"Y2.1c", "Y2.3b", "Y2.3c", "Y5.10", "Y5.11", "Y5.12"}


@cache
def packs() -> dict[str, services.Pack]:
    return {name: services.read(PACKS / name)[0] for name in WARDS.values()}


def initiatives(ward: str) -> dict:
    """The policy's own initiatives by row, without those of the plans beside it."""
    return {
        entry.value.row: entry.value
        for plan in packs()[ward]["policy"].plans
        if plan.plan.value.kind == "policy"
        for entry in plan.initiatives
    }


def rows_listed() -> dict[str, str]:
    with (PACKS / "rows.csv").open(encoding="utf-8", newline="") as lines:
        return {row["row"]: row["ward"] for row in csv.DictReader(lines)}


def rows_of_scope(text: str) -> dict[str, set[str]]:
    """Row with part → the capabilities that the scope names for it."""
    found: dict[str, set[str]] = {}
    row = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| Y") and len(cells) == 3:
            found[cells[0]] = named(cells[2])
        elif re.match(r"\|\s*(O\d|\|)", line) and len(cells) == 4:
            row = cells[0] or row
            first, _, last = cells[1].partition("–")
            parts = [cells[1]] if not last else [f".{n}" for n in range(int(first[1:]), int(last[1:]) + 1)]
            for part in parts:
                found[f"{row}.{part.lstrip('.')}"] = named(cells[3])
    return found


def named(cell: str) -> set[str]:
    words = set(re.findall(r"[a-z]+", re.sub(r"\([^)]*\)", "", cell)))
    words |= {"townmap"} if "places" in words else set()
    return set(CAPABILITIES) if "all" in words else words & set(CAPABILITIES)


SMALL_SCOPE = """
| Y0.3 | a digital office | all; procedures |
| Y3.1 | walking | places (routes) |
| O1-1-2ア | .1–.3 | area councils: links; help | community, publishing |
| | + | a drill (pictured) | disaster |
| O1-2-3ア | .1 | watch-over | care, meetings |
"""


def test_the_scope_is_read_as_it_is_meant() -> None:
    found = rows_of_scope(SMALL_SCOPE)
    assert list(found) == [
        "Y0.3",
        "Y3.1",
        "O1-1-2ア.1",
        "O1-1-2ア.2",
        "O1-1-2ア.3",
        "O1-1-2ア.+",
        "O1-2-3ア.1",
    ]
    assert found["Y0.3"] == set(CAPABILITIES)
    assert found["Y3.1"] == {"townmap"}
    assert found["O1-1-2ア.3"] == {"community", "publishing"}


def test_the_list_of_rows_is_that_of_the_scope() -> None:
    if not SCOPE.exists():  # a clone that stands alone has the list only
        assert len(rows_listed()) == 135
        return
    assert set(rows_of_scope(SCOPE.read_text("utf-8"))) == set(rows_listed())


def test_every_row_is_in_the_pack_of_its_ward() -> None:
    listed = rows_listed()
    assert {row: WARDS[row[0]] for row in listed} == listed
    for ward in WARDS.values():
        assert set(initiatives(ward)) == {row for row, where in listed.items() if where == ward}


def test_every_row_names_the_capabilities_of_the_scope() -> None:
    if not SCOPE.exists():
        assert all(initiatives(ward)[row].capabilities for row, ward in rows_listed().items())
        return
    scope = rows_of_scope(SCOPE.read_text("utf-8"))
    wrong = {
        row: (sorted(set(initiatives(ward)[row].capabilities)), sorted(scope[row]))
        for row, ward in rows_listed().items()
        if set(initiatives(ward)[row].capabilities) != scope[row]
    }
    assert wrong == {}


@pytest.mark.parametrize("row", sorted(CONFIDENTIAL))
def test_what_is_confidential_says_so(row: str) -> None:
    assert initiatives("yokohama-nishi")[row].confidential


@pytest.mark.parametrize("ward", WARDS.values())
def test_every_row_is_complete_in_three_kinds_of_words(ward: str) -> None:
    for row, one in initiatives(ward).items():
        words = (one.title, one.summary, one.title_en, one.summary_en, one.title_easy, one.summary_easy)
        assert all(words), row
        assert one.find, row
        assert one.indicators, row
        assert one.sdgs, row
        assert not re.search(r"[ぁ-んァ-ン一-鿿]", one.title_en + one.summary_en), row
        assert 1 <= one.summary.count("。") <= 4, row


@pytest.mark.parametrize("ward", WARDS.values())
def test_every_row_is_served_by_something_a_resident_can_do(ward: str) -> None:
    served: dict[str, set[str]] = {}
    for entry in packs()[ward]["services"]:
        for row in entry.value.serves:
            served.setdefault(row, set()).add(entry.value.capability)
    assert set(initiatives(ward)) - set(served) == set()
