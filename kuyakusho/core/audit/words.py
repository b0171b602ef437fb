"""What actions are called on the auditors' page. Rooms register a sentence for each of theirs."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {}


def describe(**sentences: str | Promise) -> None:
    """Registers what actions are called: `describe(**{"policy.edition.published": _("方針を公表した")})`.

    Raises ValueError when an action has words already.
    """
    for action, words in sentences.items():
        if _words.get(action, words) != words:
            raise ValueError(f"the action {action} has words already")
        _words[action] = words


def words_for(action: str) -> str:
    """The sentence, or the bare name of the action where no room gave one."""
    return str(_words.get(action, action))


def known() -> list[tuple[str, str]]:
    """Every action that has words, for choosing one."""
    return sorted((action, str(words)) for action, words in _words.items())


describe(
    **{
        "audit.lines.exported": _("監査記録を書き出した"),
        "audit.chain.checked": _("監査記録の連鎖を確かめた"),
        "outbox.entry.retried": _("送信をやり直した"),
        "outbox.entry.cancelled": _("送信を取り消した"),
        "files.file.stored": _("ファイルを保存した"),
        "files.file.removed": _("ファイルを消した"),
        "wards.training.made": _("練習用の区を作った"),
        "wards.training.renewed": _("練習用の区を作り直した"),
    }
)
