"""The shape of the sources: small files, no addresses of registries, a page of words in every room."""

from __future__ import annotations

import os
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
SOURCES = ROOT.parent / "shared" / "source"


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts() -> dict[Path, str]:
    found = {}
    for path in tracked():
        if path.stat().st_size < 1_500_000:
            try:
                found[path] = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
    return found


def test_no_source_file_is_longer_than_it_should_be() -> None:
    long = {
        str(path.relative_to(ROOT)): text.count("\n")
        for path, text in texts().items()
        if path.suffix in (".py", ".ts") and "migrations" not in path.parts and text.count("\n") > LONGEST
    }
    assert long == {}


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    hosts = re.compile(
        "|".join(("pythonhosted" + r"\.org", r"pypi\.org/" + "simple", r"registry\.npmjs" + r"\.org"))
    )
    assert [str(path.relative_to(ROOT)) for path, text in texts().items() if hosts.search(text)] == []


def test_nothing_is_left_for_later_in_the_sources() -> None:
    words = re.compile(
        r"\b(TO" + "DO|FIX" + "ME|XX" + r"X)\b|NotImplemented" + "Error|pytest.mark.sk" + "ip|xfa" + "il"
    )
    assert [
        str(path.relative_to(ROOT))
        for path, text in texts().items()
        if path.suffix in (".py", ".ts", ".html", ".css") and words.search(text)
    ] == []


def test_every_room_has_its_page_of_words() -> None:
    rooms = [
        p for floor in ("domains", "engines") for p in (ROOT / "kuyakusho" / floor).iterdir() if p.is_dir()
    ]
    assert [
        str(r.relative_to(ROOT)) for r in rooms if r.name[0] != "_" and not (r / "README.md").exists()
    ] == []


def test_no_folder_or_module_is_called_utils() -> None:
    assert [
        p for p in tracked() if p.suffix == ".py" and p.stem in ("utils", "helpers", "misc", "common")
    ] == []


def test_templates_hold_no_inline_script_or_style() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")|<style|\sstyle=\"|\son\w+=\""
    )
    assert [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts().items()
        if path.suffix == ".html" and "templates" in path.parts and (match := inline.search(text))
    ] == []


def squeezed(text: str) -> str:
    return re.sub(r"[\s、。,.・◆「」（）()\-]+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("run", [28])
def test_no_sentence_of_the_published_policies_is_in_the_product(run: int) -> None:
    sources = sorted(SOURCES.glob("*.txt"))
    if not sources:  # they lie beside the checkout where the project is built, and not in a stranger's clone
        assert os.environ.get("CI") != "true"
        return
    pieces = set()
    for source in sources:
        for line in squeezed_lines(source.read_text("utf-8")):
            pieces.update(line[i : i + run] for i in range(len(line) - run))
    taken = []
    for path, text in texts().items():
        for number, line in enumerate(squeezed_lines(text), 1):
            if any(line[i : i + run] in pieces for i in range(len(line) - run + 1)):
                taken.append(f"{path.relative_to(ROOT)}:{number}")
                break
    assert taken == []


def squeezed_lines(text: str) -> list[str]:
    return [squeezed(line) for line in text.split("\n")]
