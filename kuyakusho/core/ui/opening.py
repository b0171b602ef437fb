"""Opening hours as a few lines for the foot of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

ORDER = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(NamedTuple):
    """One line: which days, from when to when, and the row of data it comes from when it has a note."""

    days: str
    hours: str
    row: Mapping[str, Any] | None = None


def day_name(key: str) -> str:
    """A weekday in the language of the page."""
    return {
        "mon": _("月曜日"),
        "tue": _("火曜日"),
        "wed": _("水曜日"),
        "thu": _("木曜日"),
        "fri": _("金曜日"),
        "sat": _("土曜日"),
        "sun": _("日曜日"),
    }[key]


def week_name(number: int) -> str:
    """Which of the weeks of a month: 第2."""
    return {1: _("第1"), 2: _("第2"), 3: _("第3"), 4: _("第4"), 5: _("第5")}[number]


def opening_lines(opening: Sequence[Mapping[str, Any]]) -> list[Hours]:
    """Neighbouring days with the same hours share a line.

    Hours in certain weeks of a month (第2・第4) or of some sections only stand in lines of their own, with the note.
    """
    lines: list[Hours] = []
    run: list[str] = []
    hours = ""

    def close() -> None:
        if not run:
            return
        first, last = day_name(run[0]), day_name(run[-1])
        days = first if len(run) == 1 else _("%(first)sから%(last)sまで") % {"first": first, "last": last}
        lines.append(Hours(days, hours))
        run.clear()

    special = [row for row in opening if row.get("weeks") or row.get("sections")]
    every = {row["weekday"]: row for row in opening if row not in special}
    for key in ORDER:
        row = every.get(key)
        now = f"{row['from']}–{row['to']}" if row else ""
        if now != hours or not row:
            close()
        hours = now
        if row:
            run.append(key)
    close()
    for row in special:
        days = day_name(row["weekday"])
        if row.get("weeks"):
            which = _("・").join(week_name(n) for n in row["weeks"])
            days = _("毎月%(which)s%(day)s") % {"which": which, "day": days}
        lines.append(Hours(days, f"{row['from']}–{row['to']}", row if row.get("note") else None))
    return lines
