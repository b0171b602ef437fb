"""Every correction that a planner can make to a tree. Pure: an outline in, an outline out; nothing is ever lost.

    edit       new words, owner, SDGs          raise_, lower     among the siblings
    reclassify another kind or code            indent, outdent   under the one above; beside the parent
    hang       under another part              split, merge      one into two; two into one
    insert     a new part                      remove            its text goes to the nearest part

Each raises `Invalid` or `Refused` with a plain sentence when it can't be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from kuyakusho.core.errors import Invalid, Missing, Refused

from .outline import DEEPEST, KINDS, PASSAGES, Amount, Outline, Part
from .spans import cut, united

EDITABLE = frozenset(
    {
        "title",
        "title_en",
        "title_easy",
        "text",
        "text_en",
        "text_easy",
        "attached",
        "owner",
        "district",
        "sdgs",
    }
)


def part_of(outline: Outline, id: str) -> Part:
    """The part, or `Missing`: another planner may have taken it away."""
    part = outline.parts.get(id)
    if part is None:
        raise Missing(
            "policy.part-missing", _("この項目はもうありません。"), _("一覧から選び直してください。")
        )
    return part


def edit(outline: Outline, id: str, **values: Any) -> Outline:
    """New words for a part. `values` are some of EDITABLE."""
    if unknown := set(values) - EDITABLE:
        raise ValueError(f"not editable: {sorted(unknown)}")
    part = part_of(outline, id)
    if part.title and part.title == first_sentence(part.text) == values.get("title", part.title):
        # The title of a bullet is the beginning of its text, unless somebody gave it another.
        values["title"] = first_sentence(values.get("text", part.text))
    changed = replace(part, **values)
    if not (changed.title.strip() or changed.text.strip() or changed.attached.strip()):
        raise Invalid(
            "policy.part-empty",
            _("見出しも本文もない項目にはできません。"),
            _("要らない項目は「外す」で、文を近くの項目に移せます。"),
            fields={"title": _("見出しか本文を入れてください。")},
        )
    return outline if changed == part else outline.with_parts(changed)


def reclassify(outline: Outline, id: str, *, kind: str, code: str) -> Outline:
    """Another kind, another printed code."""
    part = part_of(outline, id)
    if kind not in KINDS:
        raise Invalid(
            "policy.kind-unknown", _("この種類はありません。"), fields={"kind": _("種類を選んでください。")}
        )
    changed = replace(part, kind=kind, code=code.strip())
    return outline if changed == part else outline.with_parts(changed)


def raise_(outline: Outline, id: str) -> Outline:
    """One place up among its siblings."""
    return _shift(outline, id, -1)


def lower(outline: Outline, id: str) -> Outline:
    """One place down among its siblings."""
    return _shift(outline, id, +1)


def _shift(outline: Outline, id: str, by: int) -> Outline:
    part_of(outline, id)
    ids = list(outline.siblings(id))
    at = ids.index(id)
    if not 0 <= at + by < len(ids):
        raise Refused(
            "policy.no-further", _("これより先には動かせません。"), _("別の親の下へ移すこともできます。")
        )
    ids[at], ids[at + by] = ids[at + by], ids[at]
    return replace(outline, children={**outline.children, outline.parents[id]: tuple(ids)})


def indent(outline: Outline, id: str) -> Outline:
    """Under the sibling above it, as its last child."""
    part_of(outline, id)
    at = outline.position(id)
    if at == 0:
        raise Refused("policy.no-sibling", _("上に並ぶ項目がないので、下の階層に入れられません。"))
    return hang(outline, id, under=outline.siblings(id)[at - 1])


def outdent(outline: Outline, id: str) -> Outline:
    """Beside its parent, right after it."""
    part_of(outline, id)
    parent = outline.parents[id]
    if parent is None:
        raise Refused("policy.at-top", _("この項目はいちばん上の階層にあります。"))
    return hang(outline, id, under=outline.parents[parent], at=outline.position(parent) + 1)


def hang(outline: Outline, id: str, *, under: str | None, at: int | None = None) -> Outline:
    """Under another part (or at the top), at place `at` from 0, or last."""
    part_of(outline, id)
    if under is not None:
        part_of(outline, under)
        if under == id or id in outline.ancestors(under):
            raise Refused("policy.circle", _("自分自身の下には移せません。"), _("別の項目を選んでください。"))
        if outline.depth(under) + 1 + outline.height(id) >= DEEPEST:
            raise Refused("policy.too-deep", _("これより深い階層は作れません。"))
    children = dict(outline.children)
    old = outline.parents[id]
    left = tuple(i for i in children[old] if i != id)
    if left:
        children[old] = left
    else:
        del children[old]
    ids = list(children.get(under, ()))
    ids.insert(len(ids) if at is None else at, id)
    children[under] = tuple(ids)
    return replace(outline, children=children, parents={**outline.parents, id: under})


def insert(outline: Outline, part: Part, *, under: str | None, at: int | None = None) -> Outline:
    """A new part that a planner writes by hand; it owns no source text."""
    if under is not None:
        part_of(outline, under)
        if outline.depth(under) + 1 >= DEEPEST:
            raise Refused("policy.too-deep", _("これより深い階層は作れません。"))
    ids = list(outline.children.get(under, ()))
    ids.insert(len(ids) if at is None else at, part.id)
    return Outline(
        {**outline.parts, part.id: part},
        {**outline.children, under: tuple(ids)},
        {**outline.parents, part.id: under},
    )


def split_points(part: Part) -> list[tuple[int, str]]:
    """Where a part may be cut: before each later line and after each sentence of its wording, with what follows."""
    wording = part.wording
    found = []
    for at in range(1, len(wording)):
        if wording[at - 1] in "\n。" and wording[at:].strip() and wording[at] not in "\n」）)】』":
            found.append((at, wording[at:].strip()[:40]))
    return found


def split(outline: Outline, id: str, *, at: int, new_id: str, source: str) -> Outline:
    """Cuts a part at position `at` of its wording; the rest becomes the sibling after it, of the same kind.

    `source` is the document's text: the spans are cut where the words are cut. Children stay with the first.
    """
    part = part_of(outline, id)
    wording = part.wording
    head, tail = wording[:at].strip(), wording[at:].strip()
    if not 0 < at < len(wording) or not head or not tail:
        raise Invalid(
            "policy.split-nowhere",
            _("分けると、どちらかが空になります。"),
            _("分ける場所を選び直してください。"),
        )
    first_spans, second_spans = cut(part.spans, source, tail)
    title, text = _shaped(part, head)
    first = replace(part, title=title, text=text, spans=first_spans)
    title, text = _shaped(part, tail)
    second = Part(
        id=new_id,
        kind=part.kind,
        title=title,
        text=text,
        spans=second_spans,
        document=part.document,
        owner=part.owner,
        owner_printed=part.owner_printed,
        district=part.district,
    )
    return insert(outline.with_parts(first), second, under=outline.parents[id], at=outline.position(id) + 1)


def _shaped(part: Part, wording: str) -> tuple[str, str]:
    # A part with a title keeps that shape: the first line is the title. A bullet's title is its first sentence.
    if not part.title:
        return "", wording
    if part.title_in_text:
        return first_sentence(wording), wording
    title, _line, text = wording.partition("\n")
    return title.strip(), text.strip()


def first_sentence(wording: str) -> str:
    """What names a bullet: its first sentence, at most a line."""
    line = wording.strip().partition("\n")[0]
    return line.partition("。")[0] or line


def merge(outline: Outline, id: str) -> Outline:
    """Into the sibling above it, or into its parent when it is the first. Its children follow it."""
    part = part_of(outline, id)
    host = outline.parts[merges_into(outline, id)]
    text = "\n".join(t for t in (host.text, part.details.get("label"), part.wording) if t)
    budgets, leftover = _amounts_together(host.budgets, part.budgets)
    merged = replace(
        host,
        text=text,
        attached="\n".join(t for t in (host.attached, part.attached, leftover) if t),
        spans=united(host.spans, part.spans),
        attached_spans=united(host.attached_spans, part.attached_spans),
        budgets=budgets,
        sdgs=tuple(sorted({*host.sdgs, *part.sdgs})),
        details=_details_together(host.details, part.details),
        former_ids=tuple(dict.fromkeys((*host.former_ids, part.id, *part.former_ids))),
    )
    outline = outline.with_parts(merged)
    for child in outline.children.get(id, ()):
        outline = hang(outline, child, under=host.id)
    return _without(outline, id)


def merges_into(outline: Outline, id: str) -> str:
    """The part that would take it in."""
    part_of(outline, id)
    at = outline.position(id)
    if at:
        return outline.siblings(id)[at - 1]
    parent = outline.parents[id]
    if parent is None:
        raise Refused("policy.no-sibling", _("上に並ぶ項目がないので、まとめられません。"))
    return parent


def remove(outline: Outline, id: str) -> Outline:
    """Takes a part out of the tree. Its text is kept with the nearest part, its children take its place."""
    part = part_of(outline, id)
    host = outline.parts[kept_with(outline, id)]
    budgets, leftover = _amounts_together(host.budgets, part.budgets)
    outline = outline.with_parts(
        replace(
            host,
            attached="\n".join(t for t in (host.attached, part.everything, part.attached, leftover) if t),
            attached_spans=united(host.attached_spans, part.spans, part.attached_spans),
            budgets=budgets,
            former_ids=tuple(dict.fromkeys((*host.former_ids, part.id, *part.former_ids))),
        )
    )
    parent, at = outline.parents[id], outline.position(id)
    for offset, child in enumerate(outline.children.get(id, ())):
        outline = hang(outline, child, under=parent, at=at + 1 + offset)
    return _without(outline, id)


def kept_with(outline: Outline, id: str) -> str:
    """The nearest part: the parent, else the sibling before, else the one after."""
    part_of(outline, id)
    parent = outline.parents[id]
    if parent is not None:
        return parent
    siblings, at = outline.siblings(id), outline.position(id)
    if len(siblings) == 1:
        raise Refused("policy.last-part", _("最後の一つは外せません。"))
    return siblings[at - 1] if at else siblings[1]


def _without(outline: Outline, id: str) -> Outline:
    children = dict(outline.children)
    parent = outline.parents[id]
    left = tuple(i for i in children[parent] if i != id)
    if left:
        children[parent] = left
    else:
        del children[parent]
    parts = {key: part for key, part in outline.parts.items() if key != id}
    parents = {key: above for key, above in outline.parents.items() if key != id}
    return Outline(parts, children, parents)


def _details_together(host: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    together = {**more, **host}
    for name in PASSAGES:
        if passages := [*host.get(name, ()), *more.get(name, ())]:
            together[name] = passages
    return together


def _amounts_together(host: tuple[Amount, ...], more: tuple[Amount, ...]) -> tuple[tuple[Amount, ...], str]:
    # Two different amounts of the same year and kind can't both stand: the second is kept as words.
    kept = {(a.fiscal_year, a.kind): a for a in host}
    leftover = []
    for amount in more:
        there = kept.setdefault((amount.fiscal_year, amount.kind), amount)
        if there.amount_yen != amount.amount_yen:
            leftover.append(f"{amount.fiscal_year}年度 {amount.kind} {amount.amount_yen:,}円")
    return tuple(kept.values()), "\n".join(leftover)
