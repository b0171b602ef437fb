"""Facts and messages, written in the transaction of the change and delivered afterwards, at least once."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id


class Entry(models.Model):
    """One delivery: a fact to one subscriber, a message through one channel, or a job to run.

    `kind` is fact, message or job; `name` the subscriber (`policy.measure`), channel (`email`) or job;
    `key` makes it unique, so that the same thing is never written twice.
    """

    STATES = [(s, s) for s in ("waiting", "leased", "done", "given_up", "held")]

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    topic = models.CharField(
        max_length=120, blank=True, help_text="the fact's name, or what a message is about"
    )
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, unique=True, null=True)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, help_text="why the last attempt failed; no personal data")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(state__in=["waiting", "leased"]),
                name="outbox_due",
            )
        ]
