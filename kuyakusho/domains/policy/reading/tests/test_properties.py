"""What holds for every text: nothing is lost, nothing is invented, nothing crashes, JSON comes back the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuyakusho.domains.policy.reading import (
    ImportedPolicy,
    SourceText,
    UnreadableDocument,
    parse,
    read_document,
)
from kuyakusho.domains.policy.reading.profiles import PROFILES

from .samples import DOCUMENTS, OSAKA, YOKOHAMA, assert_nothing_invented, assert_nothing_lost, published

NAMES = sorted(path.name for path in DOCUMENTS.iterdir())
WHOLE = [*(DOCUMENTS / name for name in NAMES), *published(OSAKA), *published(YOKOHAMA)]
LINES = sorted({line for name in NAMES for line in (DOCUMENTS / name).read_text("utf-8").split("\n")})


def read_or_refuse(data: bytes, name: str) -> SourceText | None:
    """The source text, or None when the bytes are refused with a sentence and a next step."""
    refusal = None
    try:
        return read_document(data, name)
    except UnreadableDocument as error:
        refusal = error
    assert refusal.sentence.endswith("。")
    assert refusal.next_step.endswith("。")
    return None


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_every_character_has_one_owner(path):
    source = read_document(path.read_bytes(), path.name)
    policy = parse(source)
    assert_nothing_lost(policy, source.text)
    assert_nothing_invented(policy, source.text)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_json_comes_back_the_same(path):
    policy = parse(read_document(path.read_bytes(), path.name))
    data = json.loads(json.dumps(policy.to_json(), ensure_ascii=False))
    again = ImportedPolicy.from_json(data)
    assert again == policy
    assert again.to_json() == data


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_document_cut_at_any_byte_is_read_and_loses_nothing(data):
    path = data.draw(st.sampled_from(WHOLE))
    whole = path.read_bytes()
    low = data.draw(st.integers(0, len(whole) - 1))
    high = data.draw(st.integers(low, len(whole)))
    source = read_or_refuse(whole[low:high], path.name)
    if source is None:
        return
    policy = parse(source)
    assert_nothing_lost(policy, source.text)
    assert_nothing_invented(policy, source.text)
    assert 0.0 <= policy.coverage <= 1.0


@settings(max_examples=120, deadline=None)
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=60),
    joint=st.sampled_from(["\n", "\n\n", " \n\n", "\r\n"]),
    profile=st.sampled_from([None, *PROFILES]),
)
def test_lines_of_any_documents_in_any_order_lose_nothing(lines, joint, profile):
    text = joint.join(lines)
    policy = parse(SourceText(text), profile)
    assert_nothing_lost(policy, text)
    assert_nothing_invented(policy, text)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(
            st.sampled_from(
                "令和平成年度区運営方針基本目標施策取組経営課題戦略1２③Ⅰア-（）()【】「」・◆■※:：、。円千万\n\n  \t　"
            ),
            st.characters(blacklist_categories=("Cs",)),
        ),
        max_size=300,
    )
)
def test_any_text_at_all_is_read(text):
    policy = parse(SourceText(text))
    assert_nothing_lost(policy, text)
    json.dumps(policy.to_json(), ensure_ascii=False)


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=400),
    prefix=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\xff\xfe"]),
)
def test_any_bytes_are_read_or_refused_with_a_sentence(data, prefix):
    source = read_or_refuse(prefix + data, "x.bin")
    if source is not None:
        assert_nothing_lost(parse(source), source.text)
