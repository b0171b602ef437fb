"""What can be found."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward


class SearchDocument(models.Model):
    """One public thing in one language. `reference` is the room's own name for it: `policy.node:ab12…`."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=160)
    language = models.CharField(max_length=10, default="ja")
    title = models.TextField()
    body = models.TextField(blank=True)
    path = models.CharField(max_length=300, help_text="address inside the ward, without the ward's prefix")
    folded_title = models.TextField()
    folded_body = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["ward", "reference", "language"], name="search_document_once")
        ]
        indexes = [models.Index(fields=["ward", "language", "-id"], name="search_newest")]
