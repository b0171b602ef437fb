"""What may be used once is used once, also by two at the same moment. On SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from kuyakusho.core.accounts.attempts import Origin
from kuyakusho.core.accounts.factors import recovery, totp
from kuyakusho.core.accounts.services import email_codes, passwords, residents
from kuyakusho.core.accounts.tests import making
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import KuyakushoError

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deed: Callable[[], object], number: int = 6) -> list[object]:
    """What `number` threads get that do it at the same moment: the answer, or the code of the refusal."""
    answers: list[object] = []
    gate = threading.Barrier(number)

    def run() -> None:
        gate.wait()
        try:
            answers.append(deed())
        except KuyakushoError as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == number
    return answers


def test_one_code_of_the_app() -> None:
    account = making.an_account()
    secret = making.an_app(account)
    now = clock.now()
    code = totp.code_at(secret, totp.step_of(now))
    assert at_once(lambda: totp.accept(account, code, now)).count(True) == 1


def test_one_recovery_code() -> None:
    account = making.an_account()
    code = recovery.new_codes(account)[0]
    assert at_once(lambda: recovery.accept(account, code, clock.now())).count(True) == 1


def test_one_code_by_mail() -> None:
    ward = making.a_ward()
    now = clock.now()
    row = email_codes.send_code(ward, "hana@example.jp", Origin("x"), variant="ja", next_page="", now=now)
    code = making.code_in(making.messages_to("hana@example.jp")[0])
    answers = at_once(lambda: email_codes.use_code(ward, row.public_id, code, "x", now).email, 4)
    assert answers.count("hana@example.jp") == 1
    assert answers.count("code_over") == 3


def test_never_more_than_five_guesses_at_a_code_by_mail() -> None:
    ward = making.a_ward()
    now = clock.now()
    row = email_codes.send_code(ward, "hana@example.jp", Origin("x"), variant="ja", next_page="", now=now)
    genuine = making.code_in(making.messages_to("hana@example.jp")[0])
    wrong = "000000" if genuine != "000000" else "111111"
    answers = at_once(lambda: email_codes.use_code(ward, row.public_id, wrong, "x", now), 12)
    assert answers.count("code_wrong") == 5
    assert answers.count("code_over") == 7


def test_one_password_by_one_link() -> None:
    ward = making.a_ward()
    member = making.a_member(ward)
    link = passwords.link_for(ward, member.account, passwords.RESET_HOLDS)
    token = link.rstrip("/").rsplit("/", 1)[-1]
    answers = at_once(lambda: passwords.choose(ward, token, "eleven blue lanterns 11").pk, 4)
    assert answers.count(member.account.pk) == 1


def test_two_first_sign_ins_make_one_resident() -> None:
    ward = making.a_ward()

    def enter() -> str:
        account = residents.account_for_address(ward, "hana@example.jp")
        return residents.enter(ward, account, "ja").public_id

    assert len(set(at_once(enter, 4))) == 1
