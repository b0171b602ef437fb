"""The front of a leaflet: basic goal, cross-cutting statements, goals of the organisation.

In printed order each belongs to the zone it stands in. Where the order is lost they are told apart by shape
(a title with a text, a slogan alone, paragraphs without a title) and by words (of the organisation, of a
goal), and titles that lost their text get it back by likeness.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..assignment import best_pairs
from ..blocks import Block
from ..wording import containment, hits, sounds_like_caption, zone_words
from .plan import Pillar, Plan
from .zones import Zones

_MOST = 120
_CONNECTIVES = (
    "また",
    "さらに",
    "具体的に",
    "加えて",
    "なお",
    "併せて",
    "あわせて",
    "そして",
    "このため",
    "今年度",
    "引き続き",
)


def take(plan: Plan, zones: Zones) -> None:
    """Place what is left of the front, and the zone headings themselves."""
    for position, role in zones.heads:
        block = plan.blocks[position]
        if not plan.free(position):
            continue
        plan.claim(position)
        if role == "goal":
            plan.goal.append(block)
        elif role == "top":
            plan.tops.append([block])
        elif role == "statement":
            plan.statements.append([block])
        else:
            plan.group({"detail": "measures"}.get(role, role), block)
    if zones.is_ordered:
        _in_printed_order(plan, zones)
    else:
        _by_shape_and_words(plan, zones)


# -- printed order can be trusted


def _in_printed_order(plan: Plan, zones: Zones) -> None:
    group: list[Block] | None = None
    last_head = -1
    tops = {id(blocks[0]): blocks for blocks in plan.tops}
    statements = {id(blocks[0]): blocks for blocks in plan.statements}
    titled_in: dict[int, bool] = {}
    for index, block in enumerate(plan.blocks):
        under = zones.head(index)
        head = zones.heads[under][0] if under is not None else -1
        if head != last_head:
            last_head, group = head, None
        role = zones.at(index)
        if not plan.free(index) or not role:
            if index not in plan.claimed or block.kind in ("number", "section", "level"):
                group = None
            continue
        if role == "goal":
            if (
                block.kind in ("short", "hint", "bracket")
                and len(plan.goal) <= 3
                and all(b.role == "goal-title" for b in plan.goal[1:])
            ):
                block.role = "goal-title"
            plan.goal.append(block)
            plan.claim(index)
        elif role in ("top", "statement"):
            home = tops.get(id(plan.blocks[head])) or statements.get(id(plan.blocks[head]))
            if home is not None:
                home.append(block)
                plan.claim(index)
        elif role in ("measures", "organisation"):
            group = _zone_block(plan, index, role, group, titled_in)


def _zone_block(
    plan: Plan, index: int, role: str, group: list[Block] | None, titled_in: dict[int, bool]
) -> list[Block] | None:
    """One block under 施策 or 組織運営: it opens a titled group, goes on in one, or is one by itself."""
    block = plan.blocks[index]
    follower = plan.blocks[index + 1] if plan.free(index + 1) else None
    opens = (
        block.kind in ("short", "hint", "bracket")
        and follower is not None
        and follower.kind in ("prose", "bullet")
        and plan.areas[index] == plan.areas[index + 1]
        and not (sounds_like_caption(block.text) and block.kind == "short")
    )
    if opens or block.kind == "hint":
        return _open_group(plan, index, role)
    if group is not None and block.kind in ("prose", "bullet", "note", "part", "money", "sdgs"):
        if block.kind == "prose":
            block.role = "text"
        group.append(block)
        plan.claim(index)
        return group
    if group is None and block.kind == "bullet":
        # A bullet right under the zone's heading is one of its goals.
        block.role = "organisation" if role == "organisation" else "statement"
        (plan.organisation if role == "organisation" else plan.statements).append([block])
        block.title = list(block.body)
        block.body = []
        plan.claim(index)
        return None
    if (
        group is None
        and block.kind == "prose"
        and plan.blocks[index - 1].role in ("group", "")
        and (plan.blocks[index - 1].kind == "named")
    ):
        # A sentence right under the zone's heading leads in to all that follows.
        plan.group("organisation" if role == "organisation" else "measures", block)
        plan.claim(index)
        return None
    return group if block.kind in ("short", "furniture") else None


def _open_group(plan: Plan, index: int, role: str) -> list[Block]:
    block = plan.blocks[index]
    plan.claim(index)
    group = [block]
    unnamed = all(pillar.number is None and pillar.heads for pillar in plan.pillars)
    if role == "organisation":
        block.role = "organisation"
        plan.organisation.append(group)
    elif unnamed:
        # The zone of measures has no numbered pillars: its titled groups are the pillars.
        block.role = "pillar"
        pillar = Pillar(None, plan.title_of(block), [block])
        plan.pillars.append(pillar)
        group = pillar.texts
    else:
        block.role = "statement"
        plan.statements.append(group)
    return group


# -- printed order is lost


@dataclass(slots=True)
class _Unit:
    """A title, or a text, or both, that stand together in the print."""

    titles: list[int] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)

    @property
    def start(self) -> int:
        return min([*self.titles, *self.texts])


def _by_shape_and_words(plan: Plan, zones: Zones) -> None:
    units, notes = _units(plan, _front(plan, zones))
    if len(units) > _MOST:
        plan.doubt("front-too-long", "基本目標などの文章が多すぎるため、結び付けられませんでした。")
        return
    groups = _groups([unit for unit in units if unit.titles and unit.texts])
    _organisation(plan, zones, groups)
    alone = [unit for unit in units if unit.titles and not unit.texts]
    texts = [unit for unit in units if unit.texts and not unit.titles]
    goal = _goal_title(plan, zones, alone)
    others = [unit for unit in alone if unit is not goal]
    _give_texts(plan, goal, others, texts)
    _definitions(plan, notes)


def _front(plan: Plan, zones: Zones) -> set[int]:
    """The positions of the front of the leaflet: before the measures, or in the area of a zone's heading."""
    areas = {
        plan.areas[position] for position, role in zones.heads if role in ("goal", "measures", "organisation")
    }
    inner = [block for pillar in plan.pillars for run in pillar.runs for block in run[:1]]
    inner.extend(group[0] for group in plan.sections)
    first = min((block.start for block in inner), default=None)
    return {
        index
        for index, block in enumerate(plan.blocks)
        if (first is not None and block.start < first) or (first is None and plan.areas[index] in areas)
    }


def _units(plan: Plan, front: set[int]) -> tuple[list[_Unit], list[int]]:
    units: list[_Unit] = []
    notes: list[int] = []
    for index, block in enumerate(plan.blocks):
        if (
            index not in front
            or not plan.free(index)
            or block.kind not in ("short", "prose", "hint", "bracket", "note")
        ):
            continue
        if block.kind == "note":
            if block.mark.marker == "…":
                notes.append(index)
            continue
        if block.kind != "prose":
            if not (
                block.kind == "short" and sounds_like_caption(block.text) and not _supported(plan, index)
            ):
                units.append(_Unit(titles=[index]))
            continue
        last = units[-1] if units else None
        adjoining = last is not None and (last.texts or last.titles)[-1] == index - 1
        if adjoining and last is not None and (not last.texts or block.text.startswith(_CONNECTIVES)):
            last.texts.append(index)
        else:
            units.append(_Unit(texts=[index]))
    return units, notes


def _supported(plan: Plan, index: int) -> bool:
    """A line that sounds like a caption is a title all the same when the text after it takes up its words."""
    if not plan.free(index + 1) or plan.blocks[index + 1].kind != "prose":
        return False
    return containment(plan.title_of(plan.blocks[index]), plan.text_of(plan.blocks[index + 1])) >= 0.4


def _groups(units: list[_Unit]) -> list[list[_Unit]]:
    """Titled texts that stand together were set together: they have the same role."""
    groups: list[list[_Unit]] = []
    for unit in units:
        if groups and unit.start == groups[-1][-1].texts[-1] + 1:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def _organisation(plan: Plan, zones: Zones, groups: list[list[_Unit]]) -> None:
    """The group that speaks most of counters, staff and work is the organisation's; other groups are statements."""
    words = zone_words("organisation")

    def speaks(group: list[_Unit]) -> float:
        return sum(hits(words, _text(plan, unit)) for unit in group) / len(group)

    wanted = zones.has("organisation") and not plan.organisation
    best = max(groups, key=lambda g: (round(speaks(g), 2), len(g)), default=None) if wanted else None
    if best is not None and speaks(best) < 0.4:
        plan.doubt("organisation", "組織運営の目標は確かではありません。", plan.blocks[best[0].start])
    for group in groups:
        target = plan.organisation if group is best else plan.statements
        role = "organisation" if group is best else "statement"
        for unit in group:
            _place(plan, unit, role, target)
        if group is best:
            plan.report(
                "organisation-by-words",
                f"「{plan.title_of(plan.blocks[group[0].titles[0]])}」など{len(group)}件は、窓口や職員に関する言葉から組織運営の目標としました。",
                *[plan.blocks[unit.start] for unit in group],
                words=round(speaks(group), 2),
            )


def _text(plan: Plan, unit: _Unit) -> str:
    return "".join(plan.text_of(plan.blocks[i]) for i in (*unit.titles, *unit.texts))


def _place(plan: Plan, unit: _Unit, role: str, target: list[list[Block]]) -> None:
    head = plan.blocks[unit.titles[0]]
    head.role = role
    for index in unit.texts:
        plan.blocks[index].role = "text"
    target.append([plan.blocks[i] for i in (*unit.titles, *unit.texts)])
    plan.claim(*unit.titles, *unit.texts)


def _goal_title(plan: Plan, zones: Zones, alone: list[_Unit]) -> _Unit | None:
    """The slogan: the line beside the goal's heading that speaks of the town."""
    best: tuple[float, _Unit] | None = None
    for unit in alone:
        text = _text(plan, unit)
        near = zones.nearest("goal", unit.start)
        score = (1.0 if near <= 1 else 0.4 if near <= 3 else 0.0) + 0.6 * hits(zone_words("goal"), text)
        if best is None or score > best[0]:
            best = (score, unit)
    return best[1] if best is not None and best[0] >= 0.6 and zones.has("goal") else None


def _give_texts(plan: Plan, goal: _Unit | None, others: list[_Unit], texts: list[_Unit]) -> None:
    """Match titles without a text and texts without a title."""
    titles = ([goal] if goal else []) + others
    if goal is None and plan.goal:
        titles.insert(0, _Unit())
    if not titles:
        return
    scores = [
        [_fit(plan, title, text, is_goal=(place == 0 and bool(plan.goal))) for text in texts]
        for place, title in enumerate(titles)
    ]
    matched = dict(best_pairs(scores)) if texts else {}
    for place, title in enumerate(titles):
        column = matched.get(place)
        is_goal = place == 0 and bool(plan.goal)
        if is_goal:
            for index in title.titles:
                plan.blocks[index].role = "goal-title"
                plan.goal.append(plan.blocks[index])
                plan.claim(index)
            if column is not None:
                _claim_texts(plan, texts[column], plan.goal)
                plan.report(
                    "goal-text",
                    "基本目標の文章を、見出しから離れた段落と結び付けました。",
                    plan.blocks[texts[column].start],
                )
            continue
        if column is None or scores[place][column] < 0.25:
            continue
        group: list[Block] = []
        head = plan.blocks[title.titles[0]]
        head.role = "statement"
        group.append(head)
        plan.claim(*title.titles)
        _claim_texts(plan, texts[column], group)
        plan.statements.append(group)
        plan.report(
            "statement-text",
            f"「{plan.title_of(head)[:24]}」の文章を、言葉の近さから離れた段落と結び付けました。",
            head,
            plan.blocks[texts[column].start],
            likeness=round(scores[place][column], 2),
        )
        if scores[place][column] < 0.5:
            plan.doubt("statement-text", f"「{plan.title_of(head)[:24]}」の文章は確かではありません。", head)


def _claim_texts(plan: Plan, unit: _Unit, group: list[Block]) -> None:
    for index in unit.texts:
        plan.blocks[index].role = "text"
        group.append(plan.blocks[index])
        plan.claim(index)


def _fit(plan: Plan, title: _Unit, text: _Unit, is_goal: bool) -> float:
    words = "".join(plan.title_of(plan.blocks[i]) for i in title.titles)
    content = _text(plan, text)
    distance = abs(title.start - text.start) if title.titles else 50
    near = 0.15 / (1 + distance / 4)
    if is_goal:
        paragraphs = 0.5 if len(text.texts) >= 2 else 0.0
        return containment(words, content) + 0.3 * hits(zone_words("goal"), content) + paragraphs + near
    return 1.5 * containment(words, content) + near


def _definitions(plan: Plan, notes: list[int]) -> None:
    """「地域のＤＸ…」 explains a term: it goes with the statement or goal that uses the term."""
    homes = [*plan.statements, plan.goal, *plan.organisation]
    for index in notes:
        term = plan.blocks[index].text.partition("…")[0]
        for home in homes:
            if home and any(term in block.text for block in home):
                home.append(plan.blocks[index])
                plan.claim(index)
                break
