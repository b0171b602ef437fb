"""Roman numerals that a conversion turned into letters: Ⅰ Ⅱ Ⅲ printed as T U V.

In the character set of Japanese business systems Ⅰ, Ⅱ, Ⅲ … lie where another set has T, U, V …; text made
from leaflets often carries the letters. A letter is read as a numeral only where a heading known by its words
follows it, or where T, U, V open headings in sequence.
"""

from __future__ import annotations

import re

from .plan import Plan

LETTERS = {"T": "Ⅰ", "U": "Ⅱ", "V": "Ⅲ", "W": "Ⅳ", "X": "Ⅴ"}
_OPENING = re.compile(r"(?P<letter>[TUVWX])[.．]?\s+(?=[ぁ-んァ-ヴ一-龥「『])")


def repair_romans(plan: Plan) -> None:
    """Give such headings their numeral and say so. The source text keeps the letter; the span points to it."""
    found: list[tuple[int, str]] = []
    for index, block in enumerate(plan.blocks):
        code = block.span_of(block.mark.code)
        if block.kind in ("named", "facet", "number") and code:
            printed = plan.source[code[0] : code[1]].strip(".．　 ")
            folded = (
                block.lines[0].text[block.mark.code[0] : block.mark.code[1]].strip(". ")
                if block.mark.code
                else ""
            )
            if folded in LETTERS and printed:
                found.append((index, folded))
        elif block.kind in ("short", "hint"):
            match = _OPENING.match(block.lines[0].text)
            if match:
                found.append((index, match["letter"]))
    letters = [letter for _, letter in found]
    known = any(plan.blocks[index].kind == "named" for index, _ in found)
    if not known and not {"T", "U"} <= set(letters):
        return
    for index, letter in found:
        block = plan.blocks[index]
        numeral = LETTERS[letter]
        block.note = numeral
        block.mark.code_key = (str("TUVWX".index(letter) + 1),)
        if block.kind in ("short", "hint"):
            line = block.lines[0]
            match = _OPENING.match(line.text)
            if match is None:
                continue
            block.mark.code = (0, 1)
            block.title = [
                (line.start + match.end(), line.end),
                *[(other.start, other.end) for other in block.lines[1:]],
            ]
        plan.report(
            "roman-numeral",
            f"「{letter}」で始まる見出しは、ローマ数字の「{numeral}」が文字変換で変わったものとして読みました。",
            block,
            printed=letter,
            read=numeral,
        )
