"""Who is signed in where, from which browser, and how often somebody tried."""

from __future__ import annotations

from django.db import models

from kuyakusho.core.wards.models import Ward, new_public_id

from .people import Account


class SignInPolicy(models.Model):
    """What a ward asks of those who sign in. A ward without a row has these defaults."""

    ward = models.OneToOneField(Ward, on_delete=models.CASCADE, related_name="sign_in_policy")
    second_factor_required = models.BooleanField(default=True)
    idle_minutes = models.PositiveIntegerField(default=60)
    counter_idle_minutes = models.PositiveIntegerField(default=10, help_text="on a registered counter PC")
    email_codes = models.BooleanField(default=True, help_text="residents may sign in by a code by e-mail")


class Device(models.Model):
    """A browser that somebody has signed in with; its id is in a signed cookie. Belongs to no ward.

    A ward administrator may make it a counter PC of a ward (`counter_of`), where people change by PIN.
    """

    public_id = models.CharField(max_length=24, unique=True, editable=False)
    created_at = models.DateTimeField()
    counter_of = models.ForeignKey(Ward, null=True, on_delete=models.CASCADE, related_name="counter_pcs")
    counter_name = models.CharField(max_length=60, blank=True)
    registered_at = models.DateTimeField(null=True)
    registered_by = models.CharField(max_length=80, blank=True, help_text="the actor, as in the audit line")


class KnownDevice(models.Model):
    """This account has signed in from this browser: attempts from elsewhere never slow it down."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="known_devices")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="known_by")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "device"], name="known_device_once")]


class SignIn(models.Model):
    """One session of one person: what the list of sessions shows, and what "sign out everywhere" ends."""

    AUDIENCES = [(a, a) for a in ("staff", "first_factor", "resident")]

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=12, choices=AUDIENCES)
    method = models.CharField(max_length=30)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="sign_ins")
    browser = models.CharField(max_length=60, blank=True, help_text="family and system, nothing finer")
    session_key = models.CharField(max_length=40, db_index=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["account", "ended_at"], name="sign_in_open")]


class Attempts(models.Model):
    """How often something secret was tried, per account and place. Belongs to no ward and names nobody:
    the key is a digest. Forgotten after a quiet day."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0, help_text="those that are not forgiven yet")
    as_of = models.DateTimeField(db_index=True, help_text="when the count was right")
    next_at = models.DateTimeField()


class EmailCode(models.Model):
    """A code of six digits sent to an address, with its link. Deleted a day after it is over."""

    public_id = models.CharField(max_length=24, unique=True, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    digest = models.CharField(max_length=64)
    variant = models.CharField(max_length=10)
    next = models.CharField(max_length=500, blank=True, help_text="the page to come back to")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
