"""People who sign in: an account, what a staff member is posted to, and the little that is kept of a resident.

Names are kept exactly as typed (no normalisation; variation selectors survive).
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from kuyakusho.core.wards.models import Section, Ward, new_public_id

CLERK, CHIEF, PLANNER, ADMINISTRATOR, AUDITOR = "clerk", "chief", "planner", "administrator", "auditor"
ROLES = (CLERK, CHIEF, PLANNER, ADMINISTRATOR, AUDITOR)


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the address of e-mail is folded to lower case for finding."""

    def create_user(self, email: str | None, password: str | None = None, **fields: object) -> Account:
        """`email` is None for a resident whom only a directory knows; without `password` none fits."""
        account = self.model(email=email.strip().lower() if email else None, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Somebody who can sign in: a resident, a member of staff, or both. Belongs to no ward: people move."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    name_kana = models.CharField(max_length=160, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="invented; signs in by choosing, in the demo only")
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    def __str__(self) -> str:
        return self.name or self.email or self.public_id

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class StaffMember(models.Model):
    """A person on the staff of a ward. What they may do comes from the posting of the day."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="staff")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="staff_memberships")
    key = models.SlugField(max_length=60, blank=True, help_text="name in the pack, for demo people")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "account"], name="one_membership_in_ward")]

    def __str__(self) -> str:
        return str(self.account)

    def posting_on(self, day: date) -> Posting | None:
        """The posting that holds on that day; None before the first and after the last."""
        return (
            self.postings.filter(valid_from__lte=day)
            .filter(models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=day))
            .select_related("section")
            .order_by("-valid_from")
            .first()
        )


class Posting(models.Model):
    """A staff member's section and roles between two days (辞令による配属)."""

    member = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="postings")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="postings")
    roles = models.JSONField(default=list, help_text="some of clerk, chief, planner, administrator, auditor")
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text="the first day on which it no longer holds"
    )

    class Meta:
        ordering = ["valid_from"]
        constraints = [models.UniqueConstraint(fields=["member", "valid_from"], name="posting_starts_once")]


class Resident(models.Model):
    """A resident who has signed in to a ward. All that is kept of them; services keep their own rows.

    One row per ward, so that no id joins what somebody does in two wards.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="residents")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="residencies")
    key = models.SlugField(max_length=60, blank=True, help_text="name in the pack, for demo people")
    language = models.CharField(max_length=10, blank=True, help_text="variant that messages are written in")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ward", "account"], name="one_residency_in_ward")]

    def __str__(self) -> str:
        return str(self.account)
