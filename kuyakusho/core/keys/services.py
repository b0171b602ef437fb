"""Making, revoking and using keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kuyakusho.core import tokens
from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.services import record
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Conflict, Invalid
from kuyakusho.core.wards.models import Ward

from . import rules, scopes
from .models import Answered, ApiKey


@transaction.atomic
def issue(
    ward: Ward, *, name: str, allowed: Sequence[str], expires_on: date, actor: Actor, form: str = ""
) -> tuple[ApiKey, str]:
    """Makes a key and gives back its row and the key itself, which nobody can show again.

    `form` is the name of the form that asked: sent twice, it makes one key. Raises Invalid with the fields that are
    wrong, Conflict `key_made` for a form that has made its key already.
    """
    today = clock.today()
    faults = {}
    if not name.strip():
        faults["name"] = _("どのシステムが使うのかがわかる名前を入れてください。")
    if not allowed or set(allowed) - {scope for scope, words in scopes.known()}:
        faults["scopes"] = _("できることを一つ以上選んでください。")
    if not today <= expires_on <= today + rules.LONGEST_LIFE:
        faults["expires_on"] = _("期限は、今日から2年以内の日にしてください。")
    if faults:
        raise Invalid(
            "key_invalid",
            _("入力した内容を確かめてください。"),
            _("示された欄を直してください。"),
            fields=faults,
        )
    if form and not tokens.spend_name("keys.made", form, until=clock.now() + timedelta(days=1)):
        raise Conflict(
            "key_made",
            _("この画面からは、もうAPIキーを作りました。"),
            _(
                "キーは一度しか表示できません。控えていないときは、一覧でそのキーを止めて、新しく作ってください。"
            ),
        )
    prefix, text = rules.new_key()
    key = ApiKey.objects.create(
        ward=ward,
        name=name.strip(),
        prefix=prefix,
        digest=rules.digest_of(text),
        scopes=sorted(set(allowed)),
        expires_on=expires_on,
        created_at=clock.now(),
        created_by=str(actor),
    )
    record(
        ward=ward, actor=actor, action="keys.key.made", target=f"keys.key:{key.public_id}",
        scopes=key.scopes, expires_on=expires_on,
    )  # fmt: skip
    return key, text


@transaction.atomic
def revoke(key: ApiKey, *, actor: Actor) -> bool:
    """Ends the key at once and for good. False when it was revoked before: then nothing changes."""
    ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
        revoked_at=clock.now(), revoked_by=str(actor)
    )
    if ended:
        record(ward=key.ward, actor=actor, action="keys.key.revoked", target=f"keys.key:{key.public_id}")
    return bool(ended)


def note_used(key: ApiKey) -> None:
    """Keeps the day of the last use: one write a day, whatever the number of requests."""
    today = clock.today()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).exclude(last_used_on=today).update(last_used_on=today)


@transaction.atomic
def once(
    key: ApiKey, name: str, content: str, deed: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Does `deed` unless the key has done it under this Idempotency-Key; gives back its answer, and whether it is old.

    `content` is everything that makes the request what it is. Of two that arrive at once the second waits for the
    first. Nothing is kept of a deed that raised. Raises Invalid for another content under the same name.
    """
    fingerprint = rules.digest_of(content)
    row, is_new = Answered.objects.get_or_create(
        key=key,
        digest=rules.digest_of(name),
        defaults={"fingerprint": fingerprint, "answered_at": clock.now()},
    )
    if not is_new:
        if row.fingerprint != fingerprint:
            raise Invalid(
                "idempotency_key_reused",
                _("同じ Idempotency-Key で、ちがう内容が送られました。"),
                _("内容を変えるときは、新しい Idempotency-Key を付けてください。"),
                fields={"Idempotency-Key": _("ほかの内容に使われています。")},
            )
        return row.answer, True
    row.answer = deed()
    row.save(update_fields=["answer"])
    return row.answer, False
