"""E-mails about signing in. Each is a template whose first line is the subject."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from kuyakusho.core.outbox.services import send
from kuyakusho.core.wards.models import Ward


def write(*, ward: Ward, to: str | None, template: str, **values: Any) -> None:
    """Writes an e-mail into the outbox, in the language that is active. Nothing for somebody without an address."""
    if not to:
        return
    text = render_to_string(f"accounts/mail/{template}.txt", {"ward": ward, **values})
    subject, _, body = text.strip().partition("\n")
    send(
        ward=ward,
        channel="email",
        to=to,
        subject=subject.strip(),
        body=body.strip() + "\n",
        topic=f"accounts.{template}",
    )
