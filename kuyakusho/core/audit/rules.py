"""How a line becomes a link: pure, so that anybody can check a chain with a dozen lines of another language.

    digest(n) = SHA-256( canonical JSON of { line n, number n, digest(n-1) } ),   digest(0) = SHA-256(first + key)

Canonical: UTF-8, keys sorted, no spaces, characters as they are; times in UTC with six places and a Z.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

FIRST = "kuyakusho audit chain 1 "
LONGEST_FACTS = 4000
_EMAIL = re.compile(r"[^\s@<>\"'、。]+@[^\s@<>\"'、。]+\.[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """What of an audit line is under the seal."""

    at: datetime
    actor: str
    action: str
    target: str
    facts: Mapping[str, Any]


def origin(key: str) -> str:
    """What the first line of the chain `key` links to."""
    return hashlib.sha256((FIRST + key).encode()).hexdigest()


def link(line: Line, number: int, before: str) -> str:
    """The digest of line `number`, in hexadecimal, when `before` is the digest of the line before it."""
    content = {
        "number": number,
        "before": before,
        "at": line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": line.actor,
        "action": line.action,
        "target": line.target,
        "facts": line.facts,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def canonical(content: Any) -> str:
    """JSON in the one form that is hashed."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def clean(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they may be stored: plain JSON, small, addresses of e-mail masked.

    Raises ValueError when they are longer than 4,000 characters: an audit line refers, it does not copy.
    """
    cleaned = {_text(key): _clean(value) for key, value in facts.items()}
    if len(canonical(cleaned)) > LONGEST_FACTS:
        raise ValueError(
            f"audit facts are longer than {LONGEST_FACTS} characters: record references, not texts"
        )
    return cleaned


def _clean(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {_text(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_clean(inner) for inner in items]
    return _text(value)


def _text(value: Any) -> str:
    # PostgreSQL's JSON can't hold the null character, and half a surrogate pair can't be hashed.
    plain = str(value).replace("\x00", "").encode("utf-8", "replace").decode()
    return _EMAIL.sub("…@…", plain)
