"""What the tests of this room share."""

from __future__ import annotations

import pytest

from kuyakusho.core.http.pages import shelf
from kuyakusho.core.wards import directory
from kuyakusho.domains.policy.public.shelf import forget


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No ward, page or edition of another test."""
    directory.forget()
    shelf.clear()
    forget()
