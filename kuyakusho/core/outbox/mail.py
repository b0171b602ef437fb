"""The channel `email`: Django's mail, over whatever EMAIL_URL names.

The entry's id becomes the Message-ID. A mail server that gets the same message twice (the worker was killed after
the server had taken it and before that was written down) can tell, and so can the reader's mailbox.
"""

from __future__ import annotations

import smtplib
from email.headerregistry import Address
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from .models import Entry
from .rules import Undeliverable

PERMANENT = range(550, 560)


def deliver(entry: Entry) -> None:
    """Hands one message to the mail server. Raises Undeliverable when the server will never take it."""
    from_address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    sender, reply_to = settings.DEFAULT_FROM_EMAIL, []
    if entry.ward is not None:
        name, _, host = from_address.rpartition("@")
        office = entry.ward.office.get("name") or f"{entry.ward.city}{entry.ward.name}"
        sender = str(Address(office, name, host))
        if email := entry.ward.office.get("email"):
            reply_to = [email]
    message = EmailMessage(
        subject=" ".join(entry.payload["subject"].split()),
        body=entry.payload["body"],
        from_email=sender,
        to=[entry.payload["to"]],
        reply_to=reply_to,
        headers={
            "Message-ID": f"<{entry.public_id}@{from_address.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        if codes and all(code in PERMANENT for code in codes):
            raise Undeliverable(f"the mail server refused the address ({codes[0]})") from None
        raise ConnectionError(f"the mail server did not take the address ({codes})") from None
    except smtplib.SMTPDataError as error:
        if error.smtp_code in PERMANENT:
            raise Undeliverable(f"the mail server refused the message ({error.smtp_code})") from None
        raise
