"""The cost of reading grows with the document, not faster."""

from __future__ import annotations

import time

import pytest

from kuyakusho.domains.policy.reading import SourceText, parse
from kuyakusho.domains.policy.reading.synthetic import document


def seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        parse(SourceText(text))
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("nodes", [5, 6, 100, 1234])
def test_the_invented_policy_has_the_nodes_it_was_asked_for(nodes):
    policy = parse(SourceText(document(nodes)))
    assert len(list(policy.walk())) == nodes
    assert policy.coverage > 0.8  # the title is most of the smallest
    assert not [repair for repair in policy.repairs if repair.code == "moved-by-code"]


def test_ten_thousand_nodes_in_a_few_seconds_and_linear():
    small, large = seconds(document(2_500)), seconds(document(10_000))
    assert large < 8
    # Four times the document; twice that is left for a busy machine.
    assert large < 8 * small


@pytest.mark.parametrize(
    "tokens",
    [
        "千",
        "（",
        "1-",
        "1-(1)",
        "令和",
        "予算",
        "・ ",
        "　・",
        "課 ",
        "SDGs",
        "目標1",
        "市区",
        "9",
        "1,000",
        "【",
        "…",
        "\u200b",
    ],
)
def test_no_line_takes_for_ever(tokens):
    text = f"令和5年度 西区運営方針\n経営課題1 {tokens * 4000}円\n{tokens * 4000}"
    start = time.process_time()
    parse(SourceText(text))
    assert time.process_time() - start < 3
