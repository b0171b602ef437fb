"""The policy as two parts of the ward's pack: `policy` (plans, initiatives, indicators, figures) and `services`."""

from __future__ import annotations

from kuyakusho.core.packs.registry import register

from .applying import apply, apply_services
from .checking import check, check_services
from .reading import FILES, SERVICES, read, read_services


def register_part() -> None:
    """Called once at start-up."""
    register("policy", files=FILES, read=read, check=check, apply=apply, after=("sections", "districts"))
    register(
        "services",
        files=(SERVICES,),
        read=read_services,
        check=check_services,
        apply=apply_services,
        after=("policy",),
    )
