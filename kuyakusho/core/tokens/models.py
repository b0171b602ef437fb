"""Tokens that were used up."""

from __future__ import annotations

from django.db import models


class SpentToken(models.Model):
    """One use of something that may be used once. Belongs to no ward: it names a token and nothing of anybody.

    Kept until a day after the token itself would be refused for its age.
    """

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 over purpose and name")
    purpose = models.CharField(max_length=40)
    spent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
