"""A file between looking at it and saying yes: it travels in the form itself, signed, and is stored nowhere.

For small files that a person uploads, sees a preview of and then confirms. What comes back is exactly what was looked
at, from the same person, for the same purpose, within the hour; nothing is left behind when they walk away.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext_lazy as _

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.errors import Invalid
from kuyakusho.core.wards.models import Ward

LIFETIME_SECONDS = 60 * 60
# The form has to stay below DATA_UPLOAD_MAX_MEMORY_SIZE, with room for its other fields.
LARGEST_CARRIED = 1_800_000


@dataclass(frozen=True)
class Carried:
    """The file that was looked at."""

    name: str
    body: bytes


def carry(purpose: str, ward: Ward, actor: Actor, name: str, body: bytes) -> str:
    """The file as the value of a hidden field. Raises Invalid `file_too_large` when it is too big to travel."""
    packed = base64.b64encode(zlib.compress(body, 9)).decode()
    value = signing.dumps([name[:200], packed], salt=_salt(purpose, ward, actor))
    if len(value) > LARGEST_CARRIED:
        sentence = _("ファイルが大きすぎます。")
        raise Invalid(
            "file_too_large",
            sentence,
            _("分けるか、コマンドで読み込んでください。"),
            fields={"file": sentence},
        )
    return value


def carried(purpose: str, ward: Ward, actor: Actor, value: str) -> Carried:
    """What was carried. Raises Invalid `carried_lost` when it was changed, is another person's, or is too old."""
    try:
        name, packed = signing.loads(value, salt=_salt(purpose, ward, actor), max_age=LIFETIME_SECONDS)
        return Carried(name, zlib.decompress(base64.b64decode(packed)))
    except (signing.BadSignature, ValueError, TypeError, binascii.Error, zlib.error) as fault:
        raise Invalid(
            "carried_lost",
            _("確認の画面を開いてから時間がたったか、内容が変わっています。"),
            _("もう一度ファイルを選んでください。"),
        ) from fault


def _salt(purpose: str, ward: Ward, actor: Actor) -> str:
    return f"kuyakusho.carrying:{purpose}:{ward.pk}:{actor}"
