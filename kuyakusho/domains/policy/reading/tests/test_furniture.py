"""What pages repeat is no text of the policy."""

from __future__ import annotations

from .samples import DOCUMENTS, imported, imported_text


def test_running_heads_and_page_numbers_are_furniture():
    lines = (DOCUMENTS / "forms-3.txt").read_text("utf-8").split("\n")
    paged = []
    for place, line in enumerate(lines):
        paged.append(line)
        if place % 12 == 11:
            paged += [f"－ {place // 12 + 1} －", "\f平成31年度　みずべ区運営方針　様式３"]
    policy = imported_text("\n".join(paged))
    plain = imported("forms-3.txt")
    assert [(n.kind, n.code, n.title) for n in policy.walk()] == [
        (n.kind, n.code, n.title) for n in plain.walk()
    ]
    assert "様式３" not in "".join(n.text for n in policy.walk())
