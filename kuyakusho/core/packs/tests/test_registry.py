"""Parts in the order in which they need each other; nothing registered twice."""

from __future__ import annotations

import pytest

from kuyakusho.core.packs import registry
from kuyakusho.core.packs.registry import Part, in_order


def part(name: str, *after: str) -> Part:
    return Part(name, (f"{name}.toml",), lambda _folder: None, lambda _ward, _pack, _actor: [], None, after)


def names(*parts: Part) -> list[str]:
    return [one.name for one in in_order({one.name: one for one in parts})]


def test_a_part_stands_after_those_that_it_needs() -> None:
    assert names(part("a", "c"), part("b"), part("c", "b")) == ["b", "c", "a"]


def test_a_part_that_is_not_installed_is_not_waited_for() -> None:
    assert names(part("a", "missing")) == ["a"]


def test_a_ring_is_refused() -> None:
    with pytest.raises(ValueError, match="a, b wait for each other"):
        names(part("a", "b"), part("b", "a"), part("c"))


def test_neither_a_part_nor_a_file_is_registered_twice() -> None:
    one = part("test-one")
    registry.register("test-one", files=one.files, read=one.read, apply=one.apply)
    try:
        with pytest.raises(ValueError, match="registered already"):
            registry.register("test-one", files=("other.toml",), read=one.read, apply=one.apply)
        with pytest.raises(ValueError, match=r"test-one\.toml is read by the part test-one"):
            registry.register("test-two", files=("test-one.toml",), read=one.read, apply=one.apply)
    finally:
        registry.forget("test-one")


def test_the_ward_comes_first() -> None:
    order = [one.name for one in registry.parts()]
    assert order[0] == "ward"
    assert order.index("sections") < order.index("people")
