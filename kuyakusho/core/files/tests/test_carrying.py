"""A file that travels in a form comes back as it was, from the same person, for the same purpose, within the hour."""

from __future__ import annotations

import secrets

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.errors import Invalid
from kuyakusho.core.files import carrying
from kuyakusho.core.wards.models import Ward

HERE, THERE = Ward(pk=1, slug="a"), Ward(pk=2, slug="b")
ME, YOU = Actor("staff", "abc"), Actor("staff", "xyz")


def test_it_comes_back():
    value = carrying.carry("test", HERE, ME, "表.csv", b"a,b\0\xff")
    assert carrying.carried("test", HERE, ME, value) == carrying.Carried("表.csv", b"a,b\0\xff")


@pytest.mark.parametrize(
    ("purpose", "ward", "actor"), [("other", HERE, ME), ("test", THERE, ME), ("test", HERE, YOU)]
)
def test_for_nobody_and_nothing_else(purpose, ward, actor):
    value = carrying.carry("test", HERE, ME, "x", b"x")
    with pytest.raises(Invalid, match="carried_lost"):
        carrying.carried(purpose, ward, actor, value)


@pytest.mark.parametrize("value", ["", "x", "a:b:c"])
def test_what_is_no_file(value):
    with pytest.raises(Invalid, match="carried_lost"):
        carrying.carried("test", HERE, ME, value)


def test_too_old(monkeypatch):
    value = carrying.carry("test", HERE, ME, "x", b"x")
    monkeypatch.setattr(carrying, "LIFETIME_SECONDS", -1)
    with pytest.raises(Invalid, match="carried_lost"):
        carrying.carried("test", HERE, ME, value)


def test_too_large():
    with pytest.raises(Invalid, match="file_too_large"):
        carrying.carry("test", HERE, ME, "x", secrets.token_bytes(1_800_000))
