"""The command: JSON of a file, without a ward and without a database."""

from __future__ import annotations

import json
import subprocess
import sys

from kuyakusho.domains.policy.reading.__main__ import import_json, main

from .samples import DOCUMENTS

KEYS = {"title", "city", "ward", "style", "stage", "fiscal_year", "coverage", "warnings", "nodes"}


def test_the_json_of_an_import(capsys):
    path = DOCUMENTS / "actions.txt"
    assert main([str(path)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == json.loads(import_json(path))
    assert data.keys() >= KEYS
    node = data["nodes"][0]
    assert node.keys() >= {"kind", "code", "title", "text", "span", "children"}
    assert node["span"][0][0] < node["span"][0][1]
    assert data["coverage"] + data["attached"] <= 1.0


def test_refusals_go_to_standard_error(capsys, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    assert main([str(empty)]) == 1
    assert "空です" in capsys.readouterr().err
    assert main([str(tmp_path / "missing.txt")]) == 1
    assert "開けません" in capsys.readouterr().err
    assert main([]) == 2


def test_it_runs_without_django():
    """The package can be used where there is no settings module and no database."""
    code = (
        "import sys, kuyakusho.domains.policy.reading.__main__ as m, kuyakusho.domains.policy.reading.likeness; "
        "sys.exit(any(name == 'django' or name.startswith('django.') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
