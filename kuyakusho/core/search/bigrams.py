"""The tokenizer: folded text and its bigrams. Pure, and the same for both databases."""

from __future__ import annotations

import re
import unicodedata

import jaconv

END = "\ue0ff"
_SPACES = re.compile(r"\s+")
# A space between two characters of which one is Japanese is a line break of the layout, not a word boundary.
_WIDE = r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_SPACE_BY_WIDE = re.compile(rf"(?<={_WIDE}) | (?={_WIDE})")


def fold(text: str) -> str:
    """Text as it is compared: width, case, kana kind and layout spaces don't matter."""
    folded = jaconv.kata2hira(unicodedata.normalize("NFKC", text).casefold())
    folded = _SPACES.sub(" ", folded.replace("\0", " ")).strip()
    return _SPACE_BY_WIDE.sub("", folded)


def terms(query: str) -> list[str]:
    """What is looked for: each stretch between spaces, folded; without repetition, at most eight."""
    found: list[str] = []
    for word in _SPACES.split(query.replace("\0", " ").strip()):
        folded = fold(word)
        if folded and folded not in found:
            found.append(folded)
    return found[:8]


def tokens(folded: str, scope: str = "") -> list[str]:
    """The bigrams of folded text in order, the last character paired with the end mark.

    `scope` goes in front of each: an index that several wards share then keeps the words of each apart, and a
    search never walks over another ward's documents.

    >>> tokens("よやく")[:2]
    ['よや', 'やく']
    """
    marked = "".join(map(_token_character, folded))
    return [scope + a + b for a, b in zip(marked, marked[1:] + END, strict=True)] if marked else []


def elements(folded: str) -> list[str]:
    """Bigrams and single characters without repetition: what PostgreSQL's array index holds."""
    return sorted({*tokens(folded)[:-1], *map(_token_character, folded)})


def phrase(term: str, scope: str = "") -> str:
    """A term as an FTS5 phrase; a single character asks for every bigram that begins with it."""
    if len(term) == 1:
        return f'"{scope}{_token_character(term)}"*'
    return '"' + " ".join(tokens(term, scope)[:-1]) + '"'


def scope_of(ward_id: int, language: str) -> str:
    """A ward and a language as letters: digits, then letters, so that no two scopes begin alike."""
    return f"{ward_id}{language.replace('-', '')}x"


def _token_character(character: str) -> str:
    # FTS5's ascii tokenizer cuts at ASCII punctuation and takes everything else: signs move to a private area,
    # so that they can be looked for, and so that no query can break out of a phrase.
    return character if character.isalnum() or ord(character) > 127 else chr(0xE000 + ord(character))
