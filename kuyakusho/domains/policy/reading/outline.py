"""Documents of any other style: levels are worked out from how headings are numbered, marked or set.

Each form of heading (第1章, Ⅱ, 1, (1), ①, ■, 【…】, a heading of the file format, a short line over bullets) is a
style. Which style lies inside which is seen from the order in which they first appear; the depth of a style
decides the kind of its nodes: the outermost are pillars, then measures, then actions. Named levels (施策, 主な
事業) keep the kind that their name has in the profile.
"""

from __future__ import annotations

from dataclasses import dataclass

from .blocks import Block, squeezed
from .leaflet import sections
from .leaflet.plan import Plan
from .leaflet.romans import repair_romans
from .model import Repair
from .numbering import STYLES, leading_number
from .profiles import RANKS
from .wording import sounds_like_caption

_HEAVY = "■◆●◎★□▼◼"
#: The kinds of unnamed levels, by how many there are.
_CHAINS = {
    1: ("pillar",),
    2: ("pillar", "measure"),
    3: ("pillar", "measure", "action"),
    4: ("pillar", "strategy", "measure", "action"),
    5: ("pillar", "issue", "strategy", "measure", "action"),
}
_ABOVE = {"measure": "pillar", "action": "measure"}
_BELOW = ("pillar", "measure", "action", "item")
_CONTENT = (
    "bullet",
    "prose",
    "part",
    "note",
    "money",
    "sdgs",
    "facet",
    "number",
    "level",
    "code",
    "bracket",
    "hint",
    "short",
)


@dataclass(slots=True)
class _Heading:
    """A heading block. `index` is −1 for a heading that only groups: it tells where its style lies, no more."""

    index: int
    style: str
    prior: float
    place: int


def arrange(source: str, blocks: list[Block], repairs: list[Repair], doubts: list[Repair]) -> list[Block]:
    """The blocks with their roles, in order. Contents lists go with the headings they announce."""
    plan = Plan(source, blocks, repairs, doubts)
    repair_romans(plan)
    sections.take(plan)
    contents = _contents_lists(plan)
    headings = _headings(plan, contents)
    _assign(plan, headings)
    tail = [block for part in plan.frame.get("sections", ()) for block in (part,)]
    tail.extend(block for group in plan.sections for block in group)
    placed = {id(block) for block in tail}
    entries: dict[int, list[int]] = {}
    for entry, home in contents.items():
        entries.setdefault(home, []).append(entry)
    ordered: list[Block] = []
    for index, block in enumerate(blocks):
        if id(block) in placed or index in contents:
            continue
        ordered.append(block)
        for entry in entries.get(index, ()):
            blocks[entry].role = "again"
            ordered.append(blocks[entry])
    return ordered + tail


def _contents_lists(plan: Plan) -> dict[int, int]:
    """Headings listed in advance: position of the entry → position of the heading itself further on."""
    seen: dict[tuple[str, str], int] = {}
    found: dict[int, int] = {}
    for index, block in enumerate(plan.blocks):
        if block.kind not in ("number", "level", "hint") or not plan.free(index):
            continue
        title = squeezed(plan.title_of(block)).rstrip("0123456789….")
        if len(title) < 3:
            continue
        code = "-".join(block.mark.code_key)
        key = (code, title)
        earlier = seen.get(key)
        if (
            earlier is not None
            and earlier not in found
            and _is_bare(plan, earlier)
            and not _is_bare(plan, index)
        ):
            found[earlier] = index
        seen[key] = index
    return found


def _is_bare(plan: Plan, index: int) -> bool:
    """Whether nothing stands under a heading: the next block is another of its form, or none."""
    follow = index + 1
    while follow < len(plan.blocks) and plan.blocks[follow].kind == "furniture":
        follow += 1
    if follow >= len(plan.blocks):
        return True
    block, after = plan.blocks[index], plan.blocks[follow]
    if after.kind not in _CONTENT:
        return True
    return after.kind == block.kind and _style(after)[0] == _style(block)[0]


def _style(block: Block) -> tuple[str, float]:
    """The style of a heading block and its usual depth."""
    line = block.lines[0]
    if line.hint == "heading" and block.kind in ("number", "hint", "bracket", "bullet", "short"):
        return f"hint{line.hint_level}", 0.5 + line.hint_level
    if block.kind == "level":
        return f"level:{block.mark.role}", RANKS.get(block.mark.role, 40) / 12
    if block.kind == "number" and block.mark.number is not None:
        style = block.mark.number.style
        return style, 1.0 + STYLES.index(style) * 0.8
    if block.kind == "code":
        return f"long{len(block.mark.code_key)}", 1.0 + STYLES.index("long2") * 0.8 + len(
            block.mark.code_key
        ) * 0.2
    if block.kind == "bracket":
        return "bracket", 7.5
    if block.kind == "bullet":
        return f"mark{block.mark.marker}", 6.0 + _HEAVY.find(block.mark.marker) * 0.1
    return "short", 9.5


def _headings(plan: Plan, contents: dict[int, int]) -> list[_Heading]:
    """The blocks that are headings: of a style that mostly has something under it."""
    candidates: list[tuple[int, str, float, bool]] = []
    light = any(b.kind == "bullet" and b.mark.marker not in _HEAVY for b in plan.blocks)
    last: dict[str, int] = {}
    ghosts: list[_Heading] = []
    for index, block in enumerate(plan.blocks):
        if block.kind == "named":
            # 「2 重点施策」 groups and is no node; its number counts all the same.
            counted = leading_number(block.lines[0].text)
            if counted is not None:
                last[counted.style] = counted.value
                ghosts.append(_Heading(-1, counted.style, 1.0 + STYLES.index(counted.style) * 0.8, index))
        if not plan.free(index) or index in contents:
            continue
        style, prior = _style(block)
        number = block.mark.number
        if block.kind == "number" and number is not None and not style.startswith("hint"):
            if number.value != 1 and number.value != last.get(style, 0) + 1 and last:
                continue
            if block.text.endswith("。") or len(block.text) > 90:
                continue
            last[style] = number.value
        elif block.kind == "bullet":
            if (
                block.mark.marker not in _HEAVY
                or not light
                or len(block.text) > 45
                or block.text.endswith("。")
            ):
                continue
        elif block.kind == "short":
            if sounds_like_caption(block.text) or not _opens(plan, index):
                continue
        elif block.kind not in ("level", "code", "hint", "bracket"):
            continue
        bare = _is_bare(plan, index) or (block.kind == "bullet" and not _opens(plan, index))
        candidates.append((index, style, prior, bare))
    counts: dict[str, tuple[int, int]] = {}
    for _, style, _, bare in candidates:
        full, total = counts.get(style, (0, 0))
        counts[style] = (full + (not bare), total + 1)
    headings = []
    for index, style, prior, _ in candidates:
        full, total = counts[style]
        sure = style.startswith(("level", "hint", "long", "chapter", "roman"))
        if sure or (full * 2 >= total and (total >= 2 or style != "short")):
            headings.append(_Heading(index, style, prior, index))
    known = {heading.style for heading in headings}
    headings.extend(ghost for ghost in ghosts if ghost.style in known)
    return sorted(headings, key=lambda heading: heading.place)


def _opens(plan: Plan, index: int) -> bool:
    """A short line or heavy bullet opens a part when bullets or a paragraph follow at once."""
    if index + 1 >= len(plan.blocks) or not plan.free(index + 1):
        return False
    after = plan.blocks[index + 1]
    if after.gap > 3:
        return False
    if after.kind == "bullet":
        return plan.blocks[index].kind != "bullet" or after.mark.marker != plan.blocks[index].mark.marker
    return after.kind == "prose" and plan.blocks[index].kind == "short"


def _assign(plan: Plan, headings: list[_Heading]) -> None:
    """Order the styles by depth and give each heading its kind."""
    order: list[tuple[str, float]] = []
    current: str | None = None
    for heading in headings:
        names = [style for style, _ in order]
        if heading.style not in names:
            place = names.index(current) + 1 if current in names else 0
            # A style that usually lies further out does not go inside one that lies further in.
            # A level with a name lies where it first appears.
            named = heading.style.startswith("level:")
            while place > 0 and not named and order[place - 1][1] > heading.prior:
                place -= 1
            order.insert(place, (heading.style, heading.prior))
        current = heading.style
    kinds = _kinds([style for style, _ in order])
    for heading in headings:
        if heading.index < 0:
            continue
        block = plan.blocks[heading.index]
        block.role = kinds[heading.style]
        if block.kind == "bullet" and not block.title:
            block.title = list(block.body)
            block.body = []
        if block.role == "item":
            block.role = ""


def _kinds(styles: list[str]) -> dict[str, str]:
    """The kind of each style, outermost first."""
    named = {style: style.partition(":")[2] for style in styles if style.startswith("level:")}
    if not named:
        chain = _CHAINS.get(len(styles), _CHAINS[5])
        return {style: chain[place] if place < len(chain) else "item" for place, style in enumerate(styles)}
    if not {"pillar", "issue", "strategy"} & set(named.values()):
        # 重点施策 as the outermost level is what others call a pillar.
        named = {style: _ABOVE.get(kind, kind) for style, kind in named.items()}
    kinds: dict[str, str] = {}
    above = ""
    for place, style in enumerate(styles):
        below = next((named[other] for other in styles[place + 1 :] if other in named), "")
        kinds[style] = kind = _kind_between(named.get(style, ""), above, below)
        if kind != "item" and kind != below:
            above = kind
    return kinds


def _kind_between(name: str, above: str, below: str) -> str:
    """The kind of a style with this name (empty: none), inside one kind and outside another."""
    over = RANKS[above] if above else 0
    if name:
        # 施策 over 取組: two names of one kind, the inner one goes a level down.
        return name if RANKS[name] > over else next((k for k in _BELOW if RANKS[k] > over), "item")
    if not above:
        return "pillar"
    if below:
        return next((kind for kind in RANKS if over < RANKS[kind] < RANKS[below]), "item")
    return next((kind for kind in _BELOW if RANKS[kind] > over), "item")
