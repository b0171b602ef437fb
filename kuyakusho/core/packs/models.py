"""What was applied from a pack, part by part."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward


class AppliedPack(models.Model):
    """The state of one part of a ward's pack that was applied last.

    While the digest stays the same the part has nothing new to say, and what people have changed at the desk since
    then stays as they left it.
    """

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    part = models.SlugField(max_length=40)
    digest = models.CharField(max_length=64, help_text="SHA-256 over the part's files and its version")
    applied_at = models.DateTimeField()

    class Meta:
        ordering = ["ward", "part"]
        constraints = [models.UniqueConstraint(fields=["ward", "part"], name="pack_part_applied_once")]

    def __str__(self) -> str:
        return f"{self.part} {self.digest[:8]}"
