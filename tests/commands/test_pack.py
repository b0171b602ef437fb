"""`kuyakusho pack` as one types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kuyakusho.core.packs import registry
from kuyakusho.core.packs.tests import small
from kuyakusho.core.packs.tests.test_applying import CORE
from kuyakusho.core.wards.models import Ward
from kuyakusho.site.commands.pack import command


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.PACKS = tmp_path
    monkeypatch.setattr(registry, "_parts", {n: p for n, p in registry._parts.items() if n in CORE})
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def test_check_finds_the_packs_of_the_installation(home: Path) -> None:
    small.write(home)
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "sample-minami: no faults\n")


def test_check_tells_all_faults_and_fails(home: Path) -> None:
    small.write(home, ward=small.WARD.replace("141046", "141045"))
    result = run("check", "sample-minami")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "sample-minami/ward.toml:4: ward code: is 141045, whose last digit should be 6. "
        "Look the code up in the list of 全国地方公共団体コード.",
        "sample-minami: 1 fault",
    ]


def test_check_for_machines(home: Path) -> None:
    folder = small.write(home, ward=small.WARD.replace("141046", "141045"))
    result = run("check", str(folder), "--json")
    assert result.exit_code == 1
    [fault] = json.loads(result.stdout)["sample-minami"]
    assert (fault["file"], fault["line"], fault["name"]) == ("ward.toml", 4, "code")


def test_a_ward_that_is_not_there(home: Path) -> None:
    small.write(home)
    result = run("check", "sample-minam")
    assert result.exit_code == 1
    assert "There is no pack called sample-minam. Did you mean sample-minami?" in result.stderr


def test_no_pack_at_all() -> None:
    assert "Set KUYAKUSHO_PACKS, or name a folder." in run("check").stderr


@pytest.mark.django_db
def test_diff_then_apply_then_nothing(home: Path) -> None:
    small.write(home)
    foreseen = run("diff").stdout
    assert "+ added ward sample-minami" in foreseen
    assert foreseen.endswith("would change\n")
    assert not Ward.objects.exists()
    done = run("apply")
    assert done.exit_code == 0
    assert "sample-minami: ward …" in done.stderr
    assert done.stdout.replace(" changed\n", " would change\n") == foreseen
    assert run("apply").stdout == "sample-minami: nothing changed\n"
    assert run("diff").stdout.endswith("sample-minami: nothing would change\n")


@pytest.mark.django_db
def test_one_faulty_pack_stops_all(home: Path) -> None:
    small.write(home)
    (home / "other").mkdir()
    (home / "other" / "ward.toml").write_text("", "utf-8")
    assert run("apply").exit_code == 1
    assert not Ward.objects.exists()
