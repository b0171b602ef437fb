"""Decisions about signing in, and about who is posted where. Pure: no model, times are arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")

# ---- how often a secret may be tried -----------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """`free` tries at once, then a pause of `pause` that doubles with every further try up to `longest`.

    Tries are forgiven one by one, `free` of them in each `forget`.
    """

    free: int
    pause: timedelta
    longest: timedelta
    forget: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Tries:
    """What is remembered: how many are not forgiven, as of when, and from when on it may be tried again."""

    count: int
    as_of: datetime
    next_at: datetime


MOST_COUNTED = 1000


def try_again(limit: Limit, tries: Tries | None, now: datetime) -> tuple[Tries, timedelta]:
    """Takes one try: what to remember, and how long to wait (zero: go ahead; nothing is counted while waiting).

    The try is counted before the secret is looked at, so that many at once gain nothing.
    """
    if tries is None:
        tries = Tries(0, now, now)
    if now < tries.next_at:
        return tries, tries.next_at - now
    unit = limit.forget / limit.free
    forgiven = min(tries.count, max(0, (now - tries.as_of) // unit))
    left = tries.count - forgiven
    as_of = tries.as_of + forgiven * unit if left else now
    count = min(left + 1, MOST_COUNTED)
    pause = timedelta(0)
    if count >= limit.free:
        pause = min(limit.pause * 2 ** min(count - limit.free, 20), limit.longest)
    return Tries(count, as_of, now + pause), timedelta(0)


# ---- PINs of counter PCs -----------------------------------------------------------------------------------

PIN_SHORTEST, PIN_LONGEST = 6, 12


def pin_is_weak(pin: str) -> str:
    """Why a PIN won't do: `form`, `repeated`, `sequence`, `date`; empty when it will."""
    if not (pin.isascii() and pin.isdigit() and PIN_SHORTEST <= len(pin) <= PIN_LONGEST):
        return "form"
    if any(len(pin) % n == 0 and pin == pin[:n] * (len(pin) // n) for n in (1, 2, 3)):
        return "repeated"
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if steps in ({1}, {9}):
        return "sequence"
    if len(pin) == 8 and _is_date(pin):
        return "date"
    return ""


def _is_date(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= day.year <= 2099


# ---- sessions ----------------------------------------------------------------------------------------------


def same_day(a: datetime, b: datetime) -> bool:
    """Whether two moments fall on one day in Japan."""
    return a.astimezone(JAPAN).date() == b.astimezone(JAPAN).date()


def is_idle(seen_at: datetime, now: datetime, limit: timedelta) -> bool:
    """Whether nobody has done anything for so long that the session ends."""
    return now - seen_at >= limit


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Family and system of a browser, for the list of sessions: enough to recognise one's own, no more."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " / ".join(part for part in (browser, system) if part)


# ---- postings ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Post:
    """A posting as the rules see it. `until` is the first day on which it no longer holds."""

    section: str
    roles: frozenset[str]
    since: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def posted(posts: Sequence[Post], new: Post) -> list[Post]:
    """The postings after somebody is posted anew: the one before ends that day, later plans give way.

    The result has no two that hold on one day.
    """
    return [*_until(posts, new.since), new]


def ended(posts: Sequence[Post], on: date) -> list[Post]:
    """The postings after employment ends: `on` is the first day on which the person is no longer there."""
    return _until(posts, on)


def _until(posts: Iterable[Post], day: date) -> list[Post]:
    kept = []
    for post in sorted(posts, key=lambda p: p.since):
        if post.since >= day:
            continue
        kept.append(replace(post, until=day) if post.until is None or post.until > day else post)
    return kept


def administrators_on(people: Iterable[Sequence[Post]], day: date) -> int:
    """How many people are ward administrators on that day."""
    return sum(any(p.holds_on(day) and "administrator" in p.roles for p in posts) for posts in people)


def days_without_administrator(people: Sequence[Sequence[Post]], since: date) -> list[date]:
    """The days from `since` on which nobody would look after the people of the ward; first days of such gaps."""
    marks = {since}
    for posts in people:
        for post in posts:
            marks |= {day for day in (post.since, post.until) if day is not None and day > since}
    return [day for day in sorted(marks) if not administrators_on(people, day)]


def needs_second_administrator(administrators: int) -> bool:
    """Whether taking a factor away needs a colleague's word: wherever there is a colleague to give it."""
    return administrators >= 2
