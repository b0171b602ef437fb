"""The tree while it grows: nodes made of ranges, frozen to text only at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .blocks import Block, read
from .characters import fold, ink
from .model import Evaluation, Node, Passage, Target
from .money import Budget
from .source import Range

Paragraph = list[Range]
_MARKS = re.compile(r"^(?:[-*+]\s+)?[・◆◇●○■□▪▫▶▷►▸★☆✓✔➢❖◎⦿‣∘◼◾♦▼*+-]\s*")


@dataclass(slots=True)
class DraftPassage:
    """A labelled piece while its lines are being gathered."""

    key: str
    label: Paragraph
    paragraphs: list[Paragraph] = field(default_factory=list)
    own: list[Range] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A node while it grows. `own` are the ranges it owns, `rank` its level, `is_soft` that it has no code."""

    kind: str
    rank: int
    code: Range | None = None
    key: tuple[str, ...] = ()
    printed_code: str | None = None
    title: Paragraph = field(default_factory=list)
    label: Paragraph = field(default_factory=list)
    own: list[Range] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    children: list[Draft] = field(default_factory=list)
    parent: Draft | None = None
    group: list[Paragraph] = field(default_factory=list)
    attached: list[tuple[str, list[Range]]] = field(default_factory=list)
    facets: list[DraftPassage] = field(default_factory=list)
    parts: list[DraftPassage] = field(default_factory=list)
    notes: list[DraftPassage] = field(default_factory=list)
    evaluations: list[DraftPassage] = field(default_factory=list)
    budgets: list[Budget] = field(default_factory=list)
    sdgs: list[int] = field(default_factory=list)
    owner: str = ""
    is_soft: bool = False

    def adopt(self, child: Draft) -> Draft:
        child.parent = self
        self.children.append(child)
        return child

    def take(self, block: Block) -> None:
        """Own all lines of a block."""
        self.own.extend((line.start, line.end) for line in block.lines)

    @property
    def is_empty(self) -> bool:
        """True while it has a heading and nothing under it."""
        return not (self.paragraphs or self.children or self.facets or self.parts or self.evaluations)

    @property
    def start(self) -> int:
        return min((start for start, _ in self.own), default=0)


def merge_ranges(source: str, ranges: list[Range]) -> list[Range]:
    """Sort ranges and join those with only white space between them."""
    merged: list[Range] = []
    for start, end in sorted(set(ranges)):
        if merged and (start <= merged[-1][1] or not source[merged[-1][1] : start].strip()):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(ranges: list[Range], removed: list[Range]) -> list[Range]:
    """Ranges with others cut out of them."""
    kept = list(ranges)
    for low, high in removed:
        cut: list[Range] = []
        for start, end in kept:
            if high <= start or end <= low:
                cut.append((start, end))
                continue
            if start < low:
                cut.append((start, low))
            if high < end:
                cut.append((high, end))
        kept = cut
    return kept


class Freezer:
    """Turns drafts into nodes: reads texts from ranges, nothing else."""

    def __init__(self, source: str, grades: dict[str, dict[str, str]], slogan_join: str = " ") -> None:
        self.source = source
        self.grades = grades
        self.slogan_join = slogan_join

    def freeze(self, draft: Draft, prefix: tuple[str, ...] = ()) -> Node:
        key = draft.key
        if key and len(key) == 1 and prefix:
            key = (*prefix, *key)
        node = Node(
            kind=draft.kind,
            code=draft.printed_code,
            title=self.title(draft),
            text="\n".join(read(self.source, paragraph) for paragraph in draft.paragraphs),
            span=merge_ranges(self.source, draft.own),
            code_key="-".join(key) if draft.printed_code else "",
            label=read(self.source, draft.label),
            group="\n".join(read(self.source, paragraph) for paragraph in draft.group),
            attached=[
                Passage("", read(self.source, ranges), merge_ranges(self.source, ranges), reason)
                for reason, ranges in draft.attached
            ],
            facets=[self._passage(p) for p in draft.facets],
            parts=[self._passage(p) for p in draft.parts],
            notes=[self._passage(p) for p in draft.notes],
            budgets=draft.budgets,
            sdgs=sorted(set(draft.sdgs)),
            evaluations=[self._evaluation(p) for p in draft.evaluations if p.paragraphs],
            owner=draft.owner,
        )
        if draft.kind == "indicator":
            node.target = read_target(node.text or node.title)
        below = key if draft.printed_code else prefix
        node.children = [self.freeze(child, below) for child in draft.children]
        return node

    def title(self, draft: Draft) -> str:
        if draft.kind == "item" and draft.title and draft.paragraphs and draft.title == draft.paragraphs[0]:
            return first_sentence(read(self.source, draft.title))
        if draft.title:
            joint = self.slogan_join if draft.kind == "goal" else ""
            if joint and len(draft.title) > 1:
                return joint.join(self.source[s:e].strip() for s, e in draft.title)
            return read(self.source, draft.title)
        if draft.kind in ("item", "indicator") and draft.paragraphs:
            return first_sentence(read(self.source, draft.paragraphs[0]))
        return read(self.source, draft.label)

    def _passage(self, draft: DraftPassage) -> Passage:
        text = "\n".join(read(self.source, paragraph) for paragraph in draft.paragraphs)
        return Passage(read(self.source, draft.label), text, merge_ranges(self.source, draft.own), draft.key)

    def _evaluation(self, draft: DraftPassage) -> Evaluation:
        passage = self._passage(draft)
        grade, meaning = read_grade(passage.text, self.grades)
        return Evaluation(draft.key, passage.label, passage.text, grade, meaning, passage.span)


def first_sentence(text: str) -> str:
    """A bullet's title: its first sentence, without the bullet."""
    text = _MARKS.sub("", text)
    stop = text.find("。")
    return text[:stop] if 0 < stop < len(text) - 1 else text.removesuffix("。")


_CODES = r"[①②③]\s?\((?:i{1,2}|[ⅰⅱ])\)|[A-DS]|[ab]|[①②③]|\((?:i{1,2}|[ⅰⅱ])\)|[ア-ウ]|[○◎△×]"
_GRADE = re.compile(rf"(?:[:：]\s*|\s)(?P<g>{_CODES})\s*$", re.MULTILINE)
_GRADE_ALONE = re.compile(rf"^\s*(?P<g>{_CODES})\s*(?:順調.{{0,6}}|達成|未達成)?\s*$", re.MULTILINE)


def read_grade(text: str, grades: dict[str, dict[str, str]]) -> tuple[str | None, str | None]:
    """The grade that a result ends in (「…世帯：A」) or that stands alone, and its meaning by the grade lists."""
    folded = fold(text)
    match = _GRADE.search(folded) or _GRADE_ALONE.search(folded)
    if not match:
        return None, None
    grade = "".join(match["g"].split())
    parts = (
        [grade] if any(grade in codes for codes in grades.values()) else re.findall(r"[①②③]|\([^)]*\)", grade)
    )
    meanings = [
        next((codes[part] for codes in grades.values() if part in codes), "")
        for part in (part.replace("ⅰ", "i").replace("ⅱ", "ii") for part in parts)
    ]
    return grade, "、".join(meaning for meaning in meanings if meaning) or None


_TARGET = re.compile(
    r"(?<![0-9,.])(?P<value>[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,6})?|[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*(?P<unit>%|ポイント|(?:か|ヶ|カ|箇)?[一-龥ァ-ヴー㎡]{0,6}?)\s*(?P<cmp>以上|以下|未満|超|減|増|をめざす|を目指す|とする|以内|(?=[)\s、。]|$))"
)
_PERIOD = re.compile(
    r"[(（]?\s*((?:令和|平成|R|H)?[0-9元]{1,4}年?度?(?:末|まで|中)?(?:\s*[~-]\s*(?:令和|平成|R|H)?[0-9元]{1,4}年?度?(?:末|まで)?)?)\s*(?:作成|合計|累計)?"
)


def read_target(text: str) -> Target | None:
    """The target that an indicator states; the last number with a comparison, else none."""
    folded = fold(text)
    best: re.Match[str] | None = None
    for match in _TARGET.finditer(folded):
        if match["cmp"] in (
            "以上",
            "以下",
            "未満",
            "超",
            "以内",
            "をめざす",
            "を目指す",
            "とする",
            "減",
            "増",
        ):
            best = match
    if best is None:
        for match in _TARGET.finditer(folded):
            if match["unit"] and match["unit"] not in ("年", "年度", "月", "日", "歳"):
                best = match
    if best is None or best["unit"] in ("年", "年度", "月", "日"):
        return None
    bracket = folded.find("(", best.end())
    period = ""
    if 0 <= bracket <= best.end() + 2:
        found = _PERIOD.match(folded, bracket)
        period = found[1].strip() if found else ""
    return Target(float(best["value"].replace(",", "")), best["unit"], best["cmp"], period)


def coverage_of(source: str, owned: list[Range], attached: list[Range]) -> tuple[float, float]:
    """The shares of ink that are owned and that are attached; 0 and 0 for a text without ink."""
    total = ink(source)
    if not total:
        return 0.0, 0.0
    return (
        round(sum(ink(source[s:e]) for s, e in owned) / total, 4),
        round(sum(ink(source[s:e]) for s, e in attached) / total, 4),
    )
