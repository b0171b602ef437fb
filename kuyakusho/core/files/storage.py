"""Where uploaded files lie: under random names, in a folder that no web server serves.

`KUYAKUSHO_STORAGE`, or `files` beside the data. Files are written beside their place, made durable, and moved there
in one step, so that what the database names is always whole.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings


def root() -> Path:
    """The folder of stored files."""
    return Path(settings.MEDIA_ROOT)


def new_path() -> str:
    """A place that nothing can be read from: `3f/3fa9…`."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name}"


def write(path: str, content: bytes) -> None:
    """Stores the content durably under `path`."""
    target = root() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".part")
    with beside.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: str) -> bytes:
    """The content. Raises FileNotFoundError when it is gone."""
    return (root() / path).read_bytes()


def remove(path: str) -> None:
    """Removes the content; nothing happens when it is gone already."""
    (root() / path).unlink(missing_ok=True)
