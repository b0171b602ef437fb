from __future__ import annotations

from collections.abc import Iterator

import pytest

from kuyakusho.core.http import limits
from kuyakusho.core.wards.models import Ward
from kuyakusho.engines.indicators import public as indicators

from .data import LIVE, furnish


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    limits.forget()


@pytest.fixture
def api_key(both_wards: list[Ward]) -> Iterator[str]:
    """A key of Yokohama Nishi, which has something of everything that can be asked for."""
    yield furnish(both_wards[0])
    indicators.forget_source(LIVE)
