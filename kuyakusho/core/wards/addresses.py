"""Addresses of pages from outside a request: for letters, jobs, snapshots and tests."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, reverse, set_script_prefix

from .models import Ward
from .variants import DEFAULT


def ward_address(
    ward: Ward, name: str, *args: Any, variant: str = DEFAULT.segment, absolute: bool = False, **kwargs: Any
) -> str:
    """The address of the ward page called `name`; with `absolute` as residents type it.

    Raises NoReverseMatch when there is no page of that name.
    """
    before = get_script_prefix()
    set_script_prefix(prefix(ward, variant))
    try:
        address = reverse(name, urlconf="kuyakusho.site.ward_urls", args=args or None, kwargs=kwargs or None)
    finally:
        set_script_prefix(before)
    return settings.PUBLIC_ADDRESS + address if absolute else address


def prefix(ward: Ward, variant: str = DEFAULT.segment) -> str:
    """Where a ward is mounted in a variant: `/yokohama-nishi/` or `/yokohama-nishi/en/`."""
    return f"/{ward.slug}/" if variant == DEFAULT.segment else f"/{ward.slug}/{variant}/"
