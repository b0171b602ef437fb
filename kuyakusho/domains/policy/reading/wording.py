"""Words as evidence: how well a text fits a section, a pillar or a title."""

from __future__ import annotations

import math
import re
from functools import cache

from .blocks import squeezed
from .characters import fold
from .profiles import vocabulary

_SUFFIX = re.compile(r"(?:課|室|事務所|保育園|保育所|センター|担当|署|係)$")
_WORDS = re.compile(r"[一-龥々]+|[ァ-ヴー]+|[A-Za-z]+|[ぁ-ん]{2,}")
#: Characters of titles that say nothing about their subject.
_EMPTY = set("のをにはがとでもやへたるすいきりまち")


def bigrams(text: str) -> set[str]:
    """The pairs of neighbouring characters of a text, without spaces and punctuation."""
    plain = squeezed(text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)} or ({plain} if plain else set())


def telling_bigrams(text: str) -> set[str]:
    """Bigrams that carry meaning: not two characters of grammar."""
    return {pair for pair in bigrams(text) if not all(char in _EMPTY for char in pair)}


def containment(title: str, text: str) -> float:
    """The share of the title's telling bigrams that the text contains, 0 to 1."""
    wanted = telling_bigrams(title)
    if not wanted:
        return 0.0
    have = bigrams(text)
    return len(wanted & have) / len(wanted)


def dice(a: str, b: str) -> float:
    """Likeness of two titles by their bigrams, 0 to 1."""
    first, second = bigrams(a), bigrams(b)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


@cache
def _section_words() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple(
        (re.compile(entry["match"]), tuple(fold(word) for word in entry["words"]))
        for entry in vocabulary("sections")["section"]
    )


def section_words(name: str) -> tuple[str, ...]:
    """The words of a section's usual business, by its printed name, with the parts of the name itself."""
    words: list[str] = []
    for pattern, usual in _section_words():
        if pattern.search(name):
            words.extend(usual)
    core = _SUFFIX.sub("", fold(name))
    for part in _WORDS.findall(core):
        if len(part) >= 2:
            words.append(part)
        if len(part) >= 4:
            words.extend((part[:2], part[-2:]))
    return tuple(dict.fromkeys(words))


def word_scores(word_lists: list[tuple[str, ...]], texts: list[str]) -> list[list[float]]:
    """For each word list and text: the summed weight of the words found, a word being worth more the fewer
    texts have it."""
    folded = ["".join(fold(text).split()) for text in texts]
    total = len(texts)
    weights: dict[str, float] = {}
    for word in {word for words in word_lists for word in words}:
        frequency = sum(1 for text in folded if word in text)
        if frequency:
            weights[word] = math.log((total + 1) / frequency) * (0.6 + 0.2 * min(len(word), 4))
    return [
        [sum(weights[word] for word in words if word in weights and word in text) for text in folded]
        for words in word_lists
    ]


@cache
def _themes() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(
        (tuple(map(fold, theme["titles"])), tuple(map(fold, theme["words"])))
        for theme in vocabulary("themes")["theme"]
    )


def theme_words(title: str) -> tuple[str, ...]:
    """The words that measures under a pillar of this title usually have, by its themes, and its own words."""
    plain = "".join(fold(title).split())
    words: list[str] = []
    for titles, usual in _themes():
        if any(word in plain for word in titles):
            words.extend(usual)
            words.extend(word for word in titles if word in plain)
    words.extend(
        part
        for part in _WORDS.findall(plain)
        if len(part) >= 2 and part not in ("まち", "づくり", "まちづくり")
    )
    return tuple(dict.fromkeys(words))


@cache
def zone_words(zone: str) -> tuple[str, ...]:
    return tuple(map(fold, vocabulary("themes")["zones"][zone]))


def hits(words: tuple[str, ...], text: str) -> float:
    """How many of the words a text has, for its length: hits per 100 characters, softened."""
    plain = "".join(fold(text).split())
    if not plain:
        return 0.0
    found = sum(1 for word in words if word in plain)
    return found / (1.0 + len(plain) / 60)


@cache
def _caption() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary("common")["furniture"]["captions"]))


def sounds_like_caption(text: str) -> bool:
    """Whether a short line sounds like the caption of a picture."""
    return bool(_caption().search(fold(text)))
