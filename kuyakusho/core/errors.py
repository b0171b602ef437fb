"""The errors that a person may see, as one tree.

    KuyakushoError
    ├── Invalid     422  what was typed can't be taken; `fields` says where
    ├── Refused     403  the thing may be seen, this action on it may not
    ├── Missing     404  not there, or not for this person: the two look the same
    ├── Conflict    409  somebody or something was faster, or the state forbids it
    ├── TooLarge    413  what was sent is larger than can be taken
    └── TooMany     429  too often; `retry_after_seconds` says when it works again

Each has a stable `code`, a plain `sentence` and a `next_step`: what the person can do now. HTML pages and the
API (problem details, RFC 9457) render the same tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class KuyakushoError(Exception):
    """What a service raises when it will not do what was asked."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}  # what the answer carries besides, whatever its form

    def __init__(
        self, code: str, sentence: Text, next_step: Text = "", *, fields: Mapping[str, Text] | None = None
    ):
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.next_step = next_step
        self.fields = dict(fields or {})


class Invalid(KuyakushoError):
    """What was typed can't be taken. `fields` maps the field's name to a sentence."""

    status = 422


class Refused(KuyakushoError):
    """The thing may be seen, but this action on it may not be done by this person."""

    status = 403


class Missing(KuyakushoError):
    """Not there or not for this person; the two look the same."""

    status = 404

    def __init__(self, code: str = "missing", sentence: Text = "", next_step: Text = "") -> None:
        super().__init__(
            code,
            sentence or _("お探しのページは見つかりませんでした。"),
            next_step or _("アドレスを確かめるか、区のトップページからお探しください。"),
        )


class Conflict(KuyakushoError):
    """The state of things forbids it now: somebody was faster, or it is already done."""

    status = 409


class TooLarge(KuyakushoError):
    """What was sent is larger than can be taken."""

    status = 413


class TooMany(KuyakushoError):
    """Too often in too short a time; it works again after `retry_after_seconds`."""

    status = 429

    def __init__(self, code: str, sentence: Text, next_step: Text = "", *, retry_after_seconds: int) -> None:
        super().__init__(code, sentence, next_step)
        self.retry_after_seconds = retry_after_seconds
        self.headers = {"Retry-After": str(retry_after_seconds)}
