"""What the worker does for the audit chain besides sealing, which it does in every turn."""

from __future__ import annotations

import logging

from django_tasks import task

from kuyakusho.core import jobs

from . import sealing
from .verifying import verify

log = logging.getLogger("kuyakusho.audit")


@jobs.every(minutes=10)
@task()
def copy_heads() -> int:
    """Copies the ends of the chains to the file outside the database."""
    return sealing.copy_heads()


@jobs.daily(at="04:10")
@task()
def verify_chains() -> int:
    """Checks every chain and signs the ends anew after a change of the secret; returns how many are broken."""
    broken = 0
    for verdict in verify():
        if verdict.broken:
            broken += 1
            log.error(
                "audit chain broken",
                extra={"ward": verdict.ward, "number": verdict.broken.number, "what": verdict.broken.what},
            )
    sealing.sign_anew()
    return broken
