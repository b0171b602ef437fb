"""What happened, one line each, linked into a chain per ward soon afterwards."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward


class AuditLine(models.Model):
    """A past fact: who did what to which thing, when. References only, no personal data.

    `number` and `digest` are null until the sealer has linked the line (see docs/mechanisms/audit.md).
    """

    ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=80)
    target = models.CharField(max_length=160)
    facts = models.JSONField(default=dict)
    number = models.BigIntegerField(null=True, help_text="place in the ward's chain, from 1")
    digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 over the line and the digest before"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "number"], name="audit_number_once"),
        ]
        indexes = [
            models.Index(fields=["ward", "target"], name="audit_target"),
            models.Index(fields=["id"], condition=models.Q(number__isnull=True), name="audit_unsealed"),
        ]
