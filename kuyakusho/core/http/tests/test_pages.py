"""Kept pages: made once, made anew when the ward changes, never the asker's own, validators that never lie."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.utils.http import http_date
from hypothesis import given, settings
from hypothesis import strategies as st

from kuyakusho.core.audit.tests.making import a_ward
from kuyakusho.core.calendar import clock
from kuyakusho.core.errors import Missing
from kuyakusho.core.http import pages
from kuyakusho.core.http.pages import Kept, Shelf, answer, public_page, shelf
from kuyakusho.core.wards import directory
from kuyakusho.core.wards.models import Ward
from kuyakusho.core.wards.services import touch

LATER = datetime(2100, 4, 1, 3, 0, 30, tzinfo=UTC)  # after this process began, so that Last-Modified is shown
factory = RequestFactory()


def ask(
    view: Callable[..., HttpResponse], ward: Ward | None, path: str = "/w/", method: str = "GET", **meta: Any
) -> HttpResponse:
    request = factory.generic(method, path, **meta)
    request.ward = ward  # type: ignore[attr-defined]
    request.session = SessionStore()
    request.resolver_match = None
    return view(request)


class Counting:
    """A view that counts how often it was asked and says what it saw."""

    def __init__(self, **options: Any) -> None:
        self.times = 0
        self.view = public_page(**options)(self)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        return HttpResponse(
            f"{request.ward.name if request.ward else '-'} {request.GET.urlencode()} {self.times}"
        )  # type: ignore[attr-defined]

    __name__ = __qualname__ = "counting"


@pytest.fixture
def ward(db: None) -> Ward:
    return a_ward()


def test_a_page_is_made_once_until_the_ward_changes(ward: Ward) -> None:
    page = Counting()
    first = ask(page.view, ward)
    assert ask(page.view, ward).content == first.content
    assert page.times == 1
    touch(ward)
    assert ask(page.view, ward)["ETag"] != first["ETag"]
    assert page.times == 2


def test_a_change_of_the_ward_itself_is_seen_at_once_though_wards_are_kept(ward: Ward) -> None:
    page = Counting()
    stale = directory.find(ward.slug)
    Ward.objects.filter(pk=ward.pk).update(name="新しい区")
    touch(ward)
    assert "新しい区" in ask(page.view, stale).content.decode()


def test_a_ward_that_is_gone_is_missing(ward: Ward) -> None:
    Ward.objects.filter(pk=ward.pk).delete()
    with pytest.raises(Missing):
        ask(Counting().view, ward)


def test_pages_of_the_day_and_of_the_minute_are_made_anew(ward: Ward) -> None:
    daily, by_minute = Counting(), Counting(by_minute=True)
    for seconds in (0, 20, 29):
        with clock.frozen(LATER + timedelta(seconds=seconds)):
            ask(daily.view, ward)
            answered = ask(by_minute.view, ward)
    assert (daily.times, by_minute.times) == (1, 1)
    assert answered["Cache-Control"] == "public, max-age=1", (
        "nobody in front may show it into the next minute"
    )
    with clock.frozen(LATER + timedelta(seconds=31)):
        ask(daily.view, ward)
        ask(by_minute.view, ward)
    assert (daily.times, by_minute.times) == (1, 2)
    with clock.frozen(LATER.replace(hour=15, minute=0)):  # midnight in Japan
        ask(daily.view, ward)
    assert daily.times == 2


def test_without_named_parameters_a_query_is_answered_and_not_kept(ward: Ward) -> None:
    page = Counting()
    for _ in range(2):
        assert b"q=a" in ask(page.view, ward, "/w/?q=a").content
    assert page.times == 2
    assert not shelf.pages


@pytest.mark.parametrize(
    "query", ["page=2&q=x", "q=x&page=2", "q=x&utm_source=z&page=2", "page=2&q=x&page_=3"]
)
def test_named_parameters_make_the_key_and_the_view_sees_no_others(ward: Ward, query: str) -> None:
    page = Counting(parameters=("q", "page"))
    assert b" page=2&q=x 1" in ask(page.view, ward, "/w/?page=2&q=x").content
    assert b" page=2&q=x 1" in ask(page.view, ward, f"/w/?{query}").content


def test_a_long_query_is_answered_and_not_kept(ward: Ward) -> None:
    page = Counting(parameters=("q",))
    for _ in range(2):
        ask(page.view, ward, "/w/?q=" + "a" * 300)
    assert page.times == 2


def test_head_has_the_same_fields_and_no_bytes(ward: Ward) -> None:
    page = Counting()
    whole, head = ask(page.view, ward), ask(page.view, ward, method="HEAD")
    assert head.content == b""
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]
    assert page.times == 1


def test_a_304_has_the_fields_that_caches_need_and_no_others(ward: Ward) -> None:
    page = Counting()
    etag = ask(page.view, ward)["ETag"]
    with clock.frozen(LATER):
        etag = ask(page.view, ward)["ETag"]
        unchanged = ask(page.view, ward, HTTP_IF_NONE_MATCH=etag)
    assert unchanged.status_code == 304
    assert unchanged.content == b""
    assert set(unchanged.headers) == {"ETag", "Last-Modified", "Cache-Control"}


@pytest.mark.parametrize("asked", ["W/{}", '"other", {}', "*", '"a",W/{}'])
def test_an_etag_is_known_again_however_it_is_asked(ward: Ward, asked: str) -> None:
    page = Counting()
    etag = ask(page.view, ward)["ETag"]
    assert ask(page.view, ward, HTTP_IF_NONE_MATCH=asked.format(etag)).status_code == 304
    assert ask(page.view, ward, HTTP_IF_NONE_MATCH='"other"').status_code == 200


def test_an_etag_beats_a_date(ward: Ward) -> None:
    page = Counting()
    with clock.frozen(LATER):
        date = ask(page.view, ward)["Last-Modified"]
        assert ask(page.view, ward, HTTP_IF_MODIFIED_SINCE=date).status_code == 304
        both = ask(page.view, ward, HTTP_IF_MODIFIED_SINCE=date, HTTP_IF_NONE_MATCH='"other"')
        assert both.status_code == 200


@pytest.mark.django_db
@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 2.5), st.sampled_from([None, 0.0, 0.4, 1.3])), min_size=1, max_size=12)
)
def test_no_two_contents_ever_share_a_last_modified(steps: list[tuple[float, float | None]]) -> None:
    """Changes and visits at any pace: a date that was handed out with one content never means another.

    A step is a visit, or a change that became visible so many seconds after it had read the clock.
    """
    ward = a_ward()
    page = Counting(by_minute=True)
    dates: dict[str, bytes] = {}
    at = LATER
    for pause, delay in steps:
        at += timedelta(seconds=pause)
        if delay is not None:
            with clock.frozen(at - timedelta(seconds=delay)):
                touch(ward)
        with clock.frozen(at):
            answered = ask(page.view, ward)
            if date := answered.headers.get("Last-Modified"):
                assert dates.setdefault(date, answered.content) == answered.content
            for known, content in dates.items():
                again = ask(page.view, ward, HTTP_IF_MODIFIED_SINCE=known)
                assert again.status_code == 200 or content == answered.content


etags = st.from_regex(r"\A[!#-+\--~]{1,20}\Z").map(lambda e: f'"{e}"')


@given(
    etags,
    st.lists(etags, max_size=4),
    st.integers(0, 2**31),
    st.integers(0, 2**31),
    st.sampled_from(["GET", "HEAD"]),
)
def test_304_is_said_only_to_those_who_have_it(
    mine: str, asked: list[str], changed: int, since: int, method: str
) -> None:
    page = Kept(b"x", "text/html", mine, changed)
    now = datetime(2100, 1, 1, tzinfo=UTC)
    request = factory.generic(method, "/")
    if asked:
        request.META["HTTP_IF_NONE_MATCH"] = ", ".join(asked)
    request.META["HTTP_IF_MODIFIED_SINCE"] = http_date(since)
    expected = mine in asked if asked else changed <= since
    answered = answer(request, page, 30, now)
    assert (answered.status_code == 304) == expected
    assert answered["ETag"] == mine


@given(st.text(max_size=30))
def test_nonsense_in_validators_is_an_ordinary_visit(text: str) -> None:
    request = factory.get("/")
    request.META["HTTP_IF_NONE_MATCH"] = text
    request.META["HTTP_IF_MODIFIED_SINCE"] = text
    assert answer(request, Kept(b"x", "text/html", '"mine"', 5), 30, LATER).status_code in (200, 304)


def test_other_answers_than_200_are_not_kept(ward: Ward) -> None:
    calls = []

    def gone(request: HttpRequest) -> HttpResponse:
        calls.append(1)
        return HttpResponse(status=302)

    view = public_page()(gone)
    ask(view, ward)
    ask(view, ward)
    assert len(calls) == 2


@pytest.mark.parametrize(
    "look",
    [
        lambda request: request.session.get("x"),
        lambda request: get_token(request),
    ],
)
def test_a_page_that_looked_at_the_asker_is_never_kept(
    ward: Ward, look: Callable[[HttpRequest], object]
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        look(request)
        return HttpResponse("mine")

    answered = ask(public_page()(view), ward)
    assert "private" in answered["Cache-Control"]
    assert "no-store" in answered["Cache-Control"]
    assert not answered.has_header("ETag")
    assert not shelf.pages


def test_a_stampede_makes_the_page_once() -> None:
    crowd, made = Shelf(), []
    gate = threading.Barrier(9)
    page = Kept(b"x", "text/html", '"x"', 0)

    def make() -> Kept:
        made.append(1)
        time.sleep(0.1)
        return page

    got: list[object] = []

    def visitor() -> None:
        gate.wait()
        got.append(crowd.fetch(("k",), make))

    threads = [threading.Thread(target=visitor) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.wait()
    for thread in threads:
        thread.join()
    assert got == [page] * 8
    assert len(made) == 1
    assert not crowd.flights


def test_when_the_first_fails_the_others_make_their_own() -> None:
    crowd = Shelf()
    entered, leave = threading.Event(), threading.Event()
    page = Kept(b"x", "text/html", '"x"', 0)
    outcome = SimpleNamespace(error=None)

    def breaks() -> Kept:
        entered.set()
        leave.wait()
        raise RuntimeError

    def first() -> None:
        try:
            crowd.fetch(("k",), breaks)
        except RuntimeError as error:
            outcome.error = error

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    got: list[object] = []
    second = threading.Thread(target=lambda: got.append(crowd.fetch(("k",), lambda: page)))
    second.start()
    leave.set()
    thread.join()
    second.join()
    assert outcome.error is not None
    assert got == [page]
    assert not crowd.flights


def test_the_shelf_holds_no_more_than_its_size() -> None:
    small = Shelf(limit=100)
    for number in range(20):
        small.put((number,), Kept(b"x" * 30, "", "", 0))
    assert small.size <= 100
    assert list(small.pages) == [(17,), (18,), (19,)]


def test_pages_begin_no_earlier_than_this_process(ward: Ward) -> None:
    """After an upgrade the same revision has other bytes: a date from before the start must not match."""
    Ward.objects.filter(pk=ward.pk).update(changed_at=datetime(2020, 1, 1, tzinfo=UTC))
    fresh = Ward.objects.get(pk=ward.pk)
    assert pages._changed_at(fresh, datetime(2020, 1, 2, tzinfo=UTC)) == pages.STARTED


def test_the_home_page_of_a_ward_is_kept(ward: Ward, client: Any) -> None:
    first = client.get(f"/{ward.slug}/")
    assert first.status_code == 200
    assert first["Cache-Control"].startswith("public")
    assert "Vary" not in first
    assert "Set-Cookie" not in first
    again = client.get(f"/{ward.slug}/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
