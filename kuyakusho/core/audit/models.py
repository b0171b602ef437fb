"""What happened, one line each, linked into a chain per ward soon afterwards."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id


def of_ward(ward_id: int | None) -> models.Q:
    """The rows of a ward, or with None those of the installation itself."""
    return models.Q(ward__isnull=True) if ward_id is None else models.Q(ward_id=ward_id)


class AuditLine(models.Model):
    """A past fact: who did what to which thing, when. References only, no personal data.

    `number` and `digest` are null until the sealer has linked the line (see docs/mechanisms/audit.md). The
    database itself refuses every other change of a line, and its removal (`guard.py`).
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
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(ward__isnull=True), name="audit_number_once_no_ward"
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "target"], name="audit_target"),
            models.Index(fields=["ward", "-at"], name="audit_latest"),
            models.Index(fields=["id"], condition=models.Q(number__isnull=True), name="audit_unsealed"),
        ]


class Chain(models.Model):
    """Where the chain of a ward ends. One row per ward, and one without a ward for the installation itself.

    `signature` is made with the installation's secret over key, number and digest, so that whoever can write to
    the database alone cannot shorten the chain unseen.
    """

    key = models.CharField(
        max_length=16, unique=True, default=new_public_id, editable=False, help_text="part of the first link"
    )
    ward = models.OneToOneField(Ward, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField(default=0, help_text="of the last sealed line")
    digest = models.CharField(max_length=64, blank=True)
    signature = models.CharField(max_length=100, blank=True)
    sealed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    verified_number = models.BigIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True, help_text="what the last check found broken")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(ward__isnull=True), name="one_chain_without_ward"
            )
        ]
