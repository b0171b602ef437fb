"""A bundle back into the database: the identical tree, ids and order. A second time changes nothing.

the tree (nodes, amounts, joins)         becomes what the file says; what the file doesn't name goes
initiatives, links, indicators, targets  become what the file says; what it doesn't name stays
observations                             are only added, each as it was recorded
evaluations, the council's grades        are added where there is none; one that is there is never rewritten:
                                         changes go through the section and its chief
documents                                are added; one that is there never changes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.files.rows import Row, attributes
from kuyakusho.core.outbox.services import announce
from kuyakusho.core.wards.models import District, Section, Ward, new_public_id
from kuyakusho.core.wards.services import touch
from kuyakusho.engines.indicators import public as indicators
from kuyakusho.engines.indicators.public import Restored

from ..models import (
    Budget,
    Initiative,
    InitiativeIndicator,
    InitiativeLink,
    Join,
    Node,
    Plan,
    SourceDocument,
)
from ..services.revisions import grown_with, hold_initiatives
from .bundle import COLUMNS, Bundle, by_key, gather, in_reading_order
from .judgements import add_judgements, ids_taken
from .soundness import faults_of

AT_ONCE = 500
# Besides what they hang on, by what rows of these tables are told apart.
OWN_KEYS = {"budgets": ("fiscal_year", "kind"), "initiative_links": ("fiscal_year",)}


@dataclass
class Changes:
    """What a bundle changed, by table; `kept` are evaluations that differ from the file and stayed as they are."""

    plan: Plan | None = None
    tables: dict[str, Restored] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not any(one.created or one.updated or one.removed for one in self.tables.values())


class _Rehearsed(Exception):
    """Carries the changes out of a transaction that is taken back."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes


def rehearse(ward: Ward, bundle: Bundle, *, actor: Actor) -> Changes:
    """What `restore` would change; changes nothing. Raises as it does."""
    try:
        with transaction.atomic():
            raise _Rehearsed(restore(ward, bundle, actor=actor))
    except _Rehearsed as done:
        return done.changes


def restore(ward: Ward, bundle: Bundle, *, actor: Actor) -> Changes:
    """Puts a (checked) bundle into the ward, all or nothing.

    Raises Invalid when it is of another ward, names what the ward doesn't have, or is no tree; Conflict when its
    ids belong to another plan, or when somebody else brings in the same plan at the same moment.
    """
    try:
        with transaction.atomic():
            return _Restoring(ward, bundle, actor).run()
    except IntegrityError as fault:
        raise Conflict(
            "restoring_at_once",
            _("ほかの人が同じ計画を取り込んでいます。"),
            _("少し待って、もう一度行ってください。"),
        ) from fault


class _Restoring:
    """One run. What rows name is looked up once; each table is compared with what stands and then written."""

    def __init__(self, ward: Ward, bundle: Bundle, actor: Actor) -> None:
        self.ward, self.bundle, self.actor = ward, bundle, actor
        self.rows = dict(bundle.tables)
        self.changes = Changes()

    def run(self) -> Changes:
        self._look_through()
        plan, before = self._plan()
        self.before = before
        self._documents()
        self.changes.tables |= indicators.restore(
            self.ward, {name: self.rows[name] for name in indicators.COLUMNS}, actor=self.actor
        )
        self.indicators = self._numbers(indicators.Indicator.objects.filter(ward=self.ward), "key")
        self._initiatives()
        self._nodes(plan)
        self._under(Budget, "budgets", {"node": self.nodes, "initiative": self.initiatives}, removes=True)
        self._under(Join, "joins", {"node": self.nodes, "initiative": self.initiatives}, removes=True)
        self._under(
            InitiativeLink, "initiative_links", {"before": self.initiatives, "after": self.initiatives}
        )
        self._under(
            InitiativeIndicator,
            "initiative_indicators",
            {"initiative": self.initiatives, "indicator": self.indicators},
        )
        done, self.changes.kept = add_judgements(
            plan, self.rows, self.before, initiatives=self.initiatives, sections=self.sections
        )
        self.changes.tables |= done
        self._finish(plan)
        return self.changes

    def _look_through(self) -> None:
        if self.bundle.ward != self.ward.slug:
            raise Invalid(
                "other_ward",
                _("このファイルは別の区（%(ward)s）のものです。") % {"ward": self.bundle.ward},
                _("その区で取り込んでください。"),
            )
        self.sections = self._numbers(Section.objects.filter(ward=self.ward), "key")
        self.districts = self._numbers(District.objects.filter(ward=self.ward), "key")
        faults = faults_of(self.bundle, sections=self.sections, districts=self.districts)
        if faults:
            raise Invalid(
                "bundle_faulty",
                _("ファイルの中に、たどれない名前や重なりがあります：%(faults)s")
                % {"faults": "、".join(faults[:5])},
                _("ファイルを直すか、書き出しからやり直してください。"),
            )
        self.rows["nodes"] = in_reading_order(self.rows["nodes"])

    def _plan(self) -> tuple[Plan, dict[str, list[Row]]]:
        """The plan, made when it isn't there, and everything that stands under it now."""
        row = self.rows["plan"][0]
        values = attributes(COLUMNS["plan"], row)
        hold_initiatives(self.ward, plan_key=row["key"])
        plan = (
            Plan.objects.select_for_update(no_key=True)
            .filter(ward=self.ward, key=row["key"], fiscal_year=row["fiscal_year"])
            .first()
        )
        if plan is None:
            if Plan.objects.filter(public_id=row["public_id"]).exists():
                raise ids_taken()
            plan = Plan.objects.create(ward=self.ward, **values)
            self.changes.tables["plan"] = Restored(created=1)
        else:
            plan.ward = self.ward
            # The revision counts changes here, and the id is this installation's.
            standing = attributes(COLUMNS["plan"], _only(gather(plan).tables["plan"]))
            changed = {
                name: value
                for name, value in values.items()
                if name not in ("revision", "public_id") and standing[name] != value
            }
            if changed:
                Plan.objects.filter(pk=plan.pk).update(**changed)
            self.changes.tables["plan"] = Restored(updated=int(bool(changed)), unchanged=int(not changed))
        plan.ward = self.ward
        self.changes.plan = plan
        return plan, gather(plan).tables

    def _documents(self) -> None:
        rows = self.rows["documents"]
        there = {
            document.public_id: document
            for document in SourceDocument.objects.filter(public_id__in=[row["public_id"] for row in rows])
        }
        fresh = []
        for row in rows:
            document = there.get(row["public_id"])
            if document is None:
                fresh.append(SourceDocument(ward=self.ward, **attributes(COLUMNS["documents"], row)))
            elif (
                document.ward_id != self.ward.pk
                or document.digest != row["digest"]
                or document.text != row["text"]
            ):
                raise ids_taken()
        SourceDocument.objects.bulk_create(fresh)
        self.changes.tables["documents"] = Restored(len(fresh), 0, 0, len(rows) - len(fresh))
        self.documents = self._numbers(SourceDocument.objects.filter(ward=self.ward), "public_id")

    def _initiatives(self) -> None:
        columns = COLUMNS["initiatives"]
        there = {i.row: i for i in Initiative.objects.filter(ward=self.ward).select_related("owner")}
        standing = by_key("initiatives", self.before["initiatives"])
        taken = set(
            Initiative.objects.exclude(ward=self.ward)
            .filter(public_id__in=[row["public_id"] for row in self.rows["initiatives"]])
            .values_list("public_id", flat=True)
        )
        fresh: list[Initiative] = []
        updated: list[Initiative] = []
        for row in self.rows["initiatives"]:
            values = attributes(columns, row) | {
                "owner_id": self.sections[row["owner"]],
                "plan_key": self.rows["plan"][0]["key"],
            }
            known = there.get(row["row"])
            if known is None:
                if row["public_id"] in taken:
                    values["public_id"] = new_public_id()
                fresh.append(Initiative(ward=self.ward, **values))
                continue
            values.pop("public_id")
            before = standing.get((row["row"],))
            if before is None or {**before, "public_id": row["public_id"]} != row:
                Initiative.objects.filter(pk=known.pk).update(**values)
                updated.append(known)
        Initiative.objects.bulk_create(fresh, batch_size=AT_ONCE)
        grown_with(updated)
        same = len(self.rows["initiatives"]) - len(fresh) - len(updated)
        self.changes.tables["initiatives"] = Restored(len(fresh), len(updated), 0, same)
        self.initiatives = self._numbers(Initiative.objects.filter(ward=self.ward), "row")

    def _nodes(self, plan: Plan) -> None:
        """Parents come first, so a level at a time; what came before in other years is tied afterwards."""
        rows = self.rows["nodes"]
        there = {node.public_id: node for node in Node.objects.filter(plan=plan)}
        wanted = {row["public_id"] for row in rows}
        for ids in _in_lots(sorted(wanted - there.keys())):
            if Node.objects.filter(public_id__in=ids).exists():
                raise ids_taken()
        past: dict[str, int] = {}
        for ids in _in_lots(sorted({row["previous"] for row in rows} - {""})):
            past |= self._numbers(Node.objects.filter(plan__ward=self.ward, public_id__in=ids), "public_id")
        standing = {row["public_id"]: row for row in self.before["nodes"]}
        numbers = {public_id: node.pk for public_id, node in there.items()}
        created, changed = 0, []
        for level in _levels(rows):
            fresh = []
            for row in level:
                # A node of a year that isn't here (any more) can't be pointed at.
                row = {**row, "previous": row["previous"] if row["previous"] in past else ""}
                values = attributes(COLUMNS["nodes"], row) | {
                    "parent_id": numbers[row["parent"]] if row["parent"] else None,
                    "document_id": self.documents[row["document"]] if row["document"] else None,
                    "owner_id": self.sections[row["owner"]] if row["owner"] else None,
                    "district_id": self.districts[row["district"]] if row["district"] else None,
                    "previous_id": past.get(row["previous"]),
                }
                node = there.get(row["public_id"])
                if node is None:
                    fresh.append(Node(plan=plan, **values))
                elif standing[row["public_id"]] != row:
                    for name, value in values.items():
                        setattr(node, name, value)
                    changed.append(node)
            created += len(fresh)
            numbers |= {n.public_id: n.pk for n in Node.objects.bulk_create(fresh, batch_size=AT_ONCE)}
        Node.objects.bulk_update(
            changed, [c.name for c in COLUMNS["nodes"] if c.name != "public_id"], batch_size=AT_ONCE
        )
        gone = [node.pk for public_id, node in there.items() if public_id not in wanted]
        for pks in _in_lots(gone):
            Node.objects.filter(pk__in=pks).delete()
        self.changes.tables["nodes"] = Restored(
            created, len(changed), len(gone), len(rows) - created - len(changed)
        )
        self.nodes = numbers

    def _under(
        self,
        model: type[models.Model],
        table: str,
        references: Mapping[str, Mapping[str, int]],
        *,
        removes: bool = False,
    ) -> None:
        """A table whose rows hang on others and have no life of their own."""
        columns = COLUMNS[table]
        standing = by_key(table, self._still_there(table))
        objects: Any = model._default_manager

        def place(row: Row) -> dict[str, int | None]:
            return {f"{name}_id": numbers.get(row[name]) for name, numbers in references.items()}

        fresh, updated = [], 0
        for key, row in by_key(table, self.rows[table]).items():
            before = standing.pop(key, None)
            if before is None:
                fresh.append(model(**attributes(columns, row), **place(row)))
            elif before != row:
                self._rows_at(objects, table, row, place(row)).update(**attributes(columns, row))
                updated += 1
        removed = list(standing.values()) if removes else []
        for row in removed:
            self._rows_at(objects, table, row, place(row)).delete()
        # Removed first: a new row may take the place of one under a unique constraint.
        objects.bulk_create(fresh, batch_size=AT_ONCE)
        total = len(self.rows[table])
        self.changes.tables[table] = Restored(len(fresh), updated, len(removed), total - len(fresh) - updated)

    def _still_there(self, table: str) -> list[Row]:
        """Rows that stood before, without those that went with their node."""
        rows = self.before[table]
        if not rows or "node" not in rows[0]:
            return rows
        wanted = {row["public_id"] for row in self.rows["nodes"]}
        return [row for row in rows if not row["node"] or row["node"] in wanted]

    @staticmethod
    def _rows_at(objects: Any, table: str, row: Row, place: Mapping[str, int | None]) -> Any:
        own = {name: row[name] for name in OWN_KEYS.get(table, ())}
        return objects.filter(**place, **own)

    def _finish(self, plan: Plan) -> None:
        if self.changes.is_nothing:
            return
        wanted = self.rows["plan"][0]["revision"]
        made = bool(self.changes.tables["plan"].created)
        now = Plan.objects.values_list("revision", flat=True).get(pk=plan.pk)
        revision = wanted if made else max(now + 1, wanted)
        Plan.objects.filter(pk=plan.pk).update(revision=revision, undo=None)
        record(
            ward=self.ward,
            actor=self.actor,
            action="policy.plan.restored",
            target=f"policy.plan:{plan.public_id}",
            fiscal_year=plan.fiscal_year,
            key=plan.key,
            tables={
                name: [one.created, one.updated, one.removed]
                for name, one in self.changes.tables.items()
                if one.created or one.updated or one.removed
            },
        )
        announce(ward=self.ward, fact="policy.tree.changed", payload={"plan": plan.public_id})
        touch(self.ward)

    @staticmethod
    def _numbers(queryset: models.QuerySet[Any], name: str) -> dict[str, int]:
        return dict(queryset.values_list(name, "pk"))


def _only(rows: list[Row]) -> Row:
    (row,) = rows
    return row


def _levels(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """Rows in reading order, grouped by depth from the top."""
    depth: dict[str, int] = {"": -1}
    levels: dict[int, list[Row]] = {}
    for row in rows:
        depth[row["public_id"]] = depth[row["parent"]] + 1
        levels.setdefault(depth[row["public_id"]], []).append(row)
    return (levels[at] for at in sorted(levels))


def _in_lots(items: list[Any]) -> Iterable[list[Any]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))
