"""Files that people gave us: where they lie, what they are, and until when they are kept."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id


class StoredFile(models.Model):
    """One uploaded file. `name` is what its owner called it and is never part of a path.

    `path` is random and lies outside anything that a web server serves. `purpose` is the room's word for why it is
    kept (`policy.source`); the room decides who may open it.
    """

    STATES = [(s, s) for s in ("kept", "quarantined", "removed")]

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=80)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256")
    path = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=12, choices=STATES, default="kept")
    scanned_at = models.DateTimeField(null=True, help_text="when a virus scanner found it clean")
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=80)
    remove_on = models.DateField(null=True, help_text="the first day on which it is kept no more")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ward", "purpose", "-stored_at"], name="files_of_purpose"),
            models.Index(
                fields=["remove_on"], condition=models.Q(removed_at__isnull=True), name="files_to_remove"
            ),
        ]
