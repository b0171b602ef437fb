"""The pack's own tree: headings, and under them a node for each initiative, in our words."""

from __future__ import annotations

from kuyakusho.core.packs.faults import Change
from kuyakusho.core.wards.models import Section, new_public_id

from ..models import Initiative, Join, Plan
from ..queries.outlines import outline_of
from ..rules.outline import Outline, Part, difference
from ..services.nodes import write_patch
from .shapes import HeadingShape, InitiativeShape


def apply_tree(
    plan: Plan,
    headings: list[HeadingShape],
    shapes: list[InitiativeShape],
    initiatives: dict[str, Initiative],
) -> list[Change]:
    """Makes the plan's nodes those of the pack; `plan` is locked and its tree is the pack's."""
    before = outline_of(plan)
    ids = {part.pack_key: part.id for part in before.parts.values() if part.pack_key}
    after = _wanted(plan, headings, shapes, initiatives, ids, before)
    patch = difference(before, after)
    write_patch(plan, after, patch)
    return [*_changes(before, after), *_join(plan, after, initiatives)]


def _wanted(
    plan: Plan,
    headings: list[HeadingShape],
    shapes: list[InitiativeShape],
    initiatives: dict[str, Initiative],
    ids: dict[str, str],
    before: Outline,
) -> Outline:
    sections = {s.key: s for s in Section.objects.filter(ward=plan.ward_id)}
    rows: list[tuple[Part, str | None]] = []
    numbers = {heading.key: ids.get(heading.key) or new_public_id() for heading in headings}
    for heading in headings:
        part = _heading(heading, sections.get(heading.section), numbers[heading.key])
        rows.append((_same(before, part), numbers.get(heading.under)))
    for shape in shapes:
        initiative = initiatives[shape.row]
        part = Part(
            id=ids.get(shape.row) or new_public_id(),
            kind="item",
            title=initiative.title,
            title_en=initiative.title_en,
            title_easy=initiative.title_easy,
            text=initiative.summary,
            text_en=initiative.summary_en,
            text_easy=initiative.summary_easy,
            owner=initiative.owner.key,
            district=shape.district,
            sdgs=tuple(initiative.sdgs),
            pack_key=shape.row,
        )
        rows.append((_same(before, part), numbers[shape.under]))
    return Outline.build(rows)


def _heading(heading: HeadingShape, section: Section | None, id: str) -> Part:
    words = {
        name: getattr(heading, name)
        for name in ("title", "title_en", "title_easy", "text", "text_en", "text_easy")
    }
    if section is not None:
        for name, value in (
            ("title", section.name),
            ("title_en", section.name_en),
            ("title_easy", section.name_easy),
            ("text", section.mission),
            ("text_en", section.mission_en),
            ("text_easy", section.mission_easy),
        ):
            words[name] = words[name] or value
    return Part(
        id=id,
        kind=heading.kind,
        code=heading.code,
        owner=heading.owner or (section.key if section else ""),
        district=heading.district,
        sdgs=tuple(heading.sdgs),
        pack_key=heading.key,
        **words,
    )


def _same(before: Outline, part: Part) -> Part:
    # An equal part is taken over as it is, so that only what differs is written.
    old = before.parts.get(part.id)
    return old if old == part else part


def _changes(before: Outline, after: Outline) -> list[Change]:
    changes = []
    for id, part in after.parts.items():
        if id not in before.parts:
            changes.append(Change("added", "node", part.pack_key))
        elif before.parts[id] != part or before.parents[id] != after.parents[id]:
            changes.append(Change("changed", "node", part.pack_key))
    changes.extend(
        Change("removed", "node", part.pack_key) for id, part in before.parts.items() if id not in after.parts
    )
    if not changes and before.children != after.children:
        changes.append(Change("changed", "tree", "order"))
    return changes


def _join(plan: Plan, after: Outline, initiatives: dict[str, Initiative]) -> list[Change]:
    """Nodes of initiatives are joined to them without a doubt, and sections' headings to nothing."""
    nodes = dict(plan.nodes.values_list("pack_key", "pk"))
    standing = set(Join.objects.filter(node__plan=plan).values_list("node", "initiative"))
    missing = [
        Join(node_id=nodes[row], initiative=initiative, how="pack", state="certain")
        for row, initiative in initiatives.items()
        if (nodes[row], initiative.pk) not in standing
    ]
    Join.objects.bulk_create(missing)
    return [Change("added", "join", join.initiative.row) for join in missing]
