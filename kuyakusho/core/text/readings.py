"""Readings of Japanese text (furigana).

    annotate("西区役所の手続き", ward)  →  [("西区役所", "にしくやくしょ"), ("の", ""), ("手続", "てつづ"), ("き", "")]

First the ward's dictionary and corrections (`Reading`), the longest match first; then days of the month; then the
analyser (SudachiPy) for what is left. What was worked out is remembered in the process and, once
`services.prepare` has run over a text, in the database; the analyser is loaded only when something is new, and a
reader's request never writes.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q

from kuyakusho.core.wards.models import Ward

from .models import AnnotatedText, Reading
from .rules import Part, align, dates, merged, needs_reading, written

__all__ = ["annotate", "annotate_many", "digest_of", "forget"]

KEPT_TEXTS = 20_000


class Dictionary(NamedTuple):
    """The words of one ward, compiled. `version` tells remembered texts of an older dictionary apart."""

    words: dict[str, str]
    pattern: re.Pattern[str] | None
    version: str
    stamp: tuple[Any, ...]


_analyser: Any = None
_lock = threading.Lock()
_local = threading.local()
_dictionaries: dict[int | None, Dictionary] = {}
_remembered: dict[tuple[int | None, str, str], list[Part]] = {}


def annotate(text: str, ward: Ward | None = None) -> list[Part]:
    """The text in pieces, each with its reading in hiragana, or "" where none is needed. Joined, they are the text."""
    return annotate_many([text], ward)[0]


def annotate_many(texts: Iterable[str], ward: Ward | None = None) -> list[list[Part]]:
    """As `annotate`, for all texts of a page with one question to the database."""
    texts = list(texts)
    dictionary = dictionary_of(ward)
    key = ward.pk if ward else None
    found: dict[str, list[Part]] = {}
    unknown: dict[str, str] = {}
    for text in texts:
        if text in found:
            continue
        if not needs_reading(text):
            found[text] = [(text, "")] if text else []
            continue
        kept = _remembered.get((key, dictionary.version, text))
        if kept is not None:
            found[text] = kept
        else:
            unknown[digest_of(text, dictionary.version)] = text
    if unknown:
        rows = AnnotatedText.objects.filter(ward=ward, digest__in=list(unknown)).values_list("text", "parts")
        fresh = {text: [(surface, reading) for surface, reading in parts] for text, parts in rows}
        for text in unknown.values():
            if text not in fresh:
                fresh[text] = work_out(text, dictionary)
        with _lock:
            if len(_remembered) + len(fresh) > KEPT_TEXTS:
                _remembered.clear()
            for text, parts in fresh.items():
                _remembered[key, dictionary.version, text] = parts
        found.update(fresh)
    return [found[text] for text in texts]


def work_out(text: str, dictionary: Dictionary) -> list[Part]:
    """Asks dictionary, calendar and analyser; remembers nothing."""
    fixed: list[tuple[int, int, list[Part]]] = [*written(text)]
    fixed += [found for found in dates(text) if all(found[1] <= s or found[0] >= e for s, e, _ in fixed)]
    if dictionary.pattern is not None:
        taken = [(start, end) for start, end, _ in fixed]
        for match in dictionary.pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                word = match.group()
                fixed.append((match.start(), match.end(), align(word, dictionary.words[word])))
    parts: list[Part] = []
    position = 0
    for start, end, known in sorted(fixed, key=lambda item: item[0]):
        parts += _analysed(text[position:start], dictionary)
        parts += known
        position = end
    parts += _analysed(text[position:], dictionary)
    return merged(parts)


def _analysed(text: str, dictionary: Dictionary) -> list[Part]:
    if not needs_reading(text):
        return [(text, "")] if text else []
    parts: list[Part] = []
    for word in _tokenizer().tokenize(text):
        surface = word.surface()
        # A dictionary word of one character counts only where it is a word by itself: 西 is not the 西 of 西洋.
        reading = dictionary.words.get(surface, word.reading_form())
        parts += align(surface, "" if reading == "キゴウ" else reading)
    return parts


def _tokenizer() -> Any:
    """The analyser; one tokenizer per thread, since they are not shared safely, over one dictionary."""
    global _analyser
    if getattr(_local, "tokenizer", None) is None:
        with _lock:
            if _analyser is None:
                import sudachipy

                _analyser = sudachipy.Dictionary()
            import sudachipy

            _local.tokenizer = _analyser.tokenizer(sudachipy.SplitMode.C)
    return _local.tokenizer


def dictionary_of(ward: Ward | None) -> Dictionary:
    """The words that hold in the ward. Asks each time, by one short statement, whether they have changed."""
    key = ward.pk if ward else None
    rows = Reading.objects.filter(Q(ward=None) | Q(ward=ward) if ward else Q(ward=None))
    stamp = tuple(rows.aggregate(count=Count("id"), last=Max("changed_at"), newest=Max("id")).values())
    known = _dictionaries.get(key)
    if known is not None and known.stamp == stamp:
        return known
    found = list(rows.values_list("ward_id", "surface", "reading"))
    words = {surface: reading for of, surface, reading in found if of is None}
    words.update(
        {surface: reading for of, surface, reading in found if of is not None}
    )  # the ward's own wins
    long = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, long))) if long else None
    version = hashlib.blake2b(repr(sorted(words.items())).encode(), digest_size=6).hexdigest()
    dictionary = _dictionaries[key] = Dictionary(words, pattern, version, stamp)
    return dictionary


def digest_of(text: str, version: str) -> str:
    """Names a text worked out with a dictionary: another dictionary, another digest."""
    return hashlib.blake2b(f"{version}\0{text}".encode(), digest_size=16).hexdigest()


def forget() -> None:
    """Drops what the process remembers: after the dictionary changed, and between tests."""
    with _lock:
        _dictionaries.clear()
        _remembered.clear()
