"""Lists of measures (runs), and the pillar that each belongs to."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from ..assignment import best_pairs, margin
from ..blocks import Block
from ..wording import containment, hits, theme_words, word_scores, zone_words
from .numbered import content, number_of
from .plan import Pillar, Plan
from .zones import Zones

#: Beyond this many pillars or lists a document is no leaflet, and order alone decides.
MOST = 40


@dataclass(slots=True)
class Run:
    """A list of measures: positions of its numbers, each with the positions of what stands under it."""

    members: list[tuple[int, list[int]]] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.members[0][0]

    @property
    def indexes(self) -> list[int]:
        return [i for head, under in self.members for i in (head, *under)]


def find_runs(plan: Plan, numbers: list[int], stops: set[int]) -> list[Run]:
    """Lists of measures. A list begins at 1, goes up by one, and does not cross a heading."""
    runs: list[Run] = []
    last = 0
    for index in numbers:
        value = number_of(plan, index)
        crossed = bool(runs) and any(
            position in stops for position in range(runs[-1].members[-1][0] + 1, index)
        )
        if value == 1 or (runs and not crossed and value == last + 1):
            if value == 1:
                runs.append(Run())
            runs[-1].members.append((index, content(plan, index)))
            last = value
        elif runs and value > last + 1 and not crossed and content(plan, index):
            plan.doubt("number-gap", f"番号が{last}から{value}へ飛んでいます。", plan.blocks[index])
            runs[-1].members.append((index, content(plan, index)))
            last = value
        elif not runs and content(plan, index):
            # A document cut at its head: the list goes on from a number that is not there.
            runs.append(Run([(index, content(plan, index))]))
            last = value
    return runs


def take_organisation(plan: Plan, zones: Zones, runs: list[Run]) -> list[Run]:
    """Take out the numbered goals of the organisation: right under that heading, or by their words."""
    if not zones.has("organisation"):
        return runs
    kept: list[Run] = []
    for run in runs:
        text = "".join(plan.text_of(plan.blocks[i]) for i in run.indexes)
        share = hits(zone_words("organisation"), text)
        right_after = zones.is_ordered and zones.at(run.first) == "organisation"
        bulleted = any(plan.blocks[i].kind == "bullet" for i in run.indexes)
        near = zones.nearest("organisation", run.first) <= 2
        if not plan.organisation and (
            (right_after and (near or not bulleted))
            or (not zones.is_ordered and share > 1.2 and not bulleted)
        ):
            for head, under in run.members:
                plan.blocks[head].role = "organisation"
                plan.organisation.append([plan.blocks[i] for i in (head, *under)])
                plan.claim(head, *under)
        else:
            kept.append(run)
    return kept


def as_measures(plan: Plan, run: Run) -> list[list[Block]]:
    plan.claim(*run.indexes)
    result = []
    for head, under in run.members:
        plan.blocks[head].role = "measure"
        result.append([plan.blocks[head], *(plan.blocks[i] for i in under)])
    return result


def match_runs(
    plan: Plan, pillars: list[Pillar], runs: list[Run], marks: dict[int, Pillar], zones: Zones
) -> None:
    """Give each run of measures its pillar."""
    if not runs or not pillars:
        return
    natural = _natural(plan, runs, marks)
    if natural is None and max(len(runs), len(pillars)) > MOST:
        natural = _by_order(plan, runs, pillars, marks)
    if natural is not None:
        for run, pillar in zip(runs, natural, strict=True):
            pillar.runs.extend(as_measures(plan, run))
        return
    texts = ["".join(plan.text_of(plan.blocks[i]) for i in run.indexes) for run in runs]
    words = word_scores([theme_words(pillar.title) for pillar in pillars], texts)
    peak = sum(max(row) for row in words) / len(words) or 1.0
    scores: list[list[float]] = []
    for place, run in enumerate(runs):
        row = []
        for column, pillar in enumerate(pillars):
            title = containment(pillar.title, texts[place])
            near = max(
                (_nearness(plan, run, index) for index, p in marks.items() if p is pillar), default=0.0
            )
            order = 0.05 if pillar.number == place + 1 else 0.0
            row.append(words[column][place] / peak + 0.8 * title + near + order)
        scores.append(row)
    pairs = best_pairs(scores)
    chosen = dict(pairs)
    for place, run in enumerate(runs):
        partner = chosen.get(place)
        column = partner if partner is not None else -1
        if partner is None:
            column = max(range(len(pillars)), key=lambda c: scores[place][c])
            plan.doubt("list-without-pillar", "取組の並びに対応する柱が足りません。", plan.blocks[run.first])
        pillar = pillars[column]
        sureness = margin(scores, pairs, place) if place in chosen else 0.0
        evidence: dict[str, float | str] = {
            "words": round(words[column][place] / peak, 2),
            "title": round(containment(pillar.title, texts[place]), 2),
            "sureness": round(sureness, 2),
        }
        plan.report(
            "measures-to-pillar",
            f"「{plan.title_of(plan.blocks[run.first])[:20]}」から始まる取組{len(run.members)}件は、言葉の近さから「{pillar.title}」の取組としました。",
            plan.blocks[run.first],
            **evidence,
        )
        if sureness < 0.3:
            plan.doubt(
                "measures-pillar",
                f"「{plan.title_of(plan.blocks[run.first])[:20]}」から始まる取組が「{pillar.title}」のものかは確かではありません。",
                plan.blocks[run.first],
                **evidence,
            )
        pillar.runs.extend(as_measures(plan, run))


def _nearness(plan: Plan, run: Run, index: int) -> float:
    """A heading right before a list speaks for it a little, one in the same area less."""
    if index < run.first and all(
        plan.blocks[k].kind in ("furniture",) or k in (index,) for k in range(index, run.first)
    ):
        return 0.35
    return 0.1 if plan.areas[index] == plan.areas[run.first] else 0.0


def _by_order(plan: Plan, runs: list[Run], pillars: list[Pillar], marks: dict[int, Pillar]) -> list[Pillar]:
    """For a document far larger than a leaflet: each list goes to the last heading before it."""
    positions = sorted(marks)
    result: list[Pillar] = []
    for run in runs:
        place = bisect_left(positions, run.first)
        result.append(marks[positions[place - 1]] if place else pillars[0])
    plan.doubt(
        "pillars-by-order", "柱と取組の数が多いため、並び順だけで結び付けました。", plan.blocks[runs[0].first]
    )
    return result


def _natural(plan: Plan, runs: list[Run], marks: dict[int, Pillar]) -> list[Pillar] | None:
    """The pillars of the runs where each run stands under a heading of its own; None where the layout is torn."""
    result: list[Pillar] = []
    used: set[int] = set()
    positions = sorted(marks)
    with_list: set[int] = set()
    for run in runs:
        place = bisect_left(positions, run.first)
        if place == 0:
            return None
        index = positions[place - 1]
        between = range(index + 1, run.first)
        if index in used or any(plan.blocks[k].kind in ("number", "section", "named") for k in between):
            return None
        used.add(index)
        result.append(marks[index])
        with_list.add(id(marks[index]))
    # Two headings in a row leave the first without a list: torn, unless that pillar has text or another list.
    for first, second in pairwise(positions):
        lonely = second == first + 1 and not marks[first].texts and id(marks[first]) not in with_list
        if lonely:
            return None
    return result
