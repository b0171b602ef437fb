"""Opening and ending sessions. The only place that signs anybody in."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, login, logout, update_session_auth_hash
from django.db import transaction

from kuyakusho.core.access.actor import VISITOR, Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.http.request import Request
from kuyakusho.core.wards.models import Ward

from . import attempts, mail, rules
from .backends import AUDIENCES, PATHS, RESIDENT, STAFF, may_act
from .devices import counter_pc, remember
from .models import Account, Resident, SignIn, SignInPolicy, StaffMember

PROVED_FOR = timedelta(minutes=10)
NOTED_EVERY = timedelta(seconds=30)  # how exactly "last seen" is kept; each note is a write
LONGEST = timedelta(hours=10)
FULL = ("password_totp", "password_recovery_code", "passkey", "directory", "demo")
AT_COUNTER = ("pin", "counter_passkey")


def policy_of(ward: Ward) -> SignInPolicy:
    """What the ward asks for; the defaults when nobody has set anything."""
    return SignInPolicy.objects.filter(ward=ward).first() or SignInPolicy(ward=ward)


def open_session(
    request: Request,
    account: Account,
    *,
    audience: str,
    method: str,
    ward: Ward,
    provider: str = "",
    id_token: str = "",
) -> SignIn:
    """Signs somebody in whose identity was just proved: a new session with a new key, and a row in the list.

    `method` says how (see FULL, or `password`, `pin`, `counter_passkey`, `email_code`, `email_link`); `provider` and
    `id_token` are kept for signing out of the directory. Raises ValueError for an account that may not act.
    """
    if not may_act(account):
        raise ValueError("this account may not be signed in")
    now = clock.now()
    if request.user.is_authenticated:
        end_session(request, "switched" if method in AT_COUNTER else "replaced")
    request.session.flush()
    login(request, account, backend=PATHS[audience])
    with transaction.atomic():
        device, is_new = remember(request, account, now)
        policy = policy_of(ward)
        at_counter = counter_pc(request, ward) is not None
        session = request.session
        session.set_expiry(int(LONGEST.total_seconds()))
        session["method"] = method
        session["idle_seconds"] = 60 * (policy.counter_idle_minutes if at_counter else policy.idle_minutes)
        session["seen"] = now.timestamp()
        if method in FULL or method == "password":
            session["proved"] = now.timestamp()
            attempts.clear_pin(account.public_id, device)
        if provider:
            session["provider"], session["id_token"] = provider, id_token
        session.save()
        row = SignIn.objects.create(
            account=account,
            ward=ward,
            audience=audience,
            method=method,
            device=device,
            browser=rules.browser_name(request.headers.get("User-Agent", "")),
            session_key=session.session_key or "",
            started_at=now,
            seen_at=now,
        )
        session["sign_in"] = row.public_id
        record(
            ward=ward,
            actor=_actor(ward, account, audience),
            action="accounts.session.opened",
            target=f"accounts.sign_in:{row.public_id}",
            method=method,
        )
        if is_new and audience != RESIDENT and not account.is_demo:
            mail.write(ward=ward, to=account.email, template="new_device", browser=row.browser, at=now)
    return row


def _actor(ward: Ward, account: Account, audience: str) -> Actor:
    if audience == RESIDENT:
        resident = Resident.objects.filter(ward=ward, account=account).first()
        return Actor("resident", resident.public_id) if resident else VISITOR
    member = StaffMember.objects.filter(ward=ward, account=account).first()
    return Actor("staff", member.public_id) if member else VISITOR


def account_of(request: Request) -> Account:
    """Who is signed in; for views that a declaration opens to nobody else."""
    account = request.user
    if not isinstance(account, Account):
        raise Missing
    return account


def audience_of(request: Request) -> str:
    """What the session is good for: staff, first_factor, resident, or nothing (empty)."""
    if not request.user.is_authenticated:
        return ""
    return AUDIENCES.get(request.session.get(BACKEND_SESSION_KEY, ""), "")


def still_here(request: Request) -> bool:
    """Notes that somebody is active. False when nobody was for too long: the session is ended then."""
    now = clock.now()
    seen = request.session.get("seen")
    if seen is None:
        return True
    seen_at = datetime.fromtimestamp(seen, tz=now.tzinfo)
    if rules.is_idle(seen_at, now, timedelta(seconds=request.session["idle_seconds"])):
        end_session(request, "idle")
        return False
    if now - seen_at >= NOTED_EVERY:
        request.session["seen"] = now.timestamp()
        SignIn.objects.filter(public_id=request.session.get("sign_in")).update(seen_at=now)
    return True


def proved_lately(request: Request) -> bool:
    """Whether the person proved who they are in the last minutes; a demo person has nothing to prove it with."""
    if account_of(request).is_demo:
        return True
    proved = request.session.get("proved", 0)
    return clock.now().timestamp() - proved < PROVED_FOR.total_seconds()


def note_proof(request: Request) -> None:
    """The person has just proved again who they are. The session gets a new key."""
    request.session["proved"] = clock.now().timestamp()
    renew(request)


def upgrade(request: Request, method: str) -> None:
    """Makes a first-factor session a full one, after enrolment."""
    request.session[BACKEND_SESSION_KEY] = PATHS[STAFF]
    request.session["method"] = method
    SignIn.objects.filter(public_id=request.session.get("sign_in")).update(audience=STAFF, method=method)
    note_proof(request)


def renew(request: Request) -> None:
    """Gives the session a new key and notes it, so that "sign out everywhere" still finds it."""
    request.session.cycle_key()
    SignIn.objects.filter(public_id=request.session.get("sign_in")).update(
        session_key=request.session.session_key
    )


def end_session(request: Request, why: str) -> None:
    """Ends this session: `sign_out`, `idle`, `switched`, `replaced`."""
    SignIn.objects.filter(public_id=request.session.get("sign_in"), ended_at=None).update(
        ended_at=clock.now(), ended_by=why
    )
    logout(request)


def end_sign_in(row: SignIn, why: str) -> None:
    """Ends one session of the list, wherever it is."""
    _store(row.session_key).delete()
    SignIn.objects.filter(pk=row.pk, ended_at=None).update(ended_at=clock.now(), ended_by=why)


def end_everywhere(account: Account, why: str, *, but: str = "") -> int:
    """Ends every session of the account but the one whose sign-in is `but`; returns how many."""
    rows = SignIn.objects.filter(account=account, ended_at=None).exclude(public_id=but)
    ended = 0
    for row in rows:
        end_sign_in(row, why)
        ended += 1
    return ended


def open_sign_ins(account: Account) -> list[SignIn]:
    """The sessions that still hold, the latest first."""
    now = clock.now()
    rows = SignIn.objects.filter(account=account, ended_at=None, started_at__gt=now - LONGEST)
    return list(rows.select_related("device", "ward"))


def _store(key: str):  # type: ignore[no-untyped-def]
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key=key)


def keep_after_password_change(request: Request) -> None:
    """Keeps this session, which Django would drop because the password is another one; under a new key."""
    update_session_auth_hash(request, account_of(request))
    SignIn.objects.filter(public_id=request.session.get("sign_in")).update(
        session_key=request.session.session_key
    )
