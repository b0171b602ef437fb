"""Where a request comes from, as a digest: enough to slow somebody down, useless for following anybody."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest


def source_of(request: HttpRequest) -> str:
    """A digest of the address (of its /64 in IPv6, which one household has to itself)."""
    return digest_of(address_of(request))


def address_of(request: HttpRequest) -> str:
    """The asker's address: the last one in X-Forwarded-For that no proxy of ours has, else the peer's."""
    trusted = [ipaddress.ip_network(net) for net in settings.TRUSTED_PROXIES]
    hops = [request.META.get("REMOTE_ADDR", ""), *_forwarded(request)]
    for hop in hops:
        if not hop:  # a unix socket has no peer address
            continue
        try:
            address = ipaddress.ip_address(hop)
        except ValueError:
            return hop
        if not any(address in net for net in trusted if net.version == address.version):
            return str(address)
    return hops[-1]


def _forwarded(request: HttpRequest) -> list[str]:
    given = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return [hop.strip() for hop in reversed(given.split(",")) if hop.strip()]


def digest_of(address: str) -> str:
    """A keyed digest of an address or of anything else that is only compared."""
    try:
        ip = ipaddress.ip_address(address)
        if isinstance(ip, ipaddress.IPv6Address):
            address = str(ipaddress.ip_network((ip, 64), strict=False))
    except ValueError:
        pass
    return hmac.new(
        settings.SECRET_KEY.encode(), b"kuyakusho.source\0" + address.encode(), hashlib.sha256
    ).hexdigest()
