"""`kuyakusho doctor`: looks the set-up over and says what to mend."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kuyakusho.site import cli

if TYPE_CHECKING:
    from kuyakusho.site.doctor import Finding

MARKS = {"good": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(as_json: bool) -> None:
    """Check the set-up and say what to mend. Ends with 1 when something is bad."""
    findings = []
    for finding in _findings():
        findings.append(finding)
        if not as_json:
            _say(finding)
    bad = sum(finding.level == "bad" for finding in findings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        warned = sum(finding.level == "warn" for finding in findings)
        click.echo(f"\n{bad} to mend, {warned} to look at, {len(findings) - bad - warned} in order")
    sys.exit(1 if bad else 0)


def _findings() -> Iterator[Finding]:
    from kuyakusho.site.doctor import Finding, examine
    from kuyakusho.site.environment import problems

    # Settings that can't be used would end the process before anything else is looked at.
    if found := problems():
        for fault in found:
            what, _colon, mend = fault.partition(": ")
            yield Finding("bad", "settings", what, mend)
        return
    cli.setup()
    yield from examine()


def _say(finding: Finding) -> None:
    mark, colour = MARKS[finding.level]
    click.secho(f"{mark} {finding.name}: ", fg=colour, nl=False)
    click.echo(finding.what)
    if finding.mend:
        click.echo(f"    → {finding.mend}")
