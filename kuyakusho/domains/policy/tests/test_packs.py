"""The pack's policy files: read, checked, applied as often as one likes, never over people's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.packs.faults import Change, Fault
from kuyakusho.core.packs.files import PackFolder
from kuyakusho.core.packs.registry import Pack
from kuyakusho.core.packs.services import read as read_whole
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import Edition, Initiative, Join, Node, Plan
from kuyakusho.domains.policy.packs import applying, checking, reading

from .factories import PACKS, make_ward, ward_of_pack

ACTOR = Actor.system("pack")
PLAN = """
[plan]
key = "policy-2022"
style = "yokohama"
fiscal_year = 2022
title = "方針"
"""
HEADINGS = """
[[heading]]
key = "p1"
kind = "pillar"
code = "1"
title = "つながり"
[[heading]]
key = "s"
kind = "section"
section = "welfare"
"""
INITIATIVES = """
[[initiative]]
row = "Y1.1"
under = "p1"
title = "見守り"
owner = "planning"
indicators = ["walks"]
  [initiative.find]
  pillar = 1
  [[initiative.budget]]
  fiscal_year = 2022
  starts_on = 2022-04-01
  kind = "settled"
  amount_yen = 1000
  rule = "決算書"
[[initiative]]
row = "Y1.2"
under = "p1"
title = "体操"
owner = "welfare"
"""
INDICATORS = """
[[indicator]]
key = "walks"
title = "見守りの回数"
unit = "回"
direction = "up"
baseline = 97.5
targets = { 2022 = 120, 2023 = 130.5 }
source = "typed"
weight = 2
"""
OBSERVATIONS = """indicator,from,to,value,base,source,source_on,note
walks,2021-04-01,2022-03-31,97.5,,日誌,2022-04-10,見本の数字
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").mkdir()
    for name, text in (
        ("plan.toml", PLAN), ("headings.toml", HEADINGS), ("initiatives.toml", INITIATIVES),
        ("indicators.toml", INDICATORS), ("observations.csv", OBSERVATIONS),
    ):  # fmt: skip
        (tmp_path / "policy" / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


class Named:
    """Stands for an entry of another part, of which only the key matters here."""

    def __init__(self, key: str) -> None:
        self.value, self.key = self, key


def read_pack(folder: Path) -> Pack:
    """Only what this room reads, in a ward with two sections."""
    files = PackFolder(folder)
    pack = Pack(files, {"sections": [Named("planning"), Named("welfare")], "districts": []})
    pack.data["policy"] = reading.read(files)
    pack.data["services"] = reading.read_services(files)
    return pack


def faults_of(folder: Path) -> list[Fault]:
    pack = read_pack(folder)
    return [*pack.folder.faults, *checking.check(pack), *checking.check_services(pack)]


def apply(ward: Ward, pack: Pack) -> list[Change]:
    return [*applying.apply(ward, pack, ACTOR), *applying.apply_services(ward, pack, ACTOR)]


def edit(folder: Path, name: str, old: str, new: str) -> Pack:
    path = folder / "policy" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return read_pack(folder)


@pytest.mark.parametrize("slug", ["yokohama-nishi", "osaka-nishi"])
def test_the_packs_of_both_wards_load_and_load_again_without_a_change(db: None, slug: str) -> None:
    ward = ward_of_pack(slug)
    whole, faults = read_whole(PACKS / slug)
    assert [str(fault) for fault in faults] == []
    assert {c.kind for c in apply(ward, whole)} == {"added"}
    assert apply(ward, whole) == []
    for plan in Plan.objects.filter(ward=ward):
        edition = plan.editions.get()
        assert (edition.stage, edition.number) == ("final", 1)
        assert len(edition.content["nodes"]) == plan.nodes.count()
    rows = whole["policy"].rows
    assert set(Join.objects.filter(initiative__ward=ward).values_list("initiative__row", flat=True)) == rows
    policy = Plan.objects.get(ward=ward, key="policy")
    assert policy.fiscal_year == {"yokohama-nishi": 2022, "osaka-nishi": 2023}[slug]


def test_first_application_makes_a_tree_in_our_words_and_publishes_it(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    plan = Plan.objects.get()
    assert (plan.key, plan.origin) == ("policy", "pack")
    nodes = {n.pack_key: n for n in plan.nodes.all()}
    assert nodes["Y1.1"].parent == nodes["p1"]
    assert (nodes["s"].title, nodes["s"].owner.key) == ("welfare課", "welfare")
    join = Join.objects.get(node=nodes["Y1.1"])
    assert (join.how, join.state, join.initiative.row) == ("pack", "certain", "Y1.1")
    content = Edition.objects.get().content
    initiative = content["initiatives"]["Y1.1"]
    assert initiative["budgets"] == [
        {"fiscal_year": 2022, "kind": "settlement", "amount_yen": 1000, "is_demo": False}
    ]
    assert initiative["indicators"] == [{"key": "walks", "weight": "2"}]
    assert content["indicators"]["walks"]["baseline"] == "97.5"
    assert content["indicators"]["walks"]["targets"]["2023"] == {"value": "130.5", "low": None, "high": None}
    assert content["indicators"]["walks"]["results"]["2021"]["yearly"] == "97.5"
    assert content["indicators"]["walks"]["results"]["2021"]["is_demo"] is True


def test_changed_words_of_the_pack_go_into_tree_and_a_new_edition_with_the_same_node(
    ward: Ward, folder: Path
) -> None:
    apply(ward, read_pack(folder))
    node = Node.objects.get(pack_key="Y1.1")
    changes = apply(ward, edit(folder, "initiatives.toml", "見守り", "見守りの輪"))
    assert {str(c) for c in changes} >= {"changed initiative Y1.1 (title)", "changed node Y1.1"}
    node.refresh_from_db()
    assert node.title == "見守りの輪"
    assert list(Edition.objects.values_list("number", flat=True)) == [1, 2]
    assert Edition.objects.get(number=1).content["initiatives"]["Y1.1"]["title"] == "見守り"


def test_what_the_desk_changed_is_kept_until_the_pack_itself_changes(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    Initiative.objects.filter(row="Y1.1").update(owner=ward.sections.get(key="welfare"), title="机での題")
    [kept] = [c for c in apply(ward, read_pack(folder)) if c.what == "initiative"]
    assert (kept.kind, set(kept.fields)) == ("kept", {"owner", "title"})
    apply(ward, edit(folder, "initiatives.toml", "見守り", "見守りの輪"))
    row = Initiative.objects.get(row="Y1.1")
    assert (row.title, row.owner.key) == ("見守りの輪", "welfare")


def test_a_tree_that_the_desk_has_taken_over_is_left_alone(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    Plan.objects.update(origin="import")
    changes = apply(ward, edit(folder, "headings.toml", "つながり", "むすびつき"))
    assert [str(c) for c in changes] == ["kept tree policy 2022: the desk has taken the tree over"]
    assert Node.objects.get(pack_key="p1").title == "つながり"
    assert Edition.objects.count() == 1


def test_the_pack_never_publishes_over_a_person(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    Edition.objects.update(published_by="staff:abc")
    apply(ward, edit(folder, "headings.toml", "つながり", "むすびつき"))
    assert Edition.objects.count() == 1


def test_a_row_that_the_pack_drops_loses_its_node_but_not_its_history(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    gone = INITIATIVES[INITIATIVES.index('[[initiative]]\nrow = "Y1.2"') :]
    changes = {str(c) for c in apply(ward, edit(folder, "initiatives.toml", gone, ""))}
    assert "removed node Y1.2" in changes
    assert "kept initiative Y1.2: no longer in the pack; end it at the desk" in changes
    assert Initiative.objects.filter(row="Y1.2").exists()


def test_moved_headings_move_the_nodes(ward: Ward, folder: Path) -> None:
    apply(ward, read_pack(folder))
    apply(ward, edit(folder, "initiatives.toml", 'row = "Y1.2"\nunder = "p1"', 'row = "Y1.2"\nunder = "s"'))
    assert Node.objects.get(pack_key="Y1.2").parent.pack_key == "s"


def test_services_follow_the_pack(ward: Ward, folder: Path) -> None:
    text = '[[service]]\nkey = "a"\ntitle = "読む"\ncapability = "policy"\nurl_name = "policy:tree"\nserves = ["Y1.1"]\n'
    (folder / "services.toml").write_text(text, "utf-8")
    apply(ward, read_pack(folder))
    assert ward.offers.get().serves == ["Y1.1"]
    (folder / "services.toml").write_text(text.replace("読む", "見る"), "utf-8")
    assert "changed service a" in {str(c) for c in apply(ward, read_pack(folder))}
    (folder / "services.toml").unlink()
    apply(ward, read_pack(folder))
    assert not ward.offers.exists()


def test_all_faults_of_form_are_told_at_once(folder: Path) -> None:
    edit(folder, "headings.toml", "pillar", "chapter")
    edit(folder, "initiatives.toml", "owner = ", "ownr = ")
    told = [str(fault) for fault in faults_of(folder)]
    assert any("policy/headings.toml:4: heading p1 kind" in one for one in told)
    assert any("initiative Y1.1 ownr" in one for one in told)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("initiatives.toml", 'under = "p1"', 'under = "p9"', "4: initiative Y1.1 under: 'p9' is not there"),
        (
            "initiatives.toml",
            'owner = "welfare"',
            'owner = "tax"',
            "initiative Y1.2 owner: 'tax' is not there",
        ),
        (
            "initiatives.toml",
            '"walks"',
            '"walk"',
            "7: initiative Y1.1 indicators: 'walk' is not there. Did you mean walks?",
        ),
        ("initiatives.toml", "Y1.2", "Y1.1", "initiative Y1.1 row: is Y1.1, which stands in"),
        (
            "initiatives.toml",
            "2022-04-01",
            "2023-04-01",
            "12: initiative Y1.1 budget.starts_on: 2023-04-01 is not in fiscal 2022",
        ),
        ("headings.toml", 'section = "welfare"', 'section = "x"', "heading s section: 'x' is not there"),
        ("headings.toml", 'key = "s"', 'key = "s"\nunder = "s"', "heading"),
        (
            "observations.csv",
            "walks,",
            "runs,",
            "observations.csv:2: row runs indicator: 'runs' is not there",
        ),
        ("observations.csv", "2022-03-31", "2020-03-31", "row walks to: 2020-03-31 lies before 2021-04-01"),
        (
            "indicators.toml",
            '"typed"',
            '"counters.wait"',
            "row walks indicator: walks is counted by counters.wait",
        ),
        (
            "indicators.toml",
            '"typed"',
            '"countres.wait"',
            "indicator walks source: 'countres' is not there. Did you mean counters?",
        ),
        ("indicators.toml", '"typed"', '"by hand"', "indicator walks source: 'by hand' names no source"),
        ("indicators.toml", '"up"', '"range"', "indicator walks targets: 2022 is one number"),
        ("plan.toml", "policy-2022", "new-year-2022", "plan key: new-year is an address of the desk"),
    ],
)
def test_names_that_lead_nowhere(folder: Path, file: str, old: str, new: str, told: str) -> None:
    edit(folder, file, old, new)
    assert [fault for fault in map(str, faults_of(folder)) if told in fault]


def test_a_service_serves_rows_that_name_its_capability(folder: Path) -> None:
    text = '[[service]]\nkey = "a"\ntitle = "読む"\ncapability = "policy"\nurl_name = "policy:tree"\nserves = ["Y1.1", "Y9"]\n'
    (folder / "services.toml").write_text(text, "utf-8")
    assert {fault.what for fault in faults_of(folder)} == {
        "Y1.1 is not served by policy",
        "'Y9' is not there",
    }


def test_files_without_a_plan_are_a_fault(folder: Path) -> None:
    (folder / "policy" / "plan.toml").unlink()
    assert any("policy/plan.toml: is missing" in str(fault) for fault in faults_of(folder))


def test_a_pack_without_policy_is_empty(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == []
    assert read_pack(tmp_path)["policy"].plans == ()
