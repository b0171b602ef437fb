"""What the front door answers from memory."""

from __future__ import annotations

from django.db import models

LONGEST_PATH = 200


class Snapshot(models.Model):
    """A public answer, whole and ready, at one address of the site.

    `version` grows with every change of the content and is never used twice for a path: microseconds since 1970,
    or one more than before where the clock stands still or goes back. A removed snapshot keeps its row without the
    body, so that a later one at the same path continues from its version.
    """

    path = models.CharField(max_length=LONGEST_PATH, primary_key=True)
    ward = models.ForeignKey("wards.Ward", null=True, on_delete=models.CASCADE, related_name="+")
    version = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    body = models.BinaryField()
    etag = models.CharField(max_length=40)
    max_age = models.PositiveIntegerField(help_text="seconds for which caches may answer without asking")
    made_at = models.DateTimeField()
    stale_after = models.PositiveIntegerField(
        null=True, help_text="seconds after which the answer is marked as stale; null: it doesn't age"
    )
    removed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.path
