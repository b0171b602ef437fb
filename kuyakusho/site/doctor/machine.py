"""The machine and the settings: variables, folders, room on the disk, time."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from kuyakusho.site.environment import Environment

from . import Check, Finding

GB = 1_000_000_000
# Read by the front door and by serving, which don't enter Django.
ELSEWHERE = {
    "KUYAKUSHO_HOST", "KUYAKUSHO_MAX_BODY_MB", "KUYAKUSHO_LARGE_UPLOADS", "KUYAKUSHO_CONNECTIONS",
    "KUYAKUSHO_CONNECTIONS_PER_ADDRESS", "KUYAKUSHO_STREAMS", "KUYAKUSHO_STREAMS_PER_ADDRESS",
    "KUYAKUSHO_PAGE_CONNECTIONS", "KUYAKUSHO_HEAD_SECONDS", "KUYAKUSHO_IDLE_SECONDS", "KUYAKUSHO_PAGE_SECONDS",
    "KUYAKUSHO_PACE_SECONDS", "KUYAKUSHO_HOLD_SECONDS", "KUYAKUSHO_DRAIN_SECONDS", "KUYAKUSHO_LIVE_LISTEN",
    "KUYAKUSHO_LIVE_PAGES", "KUYAKUSHO_LIVE_POLL_SECONDS", "KUYAKUSHO_LIVE_DESCRIPTORS", "KUYAKUSHO_METRICS_FROM",
    "KUYAKUSHO_SUPERVISOR",
}  # fmt: skip


def known_names() -> set[str]:
    """Every variable that anything of the office reads."""
    return {str(field.alias) for field in Environment.model_fields.values()} | ELSEWHERE


def mode() -> Iterator[Finding]:
    environment: Environment = settings.ENVIRONMENT
    if environment.mode == "production":
        yield Finding("good", "mode", "production: settings were checked at the start")
    else:
        yield Finding(
            "warn", "mode", f"{environment.mode}: nothing here is guarded as it must be for residents",
            "set KUYAKUSHO_MODE=production; the start then says what else is missing",
        )  # fmt: skip


def names_of_variables(environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """A misspelt variable is silently without effect: this finds it."""
    known = known_names()
    for name in sorted(environ):
        if name.startswith("KUYAKUSHO_") and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = (
                f"did you mean {close[0]}?" if close else "see docs/operate/settings.md for those there are"
            )
            yield Finding("bad", "settings", f"{name} is not a setting of the office and has no effect", hint)


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("good", "python", version)


def folders() -> Iterator[Finding]:
    storage = Path(settings.MEDIA_ROOT)
    for name, folder in (
        ("data", Path(settings.VAR)),
        ("files", storage),
        ("backups", Path(settings.BACKUPS)),
    ):
        there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
        if os.access(there, os.W_OK):
            yield Finding("good", f"folder of {name}", str(folder))
        else:
            yield Finding(
                "bad", f"folder of {name}", f"{there} can't be written",
                f"give it to the user that runs the office: chown … {there}",
            )  # fmt: skip
    static = Path(settings.STATIC_ROOT).resolve()
    if storage.resolve() == static or static in storage.resolve().parents:
        yield Finding("bad", "folder of files", "it lies inside the static files, which anybody can fetch",
                      "set KUYAKUSHO_STORAGE to a folder that no web server serves")  # fmt: skip


def disk() -> Iterator[Finding]:
    usage = shutil.disk_usage(
        next(p for p in (Path(settings.VAR), *Path(settings.VAR).parents) if p.exists())
    )
    said = f"{usage.free / GB:.1f} GB of {usage.total / GB:.0f} GB are free"
    if usage.free < GB / 2:
        yield Finding("bad", "disk", said, "free some room now: the database stops when there is none")
    elif usage.free < 5 * GB or usage.free < usage.total * 0.05:
        yield Finding("warn", "disk", said, "free some room, or move the data to a larger disk")
    else:
        yield Finding("good", "disk", said)


def clock_of_the_machine() -> Iterator[Finding]:
    synchronized = Path("/run/systemd/timesync/synchronized").exists() or any(
        Path(path).exists() for path in ("/run/chrony/chronyd.pid", "/run/chrony-helper", "/run/ntpd.pid")
    )
    if datetime.now(UTC).year < 2026:
        yield Finding(
            "bad", "clock", f"it says {datetime.now(UTC):%Y-%m-%d}", "set the clock; install chrony"
        )
    elif synchronized:
        yield Finding("good", "clock", "kept right by a time service")
    else:
        yield Finding(
            "warn", "clock", "no time service was found on this machine",
            "install chrony, unless the host of this container keeps the time: one-time codes and audit lines need it",
        )  # fmt: skip


def time_zones() -> Iterator[Finding]:
    """Japan's time and next year's holidays are known."""
    from kuyakusho.core.calendar.national import is_holiday

    now = datetime.now(UTC)
    offset = now.astimezone(ZoneInfo("Asia/Tokyo")).utcoffset()
    if offset is None or offset.total_seconds() != 9 * 3600:
        yield Finding("bad", "time zone", "Asia/Tokyo is not nine hours ahead", "install the package tzdata")
    elif not is_holiday(now.date().replace(year=now.year + 1, month=1, day=1)):
        yield Finding("bad", "holidays", "next year's are not known", "upgrade the package holidays")
    else:
        yield Finding("good", "time zone", "Asia/Tokyo, and next year's holidays are known")


CHECKS: tuple[Check, ...] = (
    mode, names_of_variables, python, folders, disk, clock_of_the_machine, time_zones,
)  # fmt: skip
