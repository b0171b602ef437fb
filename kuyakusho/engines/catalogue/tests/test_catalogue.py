"""Only what works is shown, in the words of the page."""

from __future__ import annotations

import pytest

from kuyakusho.core.access.actor import Actor
from kuyakusho.core.audit.models import AuditLine
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.variants import VARIANTS
from kuyakusho.engines.catalogue import public
from kuyakusho.engines.catalogue.public import OfferSpec

pytestmark = pytest.mark.django_db
TESTER = Actor.system("test")
READ = OfferSpec(
    "read", "取組を読む", "tests-built", "home", "Read", "よむ", "説明", "Words", "せつめい", ["Y0.1", "Y0.2"]
)
QUEUE = OfferSpec("queue", "待ち人数を見る", "tests-unbuilt", "home", serves=["Y0.2"])
LOST = OfferSpec("lost", "ページがない", "tests-built", "nowhere:page", serves=["Y0.2"])


@pytest.fixture
def ward() -> Ward:
    public.built("tests-built")
    return Ward.objects.create(
        slug="nishi",
        official_code="1",
        name="西区",
        name_kana="に",
        name_en="N",
        city="横浜市",
        city_en="Y",
        style="x",
    )


def keys(found: list[public.Shown]) -> list[str]:
    return [offer.key for offer in found]


def test_only_what_works_is_shown(ward):
    public.set_offers(ward, [READ, QUEUE, LOST], actor=TESTER)
    assert keys(public.offers(ward)) == ["read"]
    assert public.is_built("tests-built")
    assert not public.is_built("tests-unbuilt")


def test_for_some_rows(ward):
    public.set_offers(ward, [READ], actor=TESTER)
    assert keys(public.offers(ward, serving=["Y0.2", "Y9"])) == ["read"]
    assert public.offers(ward, serving=["Y9"]) == []
    assert public.offers(ward, serving=[]) == []


@pytest.mark.parametrize(
    ("segment", "title", "summary"),
    [
        ("ja", "取組を読む", "説明"),
        ("en", "Read", "Words"),
        ("ja-easy", "よむ", "せつめい"),
        ("ko", "Read", "Words"),
    ],
)
def test_in_the_words_of_the_page(ward, segment, title, summary):
    public.set_offers(ward, [READ], actor=TESTER)
    (shown,) = public.offers(ward, VARIANTS[segment])
    assert (shown.title, shown.summary) == (title, summary)


def test_the_pack_decides(ward):
    public.set_offers(ward, [READ, QUEUE], actor=TESTER)
    assert public.set_offers(ward, [READ, QUEUE], actor=TESTER) == {
        "created": [],
        "changed": [],
        "removed": [],
    }
    assert AuditLine.objects.filter(action="catalogue.offers.set").count() == 1
    done = public.set_offers(ward, [QUEUE], actor=TESTER)
    assert done == {"created": [], "changed": ["queue"], "removed": ["read"]}


def test_of_this_ward_alone(ward):
    other = Ward.objects.create(
        slug="kita",
        official_code="2",
        name="北区",
        name_kana="き",
        name_en="K",
        city="横浜市",
        city_en="Y",
        style="x",
    )
    public.set_offers(ward, [READ], actor=TESTER)
    assert public.offers(other) == []
