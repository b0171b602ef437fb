"""What is past its time goes, what is not stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kuyakusho.core import retention
from kuyakusho.core.calendar import clock
from kuyakusho.core.search.models import SearchDocument
from kuyakusho.core.search.services import Findable, index
from kuyakusho.core.wards.models import Ward

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_only_what_is_past_its_time_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = Ward.objects.create(
        slug="m", official_code="1", name="m", name_kana="m", name_en="m", style="osaka"
    )
    for name, kind, age in (("old", "news", 31), ("young", "news", 29), ("other", "page", 31)):
        with clock.frozen(NOW - timedelta(days=age)):
            index(ward, [Findable(kind, name, name, "", "/")])
    monkeypatch.setattr(retention, "_rules", {})
    monkeypatch.setattr(retention, "autodiscover_modules", lambda name: None)
    retention.keep(
        "search.SearchDocument",
        retention.days(30),
        after="changed_at",
        owner="o",
        why="w",
        where={"kind": "news"},
    )
    with clock.frozen(NOW):
        assert retention.tidy() == {"search.SearchDocument": 1}
    assert set(SearchDocument.objects.values_list("reference", flat=True)) == {"young", "other"}


def test_a_period_needs_the_field_that_it_is_counted_from() -> None:
    with pytest.raises(ValueError, match="from which field"):
        retention.keep("x.Y", retention.days(3), owner="o", why="w")


def test_a_model_has_one_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_rules", {})
    retention.keep("x.Y", "for ever", owner="o", why="w")
    with pytest.raises(ValueError, match="already"):
        retention.keep("x.Y", "for ever", owner="o", why="w")
