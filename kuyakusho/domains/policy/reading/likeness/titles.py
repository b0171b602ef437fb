"""How alike two Japanese texts are.

Words aren't set apart in Japanese, so texts are compared by neighbouring characters (bigrams) and by edit
distance. Grammar (particles, する, づくり) counts less than content: 「防災訓練の実施」 and 「防災訓練を行う」 are alike.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from ..characters import fold

_NOISE = re.compile(r"[\s・、。,.「」『』()（）【】\[\]〔〕〈〉《》<>~\-:：/!?！？'\"◆■●○※…]+")
_CODE = re.compile(
    r"^(?:基本方針|経営課題|取組|具体的取組|戦略|柱|施策)?[0-9()①-⑳Ⅰ-Ⅻ.\-]*[ア-ン]?(?=[^ァ-ヴー])"
)
_EMPTY = set("のをにはがとでもやへたるすいきりしてなれらよう")
_TAILS = re.compile(
    r"(?:の?(?:取組|取り組み|推進|実施|充実|強化|支援|向上|促進|拡充|展開|整備|確保)|を?(?:進め|行い|図り|目指し|めざし)ます|に取り組みます|づくり)+$"
)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """A text for comparing: folded, without spaces, punctuation and a leading code."""
    squeezed = _NOISE.sub("", fold(text))
    without = _CODE.sub("", squeezed, count=1)
    return without or squeezed


@lru_cache(maxsize=65536)
def weights(text: str) -> dict[str, float]:
    """The bigrams of a plain text with their weight: 1 for content, less where grammar takes part."""
    found: dict[str, float] = {}
    for index in range(len(text) - 1):
        pair = text[index : index + 2]
        grammar = (pair[0] in _EMPTY) + (pair[1] in _EMPTY)
        found[pair] = (1.0, 0.5, 0.15)[grammar]
    return found or ({text: 1.0} if text else {})


def _dice(first: dict[str, float], second: dict[str, float]) -> float:
    total = sum(first.values()) + sum(second.values())
    shared = sum(weight for pair, weight in first.items() if pair in second)
    return 2 * shared / total if total else 0.0


def similarity(a: str, b: str) -> float:
    """How alike two titles are, 0 to 1; 1 only for titles that are the same but for width and punctuation."""
    first, second = plain(a), plain(b)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    bigram = _dice(weights(first), weights(second))
    edit = fuzz.ratio(first, second) / 100
    score = 0.7 * bigram + 0.3 * edit
    core, other = _TAILS.sub("", first), _TAILS.sub("", second)
    if core and core == other:
        score = max(score, 0.9)
    shorter = min(len(core), len(other))
    if shorter >= 5:
        # A title that was lengthened still holds the old one.
        partial = fuzz.partial_ratio(core, other) / 100
        if partial >= 0.85:
            score = max(score, 0.5 + 0.4 * partial * shorter / max(len(core), len(other)))
    return round(min(score, 0.99), 4)


def text_similarity(a: str, b: str) -> float:
    """How alike two longer texts are, 0 to 1, by their bigrams alone."""
    first, second = plain(a), plain(b)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    return round(_dice(weights(first), weights(second)), 4)


def contained(part: str, whole: str) -> float:
    """The share of the content of one text that another has, 0 to 1."""
    wanted = weights(plain(part))
    have = weights(plain(whole))
    total = sum(wanted.values())
    return sum(weight for pair, weight in wanted.items() if pair in have) / total if total else 0.0
