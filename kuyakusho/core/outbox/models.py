"""Facts, messages and jobs, written in the transaction of the change and delivered afterwards, at least once."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id

FACT, MESSAGE, JOB = "fact", "message", "job"


class Entry(models.Model):
    """One delivery: a fact to one subscriber, a message through one channel, or a job to run.

    `kind` is fact, message or job; `name` the subscriber (`policy.measure`), channel (`email`) or job;
    `key` makes it unique, so that the same thing is never written twice. `public_id` stays the same over all
    attempts: it is the idempotency key that a channel hands on.

        waiting ─► leased ─► done                  held      in a training ward: never leaves
           ▲         │  └──► given_up ─► waiting   cancelled by a person
           └─────────┘
    """

    STATES = [(s, s) for s in ("waiting", "leased", "done", "given_up", "held", "cancelled")]

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    lane = models.CharField(max_length=40, help_text="ward and kind: lanes take turns, so that none starves")
    name = models.CharField(max_length=120)
    topic = models.CharField(
        max_length=120, blank=True, help_text="the fact's name, or what a message is about"
    )
    payload = models.JSONField(default=dict)
    result = models.JSONField(null=True, help_text="what a job returned")
    key = models.CharField(max_length=200, unique=True, null=True)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(
        help_text="when it is due; while it is leased, when the lease ends and others may take it"
    )
    lease = models.CharField(max_length=16, blank=True, help_text="which worker holds it; random per claim")
    started_at = models.DateTimeField(null=True, help_text="when the last attempt began")
    done_at = models.DateTimeField(null=True, help_text="when it was acknowledged, cancelled or given up")
    fault = models.TextField(blank=True, help_text="why the last attempt failed; no personal data")
    blanked_at = models.DateTimeField(null=True, help_text="when what it said was removed (retention)")

    class Meta:
        indexes = [
            models.Index(
                fields=["lane", "next_at", "id"],
                condition=models.Q(state__in=["waiting", "leased"]),
                name="outbox_due_in_lane",
            ),
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(state__in=["waiting", "leased"]),
                name="outbox_due",
            ),
            models.Index(
                fields=["ward", "id"],
                condition=models.Q(state__in=["held", "given_up"]),
                name="outbox_stuck",
            ),
            models.Index(
                fields=["done_at"], condition=models.Q(blanked_at__isnull=True), name="outbox_to_blank"
            ),
        ]


class Heartbeat(models.Model):
    """A worker that is alive, or was: its row is renewed every few seconds and removed when it stops."""

    name = models.CharField(max_length=120, unique=True, help_text="host and process")
    started_at = models.DateTimeField()
    at = models.DateTimeField()
