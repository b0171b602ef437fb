"""The patterns of headings, compiled from a profile's words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..numbering import ANY_CODE, LONG_CODE
from ..profiles import Phrase, Profile

OPENERS = "【[〔〈《<「『(〖"
CLOSERS = "】]〕〉》>」』)〗"
PAIRS = dict(zip(OPENERS, CLOSERS, strict=True))
HEADING_MARKS = "■◆●◎□▼▽★☆◇○❖▲△♦◼◾"

_NUMBER = (
    r"(?:第[0-9一二三四五六七八九十]{1,2}[章節部]?[.:]?|\([0-9]{1,2}\)|[0-9]{1,2}[.．、)]?|[①-⑳⑴-⒇]|[Ⅰ-Ⅻ][.．]?|(?:IX|IV|V?I{1,3}|V)[.．]?"
    r"|[TUVWX][.．]?|[一二三四五六七八九十][.．、])?"
)
_SUFFIX = r"(?:[(<〈《「【\[][^)>〉》」】\]]{0,60}[)>〉》」】\]])*"


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """A known heading found in a squeezed line: where its words, number and remainder stand in that line."""

    phrase: Phrase
    number: tuple[int, int] | None
    words: tuple[int, int]
    end: int
    is_bracketed: bool
    has_colon: bool


class PhraseBook:
    """All known headings and labels of a profile, as one pattern over a line without spaces."""

    def __init__(self, profile: Profile) -> None:
        self._phrases = profile.phrases
        groups = "|".join(
            f"(?P<p{index}>{'|'.join(phrase.phrases)})" for index, phrase in enumerate(profile.phrases)
        )
        before = rf"[{HEADING_MARKS}*#・▶►➢]{{0,2}}"
        words = rf"(?P<number>{_NUMBER})(?:{groups})(?P<suffix>{_SUFFIX})"
        opened, closed = f"(?P<open>[{re.escape(OPENERS)}])", f"(?P<close>[{re.escape(CLOSERS)}])"
        self._whole = re.compile(
            rf"{before}{opened}?{words}{closed}?(?P<suffix2>{_SUFFIX})(?P<colon>:?)(?:~.{{1,40}})?"
        )
        self._before_colon = re.compile(
            rf"{before}{opened}?{words}{closed}?(?P<suffix2>{_SUFFIX})(?P<colon>:)"
        )
        self._in_brackets = re.compile(rf"{before}{opened}{words}{closed}(?P<suffix2>{_SUFFIX})(?P<colon>:?)")

    def match(self, squeezed: str, breaks: tuple[int, ...] = ()) -> PhraseMatch | None:
        """The heading that a line is, or opens with: before a colon, in brackets, or before a space.

        `breaks` are the positions in the squeezed line where the printed line had a space.
        """
        found = self._whole.fullmatch(squeezed)
        found = found or self._before_colon.match(squeezed) or self._in_brackets.match(squeezed)
        for position in reversed(breaks):
            if found:
                break
            found = self._whole.fullmatch(squeezed, 0, position)
        if not found:
            return None
        for index, phrase in enumerate(self._phrases):
            span = found.span(f"p{index}")
            if span[0] >= 0:
                number = found.span("number")
                return PhraseMatch(
                    phrase,
                    number if number[0] < number[1] else None,
                    span,
                    found.end(),
                    bool(found["open"] and found["close"]),
                    bool(found["colon"]),
                )
        return None


class LevelBook:
    """The named levels of a profile (経営課題1-(1), 【具体的取組1-2-2】), as one pattern."""

    def __init__(self, profile: Profile) -> None:
        names = [(name, level.kind) for level in profile.levels for name in level.names]
        # A longer name first: 具体的取組 before 取組.
        names.sort(key=lambda pair: -len(pair[0]))
        self._kinds = [kind for _, kind in names]
        groups = "|".join(f"(?P<l{index}>{_spaced(name)})" for index, (name, _) in enumerate(names))
        self._pattern = (
            re.compile(
                rf"(?P<mark>[{HEADING_MARKS}・]\s*)?(?P<open>[{re.escape(OPENERS)}])?\s*(?:第\s?(?=[0-9一二三]))?(?:{groups})\s*(?P<code>{ANY_CODE})"
                rf"(?P<gap>\s*(?P<close>[{re.escape(CLOSERS)}])?\s*[:.．、]?\s*)"
            )
            if names
            else None
        )

    def match(self, text: str) -> tuple[str, re.Match[str]] | None:
        found = self._pattern.match(text) if self._pattern else None
        if not found:
            return None
        for index, kind in enumerate(self._kinds):
            if found.span(f"l{index}")[0] >= 0:
                return kind, found
        return None


def _spaced(name: str) -> str:
    """A name that may be printed with a space between its characters (letter-spaced headings)."""
    if any(char in name for char in "(?|["):
        return name
    return r"\s?".join(re.escape(char) for char in name)


CODE_ONLY = re.compile(
    rf"(?P<mark>[{HEADING_MARKS}]\s*)?(?P<open>[{re.escape(OPENERS)}])?\s*(?P<code>{LONG_CODE})(?P<gap>\s*(?P<close>[{re.escape(CLOSERS)}])?\s*[:.]?\s*)"
)
BRACKETED = re.compile(
    rf"(?P<mark>[{HEADING_MARKS}]\s*)?(?P<open>[【〔〖《〈<\[])\s*(?P<title>[^】〕〗》〉>\]]{{1,60}})\s*[】〕〗》〉>\]]\s*(?P<rest>.*)"
)
BULLET = re.compile(
    r"(?P<dash>[-*+]\s+)?(?P<mark>[・◆◇●○■□▪▫▶▷►▸★☆✓✔➢⇒→❖◎⦿‣·∘◼◾♦▼]|[-*+](?=\s)|[-](?=[^\s0-9\-(]))\s*"
)
NOTE = re.compile(
    r"(?:[-・]\s+)?(?:\(\s*注\s*[0-9一二三四五①-⑳]*\s*\)|注\s*[0-9①-⑳]*\s*[):.]|※\s*[0-9]*|\*\s*[0-9]*(?!\*))\s*"
)
OWNER = re.compile(
    r"[・]?\s*[【\[(]?\s*(?:担当|所管|主管|担当所属)\s*(?:課|係|部署|グループ)?\s*[】\])]?\s*[:\s]\s*(?P<name>[^\s。、:]{2,30})\s*[】\])]?"
)
#: What may stand between labelled amounts: labels without an amount, dashes, brackets.
AMOUNT_NOISE = re.compile(
    r"(?:(?:令和|平成|R|H)?\s*(?:元|[0-9]{1,2})\s*(?:年度?)?\s*(?:決算|予算|算定見込)額?|[-/|・:,()\[\]\s円])+"
)
#: An entry of a list of contents: a title, dots, a page number.
LEADER = re.compile(r"\s*(?:[…‥]+|[・.]{4,}|(?:\s[.・]){3,})\s*[0-9]{1,3}\s*$")
MARKDOWN = re.compile(r"#{1,6}\s+(?=\S)")
#: 「地域のＤＸ…デジタル技術を活かして…」 explains a term.
DEFINITION = re.compile(r"(?P<term>[^、。…・]{1,16})…(?![…0-9\s])")
PART = re.compile(r"(?:[-*・]\s+)?(?P<code>[0-9]{1,2}|[a-z])\)\s*")
SECTION = re.compile(
    rf"[{HEADING_MARKS}]?\s*[【\[〔〈《<「(]?\s*(?P<name>[^\s、。・,.:(){{}}「」【】]{{0,14}}?"
    r"(?:・[^\s、。・,.:()「」【】]{1,8}?)?(?:課|室|土木事務所|事務所|保育園|保育所|消防署|出張所|支所|図書館|担当|センター))\s*[】\]〕〉》>」)]?(?P<rest>\s*[:].*|\s+.*)?"
)
SECTION_SURE = ("課", "会計室", "土木事務所", "保育園", "保育所", "消防署", "出張所", "図書館", "担当")
SENTENCE_WORDS = re.compile(
    r"[はがをへ]|では|には|とは|による|について|として|する|した|して|など|等の|及び|から|まで"
)
COUNTERS = "件つ点本か個項年月日回%人名歳割分時頁号期箇ヶ" + "か"
#: A sentence about a heading goes on in one of these; the heading itself does not.
AFTER_PHRASE = re.compile(r"(?:は|を|が|に(?!ぎ)|で(?!き)|と(?!も|つ|き)|から|まで|及び|および|、|の(?!び))")
PARTICLES = re.compile(
    r"(?:は|を|が|に(?!ぎ)|で(?!き)|と(?!も|つ|き)|から|まで|及び|および|、|の(?!び)|・(?=[0-9])|~|-)"
)
