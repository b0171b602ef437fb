"""The command line: `kuyakusho policy import | export | diff`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import ImportReview, Plan
from kuyakusho.domains.policy.services.publishing import publish
from kuyakusho.domains.policy.tests.documents import OSAKA, OSAKA_NEXT
from kuyakusho.domains.policy.tests.factories import PLANNER, make_ward
from kuyakusho.site.commands.policy import command


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "方針.txt"
    path.write_text(OSAKA, "utf-8")
    return path


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward(style="osaka")


def run(*arguments: object, ok: bool = True) -> str:
    result = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert (result.exit_code == 0) is ok, result.output
    return result.output


def test_the_tree_as_json_needs_neither_django_nor_a_database(document: Path) -> None:
    program = (
        "import sys; from kuyakusho.site.cli import main\n"
        f"try: main(['policy', 'import', {str(document)!r}, '--json'])\n"
        "except SystemExit as end: code = end.code\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'django'], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stderr.decode().strip() == "[]"
    tree = json.loads(done.stdout)
    assert set(tree) >= {
        "title",
        "city",
        "ward",
        "style",
        "stage",
        "fiscal_year",
        "coverage",
        "warnings",
        "nodes",
    }
    assert tree["fiscal_year"]["western"] == 2023
    assert [node["kind"] for node in tree["nodes"]] == ["pillar", "pillar"]


def test_without_a_ward_a_summary_is_printed_and_nothing_saved(document: Path) -> None:
    told = run("import", document)
    assert "2 pillar" in told
    assert "Nothing was saved" in told


def test_with_a_ward_a_review_waits_under_its_address(ward: Ward, document: Path) -> None:
    told = run("import", document, "--ward", "minato")
    review = ImportReview.objects.get()
    assert f"/minato/desk/policy/imports/{review.public_id}/" in told
    assert (review.state, review.created_by) == ("open", "system:policy.import")


def test_saved_at_once_exported_and_brought_back(ward: Ward, document: Path, tmp_path: Path) -> None:
    run("import", document, "--ward", "minato", "--save")
    plan = Plan.objects.get()
    before = list(plan.nodes.order_by("public_id").values_list("public_id", "order", "title"))
    out = tmp_path / "plan.json"
    run("export", "minato", "-o", out)
    Plan.objects.all().delete()
    assert "as the file says" in run("import", out, "--ward", "minato")
    assert (
        list(Plan.objects.get().nodes.order_by("public_id").values_list("public_id", "order", "title"))
        == before
    )
    assert "Nothing had to be changed" in run("import", out, "--ward", "minato")


def test_unknown_wards_plans_and_unreadable_files_are_told(
    ward: Ward, document: Path, tmp_path: Path
) -> None:
    assert "there are: minato" in run("import", document, "--ward", "elsewhere", ok=False)
    assert "has no plan" in run("export", "minato", ok=False)
    empty = tmp_path / "empty.txt"
    empty.write_text("", "utf-8")
    assert "空" in run("import", empty, ok=False)
    assert "--ward" in run("import", document, "--save", ok=False)
    assert "is no file" in run("diff", "minato/policy/2023", document, ok=False)


def test_two_documents_are_compared_without_a_database(document: Path, tmp_path: Path) -> None:
    later = tmp_path / "次.txt"
    later.write_text(OSAKA_NEXT, "utf-8")
    told = run("diff", document, later)
    assert "届く区役所 → すぐに届く区役所" in told
    kinds = {
        kind for change in json.loads(run("diff", document, later, "--json")) for kind in change["kinds"]
    }
    assert {"renamed", "added", "removed"} <= kinds


def test_editions_and_the_working_tree_are_compared_by_name(ward: Ward, document: Path) -> None:
    run("import", document, "--ward", "minato", "--save")
    plan = Plan.objects.get()
    edition = publish(plan, stage="final", actor=PLANNER)
    assert "same" in run("diff", edition.public_id, "minato/policy/2023/working")
    plan.nodes.filter(kind="pillar").update(title="新しい柱の名")
    assert "新しい柱の名" in run("diff", "minato/policy/2023", "minato/policy/2023/working")
