"""One pass over the blocks: each opens a node, fills the open one, or is attached to the nearest.

The pass keeps a stack of open headings (by rank), a stack of open bullets (by the class of their mark) and the
open labelled part (課題認識, アウトカム指標, 自己評価). Headings with codes are put under the heading whose code
they continue, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..blocks import Block, squeezed
from ..characters import fold
from ..draft import Draft
from ..facts import Facts
from ..model import Repair
from ..profiles import RANKS, Profile
from ..source import Range
from .filling import Filling
from .sequence import Sequences

TOP = ("goal", "mission", "stance", "statement", "organisation", "section")


class Grower:
    """Grows drafts under a root draft, which stands for the document itself."""

    def __init__(
        self, source: str, profile: Profile, facts: Facts, repairs: list[Repair], doubts: list[Repair]
    ) -> None:
        self.source = source
        self.profile = profile
        self.facts = facts
        self.repairs = repairs
        self.doubts = doubts
        self.root = Draft("document", 0)
        self.stack: list[Draft] = [self.root]
        self.by_key: dict[tuple[str, ...], list[Draft]] = {}
        self.filling = Filling(self)
        self.sequences = Sequences()
        self.last: Draft | None = None
        self.groups: list[Block] = []
        self.contents: list[Block] = []
        self.by_line: dict[str, Draft] = {}

    @property
    def top(self) -> Draft:
        return self.stack[-1]

    def grow(self, blocks: Iterable[Block]) -> Draft:
        for block in blocks:
            self._place(block)
        self.filling.close()
        for block in self.groups:
            self.attach(block, "heading")
        for block in self.contents:
            self._announce(block)
        return self.root

    def _announce(self, block: Block) -> None:
        """An entry of a list of contents belongs to the heading that it announces."""
        entry = squeezed("".join(self.source[s:e] for s, e in block.title))
        draft = self.by_line.get(entry)
        if draft is not None:
            draft.take(block)
        else:
            self._furniture(block)

    # -- placing one block

    def _place(self, block: Block) -> None:
        role = block.role
        if block.kind == "contents":
            self.contents.append(block)
        elif block.kind == "title" or role == "document":
            self.root.take(block)
        elif role == "group":
            self._group(block)
        elif role == "again":
            self.top.take(block)
        elif role == "caption":
            self.attach(block, "caption")
        elif role == "furniture" or block.kind == "furniture":
            self._furniture(block)
        elif role in RANKS and role != "item":
            self.open_heading(block, role)
        elif role in TOP:
            self.open_top(block, role)
        elif role == "goal-title":
            self._goal_title(block)
        elif role == "text":
            self.filling.text(block)
        elif role == "item":
            self.filling.bullet(block)
        elif block.kind in ("level", "code"):
            self.open_heading(block, block.mark.role or self._kind_below())
        elif block.kind == "named":
            self._named(block)
        elif block.kind == "section" and self.profile.shape != "coded":
            self.open_top(block, "section")
        else:
            self.filling.place(block)

    def _furniture(self, block: Block) -> None:
        self.root.attached.append(("furniture", [(line.start, line.end) for line in block.lines]))

    def attach(self, block: Block, reason: str) -> None:
        """Keep text that fits nowhere with the nearest node: the one that stands before it."""
        keeper = self.last or self.top
        keeper.attached.append((reason, [(line.start, line.end) for line in block.lines]))

    # -- headings

    def open_top(self, block: Block, kind: str) -> Draft:
        """A node directly under the document: goal, statement, organisation goal, section."""
        self.close_to(0)
        draft = Draft(kind, RANKS["pillar"])
        self._describe(draft, block)
        draft.take(block)
        self._push(self.root, draft)
        if block.body and (block.kind == "section" or block.title):
            draft.paragraphs.append(list(block.body))
        return draft

    def open_heading(self, block: Block, kind: str) -> Draft:
        """A heading of the hierarchy; found again by its code when it is printed twice."""
        rank = RANKS[kind]
        key = block.mark.code_key
        twin = self._twin(block, kind, key) if block.kind in ("level", "code") else None
        if twin is not None:
            self.close_to(twin.rank - 1)
            self._restack(twin)
            twin.take(block)
            self._tail(block, twin)
            self.last = twin
            return twin
        self.close_to(rank - 1)
        parent = self._parent(block, kind, key)
        draft = Draft(kind, rank, key=key)
        self._describe(draft, block)
        draft.take(block)
        self._push(parent, draft)
        if key and block.kind in ("level", "code"):
            self.by_key.setdefault(key, []).append(draft)
        self.by_line.setdefault(squeezed(self.source[block.start : block.lines[0].end]), draft)
        self._tail(block, draft)
        return draft

    def _describe(self, draft: Draft, block: Block) -> None:
        code = block.span_of(block.mark.code)
        if code:
            draft.code = code
            draft.printed_code = self._printed(code, block)
            draft.key = block.mark.code_key
        if block.kind == "section" or block.title:
            draft.title = list(block.title)
        elif block.kind in ("short", "prose", "hint", "text"):
            draft.title = [(line.start, line.end) for line in block.lines]

    def _printed(self, code: Range, block: Block) -> str:
        return block.note or self.source[code[0] : code[1]]

    def _push(self, parent: Draft, draft: Draft) -> None:
        while self.stack[-1] is not parent and len(self.stack) > 1:
            self.stack.pop()
        if self.stack[-1] is not parent:
            self._restack(parent)
        if parent is self.root:
            for block in self.groups:
                draft.take(block)
                draft.group.append([(line.start, line.end) for line in block.lines])
            self.groups = []
        parent.adopt(draft)
        self.stack.append(draft)
        self.last = draft
        self.sequences.reset()

    def close_to(self, rank: int) -> None:
        """Close every open heading deeper than this rank, and what is being filled."""
        self.filling.close()
        while len(self.stack) > 1 and self.stack[-1].rank > rank:
            self.stack.pop()

    def _restack(self, draft: Draft) -> None:
        path: list[Draft] = []
        step: Draft | None = draft
        while step is not None:
            path.append(step)
            step = step.parent
        self.stack = path[::-1]

    def _kind_below(self) -> str:
        """The kind of a code without a level name: one below what is open."""
        order = sorted(RANKS, key=lambda kind: RANKS[kind])
        for kind in order:
            if RANKS[kind] > self.top.rank:
                return kind
        return "item"

    def _twin(self, block: Block, kind: str, key: tuple[str, ...]) -> Draft | None:
        if not key:
            return None
        title = squeezed("".join(self.source[s:e] for s, e in block.title))
        for other in self.by_key.get(key, ()):
            if other.kind != kind or (len(key) == 1 and other.parent is not self._expected_parent(kind)):
                continue
            theirs = squeezed("".join(self.source[s:e] for s, e in other.title))
            same = (
                title == theirs
                or not title
                or not theirs
                or title.startswith(theirs)
                or theirs.startswith(title)
            )
            if same:
                if other is not self.top or not other.is_empty:
                    self.repairs.append(
                        Repair(
                            "printed-twice",
                            f"「{self._printed(block.span_of(block.mark.code) or (0, 0), block)}」の見出しが2か所にあるため、1つにまとめました。",
                            ((block.start, block.end),),
                        )
                    )
                return other
            self.doubts.append(
                Repair(
                    "same-code",
                    f"同じ番号「{block.text[:20]}」の見出しが別の題で2つあります。",
                    ((other.start, other.start), (block.start, block.end)),
                )
            )
        return None

    def _expected_parent(self, kind: str) -> Draft:
        rank = RANKS[kind]
        return next((d for d in reversed(self.stack) if d.rank < rank), self.root)

    def _parent(self, block: Block, kind: str, key: tuple[str, ...]) -> Draft:
        open_parent = self.top
        if len(key) < 2:
            return open_parent
        wanted = key[:-1]
        if open_parent.key == wanted:
            return open_parent
        for depth in range(len(key) - 1, 0, -1):
            known = [d for d in self.by_key.get(key[:depth], ()) if d.rank < RANKS[kind]]
            if not known:
                continue
            parent = max(known, key=lambda d: d.rank)
            if parent is not open_parent:
                self.repairs.append(
                    Repair(
                        "moved-by-code",
                        f"「{block.text[:24]}」を、番号に従って「{self._name(parent)}」の下に置きました。",
                        ((block.start, block.end),),
                    )
                )
            if depth < len(key) - 1:
                self._missing_parent(block, key)
            return parent
        self._missing_parent(block, key)
        if open_parent.key and open_parent.key != key[: len(open_parent.key)]:
            self.close_to(0)
            return self.root
        return open_parent

    def _missing_parent(self, block: Block, key: tuple[str, ...]) -> None:
        self.doubts.append(
            Repair(
                "missing-parent",
                f"「{block.text[:24]}」の上位の見出し（{'-'.join(key[:-1])}）が見つかりません。",
                ((block.start, block.end),),
            )
        )

    def _name(self, draft: Draft) -> str:
        title = "".join(self.source[s:e] for s, e in draft.title or draft.label)
        return f"{draft.printed_code or ''} {fold(title)[:20]}".strip()

    def _tail(self, block: Block, draft: Draft) -> None:
        tail = block.span_of(block.mark.tail)
        if tail:
            self.filling.amounts.tail_budget(draft, tail)

    # -- known headings

    def _named(self, block: Block) -> None:
        role = block.mark.role
        if role == "group.detail" and self.top is not self.root and self.profile.shape != "zoned":
            # 「主な事業」 inside a measure says what is done there.
            self.filling.plan(block)
            return
        if role.startswith("group."):
            self._group(block)
            return
        draft = Draft(role, RANKS["pillar"])
        self.close_to(0)
        draft.label = [block.span_of(block.mark.title) or (block.start, block.end)]
        if role != "goal" or self.profile.shape == "coded":
            # The whole printed heading, with its explanation in brackets: 「目標（何をめざすのか）」.
            draft.label = [_heading_words(block)]
        code = block.span_of(block.mark.code)
        if code and self.profile.shape != "coded":
            draft.code, draft.printed_code, draft.key = code, self._printed(code, block), block.mark.code_key
        draft.take(block)
        twin = self._outer_named(draft) or self._same_named(draft)
        if twin is not None:
            twin.own.extend(draft.own)
            self._restack(twin)
            self.last = twin
            draft = twin
        else:
            self._push(self.root, draft)
        if block.body:
            draft.paragraphs.append(list(block.body))

    def _group(self, block: Block) -> None:
        """A heading over several nodes is kept with the first node it opens."""
        self.close_to(0)
        self.groups.append(block)

    def _outer_named(self, draft: Draft) -> Draft | None:
        """A heading of the same kind just above with nothing between: 「第1章 めざす姿」 over 「基本理念」."""
        last = self.root.children[-1] if self.root.children else None
        if (
            last is None
            or last.kind != draft.kind
            or last.kind == "statement"
            or not last.is_empty
            or last.title
        ):
            return None
        return last

    def _same_named(self, draft: Draft) -> Draft | None:
        """A heading of the same kind and words that has nothing under it yet: an entry of a list of contents."""
        words = squeezed("".join(self.source[s:e] for s, e in draft.label))
        for other in self.root.children:
            theirs = squeezed("".join(self.source[s:e] for s, e in other.label))
            if other.kind == draft.kind and other.is_empty and theirs == words:
                return other
        return None

    def _goal_title(self, block: Block) -> None:
        goal = next((d for d in self.root.children if d.kind == "goal"), None)
        if goal is None:
            goal = Draft("goal", RANKS["pillar"])
            self.close_to(0)
            self._push(self.root, goal)
        goal.take(block)
        goal.title.extend((line.start, line.end) for line in block.lines)
        self.filling.close()
        self._restack(goal)
        self.last = goal


def _heading_words(block: Block) -> Range:
    """The words of a known heading without marks and outer brackets: its label."""
    text = block.lines[0].text
    mark = block.mark
    end = mark.rest if mark.rest < len(text) else len(text)
    start = mark.title[0] if mark.title else 0
    while end > start and text[end - 1] in " :】〕》〉]":
        end -= 1
    return block.start + start, block.start + end
