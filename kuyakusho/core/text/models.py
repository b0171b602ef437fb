"""Readings of words, and texts whose readings have been worked out."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import new_public_id


class Reading(models.Model):
    """How a word is read in a ward (or, without a ward, everywhere): the ward dictionary and corrections.

    Stronger than the analyser. Place names are the reason for it: 浅間町 is せんげんちょう here and
    あさまちょう elsewhere.
    """

    SOURCES = [("pack", "the ward's pack"), ("corrected", "corrected by staff")]

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id)
    ward = models.ForeignKey("wards.Ward", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    surface = models.CharField(max_length=100)
    reading = models.CharField(max_length=200)
    source = models.CharField(max_length=10, choices=SOURCES)
    corrected_by = models.CharField(
        max_length=60, blank=True, help_text="reference of the actor, never a name"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["surface"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "surface"], name="reading_once_in_ward"),
            models.UniqueConstraint(
                fields=["surface"], condition=models.Q(ward=None), name="reading_once_everywhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.surface}({self.reading})"


class AnnotatedText(models.Model):
    """A text with its readings, so that the analyser is not asked again. Derived: may be deleted at any time."""

    ward = models.ForeignKey("wards.Ward", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=32, help_text="of the text; see readings.digest_of")
    text = models.TextField()
    parts = models.JSONField(help_text="[[surface, reading], …]")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "digest"], name="annotated_once_in_ward"),
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(ward=None), name="annotated_once_everywhere"
            ),
        ]
