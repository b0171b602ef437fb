"""A new room passes every check of the house from the first minute; bad names are refused kindly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kuyakusho.site.new_domain import BadName, check_name, make

ROOT = Path(__file__).resolve().parents[4]
PACKAGE = ROOT / "kuyakusho"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Lending", "small Latin letters"),
        ("lending2", "small Latin letters"),
        ("貸出", "small Latin letters"),
        ("_lending", "small Latin letters"),
        ("l", "small Latin letters"),
        ("a" * 31, "small Latin letters"),
        ("../lending", "small Latin letters"),
        ("class", "a word of Python"),
        ("match", "a word of Python"),
        ("calendar", "a word of Python"),
        ("policy", "taken"),
        ("wards", "taken"),
        ("indicators", "taken"),
        ("live", "taken"),
        ("desk", "an address of another room"),
        ("en", "an address of another room"),
    ],
)
def test_a_bad_name_is_refused_and_nothing_is_written(name: str, words: str) -> None:
    with pytest.raises(BadName, match=words):
        check_name(name, PACKAGE)


def test_a_good_name_passes() -> None:
    for name in ("lending_desk", "townwalks"):
        check_name(name, PACKAGE)


@pytest.mark.parametrize("title", ['say "x"', "{% x %}", "two\nlines"])
def test_a_title_that_would_break_the_files_is_refused(tmp_path: Path, title: str) -> None:
    copy = small_copy(tmp_path)
    with pytest.raises(BadName, match="title"):
        make("townwalks", title=title, title_en="x", root=copy)


def test_when_something_fails_on_the_way_nothing_is_left(tmp_path: Path) -> None:
    copy = small_copy(tmp_path)
    urls = copy / "site" / "ward_urls.py"
    urls.write_text("nothing to put it before\n")
    settings = (copy / "site" / "settings.py").read_text("utf-8")
    with pytest.raises(RuntimeError):
        make("townwalks", title="x", title_en="x", root=copy)
    assert not (copy / "domains" / "townwalks").exists()
    assert (copy / "site" / "settings.py").read_text("utf-8") == settings


def small_copy(folder: Path) -> Path:
    for floor in ("core", "engines", "domains", "site"):
        (folder / floor).mkdir()
    for name in ("settings.py", "ward_urls.py"):
        shutil.copy(PACKAGE / "site" / name, folder / "site" / name)
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole project copied, with a new room in it."""
    copy = tmp_path_factory.mktemp("project") / "kuyakusho"
    left_out = shutil.ignore_patterns(
        ".venv", "node_modules", "var", ".git", "__pycache__", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, copy, ignore=left_out, symlinks=True)
    for words in (("init", "-q"), ("add", "-A")):  # the checks of sources ask git what belongs to the project
        subprocess.run(["git", *words], cwd=copy, check=True, capture_output=True)
    said = run(
        copy,
        "-c",
        "from kuyakusho.site.cli import main; main()",
        "new-domain",
        "town_walks",
        "--title",
        "まち歩き",
        "--title-en",
        "Town walks",
    )
    assert "kuyakusho/domains/town_walks/README.md" in said
    return copy


def run(tree: Path, *words: str, code: int | None = 0) -> str:
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("KUYAKUSHO", "DJANGO", "PYTEST")) and k != "CI"
    }
    ended = subprocess.run(
        [sys.executable, *words], cwd=tree, capture_output=True, text=True, timeout=280, check=False,
        env={**kept, "PYTHONPATH": str(tree)},
    )  # fmt: skip
    said = ended.stdout[-4000:] + ended.stderr[-2000:]
    assert code is None or ended.returncode == code, said
    return ended.stdout


@pytest.mark.slow
def test_its_own_tests_and_those_of_the_house_pass(tree: Path) -> None:
    said = run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "kuyakusho/domains/town_walks",
        "tests/architecture/test_addresses.py", "tests/architecture/test_foreign_keys.py",
        "tests/architecture/test_models.py", "tests/architecture/test_services.py",
    )  # fmt: skip
    assert "passed" in said
    ask = (
        "from kuyakusho.core.i18n import catalogues as c; print([f for f in c.faults() if 'town_walks' in f])"
    )
    assert run(tree, "-c", ask).strip() == "[]"


@pytest.mark.slow
def test_contracts_style_types_and_migrations_hold(tree: Path) -> None:
    room = "kuyakusho/domains/town_walks"
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    assert room.replace("/", ".") not in run(tree, "-c", lint, code=None), (
        "a contract is broken by the new room"
    )
    run(tree, "-m", "ruff", "check", room)
    run(tree, "-m", "ruff", "format", "--check", room)
    run(tree, "manage.py", "makemigrations", "--check", "--dry-run", "town_walks")
    assert room not in run(tree, "-m", "mypy", room, code=None)


@pytest.mark.slow
def test_a_second_room_of_the_name_is_refused(tree: Path) -> None:
    with pytest.raises(AssertionError, match="town_walks is taken"):
        run(tree, "-c", "from kuyakusho.site.cli import main; main()", "new-domain", "town_walks")
