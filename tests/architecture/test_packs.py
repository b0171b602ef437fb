"""The packs of the two wards: without fault, and as complete as a ward office is."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from kuyakusho.core.packs import services

ROOT = Path(__file__).resolve().parents[2]
WARDS = ("yokohama-nishi", "osaka-nishi")
NODES = {
    "yokohama-nishi": {
        "goal": 1,
        "statement": 2,
        "pillar": 4,
        "measure": 19,
        "organisation": 3,
        "section": 14,
    },
    "osaka-nishi": {"pillar": 3, "issue": 4, "measure": 11, "action": 28},
}
# Figures that can be counted from the first day on.
AT_ONCE = {
    "policy.joined_share", "policy.evaluated_share", "policy.measured_share", "accounts.second_factor_share",
    "outbox.delivered_share", "wards.languages_share",
}  # fmt: skip


@cache
def pack(ward: str) -> services.Pack:
    return services.read(ROOT / "packs" / ward)[0]


def test_there_are_two_packs() -> None:
    assert [path.name for path in services.packs_in(ROOT / "packs")] == sorted(WARDS)


@pytest.mark.parametrize("ward", WARDS)
def test_a_pack_has_no_fault(ward: str) -> None:
    assert [str(fault) for fault in services.check(ROOT / "packs" / ward)] == []


@pytest.mark.parametrize("ward", WARDS)
def test_the_tree_has_the_levels_of_the_published_document(ward: str) -> None:
    policy = pack(ward)["policy"].plans[0]
    assert Counter(entry.value.kind for entry in policy.headings) == NODES[ward]
    codes = [entry.value.code for entry in policy.headings if entry.value.kind == "action"]
    assert all(re.fullmatch(r"\d-\(\d\)-[①-⑨]-[ア-ン]", code) for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("ward", WARDS)
def test_every_heading_is_complete_in_three_kinds_of_words(ward: str) -> None:
    for plan in pack(ward)["policy"].plans:
        for entry in plan.headings:
            one = entry.value
            words = (one.title, one.text, one.title_en, one.text_en, one.title_easy, one.text_easy)
            assert one.section or all(words), entry.where


@pytest.mark.parametrize("ward", WARDS)
def test_sections_are_complete_in_three_kinds_of_words(ward: str) -> None:
    for entry in pack(ward)["sections"]:
        one = entry.value
        assert all((one.name_easy, one.mission_easy, one.floor, one.counter, one.phone)), entry.where


def test_yokohama_has_fourteen_sections_and_osaka_fourteen_areas() -> None:
    assert len(pack("yokohama-nishi")["sections"]) == 14
    assert len(pack("osaka-nishi")["districts"]) == 14


@pytest.mark.parametrize("ward", WARDS)
def test_every_role_has_somebody_and_every_section_a_clerk_and_a_chief(ward: str) -> None:
    staff = [entry.value for entry in pack(ward)["people"].staff]
    assert len(staff) >= 12
    assert {role for one in staff for role in one.roles} == {
        "clerk", "chief", "planner", "administrator", "auditor",
    }  # fmt: skip
    for entry in pack(ward)["sections"]:
        roles = {role for one in staff if one.section == entry.value.key for role in one.roles}
        assert roles >= {"clerk", "chief"}, entry.value.key
    assert len(pack(ward)["people"].residents) == 8


@pytest.mark.parametrize("ward", WARDS)
def test_the_dictionary_knows_the_districts_and_sections(ward: str) -> None:
    words = {entry.value.surface: entry.value.reading for entry in pack(ward)["readings"]}
    assert len(words) >= 120
    for entry in pack(ward)["districts"]:
        if entry.value.name in words:
            assert words[entry.value.name] == entry.value.kana
    missing = {e.value.name for e in pack(ward)["sections"]} - set(words)
    assert all("（" in name for name in missing), missing


@pytest.mark.parametrize("ward", WARDS)
def test_indicators_say_where_they_come_from_and_where_they_go(ward: str) -> None:
    policy = pack(ward)["policy"]
    year = policy.plans[0].plan.value.fiscal_year
    used = {key for plan in policy.plans for entry in plan.initiatives for key in entry.value.indicators}
    observed = {entry.value.indicator for entry in policy.observations}
    for entry in policy.indicators:
        one = entry.value
        assert one.key in used, one.key
        assert one.baseline is not None, one.key
        assert one.baseline_on is not None, one.key
        assert one.title_en, one.key
        assert one.unit_en, one.key
        assert year in one.targets, one.key
        assert one.demo or one.rule, one.key
        assert (one.source in ("file", "typed")) == (one.key in observed), one.key
        if one.direction != "range":
            steps = [one.baseline, *(goal.value for _, goal in sorted(one.targets.items()))]
            assert steps == sorted(steps, reverse=one.direction == "down"), one.key
            assert steps[0] != steps[1], one.key
    assert {entry.value.source for entry in policy.indicators} >= AT_ONCE
    assert {entry.value.direction for entry in policy.indicators} == {"up", "down", "range"}
    assert {entry.value.accumulation for entry in policy.indicators} == {"yearly", "cumulative"}


@pytest.mark.parametrize("ward", WARDS)
def test_figures_made_elsewhere_are_marked_and_dated(ward: str) -> None:
    for entry in pack(ward)["policy"].observations:
        one = entry.value
        assert "見本" in one.source, entry.where
        assert "見本" in one.note, entry.where
        assert one.source_on is not None, entry.where
        assert one.source_on > one.from_on, entry.where


@pytest.mark.parametrize("ward", WARDS)
def test_invented_telephones_belong_to_nobody(ward: str) -> None:
    office = pack(ward)["ward"].office.value
    numbers = [office.phone, office.fax, *(entry.value.phone for entry in pack(ward)["sections"])]
    numbers += [n.number for n in pack(ward)["ward"].disaster.value.numbers if n.demo]
    assert all(re.fullmatch(r"(045-000|06-0000)-\d{4}", number) for number in numbers), numbers
    assert office.demo
    assert office.email.endswith("example.jp")


@pytest.mark.parametrize("ward", WARDS)
def test_plans_beside_the_policy(ward: str) -> None:
    kinds = Counter(plan.plan.value.kind for plan in pack(ward)["policy"].plans)
    assert kinds["policy"] == kinds["area-plan"] == kinds["spending-review"] == 1
    [area] = [plan for plan in pack(ward)["policy"].plans if plan.plan.value.kind == "area-plan"]
    assert {entry.value.district for entry in area.initiatives} >= {
        entry.value.key for entry in pack(ward)["districts"]
    }
    assert all(
        plan.plan.value.demo for plan in pack(ward)["policy"].plans if plan.plan.value.kind != "policy"
    )


def test_the_example_of_the_documentation_can_be_added_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "add-an-initiative.md").read_text("utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.S)
    assert [block.split("\n")[0].strip() for block in blocks] == [
        "[[initiative]]", "[[initiative.find]]", "[[initiative.budget]]", "[[indicator]]",
    ]  # fmt: skip
    folder = tmp_path / "yokohama-nishi"
    shutil.copytree(ROOT / "packs" / "yokohama-nishi", folder)
    with (folder / "policy" / "initiatives" / "1-links.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(blocks[:3]))
    with (folder / "policy" / "indicators.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + blocks[3])
    offered = folder / "services.toml"
    text = offered.read_text("utf-8")
    assert 'serves = ["Y2.3b", "Y2.3c"]' in text
    offered.write_text(text.replace('["Y2.3b", "Y2.3c"]', '["Y2.3b", "Y2.3c", "Y1.2b"]'), "utf-8")
    assert [str(fault) for fault in services.check(folder)] == []

    wrong = folder / "policy" / "initiatives" / "1-links.toml"
    wrong.write_text(
        wrong.read_text("utf-8").replace(
            'owner = "community-promotion"\ncapabilities = ["lending"]',
            'owner = "comunity-promotion"\ncapabilities = ["lending"]',
        ),
        "utf-8",
    )
    [fault] = services.check(folder)
    told = next(line for line in page.splitlines() if "comunity-promotion" in line)
    assert re.sub(r":\d+:", ":", told).endswith(re.sub(r":\d+:", ":", str(fault)))
