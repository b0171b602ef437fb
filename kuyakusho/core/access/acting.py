"""The member of staff who acts in this request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from kuyakusho.core.accounts.models import Posting, StaffMember
from kuyakusho.core.calendar import clock
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Section, Ward


@dataclass(frozen=True)
class ActingStaff:
    """A staff member with the posting of today. `roles` and `section` come from that posting."""

    member: StaffMember
    ward: Ward
    section: Section
    roles: frozenset[str]

    @property
    def public_id(self) -> str:
        return self.member.public_id

    @property
    def name(self) -> str:
        return str(self.member.account)

    def has_role(self, *roles: str) -> bool:
        """Whether one of the roles is held today."""
        return not self.roles.isdisjoint(roles)


def acting_staff(request: Request) -> ActingStaff | None:
    """Who acts here: the signed-in account's membership in this ward, if it is posted today."""
    if request.ward is None or not request.user.is_authenticated:
        return None
    return staff_on(request.ward, request.user.pk, clock.today())


def staff_on(ward: Ward, account_id: int, day: date) -> ActingStaff | None:
    """The account as staff of the ward on a day; None before the first posting and after the last."""
    posting = (
        Posting.objects.filter(member__ward=ward, member__account=account_id, valid_from__lte=day)
        .filter(Q(valid_until=None) | Q(valid_until__gt=day))
        .select_related("section", "member__account")
        .order_by("-valid_from")
        .first()
    )
    if posting is None:
        return None
    return ActingStaff(posting.member, ward, posting.section, frozenset(posting.roles))
