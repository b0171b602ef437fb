"""Second factors: keeping them, and taking them away from somebody who lost them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.accounts import mail, rules, sessions
from kuyakusho.core.accounts.factors import passkeys, pins, recovery, totp
from kuyakusho.core.accounts.models import (
    Account,
    CounterPin,
    FactorReset,
    Passkey,
    RecoveryCode,
    StaffMember,
    TotpFactor,
)
from kuyakusho.core.accounts.services.staff import administrators
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid, Missing, Refused
from kuyakusho.core.wards.models import Ward


def has_second(account: Account) -> bool:
    """Whether the account can prove a second factor."""
    return (
        TotpFactor.objects.filter(account=account).exists()
        or Passkey.objects.filter(account=account).exists()
    )


def enrol_app(ward: Ward, account: Account, secret: str, code: str, actor: Actor) -> list[str]:
    """Keeps an authenticator app whose code fits; returns recovery codes if the account had none.

    Raises Invalid for a wrong code.
    """
    with transaction.atomic():
        if not totp.enrol(account, secret, code, clock.now()):
            raise Invalid(
                "code_wrong",
                _("番号が違います。"),
                _(
                    "アプリに表示されている6けたの番号を入れてください。時刻がずれていると合わないことがあります。"
                ),
                fields={"code": _("番号が違います。")},
            )
        _note(ward, account, actor, "accounts.factor.app_added")
        return [] if recovery.left(account) else recovery.new_codes(account)


def add_passkey(ward: Ward, account: Account, state: dict, answer: str, name: str, actor: Actor) -> list[str]:
    """Keeps a passkey that the browser made; returns recovery codes if the account had none.

    Raises Invalid when the browser's answer does not fit.
    """
    with transaction.atomic():
        passkey = passkeys.create(account, state, answer, name[:60] or "passkey", clock.now())
        if passkey is None:
            raise Invalid(
                "passkey_refused",
                _("パスキーを登録できませんでした。"),
                _("もう一度お試しください。同じパスキーは二度登録できません。"),
            )
        _note(ward, account, actor, "accounts.factor.passkey_added", passkey=passkey.public_id)
        return [] if recovery.left(account) else recovery.new_codes(account)


def remove_passkey(ward: Ward, account: Account, public_id: str, actor: Actor) -> None:
    """Takes a passkey away. Raises Missing, or Conflict for the last factor."""
    with transaction.atomic():
        passkey = Passkey.objects.filter(account=account, public_id=public_id).first()
        if passkey is None:
            raise Missing
        passkey.delete()
        _keep_one(account)
        _note(ward, account, actor, "accounts.factor.passkey_removed", passkey=public_id)


def remove_app(ward: Ward, account: Account, actor: Actor) -> None:
    """Takes the authenticator app away. Raises Missing, or Conflict for the last factor."""
    with transaction.atomic():
        if not TotpFactor.objects.filter(account=account).delete()[0]:
            raise Missing
        _keep_one(account)
        _note(ward, account, actor, "accounts.factor.app_removed")


def new_recovery_codes(ward: Ward, account: Account, actor: Actor) -> list[str]:
    """Ten fresh codes; the former ones stop working."""
    with transaction.atomic():
        _note(ward, account, actor, "accounts.factor.recovery_codes_made")
        return recovery.new_codes(account)


def set_pin(ward: Ward, account: Account, pin: str, actor: Actor) -> None:
    """Keeps a PIN for counter PCs. Raises Invalid for a weak one."""
    reasons = {
        "form": _("数字6けたから12けたで入れてください。"),
        "repeated": _("同じ数字の繰り返しは使えません。"),
        "sequence": _("続き番号は使えません。"),
        "date": _("日付は使えません。"),
    }
    weak = rules.pin_is_weak(pin)
    if weak:
        raise Invalid("pin_weak", _("この番号は使えません。"), reasons[weak], fields={"pin": reasons[weak]})
    with transaction.atomic():
        pins.set_pin(account, pin)
        record(
            ward=ward,
            actor=actor,
            action="accounts.factor.pin_set",
            target=f"accounts.account:{account.public_id}",
        )


def ask_for_reset(member: StaffMember, reason: str, asked_by: StaffMember, actor: Actor) -> FactorReset:
    """Asks to take a colleague's second factors away. Done at once where there is no second administrator.

    Raises Refused for one's own, Invalid without a reason, Conflict when it was asked already.
    """
    if member.pk == asked_by.pk:
        raise Refused("own_reset", _("自分の第二要素は解除できません。"), _("ほかの管理者に頼んでください。"))
    if len(reason.strip()) < 5:
        raise Invalid("reason", _("理由を書いてください。"), fields={"reason": _("理由を書いてください。")})
    with transaction.atomic():
        if FactorReset.objects.filter(member=member, state="asked").exists():
            raise Conflict("reset_asked", _("この職員の解除は、すでに依頼されています。"))
        others = [a for a in administrators(member.ward, clock.today()) if a.pk != member.pk]
        reset = FactorReset.objects.create(
            member=member, reason=reason.strip()[:400], asked_by=asked_by, asked_at=clock.now()
        )
        record(
            ward=member.ward,
            actor=actor,
            action="accounts.factor.reset_asked",
            target=f"accounts.staff:{member.public_id}",
            reset=reset.public_id,
        )
        if not rules.needs_second_administrator(len(others)):
            _carry_out(reset, asked_by, actor)
    return reset


def confirm_reset(ward: Ward, public_id: str, by: StaffMember, actor: Actor) -> None:
    """Carries out what a colleague asked. Raises Missing, or Refused for one's own question or one's own factors."""
    with transaction.atomic():
        reset = _open_reset(ward, public_id)
        if by.pk in (reset.asked_by_id, reset.member_id):
            raise Refused(
                "same_administrator",
                _("依頼した人や本人は承認できません。"),
                _("ほかの管理者に承認してもらってください。"),
            )
        _carry_out(reset, by, actor)


def withdraw_reset(ward: Ward, public_id: str, by: StaffMember, actor: Actor) -> None:
    """Drops a question. Any administrator may."""
    with transaction.atomic():
        reset = _open_reset(ward, public_id)
        FactorReset.objects.filter(pk=reset.pk).update(
            state="withdrawn", decided_by=by, decided_at=clock.now()
        )
        record(
            ward=ward,
            actor=actor,
            action="accounts.factor.reset_withdrawn",
            target=f"accounts.staff:{reset.member.public_id}",
            reset=reset.public_id,
        )


def _open_reset(ward: Ward, public_id: str) -> FactorReset:
    reset = (
        FactorReset.objects.select_for_update(of=("self",))
        .select_related("member__account", "member__ward")
        .filter(member__ward=ward, public_id=public_id, state="asked")
        .first()
    )
    if reset is None:
        raise Missing
    return reset


def _carry_out(reset: FactorReset, by: StaffMember, actor: Actor) -> None:
    account = reset.member.account
    for factor in (TotpFactor, Passkey, RecoveryCode, CounterPin):
        factor.objects.filter(account=account).delete()
    sessions.end_everywhere(account, "removed")
    FactorReset.objects.filter(pk=reset.pk).update(state="done", decided_by=by, decided_at=clock.now())
    _note(reset.member.ward, account, actor, "accounts.factor.reset", reset=reset.public_id)


def _keep_one(account: Account) -> None:
    if not has_second(account):
        raise Conflict(
            "last_factor",
            _("最後の第二要素は外せません。"),
            _("先に、別のアプリかパスキーを登録してください。"),
        )


def _note(ward: Ward, account: Account, actor: Actor, action: str, **facts: str) -> None:
    """The audit line, and a letter to the person: whoever did it, they learn of it."""
    record(ward=ward, actor=actor, action=action, target=f"accounts.account:{account.public_id}", **facts)
    if not account.is_demo:
        mail.write(ward=ward, to=account.email, template="factors_changed")
