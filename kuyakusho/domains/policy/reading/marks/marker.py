"""Reading one line by its own looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ..lines import Line, is_furniture, is_page_number
from ..money import find_amounts, find_budgets, unit_of
from ..numbering import Number, code_key, leading_number
from ..profiles import PROFILES, Profile
from ..sdgs import goals_line, is_goal_name
from . import patterns
from .patterns import LevelBook, PhraseBook

_TAIL_BARE = re.compile(
    r"\s+(?P<amount>(?:(?:予算|事業費)額?\s*:?\s*)?[0-9]{1,3}[0-9,.]{0,16}[千百万億]{0,2}円)\s*$"
)
_TAIL = re.compile(
    r"\s*(?P<open>[\[【(〈<《])(?P<inner>[^\[\]【】()〈〉<>《》]{0,40}円[^\[\]【】()〈〉<>《》]{0,8})[\]】)〉>》]\s*$"
)


@dataclass(slots=True)
class Mark:
    """What a line is by itself.

    kinds: `level` (named level with code), `code` (code without a name), `named` (known heading), `facet`
    (labelled part), `number`, `bracket` (【…】 without number), `bullet`, `part` (1), `note`, `section`,
    `money`, `sdgs`, `unit`, `hint` (a heading by file format), `furniture`, `text`.
    Positions are relative to the line.
    """

    kind: str
    role: str = ""
    key: str = ""
    code: tuple[int, int] | None = None
    code_key: tuple[str, ...] = ()
    title: tuple[int, int] | None = None
    tail: tuple[int, int] | None = None
    rest: int = 0
    number: Number | None = None
    marker: str = ""
    is_bracketed: bool = False
    is_marked: bool = False


class Marker:
    """Reads lines by a profile's words."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.phrases = PhraseBook(profile)
        self.levels = LevelBook(profile)

    def mark(self, line: Line) -> Mark:
        """The mark of a line. Order matters: what is told by more characters is asked first."""
        text = line.text
        if not text.strip() or is_page_number(text) or is_furniture(text):
            return Mark("furniture")
        if line.hint == "page-title":
            return Mark("furniture")
        leader = patterns.LEADER.search(text)
        if leader and leader.start() > 1:
            return Mark("contents", title=(0, leader.start()), rest=len(text))
        markdown = patterns.MARKDOWN.match(text)
        if markdown:
            inner = markdown.end()
            return self._heading(line, text, inner) or Mark("hint", title=(inner, len(text)), rest=len(text))
        note = patterns.NOTE.match(text)
        if note and not text.startswith("*"):
            return Mark("note", rest=note.end())
        part = patterns.PART.match(text)
        if part:
            return Mark("part", code=part.span("code"), rest=part.end())
        bullet = patterns.BULLET.match(text)
        inner = bullet.end() if bullet else 0
        if line.hint == "cell" and len(text) <= 16 and self._is_table_head(text):
            return Mark("label")
        if bullet is None and "円" in text:
            money = self._money(text, 0)
            if money:
                return money
        if bullet is None or bullet["mark"] in patterns.HEADING_MARKS or line.hint == "heading":
            heading = self._heading(line, text, inner)
            if heading is not None:
                heading.is_marked = bullet is not None
                return heading
        if bullet:
            part = patterns.PART.match(text[inner:])
            if part:
                return Mark("part", code=_shift(part.span("code"), inner), rest=inner + part.end())
            money = self._money(text[inner:], inner)
            if money:
                return money
            sdgs = self._sdgs(text[inner:])
            if sdgs:
                return sdgs
            return Mark("bullet", marker=bullet["mark"], rest=inner)
        if note:
            return Mark("note", marker="*", rest=note.end())
        if line.hint == "item":
            return self._money(text, 0) or self._sdgs(text) or Mark("bullet", marker="item", rest=0)
        if len(text) == 1 or text in ("計画", "実績"):
            return Mark("label")
        owner = patterns.OWNER.fullmatch(text)
        if owner:
            return Mark("owner", title=owner.span("name"), rest=len(text))
        if patterns.DEFINITION.match(text):
            return Mark("note", marker="…", rest=0)
        return self._plain(line, text)

    def _is_table_head(self, text: str) -> bool:
        """「主な事業・取組」 over the column of a table groups nothing."""
        match = self.phrases.match("".join(text.split()))
        return (
            match is not None
            and match.phrase.role.startswith("group.")
            and match.end == len("".join(text.split()))
        )

    def _heading(self, line: Line, text: str, offset: int) -> Mark | None:
        body = text[offset:]
        if is_goal_name(body) and len(body) > 6:
            return None
        for reading in (self._level, self._phrase, self._code_only):
            mark = reading(body)
            if mark is not None:
                return _moved(mark, offset)
        return None

    def _plain(self, line: Line, text: str) -> Mark:
        sdgs = self._sdgs(text)
        if sdgs:
            return sdgs
        if unit_of(text) is not None and len(text) < 24:
            return Mark("unit")
        number = leading_number(text)
        if number is not None and number.rest_start < len(text):
            title, tail = split_tail(text, number.rest_start, len(text))
            return Mark(
                "number",
                number=number,
                code=(number.code_start, number.code_end),
                code_key=number.key,
                title=title,
                tail=tail,
                rest=number.rest_start,
            )
        bracket = patterns.BRACKETED.fullmatch(text)
        if bracket and not text.endswith("。"):
            title = bracket.span("title")
            section = self._section(text[title[0] : title[1]])
            if section:
                return Mark("section", title=_shift(section, title[0]), rest=bracket.start("rest"))
            if len(bracket["rest"]) <= 60:
                return Mark("bracket", title=title, rest=bracket.start("rest"), is_bracketed=True)
        section = self._section(text)
        if section:
            rest = patterns.SECTION.fullmatch(text)
            start = rest.start("rest") if rest and rest["rest"] else len(text)
            while start < len(text) and text[start] in " :":
                start += 1
            return Mark("section", title=section, rest=start)
        if line.hint == "heading":
            return Mark("hint", title=(0, len(text)), rest=len(text))
        return Mark("text")

    def _level(self, text: str) -> Mark | None:
        found = self.levels.match(text)
        if found is None:
            return None
        kind, match = found
        if not _is_heading_like(text, match):
            return None
        return _with_title(Mark("level", role=kind), text, match)

    def _code_only(self, text: str) -> Mark | None:
        match = patterns.CODE_ONLY.match(text)
        if match is None:
            return None
        key = code_key(match["code"])
        rest = text[match.end() :]
        if not rest or (not match["open"] and not match["gap"] and match["code"][-1].isdigit()):
            return None
        if not match["open"] and (text.endswith("。") or len(text) > 90 or rest[0] in patterns.COUNTERS):
            return None
        may_be_range = len(key) == 2 and all(part.isdigit() for part in key) and "(" not in match["code"]
        if not match["open"] and may_be_range and (len(rest) < 3 or rest[0] in "、。,~"):
            # 1-2 is a heading's code only with a title of some length behind it.
            return None
        kind = self.profile.code_kinds.get(len(key), "")
        return _with_title(Mark("code", role=kind), text, match)

    def _phrase(self, text: str) -> Mark | None:
        positions = [index for index, char in enumerate(text[:140]) if not char.isspace()]
        squeezed = "".join(text[index] for index in positions)
        breaks = tuple(k for k in range(1, len(positions)) if positions[k] - positions[k - 1] > 1)
        match = self.phrases.match(squeezed, breaks[:8])
        if match is None:
            return None
        end = positions[match.end - 1] + 1
        rest = end
        while rest < len(text) and text[rest].isspace():
            rest += 1
        has_rest = rest < len(text)
        phrase = match.phrase
        if has_rest:
            spaced = rest > end
            sure = match.is_bracketed or match.has_colon
            named_and_numbered = spaced and (match.number is not None or phrase.role in ("goal", "mission"))
            short = len(text) - rest <= 60
            if patterns.AFTER_PHRASE.match(text[rest:]) and not match.has_colon:
                # 「基本目標」の達成に向け…: a sentence about the heading, not the heading.
                return None
            if not (sure or (named_and_numbered and short and not phrase.is_facet)):
                return None
        code = None
        key: tuple[str, ...] = ()
        if match.number is not None:
            code = (positions[match.number[0]], positions[match.number[1] - 1] + 1)
            key = code_key(text[code[0] : code[1]])
        words = (positions[match.words[0]], positions[match.words[1] - 1] + 1)
        return Mark(
            "facet" if phrase.is_facet else "named",
            role=phrase.role,
            key=phrase.key,
            code=code,
            code_key=key,
            title=words,
            rest=rest,
            is_bracketed=match.is_bracketed,
        )

    def _section(self, text: str) -> tuple[int, int] | None:
        if len(text) > 120:
            return None
        match = patterns.SECTION.fullmatch(text)
        if match is None:
            return None
        name = match["name"]
        if (
            len(name) < 2
            or patterns.SENTENCE_WORDS.search(name)
            or name in ("担当", "センター", "課", "各課", "事務所")
        ):
            return None
        if match["rest"] and not name.endswith(patterns.SECTION_SURE):
            return None
        if match["rest"] and ":" not in match["rest"] and len(match["rest"]) < 12:
            return None
        return match.span("name")

    def _money(self, text: str, offset: int) -> Mark | None:
        if "円" not in text or len(text) > 160:
            return None
        budgets = find_budgets(text, 0, None)
        if not budgets:
            return None
        kept = text
        for budget in reversed(budgets):
            kept = kept[: budget.span[0]] + kept[budget.span[1] :]
        if len(patterns.AMOUNT_NOISE.sub("", kept)) > 0.25 * len(text):
            return None
        return Mark("money", rest=offset)

    def _sdgs(self, text: str) -> Mark | None:
        rest = goals_line(text)
        return None if rest is None else Mark("sdgs", rest=rest)


def split_tail(text: str, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """A title and the amount behind it: 「防災対策事業（1,526万円）」, 「配食　1,200千円」."""
    match = _TAIL.search(text, start, end)
    if match and match.start() > start and find_amounts(match["inner"]):
        return (start, match.start()), (match.start("open"), end)
    bare = _TAIL_BARE.search(text, start, end)
    if bare and bare.start() > start:
        return (start, bare.start()), (bare.start("amount"), end)
    return (start, end), None


def _is_heading_like(text: str, match: re.Match[str]) -> bool:
    rest = text[match.end() :]
    opened = bool(match["open"])
    glued = not match["gap"]
    code = match["code"]
    if glued and rest:
        if rest[0] in patterns.COUNTERS or patterns.PARTICLES.match(rest):
            return False
        if not (code[-1].isdigit() or code[-1] in ")①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤⅥ") and len(code) == 1:
            return False
    if not opened and (rest.endswith("。") or len(text) > 110):
        return False
    return not (opened and not match["close"] and len(text) > 140)


def _with_title(mark: Mark, text: str, match: re.Match[str]) -> Mark:
    start, end = match.end(), len(text)
    opener = match["open"]
    (start, end), tail = split_tail(text, start, end)
    if opener and not match["close"]:
        closer = patterns.PAIRS[opener]
        position = text.rfind(closer, start, end)
        if position >= 0:
            if tail is None and position + 1 < end:
                tail = (position + 1, end)
            end = position
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    if end - start > 2 and text[start] in "【〔〖[" and text[end - 1] == patterns.PAIRS[text[start]]:
        start, end = start + 1, end - 1
    mark.code = match.span("code")
    mark.code_key = code_key(match["code"])
    mark.title = (start, end) if end > start else None
    mark.tail = tail
    mark.rest = len(text)
    mark.is_bracketed = bool(opener)
    return mark


def _shift(span: tuple[int, int], offset: int) -> tuple[int, int]:
    return span[0] + offset, span[1] + offset


def _moved(mark: Mark, offset: int) -> Mark:
    if offset:
        mark.code = _shift(mark.code, offset) if mark.code else None
        mark.title = _shift(mark.title, offset) if mark.title else None
        mark.tail = _shift(mark.tail, offset) if mark.tail else None
        mark.rest += offset
    return mark


def stars_to_notes(marks: list[Mark]) -> None:
    """Read `*` as a note where the document has Japanese bullets, as a bullet where it has not."""
    stars = [mark for mark in marks if mark.kind == "bullet" and mark.marker == "*"]
    others = sum(1 for mark in marks if mark.kind == "bullet" and mark.marker not in ("*", "-", "+", "item"))
    if others > len(stars):
        for mark in stars:
            mark.kind = "note"


def mark_echoes(lines: list[Line], marks: list[Mark]) -> None:
    """Find lines that print a numbered title again without its number: headings of inner pages."""
    titles = {
        "".join(line.text[mark.title[0] : mark.title[1]].split())
        for line, mark in zip(lines, marks, strict=True)
        if mark.kind in ("number", "level") and mark.title and mark.title[1] - mark.title[0] >= 6
    }
    for line, mark in zip(lines, marks, strict=True):
        if mark.kind == "text" and "".join(line.text.split()) in titles:
            mark.kind = "echo"
            mark.title = (0, len(line.text))
            mark.rest = len(line.text)


@cache
def marker_for(key: str) -> Marker:
    """The marker of a profile in `PROFILES`, built once."""
    return Marker(PROFILES[key])
