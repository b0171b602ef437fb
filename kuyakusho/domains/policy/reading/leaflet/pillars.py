"""Which pillars there are, and which measures belong to each.

Numbers carry the structure: a bare list of numbered titles names the pillars, whatever its printed order; a
list of measures starts again at 1 under each pillar. Where each list stands right under its pillar's heading
the order is kept. Where headings stand together, behind their lists or on another page, lists and pillars
are matched by words (theme of the pillar, words of its title), with nearness and order as further evidence.
"""

from __future__ import annotations

from ..blocks import squeezed
from ..wording import dice, hits, zone_words
from .numbered import cells, content, number_of, style_of
from .plan import Pillar, Plan
from .runs import MOST, Run, as_measures, find_runs, match_runs, take_organisation
from .zones import Zones


def take(plan: Plan, zones: Zones) -> None:
    """Find pillars and their measures, and claim their blocks."""
    numbers = [i for i, b in enumerate(plan.blocks) if b.kind == "number" and plan.free(i)]
    listed = _printed_twice(plan, zones, numbers) or _pillar_list(plan, zones, numbers)
    pillars, heads = _named_pillars(plan)
    if listed and not pillars:
        pillars = [_listed(plan, index) for index in listed]
        heads = dict(zip(listed, pillars, strict=True))
        plan.claim(*listed)
        values = [number_of(plan, i) for i in listed]
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
    runs = find_runs(plan, numbers, stops)
    runs = take_organisation(plan, zones, runs)
    if not pillars and runs:
        pillars, runs = _runs_as_pillars(plan, runs)
    bare = sum(1 for index in listed if not content(plan, index))
    own = {i: p for i, p in heads.items() if i not in listed or bare * 2 < len(listed)}
    _pillar_texts(plan, own, inner)
    match_runs(plan, pillars, runs, {**{i: p for i, p in heads.items() if i not in listed}, **inner}, zones)
    plan.pillars.extend(pillars)
    for pillar in pillars:
        for index, block in enumerate(pillar.heads):
            block.role = "pillar" if index == 0 else "again"


def _printed_twice(plan: Plan, zones: Zones, numbers: list[int]) -> list[int]:
    """Numbered titles that are printed again further on: announced first, then each over its measures."""
    seen: dict[tuple[int, str], int] = {}
    again: list[int] = []
    for index in numbers:
        key = (number_of(plan, index), squeezed(plan.title_of(plan.blocks[index])))
        if key in seen and len(key[1]) >= 4:
            again.append(seen[key])
        else:
            seen[key] = index
    again = sorted(set(again))
    values = sorted(number_of(plan, index) for index in again)
    if not again or values[0] != 1:
        return []
    # The whole first list, should one of its titles not be repeated.
    style = style_of(plan, again[0])
    first = set(seen.values())
    first_repeat = min(i for i in numbers if i not in first and i > again[0])
    listed = [
        index
        for index in numbers
        if again[0] <= index < first_repeat
        and style_of(plan, index) == style
        and not (zones.is_ordered and zones.at(index) == "organisation")
    ]
    values = sorted(number_of(plan, index) for index in listed)
    return listed if values == list(range(1, len(listed) + 1)) else again


def _pillar_list(plan: Plan, zones: Zones, numbers: list[int]) -> list[int]:
    """The bare list of pillars: numbered titles one after another, numbers 1 to n each once, nothing under them."""
    lists: list[list[int]] = []
    current: list[int] = []
    for index in numbers:
        follows = bool(current) and index == current[-1] + 1
        same = bool(current) and style_of(plan, index) == style_of(plan, current[-1])
        if not (follows and same):
            current = []
            lists.append(current)
        current.append(index)
    candidates: list[tuple[float, list[int]]] = []
    for found in lists:
        bare = [i for i in found if not content(plan, i)]
        if len(bare) < len(found) and not (len(found) >= 3 and bare == found[:-1]):
            bare = bare if bare == found[: len(bare)] else []
        values = sorted(number_of(plan, i) for i in bare)
        if len(bare) < 2 or not (
            values == list(range(1, len(bare) + 1)) or _nearly_whole(plan, bare, values)
        ):
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


def _nearly_whole(plan: Plan, bare: list[int], values: list[int]) -> bool:
    """A list of pillars with one number lost, as a cut document has it: its titles are headings further on."""
    if len(set(values)) < len(values) or values[-1] > len(values) + 1:
        return False
    echoes = {squeezed(plan.title_of(block)) for block in plan.blocks if block.kind == "echo"}
    return sum(squeezed(plan.title_of(plan.blocks[index])) in echoes for index in bare) >= 2


def _listed(plan: Plan, index: int) -> Pillar:
    block = plan.blocks[index]
    return Pillar(number_of(plan, index), plan.title_of(block), [block])


def _named_pillars(plan: Plan) -> tuple[list[Pillar], dict[int, Pillar]]:
    """Pillars printed with their level name: 柱１ …, and such a heading again further on."""
    pillars: list[Pillar] = []
    heads: dict[int, Pillar] = {}
    for index, block in enumerate(plan.blocks):
        if block.kind != "level" or block.mark.role != "pillar" or not plan.free(index):
            continue
        title = plan.title_of(block)
        number = (
            int(block.mark.code_key[0]) if block.mark.code_key and block.mark.code_key[0].isdigit() else None
        )
        known = next(
            (p for p in pillars if p.number == number and (not title or dice(p.title, title) > 0.7)), None
        )
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
    exact = dict(reversed(titles))
    for index, block in enumerate(plan.blocks):
        if not plan.free(index) or block.kind not in ("echo", "short", "hint", "bracket", "number", "prose"):
            continue
        if len(block.text) > 80:
            continue
        words = squeezed(plan.title_of(block))
        number = block.mark.number
        same = exact.get(words)
        if len(titles) > MOST or (same is not None and number is None):
            if same is not None:
                found[index] = same
            continue
        for title, pillar in titles:
            if number is not None and pillar.number is not None and number.value != pillar.number:
                continue
            if words == title or (
                len(title) >= 6 and abs(len(words) - len(title)) <= 3 and dice(words, title) >= 0.85
            ):
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
    style = style_of(plan, chosen[0])
    other = {style_of(plan, i) for i in numbers if i not in chosen}
    if style not in other:
        # The outer numbers have a form of their own: those without a list under them are pillars as well.
        chosen = [i for i in numbers if style_of(plan, i) == style and zones.at(i) != "organisation"]
    for index in chosen:
        pillar = _listed(plan, index)
        pillars.append(pillar)
        heads[index] = pillar
        plan.claim(index)
    return pillars, heads


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
            pillars[-1].runs.extend(as_measures(plan, run))
        return pillars, kept
    if len(runs) == 1:
        pillars = []
        for head, under in runs[0].members:
            pillar = Pillar(number_of(plan, head), plan.title_of(plan.blocks[head]), [plan.blocks[head]])
            pillar.texts = cells(plan, under)
            pillars.append(pillar)
            plan.claim(head, *under)
        return pillars, []
    pillars = []
    for run in runs:
        pillar = Pillar(None, "")
        pillar.runs.extend(as_measures(plan, run))
        pillars.append(pillar)
        plan.doubt(
            "pillar-without-name",
            "番号が1から始まり直しますが、柱の見出しが見つかりません。",
            plan.blocks[run.first],
        )
    return pillars, []


def _pillar_texts(plan: Plan, heads: dict[int, Pillar], inner: dict[int, Pillar]) -> None:
    """Paragraphs and bullets right under a pillar's own heading, before its first measure. What stands under the
    last of a bare list of titles belongs to none of them."""
    for index, pillar in sorted({**heads, **inner}.items()):
        under = content(plan, index)
        if under and not any(i in plan.claimed for i in under):
            pillar.texts.extend(cells(plan, under))
            plan.claim(*under)
