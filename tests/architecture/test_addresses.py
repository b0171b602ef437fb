"""Every address declares who may open it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kuyakusho.core.access import declaration_of

KINDS = {"public", "visitor", "resident", "staff", "signed_in", "machine", "key"}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        else:
            yield from patterns(pattern, address)


def guarded(callback: object) -> bool:
    """A view that declares, or an address of the API whose every operation does."""
    operations = getattr(callback, "operations", None)
    declarations = (
        [declaration_of(view) for view in (o.view_func for o in operations)]
        if operations
        else [
            declaration_of(callback)  # type: ignore[arg-type]
        ]
    )
    return all(declaration is not None and declaration.kind in KINDS for declaration in declarations)


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


def test_an_address_without_a_declaration_would_be_found() -> None:
    assert not guarded(lambda request: None)
    assert not guarded(type("View", (), {"operations": [type("O", (), {"view_func": len})]}))


def test_only_keys_and_nobody_else_write_through_the_api() -> None:
    """A public address of the API only reads; what writes names the scope of a key."""
    seen = 0
    for address, view in patterns(get_resolver("kuyakusho.site.urls")):
        for operation in getattr(view, "operations", ()):
            declaration = declaration_of(operation.view_func)
            writes = set(operation.methods) - {"GET"}
            assert bool(writes) == (declaration.kind == "key"), address
            assert not writes or (operation.auth_callbacks and len(declaration.roles) == 1), address
            seen += 1
    assert seen > 5
