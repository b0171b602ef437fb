"""EMAIL_URL: where mail goes, as one address. Pure; read by the settings before Django starts.

smtp://user:password@mail.example.jp:25       plain, for a server on the same host or network
smtp+tls://user:password@mail.example.jp:587  STARTTLS
smtps://user:password@mail.example.jp:465     TLS from the first byte
file:///srv/mail                              one file per message
console:                                      to the standard output
none:                                         accepted and dropped
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

SCHEMES = ("smtp", "smtp+tls", "smtps", "file", "console", "none")
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_BACKENDS = "django.core.mail.backends"
WAIT_SECONDS = 15


def settings_of(url: str, fallback_folder: str) -> dict[str, Any]:
    """Django's mail settings for an EMAIL_URL; an empty one writes files to `fallback_folder`.

    Raises ValueError, with what to write instead, when it can't be read.
    """
    if not url:
        return {"EMAIL_BACKEND": f"{_BACKENDS}.filebased.EmailBackend", "EMAIL_FILE_PATH": fallback_folder}
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"EMAIL_URL must begin with one of {', '.join(f'{s}:' for s in SCHEMES)}")
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{_BACKENDS}.console.EmailBackend"}
    if parts.scheme == "none":
        return {"EMAIL_BACKEND": f"{_BACKENDS}.dummy.EmailBackend"}
    if parts.scheme == "file":
        if not parts.path.startswith("/"):
            raise ValueError("EMAIL_URL with file: needs a whole path: file:///srv/mail")
        return {
            "EMAIL_BACKEND": f"{_BACKENDS}.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("EMAIL_URL has a port that is no number") from error
    if not parts.hostname:
        raise ValueError("EMAIL_URL names no host: smtp+tls://user:password@mail.example.jp:587")
    return {
        "EMAIL_BACKEND": f"{_BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": WAIT_SECONDS,
    }
