"""`kuyakusho policy`: documents in, files out, differences told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kuyakusho.site import cli

if TYPE_CHECKING:
    from kuyakusho.domains.policy.reading import ImportedPolicy

FORMATS = ("json", "csv", "xlsx", "pdf-sheet")
STAGES = ("draft", "proposal", "final", "midyear", "self_evaluation")
file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("policy")
def command() -> None:
    """Import, export and compare a ward's policy and plans of the same kind."""


@command.command("import")
@click.argument("path", metavar="FILE", type=file)
@click.option("--ward", help="Open a review in this ward, for a planner to look through.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the tree as JSON; save nothing, need no database."
)
@click.option("--plan", "key", default="policy", show_default=True, help="Key of the plan that it is.")
@click.option("--year", type=int, help="Fiscal year (western), where the document doesn't say it.")
@click.option("--save", is_flag=True, help="Make it the plan's working tree at once, without a review.")
def import_(path: Path, ward: str | None, as_json: bool, key: str, year: int | None, save: bool) -> None:
    """Read FILE as it was published: text, HTML, PDF, DOCX or XLSX; or an export of this program.

    With --json the tree goes to standard output and nothing is saved. With --ward the import waits for a planner
    under the address that is printed. With neither a summary is printed.
    """
    from kuyakusho.domains.policy.reading import UnreadableDocument, parse, read_document

    if save and not ward:
        raise click.UsageError("--save needs --ward")
    body = path.read_bytes()
    if ward and _is_export(body, path):
        _bring_back(ward, body)
        return
    try:
        policy = parse(read_document(body, path.name))
    except UnreadableDocument as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(policy.to_json(), ensure_ascii=False, indent=2))
    elif ward:
        _review(path, body, ward, key, year, save)
    else:
        _summary(policy)
        click.echo("Nothing was saved. Name a --ward to open a review, or --json for the whole tree.")


def _is_export(body: bytes, path: Path) -> bool:
    """Whether the file is one that `export` wrote."""
    if path.suffix == ".json":  # no document is published as JSON
        return True
    if body[:4] == b"PK\x03\x04" and path.suffix in (".zip", ".xlsx"):
        cli.setup()
        from kuyakusho.domains.policy.exports import files

        try:
            files.read(body)
        except files.Unreadable:
            return path.suffix == ".zip"
        return True
    return False


def _bring_back(ward: str, body: bytes) -> None:
    cli.setup()
    from kuyakusho.core.errors import KuyakushoError
    from kuyakusho.domains.policy.exports import commands, files

    try:
        changes = commands.import_file(ward, body)
    except (commands.NoSuchPlan, files.Unreadable) as error:
        raise click.ClickException(str(error)) from error
    except KuyakushoError as error:
        raise click.ClickException(f"{error.sentence}{error.next_step}") from error
    click.echo("Nothing had to be changed." if changes.is_nothing else "The plan is as the file says.")


def _review(path: Path, body: bytes, slug: str, key: str, year: int | None, save: bool) -> None:
    cli.setup()
    from kuyakusho.core.access.actor import Actor
    from kuyakusho.core.errors import KuyakushoError
    from kuyakusho.core.wards.addresses import ward_address
    from kuyakusho.core.wards.models import Ward
    from kuyakusho.domains.policy.models import Plan
    from kuyakusho.domains.policy.rules.imported import coverage_of
    from kuyakusho.domains.policy.services.reviews import Upload, joins_of, open_review, outline_of
    from kuyakusho.domains.policy.services.saving import save_review

    ward = Ward.objects.filter(slug=slug).first()
    if ward is None:
        known = ", ".join(Ward.objects.values_list("slug", flat=True)) or "none yet"
        raise click.ClickException(f"there is no ward {slug}; there are: {known}")
    actor = Actor.system("policy.import")
    try:
        review = open_review(ward, Upload(path.name, body, key, fiscal_year=year), actor=actor)
        joins, outline = joins_of(review), outline_of(review)
        covered = coverage_of(review.document.text, outline, review.tree["about"])
        doubtful = sum(join.state == "doubtful" for join in joins)
        click.echo(
            f"{len(outline.parts)} parts, coverage {covered.percent} %, "
            f"{len({join.row for join in joins})} initiatives joined, {doubtful} joins to look at"
        )
        if save:
            plan = Plan.objects.filter(ward=ward, key=key, fiscal_year=review.fiscal_year).first()
            saved = save_review(review, version=1, plan_revision=plan.revision if plan else 0, actor=actor)
            address = ward_address(ward, "policy-desk:tree", saved.key, saved.fiscal_year, absolute=True)
            click.echo(f"Saved as the working tree; residents see it when it is published: {address}")
            return
    except KuyakushoError as error:
        raise click.ClickException(f"{error.sentence}{error.next_step}") from error
    click.echo(ward_address(ward, "policy-desk:review", review.public_id, absolute=True))


def _summary(policy: ImportedPolicy) -> None:
    from collections import Counter

    year = policy.fiscal_year.label if policy.fiscal_year else "年度不明"
    click.echo(f"{policy.title}　{policy.city or ''}{policy.ward or ''}　{year}　{policy.stage}")
    counts = Counter(node.kind for node in policy.walk())
    click.echo(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    click.echo(f"coverage {policy.coverage * 100:.1f} %, attached {policy.attached * 100:.1f} %")
    for mark, entries in (("repaired", policy.repairs), ("doubtful", policy.doubts)):
        for entry in entries:
            click.echo(f"  {mark}: {entry.sentence}")
    for warning in policy.warnings:
        click.secho(f"  {warning}", fg="yellow")


@command.command("export")
@click.argument("ward")
@click.option("--year", type=int, help="Fiscal year (western); the newest without it.")
@click.option("--plan", "key", default="policy", show_default=True)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File; - for standard output."
)
def export(ward: str, year: int | None, key: str, kind: str, output: Path | None) -> None:
    """Write a plan of WARD with everything that belongs to it. JSON, CSV and XLSX import again to the same."""
    cli.setup()
    from kuyakusho.domains.policy.exports import commands

    try:
        name, body = commands.export_plan(ward, year=year, kind=kind, key=key)
    except commands.NoSuchPlan as error:
        raise click.ClickException(str(error)) from error
    if output is not None and str(output) == "-":
        sys.stdout.buffer.write(body)
        return
    target = output or Path(name)
    target.write_bytes(body)
    click.echo(f"{target} ({len(body):,} bytes)")


@command.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Say what changed from BEFORE to AFTER, with renames found.

    Each is the id of an edition, WARD/PLAN/YEAR for its newest edition, WARD/PLAN/YEAR/working for its working tree,
    or the file of a document. Two files need no database.
    """
    from kuyakusho.domains.policy.comparison import compare

    one, two = _content(before), _content(after)
    compared = compare(one, two)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "kinds": list(change.kinds),
                        "before": _brief(change.before),
                        "after": _brief(change.after),
                    }
                    for change in compared.changed
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    for change in compared.changed:
        old, new = _brief(change.before), _brief(change.after)
        words = " ".join(change.kinds)
        code = (new or old or {}).get("code", "")
        if old and new and old["title"] != new["title"]:
            click.echo(f"{words}: {code} {old['title']} → {new['title']}")
        else:
            click.echo(f"{words}: {code} {(new or old or {})['title']}")
    click.echo(", ".join(f"{count} {kind}" for kind, count in sorted(compared.counts.items())) or "nothing")


def _brief(node: Any) -> dict[str, str] | None:
    if node is None:
        return None
    return {
        "kind": node["kind"],
        "code": node.get("code", ""),
        "title": node.get("title") or node.get("text", "").partition("\n")[0][:60],
    }


def _content(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.is_file():
        return _content_of_file(path)
    cli.setup()
    from kuyakusho.domains.policy.models import Edition, Plan
    from kuyakusho.domains.policy.queries.content import content_of

    edition = Edition.objects.filter(public_id=name).first()
    if edition is None and name.count("/") in (2, 3):
        ward, key, year, *rest = name.split("/")
        plan = (
            Plan.objects.select_related("ward")
            .filter(ward__slug=ward, key=key, fiscal_year=int(year))
            .first()
            if year.isdigit()
            else None
        )
        if plan is not None and rest == ["working"]:
            return content_of(plan, "draft")
        edition = plan.editions.order_by("-number").first() if plan is not None and not rest else None
    if edition is None:
        raise click.ClickException(f"{name} is no file, no edition and no WARD/PLAN/YEAR that was published")
    return dict(edition.content)


def _content_of_file(path: Path) -> dict[str, Any]:
    """A document as far as a comparison needs it; two documents are taken for two years of one ward."""
    from itertools import count

    from kuyakusho.domains.policy.reading import UnreadableDocument, parse, read_document
    from kuyakusho.domains.policy.rules.imported import outline_of

    try:
        policy = parse(read_document(path.read_bytes(), path.name))
    except UnreadableDocument as error:
        raise click.ClickException(str(error)) from error
    numbers = count()
    # The path keeps the ids of two files apart.
    outline = outline_of(policy.to_json(), new_id=lambda: f"{path}#{next(numbers)}", document="")
    return {
        "ward": {"slug": policy.ward or ""},
        "nodes": [
            {**outline.parts[i].to_json(), "parent": outline.parents[i]} for i, _depth in outline.walk()
        ],
        "initiatives": {},
    }
