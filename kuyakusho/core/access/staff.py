"""The member of staff who acts in this request."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from kuyakusho.core.accounts.models import StaffMember
from kuyakusho.core.calendar import clock
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


def acting_staff(request: HttpRequest) -> ActingStaff | None:
    """Who acts here: the signed-in account's membership in this ward, if it is posted today."""
    if request.ward is None or not request.user.is_authenticated or not request.user.is_active:
        return None
    member = (
        StaffMember.objects.select_related("account")
        .filter(ward=request.ward, account=request.user.pk)
        .first()
    )
    if member is None:
        return None
    posting = member.posting_on(clock.today())
    if posting is None:
        return None
    return ActingStaff(member, request.ward, posting.section, frozenset(posting.roles))
