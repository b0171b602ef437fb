"""What is past its time goes, what is not stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kuyakusho.core import retention
from kuyakusho.core.calendar import clock
from kuyakusho.core.wards.models import Ward
from kuyakusho.domains.policy.models import ImportReview, SourceDocument

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def review(ward: Ward, state: str, changed_at: datetime) -> ImportReview:
    document = SourceDocument.objects.create(
        ward=ward, filename="x", media_type="text/plain", digest="0" * 64, text="", uploaded_at=changed_at
    )
    return ImportReview.objects.create(
        ward=ward, document=document, tree={}, state=state, created_at=changed_at, changed_at=changed_at
    )


@pytest.mark.django_db
def test_only_abandoned_reviews_past_their_time_go() -> None:
    ward = Ward.objects.create(
        slug="m", official_code="1", name="m", name_kana="m", name_en="m", style="osaka"
    )
    old, young = NOW - timedelta(days=401), NOW - timedelta(days=399)
    kept = {review(ward, "saved", old).pk, review(ward, "abandoned", young).pk}
    gone = review(ward, "abandoned", old)
    with clock.frozen(NOW):
        assert retention.tidy()["policy.ImportReview"] == 1
    assert set(ImportReview.objects.values_list("pk", flat=True)) == kept
    assert not ImportReview.objects.filter(pk=gone.pk).exists()


def test_a_period_needs_the_field_that_it_is_counted_from() -> None:
    with pytest.raises(ValueError, match="from which field"):
        retention.keep("x.Y", retention.days(3), owner="o", why="w")
