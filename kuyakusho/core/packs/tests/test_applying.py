"""Packs become rows: once, as one transaction, and a second time without any change."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts.models import Account, Posting, Resident, StaffMember
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.packs import registry, services
from kuyakusho.core.packs.faults import Change, PackFaulty
from kuyakusho.core.packs.models import AppliedPack
from kuyakusho.core.text.models import Reading
from kuyakusho.core.text.services import correct
from kuyakusho.core.wards.models import ClosingDay, District, Section, Ward

from . import small

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("pack")
CORE = ("ward", "sections", "districts", "closing-days", "readings", "people")


@pytest.fixture(autouse=True)
def only_the_parts_of_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms above register parts of their own; these tests are about the machinery."""
    monkeypatch.setattr(registry, "_parts", {n: p for n, p in registry._parts.items() if n in CORE})


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


def apply(folder: Path, **how: bool) -> services.Outcome:
    return services.apply(folder, actor=ACTOR, **how)


def test_everything_in_the_pack_is_in_the_ward(tmp_path: Path, demo: None) -> None:
    apply(small.write(tmp_path))
    ward = Ward.objects.get(slug="sample-minami")
    assert (ward.official_code, ward.name_kana, ward.languages) == ("141046", "みなみく", ["ja", "en"])
    assert ward.colours == {"primary": "blue-900", "on_primary": "white"}
    assert ward.office["phone"] == "00-0000-0000"
    assert ward.opening[1]["weeks"] == [2, 4]
    assert ward.opening[1]["from"] == "09:00"
    assert ward.disaster["steps"][0]["easy"] == "つくえの 下に 入ります。"
    assert ward.disaster["numbers"][0]["number"] == "119"
    records, planning = Section.objects.filter(ward=ward)
    assert (records.key, records.name_easy, records.is_demo, records.order) == (
        "records",
        "記録課（きろくか）",
        True,
        0,
    )
    assert (planning.key, planning.is_demo, planning.valid_until) == ("planning", False, None)
    assert [d.key for d in District.objects.filter(ward=ward)] == ["river", "hill"]
    assert [d.on for d in ClosingDay.objects.filter(ward=ward)] == [date(2022, 12, 29), date(2022, 12, 30)]
    assert dict(Reading.objects.filter(ward=ward).values_list("surface", "reading"))["丘の町"] == "おかのまち"


def test_names_of_people_are_kept_as_they_are_written(tmp_path: Path, demo: None) -> None:
    apply(small.write(tmp_path))
    chief = StaffMember.objects.get(key="chief")
    assert chief.account.name == "髙橋　葛󠄀"
    assert "\U000e0100" in chief.account.name
    assert chief.account.is_demo
    assert not chief.account.has_usable_password()
    posting = chief.posting_on(date(2022, 4, 1))
    assert posting is not None
    assert (posting.section.key, posting.roles) == ("records", ["chief", "administrator"])
    assert Resident.objects.get(key="hana").language == "ja-easy"


def test_without_demo_sign_ins_nobody_is_invented(tmp_path: Path, settings: Any) -> None:
    settings.DEMO = False
    outcome = apply(small.write(tmp_path))
    assert Change("kept", "demo people", "sample-minami", why="demo sign-ins are off here") in outcome.changes
    assert not Account.objects.exists()


def test_demo_people_come_when_the_demo_is_switched_on(tmp_path: Path, settings: Any) -> None:
    folder = small.write(tmp_path)
    settings.DEMO = False
    apply(folder)
    settings.DEMO = True
    assert apply(folder).parts == ("people",)
    assert Account.objects.count() == 3


def test_the_second_time_nothing_changes(tmp_path: Path, demo: None) -> None:
    folder = small.write(tmp_path)
    first = apply(folder)
    assert {change.kind for change in first.changes} == {"added"}
    ward = Ward.objects.get()
    lines = AuditLine.objects.count()
    assert apply(folder) == services.Outcome("sample-minami", (), ())
    again = apply(folder, again=True)
    assert again.made == ()
    assert set(again.parts) == set(CORE)
    assert Ward.objects.get().revision == ward.revision
    assert AuditLine.objects.count() == lines + 1  # who applied it again is told, too


def test_a_change_is_named_and_only_its_part_is_applied(tmp_path: Path) -> None:
    apply(small.write(tmp_path))
    before = Ward.objects.get().revision
    outcome = apply(small.write(tmp_path, sections=small.SECTIONS.replace("先を考える。", "先を読む。")))
    assert outcome.parts == ("sections",)
    assert outcome.changes == (Change("changed", "section", "planning", ("mission",)),)
    assert Ward.objects.get().revision > before
    assert Section.objects.get(key="planning").mission == "先を読む。"


def test_what_the_pack_no_longer_names_is_kept_and_told(tmp_path: Path) -> None:
    apply(small.write(tmp_path))
    outcome = apply(
        small.write(
            tmp_path,
            districts=small.DISTRICTS.replace("hill,丘の町,おかのまち,Hillside,\n", ""),
            closing_days="on,reason,reason_en\n2022-12-29,年末年始,Year end\n",
        )
    )
    assert [(c.kind, c.what, c.key) for c in outcome.changes] == [
        ("kept", "closing day", "2022-12-30"),
        ("kept", "district", "hill"),
    ]
    assert District.objects.filter(key="hill").exists()
    assert outcome.made == ()


def test_the_days_of_a_section_are_the_desks(tmp_path: Path) -> None:
    apply(small.write(tmp_path))
    Section.objects.filter(key="planning").update(valid_until=date(2023, 4, 1))
    apply(small.write(tmp_path, sections=small.SECTIONS.replace("先を考える。", "先を読む。")), again=True)
    assert Section.objects.get(key="planning").valid_until == date(2023, 4, 1)


def test_a_reading_that_staff_corrected_is_stronger(tmp_path: Path) -> None:
    folder = small.write(tmp_path)
    apply(folder)
    ward = Ward.objects.get()
    correct(ward=ward, surface="丘の町", reading="きゅうのまち", actor=Actor("staff", "abc"))
    outcome = apply(small.write(tmp_path, readings=small.READINGS + "川,かわ\n"))
    assert Reading.objects.get(ward=ward, surface="丘の町").reading == "きゅうのまち"
    told = {(c.kind, c.key) for c in outcome.changes}
    assert ("added", "川") in told
    assert ("kept", "丘の町") in told


def test_a_person_who_was_posted_elsewhere_stays_there(tmp_path: Path, demo: None) -> None:
    apply(small.write(tmp_path))
    posting = Posting.objects.get(member__key="clerk")
    posting.section = Section.objects.get(key="records")
    posting.save()
    apply(small.write(tmp_path, people=small.PEOPLE.replace("よしだ", "よした")))
    assert Posting.objects.get(member__key="clerk").section.key == "records"
    assert Account.objects.get(email="clerk@minami.example.jp").name_kana == "よした　とも"


def test_diff_says_what_apply_will_do_and_leaves_no_trace(tmp_path: Path, demo: None) -> None:
    folder = small.write(tmp_path)
    foreseen = services.diff(folder, actor=ACTOR)
    assert not Ward.objects.exists()
    assert not Account.objects.exists()
    assert not AuditLine.objects.exists()
    assert foreseen.changes == apply(folder).changes
    assert services.diff(folder, actor=ACTOR).changes == ()


def test_a_faulty_pack_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(PackFaulty) as caught:
        apply(small.write(tmp_path, sections=small.SECTIONS.replace("きかくか", "企画課")))
    assert "sections.toml:15" in str(caught.value)
    assert not Ward.objects.exists()


def test_a_part_that_fails_takes_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_ward: Ward, _pack: registry.Pack, _actor: Actor) -> list[Change]:
        raise RuntimeError("in the middle")

    broken = registry.Part("zzz", ("zzz.toml",), lambda _folder: None, fail, after=CORE)
    monkeypatch.setattr(registry, "_parts", {**registry._parts, "zzz": broken})
    with pytest.raises(RuntimeError, match="in the middle"):
        apply(small.write(tmp_path))
    assert not Ward.objects.exists()
    assert not AppliedPack.objects.exists()


def test_who_applied_which_parts_is_in_the_audit(tmp_path: Path) -> None:
    apply(small.write(tmp_path))
    line = AuditLine.objects.get(action="packs.pack.applied")
    assert (line.actor, line.target) == ("system:pack", "wards.ward:sample-minami")
    assert set(line.facts["parts"]) == set(CORE)
    assert set(AppliedPack.objects.values_list("part", flat=True)) == set(CORE)


def test_code_that_reads_more_from_the_same_files_is_applied_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small.write(tmp_path)
    apply(folder)
    old = registry._parts["districts"]
    newer = registry.Part(old.name, old.files, old.read, old.apply, old.check, old.after, version=2)
    monkeypatch.setattr(registry, "_parts", {**registry._parts, "districts": newer})
    assert apply(folder).parts == ("districts",)


def test_the_parts_are_told_as_they_come(tmp_path: Path) -> None:
    said: list[str] = []
    services.apply(small.write(tmp_path), actor=ACTOR, say=said.append)
    assert said[0] == "ward"
    assert set(said) == set(CORE)
