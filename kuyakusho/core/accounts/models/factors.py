"""What proves who somebody is, besides the password."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import new_public_id

from .people import Account, StaffMember


class TotpFactor(models.Model):
    """An authenticator app (RFC 6238). `last_step` is the time step used last: no code works twice."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="totp")
    sealed_secret = models.TextField(help_text="core.tokens.sealing, purpose totp")
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()


class Passkey(models.Model):
    """A WebAuthn credential. It proves both factors, since the authenticator verifies the person."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True, help_text="base64url")
    credential = models.TextField(help_text="attested credential data, base64url")
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]


class RecoveryCode(models.Model):
    """One of the ten codes on paper, each for one sign-in."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once")]


class CounterPin(models.Model):
    """The PIN for changing user on a counter PC. Opens nothing anywhere else."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="counter_pin")
    sealed_hash = models.TextField(help_text="argon2, sealed: six digits alone could be searched through")
    set_at = models.DateTimeField()


class FactorReset(models.Model):
    """An administrator asks to take a colleague's second factor away; another administrator confirms.

    asked ──> done        the factors are gone; the colleague enrols anew at the next sign-in
      └─────> withdrawn
    """

    STATES = [(s, s) for s in ("asked", "done", "withdrawn")]

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="factor_resets")
    reason = models.CharField(max_length=400)
    asked_by = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    decided_by = models.ForeignKey(StaffMember, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(state="asked"), name="one_open_factor_reset"
            )
        ]
