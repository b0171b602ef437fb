"""Where a request comes from, as a digest: enough to slow somebody down, useless for following anybody."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from kuyakusho.core.http.limits import by_address
from kuyakusho.core.http.request import Request


def source_of(request: Request) -> str:
    """A keyed digest of the asker's address (of its /64 in IPv6, which one household has to itself)."""
    address = b"kuyakusho.source\0" + by_address(request).encode()
    return hmac.new(settings.SECRET_KEY.encode(), address, hashlib.sha256).hexdigest()
