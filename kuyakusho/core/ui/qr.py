"""QR codes as SVG that takes its colour from the style sheet, so that no inline style is needed."""

from __future__ import annotations

from functools import lru_cache

import segno


@lru_cache(maxsize=512)
def qr_path(text: str) -> tuple[str, int]:
    """The dark modules as one SVG path, and the side of the drawing with the quiet zone of 4 modules.

    Error correction M (15 %): paper is folded and copied.
    """
    code = segno.make(text, error="m", micro=False)
    parts = []
    for y, row in enumerate(code.matrix):
        run = 0
        for x, dark in enumerate([*row, 0]):
            if dark:
                run += 1
            elif run:
                parts.append(f"M{x - run + 4} {y + 4}h{run}v1h-{run}z")
                run = 0
    return "".join(parts), len(code.matrix) + 8
