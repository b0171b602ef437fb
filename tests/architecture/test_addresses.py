"""Every address declares who may open it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kuyakusho.core.access import declaration_of

KINDS = {"public", "visitor", "resident", "staff", "signed_in", "machine"}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        else:
            yield from patterns(pattern, address)


def guarded(callback: object) -> bool:
    """A view that declares, or an API address whose every operation does."""
    operations = getattr(getattr(callback, "__self__", None), "operations", None) or _ninja_operations(
        callback
    )
    if operations is not None:
        return all(declaration_of(operation.view_func) is not None for operation in operations)
    declaration = declaration_of(callback)  # type: ignore[arg-type]
    return declaration is not None and declaration.kind in KINDS


def _ninja_operations(callback: object) -> list | None:
    for cell in getattr(callback, "__closure__", None) or ():
        operations = getattr(cell.cell_contents, "operations", None)
        if isinstance(operations, list):
            return operations
    return None


@pytest.mark.parametrize("urlconf", ["kuyakusho.site.urls", "kuyakusho.site.ward_urls"])
def test_every_address_declares_who_may_open_it(urlconf: str) -> None:
    open_to_nobody_knows = [a for a, view in patterns(get_resolver(urlconf)) if not guarded(view)]
    assert open_to_nobody_knows == []


@pytest.mark.parametrize("urlconf", ["kuyakusho.site.urls", "kuyakusho.site.ward_urls"])
def test_nothing_is_served_by_a_view_without_a_name(urlconf: str) -> None:
    assert len(list(patterns(get_resolver(urlconf)))) > 1


def test_staff_pages_live_below_the_desk_and_nowhere_else() -> None:
    for address, view in patterns(get_resolver("kuyakusho.site.ward_urls")):
        declaration = declaration_of(view)  # type: ignore[arg-type]
        if declaration and declaration.kind == "staff":
            assert address.startswith(("desk/", "sign-in/", "switch/", "security/")), address
