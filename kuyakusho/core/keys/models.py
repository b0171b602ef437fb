"""API keys of a ward, and the requests that were answered under an Idempotency-Key."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id


class ApiKey(models.Model):
    """A key that one system of the city uses in one ward. The key itself is not here, only its digest."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80, help_text="the system that uses it")
    prefix = models.CharField(
        max_length=20, unique=True, help_text="the first part of the key, for recognising it"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 over the whole key")
    scopes = models.JSONField(default=list, help_text="what it may do: names of registered scopes")
    expires_on = models.DateField(help_text="the last day on which it works")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=80, blank=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Answered(models.Model):
    """A request with an Idempotency-Key and what it was answered: the same request again gets the same answer."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, help_text="SHA-256 over the Idempotency-Key")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over address and content of the request")
    answer = models.JSONField(default=dict)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "digest"], name="one_answer_a_request")]
