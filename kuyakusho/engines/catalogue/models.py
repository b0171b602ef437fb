"""What a ward offers its residents, as its pack says it."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward


class Offer(models.Model):
    """Something a resident can do: in plain words, with the capability that serves it and the page it starts on."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="offers")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    title_easy = models.CharField(max_length=120, blank=True)
    summary = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    summary_easy = models.TextField(blank=True)
    capability = models.CharField(max_length=40)
    url_name = models.CharField(max_length=80)
    serves = models.JSONField(default=list, help_text="rows of the initiatives it serves")
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["ward", "key"], name="offer_key_in_ward")]

    def __str__(self) -> str:
        return self.title
