"""Which text belongs to which section (課).

On a leaflet the section's name may be printed after its text, before it, or far from it. A text is held
against the words of the section's usual business and name; where the document shows a habit (names after
texts, say) that counts as evidence too. The best assignment of all texts to all names is taken at once.
"""

from __future__ import annotations

from collections import Counter

from ..assignment import best_pairs, margin
from ..blocks import Block
from ..wording import section_words, word_scores
from .plan import Plan

FEWEST = 3
_LARGEST = 80
_CONNECTIVES = ("また", "さらに", "なお", "加えて", "併せて", "あわせて", "そのほか")


def take(plan: Plan) -> None:
    """Find the sections' part of the document and pair names with texts."""
    names = [i for i, b in enumerate(plan.blocks) if b.kind == "section" and plan.free(i)]
    headed = next(
        (i for i, b in enumerate(plan.blocks) if b.mark.role == "group.sections" and b.kind == "named"), None
    )
    if headed is not None:
        names = [i for i in names if i > headed]
    names = _main_cluster(plan, names)
    if len(names) < (FEWEST if headed is None else 1) or len(names) > _LARGEST:
        return
    low, high = _region(plan, names, headed)
    sequence, texts = _texts(plan, names, low, high)
    if headed is not None and plan.free(headed):
        plan.group("sections", plan.blocks[headed])
        plan.claim(headed)
    pairs = _pair(plan, names, texts, sequence)
    _claim(plan, names, texts, pairs, low, sequence)


def _main_cluster(plan: Plan, names: list[int]) -> list[int]:
    """The longest stretch of names without numbered measures between: a name in a caption elsewhere is no section."""
    best: list[int] = []
    current: list[int] = []
    for index in names:
        if current and any(
            plan.blocks[k].kind in ("number", "level", "named") for k in range(current[-1] + 1, index)
        ):
            current = []
        current.append(index)
        if len(current) > len(best):
            best = list(current)
    return best


def _region(plan: Plan, names: list[int], headed: int | None) -> tuple[int, int]:
    low = names[0]
    while low - 1 >= 0 and low - 1 != headed and plan.areas[low - 1] == plan.areas[names[0]]:
        block = plan.blocks[low - 1]
        if block.kind not in ("prose", "short") or not plan.free(low - 1):
            break
        low -= 1
    high = names[-1] + 1
    while high < len(plan.blocks) and plan.free(high):
        if plan.blocks[high].kind in ("number", "level", "named", "code", "section"):
            break
        high += 1
    return low, high


def _texts(plan: Plan, names: list[int], low: int, high: int) -> tuple[dict[int, int], list[list[int]]]:
    """The texts of the region as lists of blocks, and the place of each block among names and texts."""
    texts: list[list[int]] = []
    sequence: dict[int, int] = {}
    place = 0
    previous: int | None = None
    for index in range(low, high):
        block = plan.blocks[index]
        if index in names:
            place += 1
            sequence[index] = place
            previous = None
            continue
        if not plan.free(index):
            continue
        joins = previous is not None and (
            (place > 1 and not plan.blocks[previous].lines[-1].is_terminated and block.kind == "prose")
            or block.kind in ("bullet", "note", "part")
            or block.text.startswith(_CONNECTIVES)
            or (plan.blocks[previous].kind == "bullet" and block.kind == "prose" and block.gap == 0)
        )
        if joins:
            texts[-1].append(index)
        elif block.kind in ("prose", "bullet") or (block.kind == "short" and len(block.text) >= 14):
            place += 1
            texts.append([index])
            sequence[index] = place
        else:
            previous = None
            continue
        previous = index
    return sequence, texts


def _pair(plan: Plan, names: list[int], texts: list[list[int]], sequence: dict[int, int]) -> dict[int, int]:
    """Name (by place in `names`) → text (by place in `texts`)."""
    own = {n for n, index in enumerate(names) if plan.blocks[index].body and _has_rest(plan.blocks[index])}
    open_names = [n for n in range(len(names)) if n not in own]
    if not open_names or not texts:
        return {}
    titles = [plan.title_of(plan.blocks[names[n]]) for n in open_names]
    contents = ["".join(plan.text_of(plan.blocks[i]) for i in text) for text in texts]
    words = word_scores([section_words(title) for title in titles], contents)
    peak = sum(max(row) for row in words) / len(words) or 1.0
    words = [[value / peak for value in row] for row in words]
    habit = _habit(plan, names, open_names, texts, sequence, words)
    scores = []
    for row, n in enumerate(open_names):
        line = []
        for column, text in enumerate(texts):
            distance = sequence[text[0]] - sequence[names[n]]
            nearness = habit.get(distance, 0.1 if abs(distance) == 2 else 0.0)
            prose = 0.05 if plan.blocks[text[0]].kind != "short" else 0.0
            line.append(words[row][column] + 0.8 * nearness + prose)
        scores.append(line)
    pairs = best_pairs(scores)
    result: dict[int, int] = {}
    for row, column in pairs:
        n = open_names[row]
        distance = sequence[texts[column][0]] - sequence[names[n]]
        if words[row][column] <= 0 and abs(distance) != 1:
            continue
        result[n] = column
        sureness = margin(scores, pairs, row) if len(texts) <= 40 else 1.0
        if words[row][column] < 0.25 and (sureness < 0.2 or abs(distance) != 1):
            plan.doubt(
                "section-text",
                f"「{titles[row]}」の文章は確かではありません（決め手になる言葉が少ないため）。",
                plan.blocks[names[n]],
                plan.blocks[texts[column][0]],
                words=round(words[row][column], 2),
                sureness=round(sureness, 2),
            )
    return result


def _habit(
    plan: Plan,
    names: list[int],
    open_names: list[int],
    texts: list[list[int]],
    sequence: dict[int, int],
    words: list[list[float]],
) -> dict[int, float]:
    """Whether names stand before (+1) or after (−1) their texts here, learned from the pairs that words make clear."""
    votes: Counter[int] = Counter()
    for row, column in best_pairs(words):
        rivals = sorted(words[row], reverse=True)
        clear = words[row][column] > 0.4 and (len(rivals) < 2 or rivals[1] < 0.7 * words[row][column])
        if clear:
            votes[sequence[texts[column][0]] - sequence[names[open_names[row]]]] += 1
    after, before = votes[1] + 1.2, votes[-1] + 0.8
    return {1: after / (after + before), -1: before / (after + before)}


def _has_rest(block: Block) -> bool:
    return block.mark.rest < len(block.lines[0].text) or len(block.lines) > 1


def _claim(
    plan: Plan,
    names: list[int],
    texts: list[list[int]],
    pairs: dict[int, int],
    low: int,
    sequence: dict[int, int],
) -> None:
    taken = {column: n for n, column in pairs.items()}
    groups: dict[int, list[int]] = {n: [] for n in range(len(names))}
    for n, column in pairs.items():
        groups[n].extend(texts[column])
    # A further paragraph right after a paired text, with no name between, goes on in that text.
    for column, text in enumerate(texts):
        if column in taken or column == 0:
            continue
        owner = taken.get(column - 1)
        if (
            owner is not None
            and sequence[text[0]] - sequence[texts[column - 1][0]] == 1
            and sequence[texts[column - 1][0]] > sequence[names[owner]]
        ):
            groups[owner].extend(text)
            taken[column] = owner
    for n, index in enumerate(names):
        block = plan.blocks[index]
        block.role = "section"
        members = [plan.blocks[i] for i in groups[n]]
        for member in members:
            if member.kind in ("prose", "short"):
                member.role = "text"
        plan.sections.append([block, *members])
        plan.claim(index, *groups[n])
        if not members and not _has_rest(block):
            plan.doubt("section-without-text", f"「{plan.title_of(block)}」の文章が見つかりません。", block)
    _report(plan, names, texts, pairs, sequence)
    # What stands before the first name and text is the heading of this part, with its lead paragraph.
    first = min([*(i for g in groups.values() for i in g), *names])
    lead = [index for index in range(low, first) if plan.free(index)]
    apart = low == 0 or low - 1 in plan.claimed or plan.areas[low - 1] != plan.areas[low]
    if lead and len(lead) <= 2 and (plan.blocks[lead[0]].kind == "short" or apart):
        for index in lead:
            plan.group("sections", plan.blocks[index])
        plan.claim(*lead)


def _report(
    plan: Plan, names: list[int], texts: list[list[int]], pairs: dict[int, int], sequence: dict[int, int]
) -> None:
    before: list[Block] = []
    for n, column in sorted(pairs.items()):
        name, text = plan.blocks[names[n]], plan.blocks[texts[column][0]]
        distance = sequence[texts[column][0]] - sequence[names[n]]
        if distance == -1:
            before.append(name)
        elif distance != 1:
            plan.report(
                "section-far",
                f"「{plan.title_of(name)}」の文章は名前から離れた所にあるため、仕事の言葉から対応を決めました。",
                name,
                text,
                distance=float(distance),
            )
    if before:
        shown = "、".join(plan.title_of(block) for block in before[:4])
        plan.report(
            "section-after-text",
            f"課の名前が文章の後にあるもの（{shown}など{len(before)}件）を、文章と結び付けました。",
            *before,
        )
