"""Invented policies of any size, for benchmarks and tests of cost.

The text has the shape of a ward's concrete initiatives (基本方針, 経営課題, 取組, 具体的取組, bullets); ward and
content are invented.
"""

from __future__ import annotations

from .characters import KANA_ORDER

_SUBJECTS = (
    "防災",
    "子育て",
    "見守り",
    "健康づくり",
    "まちの魅力",
    "交通安全",
    "学び",
    "つながり",
    "緑化",
    "窓口",
)
_DEEDS = ("教室を開く", "訓練を行う", "広報を強める", "担い手を育てる", "相談を受ける", "地図を作る")
_PER_ACTION = 4
_ACTIONS_PER_MEASURE = 5
_MEASURES_PER_ISSUE = 6
_ISSUES_PER_PILLAR = 4


def document(nodes: int) -> str:
    """A policy with exactly this many nodes (at least 5), as plain text."""
    lines = ["令和７年度　ためし区運営方針　具体的取組内容", ""]
    made = 0
    pillar = issue = measure = action = 0
    while made < nodes:
        if made == 0 or issue == _ISSUES_PER_PILLAR:
            pillar, issue, measure, action = pillar + 1, 0, _MEASURES_PER_ISSUE, _ACTIONS_PER_MEASURE
            lines += [f"基本方針 {pillar} {_pick(_SUBJECTS, pillar)}を進めるまち", ""]
            made += 1
            if made == nodes:
                break
        if measure == _MEASURES_PER_ISSUE:
            issue, measure, action = issue + 1, 0, _ACTIONS_PER_MEASURE
            lines += [f"経営課題 {pillar}-({issue}) {_pick(_SUBJECTS, pillar + issue)}の充実", ""]
            made += 1
            if made == nodes:
                break
        if action == _ACTIONS_PER_MEASURE:
            measure, action = measure + 1, 0
            lines += [f"取組 {pillar}-({issue})-{_circled(measure)} {_pick(_SUBJECTS, measure)}の取組", ""]
            made += 1
            if made == nodes:
                break
        action += 1
        code = f"{pillar}-({issue})-{_circled(measure)}-{KANA_ORDER[action - 1]}"
        lines += [f"【{code} {_pick(_SUBJECTS, made)}の{_pick(_DEEDS, made)[:4]}】", ""]
        made += 1
        for place in range(_PER_ACTION):
            if made == nodes:
                break
            subject, deed = _pick(_SUBJECTS, made + place), _pick(_DEEDS, made)
            lines.append(f"◆{subject}について、地域の団体とともに第{made}回の{deed}。")
            made += 1
        lines.append("")
        if action == _ACTIONS_PER_MEASURE and measure == _MEASURES_PER_ISSUE and issue == _ISSUES_PER_PILLAR:
            issue = _ISSUES_PER_PILLAR
        elif measure < _MEASURES_PER_ISSUE or action < _ACTIONS_PER_MEASURE:
            continue
    return "\n".join(lines) + "\n"


def _pick(words: tuple[str, ...], place: int) -> str:
    return words[place % len(words)]


def _circled(number: int) -> str:
    return chr(0x245F + number)
