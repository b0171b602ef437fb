"""Tables of the people who sign in.

people      Account ── StaffMember ── Posting (辞令)      Account ── Resident (one per ward)
factors     TotpFactor, Passkey, RecoveryCode, CounterPin; FactorReset (two administrators)
sign_ins    Device ── KnownDevice, SignIn; Attempts, EmailCode; SignInPolicy (of a ward)
directory   IdentityProvider ── IdentityLink
"""

from .directory import IdentityLink, IdentityProvider
from .factors import CounterPin, FactorReset, Passkey, RecoveryCode, TotpFactor
from .people import (
    ADMINISTRATOR,
    AUDITOR,
    CHIEF,
    CLERK,
    PLANNER,
    ROLES,
    Account,
    AccountManager,
    Posting,
    Resident,
    StaffMember,
)
from .sign_ins import Attempts, Device, EmailCode, KnownDevice, SignIn, SignInPolicy

__all__ = [
    "ADMINISTRATOR",
    "AUDITOR",
    "CHIEF",
    "CLERK",
    "PLANNER",
    "ROLES",
    "Account",
    "AccountManager",
    "Attempts",
    "CounterPin",
    "Device",
    "EmailCode",
    "FactorReset",
    "IdentityLink",
    "IdentityProvider",
    "KnownDevice",
    "Passkey",
    "Posting",
    "RecoveryCode",
    "Resident",
    "SignIn",
    "SignInPolicy",
    "StaffMember",
    "TotpFactor",
]
