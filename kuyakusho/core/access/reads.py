"""Reads of confidential data leave an audit line, as changes do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from kuyakusho.core.http.request import Request

View = Callable[..., HttpResponse]


def confidential(action: str, target: str) -> Callable[[View], View]:
    """For a view that shows confidential data: each successful answer is noted before it leaves.

    Stands under the declaration. `action` is a past fact (`care.case.read`), `target` a pattern over the address's
    arguments (`care.case:{public_id}`).
    """

    def declare(view: View) -> View:
        @wraps(view)
        def noted(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            with transaction.atomic():
                response = view(request, *args, **kwargs)
                if response.status_code < 300:
                    note_read(request, action, target.format(**kwargs))
            return response

        noted.confidential = action  # type: ignore[attr-defined]
        return noted

    return declare


def note_read(request: Request, action: str, target: str, **facts: Any) -> None:
    """Writes the line itself: for lists, exports and everything that is not one row at one address."""
    from kuyakusho.core.audit.services import record

    record(ward=request.ward, actor=request.actor, action=action, target=target, **facts)
