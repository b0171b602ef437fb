"""Which measures belong to which pillar.

Numbers carry the structure: a bare list of numbered titles names the pillars, whatever its printed order; a
list of measures starts again at 1 under each pillar. Where each list stands right under its pillar's heading
the order is kept. Where headings stand together, behind their lists or on another page, lists and pillars
are matched by words (theme of the pillar, words of its title), with nearness and order as further evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..assignment import best_pairs, margin
from ..blocks import squeezed
from ..wording import containment, dice, hits, theme_words, word_scores, zone_words
from .plan import Pillar, Plan
from .zones import Zones

_CONTENT = ("bullet", "part", "note", "prose", "money", "sdgs", "label")


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


def take(plan: Plan, zones: Zones) -> None:
    """Find pillars and their measures, and claim their blocks."""
    numbers = [i for i, b in enumerate(plan.blocks) if b.kind == "number" and plan.free(i)]
    listed = _printed_twice(plan, zones, numbers) or _pillar_list(plan, zones, numbers)
    pillars, heads = _named_pillars(plan)
    if listed and not pillars:
        pillars = [_listed(plan, index) for index in listed]
        heads = {index: pillar for index, pillar in zip(listed, pillars, strict=True)}
        plan.claim(*listed)
        values = [_value(plan, i) for i in listed]
        if values != sorted(values):
            plan.report(
                "list-out-of-order",
                f"柱の一覧が{'、'.join(map(str, values))}の順に並んでいるため、番号順にしました。",
                *[plan.blocks[i] for i in listed],
            )
    inner = _inner_headings(plan, pillars)
    for index, pillar in inner.items():
        pillar.heads.append(plan.blocks[index])
        plan.claim(index)
    numbers = [i for i in numbers if plan.free(i)]
    if not pillars:
        pillars, heads = _nested_heads(plan, zones, numbers)
        numbers = [i for i in numbers if plan.free(i)]
    stops = set(inner) | set(heads) | {position for position, _ in zones.heads}
    runs = _runs(plan, numbers, stops)
    runs = _organisation_runs(plan, zones, runs)
    if not pillars and runs:
        pillars, runs = _runs_as_pillars(plan, runs)
    bare = sum(1 for index in listed if not _content(plan, index))
    own = {i: p for i, p in heads.items() if i not in listed or bare * 2 < len(listed)}
    _pillar_texts(plan, own, inner)
    _match(plan, pillars, runs, {**{i: p for i, p in heads.items() if i not in listed}, **inner}, zones)
    plan.pillars.extend(pillars)
    for pillar in pillars:
        for index, block in enumerate(pillar.heads):
            block.role = "pillar" if index == 0 else "again"


def _value(plan: Plan, index: int) -> int:
    number = plan.blocks[index].mark.number
    return number.value if number else 0


def _content(plan: Plan, index: int) -> list[int]:
    """What stands under a heading: bullets and paragraphs up to the next heading, in the same area."""
    under: list[int] = []
    follow = index + 1
    while follow < len(plan.blocks) and plan.free(follow) and plan.areas[follow] == plan.areas[index]:
        block = plan.blocks[follow]
        cell_pair = block.kind == "short" and block.lines[0].hint == "cell"
        if block.kind not in _CONTENT and not cell_pair:
            break
        if block.kind == "prose" and under and block.gap > 1 and plan.blocks[under[-1]].kind == "bullet":
            break
        under.append(follow)
        follow += 1
    return under


def _printed_twice(plan: Plan, zones: Zones, numbers: list[int]) -> list[int]:
    """Numbered titles that are printed again further on: announced first, then each over its measures."""
    seen: dict[tuple[int, str], int] = {}
    again: list[int] = []
    for index in numbers:
        key = (_value(plan, index), squeezed(plan.title_of(plan.blocks[index])))
        if key in seen and len(key[1]) >= 4:
            again.append(seen[key])
        else:
            seen[key] = index
    again = sorted(set(again))
    values = sorted(_value(plan, index) for index in again)
    if not again or values[0] != 1:
        return []
    # The whole first list, should one of its titles not be repeated.
    style = plan.blocks[again[0]].mark.number.style  # type: ignore[union-attr]
    first_repeat = min(i for i in numbers if i not in seen.values() and i > again[0])
    listed = [
        index
        for index in numbers
        if again[0] <= index < first_repeat
        and plan.blocks[index].mark.number.style == style  # type: ignore[union-attr]
        and not (zones.is_ordered and zones.at(index) == "organisation")
    ]
    values = sorted(_value(plan, index) for index in listed)
    return listed if values == list(range(1, len(listed) + 1)) else again


def _pillar_list(plan: Plan, zones: Zones, numbers: list[int]) -> list[int]:
    """The bare list of pillars: numbered titles one after another, numbers 1 to n each once, nothing under them."""
    lists: list[list[int]] = []
    current: list[int] = []
    for index in numbers:
        follows = bool(current) and index == current[-1] + 1
        same = bool(current) and plan.blocks[index].mark.number.style == plan.blocks[current[-1]].mark.number.style  # type: ignore[union-attr]
        if not (follows and same):
            current = []
            lists.append(current)
        current.append(index)
    candidates: list[tuple[float, list[int]]] = []
    for found in lists:
        bare = [i for i in found if not _content(plan, i)]
        if len(bare) < len(found) and not (len(found) >= 3 and bare == found[:-1]):
            bare = bare if bare == found[: len(bare)] else []
        values = sorted(_value(plan, i) for i in bare)
        if len(bare) < 2 or values != list(range(1, len(bare) + 1)):
            continue
        zone = zones.at(bare[0]) if zones.is_ordered else ""
        text = "".join(plan.title_of(plan.blocks[i]) for i in bare)
        score = len(bare) + (2.0 if zone in ("measures", "detail", "") else -4.0)
        score -= 1.5 * sum(plan.title_of(plan.blocks[i]).endswith(("ます", "ます。")) for i in bare)
        score -= 2.0 * hits(zone_words("organisation"), text)
        candidates.append((score, bare))
    if not candidates:
        return []
    score, best = max(candidates, key=lambda c: c[0])
    return best if score > 0 else []


def _listed(plan: Plan, index: int) -> Pillar:
    block = plan.blocks[index]
    return Pillar(_value(plan, index), plan.title_of(block), [block])


def _named_pillars(plan: Plan) -> tuple[list[Pillar], dict[int, Pillar]]:
    """Pillars printed with their level name: 柱１ …, and such a heading again further on."""
    pillars: list[Pillar] = []
    heads: dict[int, Pillar] = {}
    for index, block in enumerate(plan.blocks):
        if block.kind != "level" or block.mark.role != "pillar" or not plan.free(index):
            continue
        title = plan.title_of(block)
        number = int(block.mark.code_key[0]) if block.mark.code_key and block.mark.code_key[0].isdigit() else None
        known = next((p for p in pillars if p.number == number and (not title or dice(p.title, title) > 0.7)), None)
        if known is None:
            known = Pillar(number, title)
            pillars.append(known)
        known.heads.append(block)
        heads[index] = known
        plan.claim(index)
    return pillars, heads


def _inner_headings(plan: Plan, pillars: list[Pillar]) -> dict[int, Pillar]:
    """Headings that print a known pillar's title again, with or without its number."""
    found: dict[int, Pillar] = {}
    if not pillars:
        return found
    titles = [(squeezed(pillar.title), pillar) for pillar in pillars if pillar.title]
    for index, block in enumerate(plan.blocks):
        if not plan.free(index) or block.kind not in ("echo", "short", "hint", "bracket", "number", "prose"):
            continue
        if len(block.text) > 80:
            continue
        words = squeezed(plan.title_of(block))
        for title, pillar in titles:
            number = block.mark.number
            if number is not None and pillar.number is not None and number.value != pillar.number:
                continue
            if words == title or (len(title) >= 6 and abs(len(words) - len(title)) <= 3 and dice(words, title) >= 0.85):
                found[index] = pillar
                break
    return found


def _nested_heads(plan: Plan, zones: Zones, numbers: list[int]) -> tuple[list[Pillar], dict[int, Pillar]]:
    """Numbered headings that a list starting at 1 follows directly: they hold it. 「２ …」 then 「１ …」."""
    pillars: list[Pillar] = []
    heads: dict[int, Pillar] = {}
    chosen: list[int] = []
    for place, index in enumerate(numbers[:-1]):
        following = numbers[place + 1]
        between = [plan.blocks[k].kind for k in range(index + 1, following)]
        directly = all(kind in ("prose", "furniture", "short") for kind in between) and len(between) <= 2
        number, after = plan.blocks[index].mark.number, plan.blocks[following].mark.number
        if not (directly and number and after and after.value == 1 and plan.free(index)):
            continue
        if zones.is_ordered and zones.at(index) == "organisation":
            continue
        if number.style == after.style and number.value != len(chosen) + 1:
            continue
        chosen.append(index)
    if not chosen:
        return pillars, heads
    style = plan.blocks[chosen[0]].mark.number.style  # type: ignore[union-attr]
    other = {plan.blocks[i].mark.number.style for i in numbers if i not in chosen}  # type: ignore[union-attr]
    if style not in other:
        # The outer numbers have a form of their own: those without a list under them are pillars as well.
        chosen = [i for i in numbers if plan.blocks[i].mark.number.style == style and zones.at(i) != "organisation"]  # type: ignore[union-attr]
    for index in chosen:
        pillar = _listed(plan, index)
        pillars.append(pillar)
        heads[index] = pillar
        plan.claim(index)
    return pillars, heads


def _runs(plan: Plan, numbers: list[int], stops: set[int]) -> list[Run]:
    """Lists of measures. A list begins at 1, goes up by one, and does not cross a heading."""
    runs: list[Run] = []
    last = 0
    for index in numbers:
        value = _value(plan, index)
        crossed = bool(runs) and any(position in stops for position in range(runs[-1].members[-1][0] + 1, index))
        if value == 1 or (runs and not crossed and value == last + 1):
            if value == 1:
                runs.append(Run())
            runs[-1].members.append((index, _content(plan, index)))
            last = value
        elif runs and value > last + 1 and not crossed and _content(plan, index):
            plan.doubt("number-gap", f"番号が{last}から{value}へ飛んでいます。", plan.blocks[index])
            runs[-1].members.append((index, _content(plan, index)))
            last = value
        elif not runs and _content(plan, index):
            # A document cut at its head: the list goes on from a number that is not there.
            runs.append(Run([(index, _content(plan, index))]))
            last = value
    return runs


def _organisation_runs(plan: Plan, zones: Zones, runs: list[Run]) -> list[Run]:
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
        if not plan.organisation and ((right_after and (near or not bulleted)) or (not zones.is_ordered and share > 1.2 and not bulleted)):
            for head, under in run.members:
                plan.blocks[head].role = "organisation"
                plan.organisation.append([plan.blocks[i] for i in (head, *under)])
                plan.claim(head, *under)
        else:
            kept.append(run)
    return kept


def _runs_as_pillars(plan: Plan, runs: list[Run]) -> tuple[list[Pillar], list[Run]]:
    """No pillar has a name of its own: one list is the pillars; of several, each has the heading before it."""
    heads: list[int | None] = []
    for run in runs:
        before = run.first - 1
        ok = before >= 0 and plan.free(before) and plan.blocks[before].kind in ("short", "hint", "bracket")
        heads.append(before if ok and plan.areas[before] == plan.areas[run.first] else None)
    if len(runs) >= 2 and sum(head is not None for head in heads) * 2 >= len(runs):
        pillars: list[Pillar] = []
        kept: list[Run] = []
        for run, head in zip(runs, heads, strict=True):
            if head is not None:
                pillar = Pillar(None, plan.title_of(plan.blocks[head]), [plan.blocks[head]])
                pillars.append(pillar)
                plan.claim(head)
            elif not pillars:
                kept.append(run)
                continue
            pillars[-1].runs.extend(_as_measures(plan, run))
        return pillars, kept
    if len(runs) == 1:
        pillars = []
        for head, under in runs[0].members:
            pillar = Pillar(_value(plan, head), plan.title_of(plan.blocks[head]), [plan.blocks[head]])
            pillar.texts = _cells(plan, under)
            pillars.append(pillar)
            plan.claim(head, *under)
        return pillars, []
    pillars = []
    for run in runs:
        pillar = Pillar(None, "")
        pillar.runs.extend(_as_measures(plan, run))
        pillars.append(pillar)
        plan.doubt("pillar-without-name", "番号が1から始まり直しますが、柱の見出しが見つかりません。", plan.blocks[run.first])
    return pillars, []


def _cells(plan: Plan, under: list[int]) -> list:
    """A table of measures under a pillar (name | what is done): each row's name is a measure."""
    blocks = [plan.blocks[i] for i in under]
    for block, after in zip(blocks, blocks[1:], strict=False):
        if block.kind == "short" and block.lines[0].hint == "cell" and after.kind in ("prose", "bullet"):
            block.role = "measure"
    for block in blocks:
        if block.kind == "prose":
            block.role = "text"
        elif block.kind in ("short", "label") and not block.role:
            block.role = "caption"
    return blocks


def _as_measures(plan: Plan, run: Run) -> list[list]:
    plan.claim(*run.indexes)
    result = []
    for head, under in run.members:
        plan.blocks[head].role = "measure"
        result.append([plan.blocks[head], *(plan.blocks[i] for i in under)])
    return result


def _pillar_texts(plan: Plan, heads: dict[int, Pillar], inner: dict[int, Pillar]) -> None:
    """Paragraphs and bullets right under a pillar's own heading, before its first measure. What stands under the
    last of a bare list of titles belongs to none of them."""
    for index, pillar in sorted({**heads, **inner}.items()):
        under = _content(plan, index)
        if under and not any(i in plan.claimed for i in under):
            pillar.texts.extend(_cells(plan, under))
            plan.claim(*under)


def _match(plan: Plan, pillars: list[Pillar], runs: list[Run], marks: dict[int, Pillar], zones: Zones) -> None:
    """Give each run of measures its pillar."""
    if not runs:
        return
    if not pillars:
        return
    natural = _natural(plan, runs, marks)
    if natural is not None:
        for run, pillar in zip(runs, natural, strict=True):
            pillar.runs.extend(_as_measures(plan, run))
        return
    texts = ["".join(plan.text_of(plan.blocks[i]) for i in run.indexes) for run in runs]
    words = word_scores([theme_words(pillar.title) for pillar in pillars], texts)
    peak = sum(max(row) for row in words) / len(words) or 1.0
    scores: list[list[float]] = []
    for place, run in enumerate(runs):
        row = []
        for column, pillar in enumerate(pillars):
            title = containment(pillar.title, texts[place])
            near = max((_nearness(plan, run, index) for index, p in marks.items() if p is pillar), default=0.0)
            order = 0.05 if pillar.number == place + 1 else 0.0
            row.append(words[column][place] / peak + 0.8 * title + near + order)
        scores.append(row)
    pairs = best_pairs(scores)
    chosen = dict(pairs)
    for place, run in enumerate(runs):
        column = chosen.get(place)
        if column is None:
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
        pillar.runs.extend(_as_measures(plan, run))


def _nearness(plan: Plan, run: Run, index: int) -> float:
    """A heading right before a list speaks for it a little, one in the same area less."""
    if index < run.first and all(plan.blocks[k].kind in ("furniture",) or k in (index,) for k in range(index, run.first)):
        return 0.35
    return 0.1 if plan.areas[index] == plan.areas[run.first] else 0.0


def _natural(plan: Plan, runs: list[Run], marks: dict[int, Pillar]) -> list[Pillar] | None:
    """The pillars of the runs where each run stands under a heading of its own; None where the layout is torn."""
    result: list[Pillar] = []
    used: set[int] = set()
    for run in runs:
        before = [index for index in marks if index < run.first]
        if not before:
            return None
        index = max(before)
        between = range(index + 1, run.first)
        if index in used or any(plan.blocks[k].kind in ("number", "section", "named") for k in between):
            return None
        used.add(index)
        result.append(marks[index])
    # Two headings in a row leave the first without a list: torn, unless that pillar has text or another list.
    positions = sorted(marks)
    for first, second in zip(positions, positions[1:], strict=False):
        lonely = second == first + 1 and not marks[first].texts and marks[first] not in result
        if lonely:
            return None
    return result
