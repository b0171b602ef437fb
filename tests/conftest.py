"""What the tests across rooms share."""

from __future__ import annotations

import pytest

from kuyakusho.core.http.pages import shelf
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No page and no ward of another test."""
    shelf.clear()
    directory.forget()


@pytest.fixture
def both_wards(db: None) -> list[Ward]:
    """The two wards, bare."""
    return [
        Ward.objects.create(
            slug=slug, official_code=code, name="西区", name_kana="にしく", name_en="Nishi Ward", city=city,
            city_en=city_en, style=style, languages=["ja", "en"],
        )
        for slug, code, city, city_en, style in (
            ("yokohama-nishi", "141038", "横浜市", "Yokohama", "yokohama"),
            ("osaka-nishi", "271063", "大阪市", "Osaka", "osaka"),
        )
    ]  # fmt: skip
