"""From source text to tree: the steps in order.

source → lines → marks → blocks → (layout repairs) → tree → spans settled → texts read
"""

from __future__ import annotations

import gc
import re

from . import leaflet, outline
from .blocks import assemble
from .characters import fold
from .checking import find_gaps, settle
from .draft import Draft, Freezer, coverage_of
from .facts import Facts, find_facts
from .grow import Grower
from .lines import Line, measure, repeated_headers, split_lines
from .marks import Mark, mark_echoes, stars_to_notes
from .marks.marker import Marker, marker_for
from .model import ImportedPolicy, Repair
from .profiles import PROFILES, Profile, choose
from .runon import unroll
from .source import Range, SourceText

LOW_COVERAGE = 0.8
#: What belongs to the document itself and stands in the way of reading on.
_FRAME = ("furniture", "title", "contents")
_DIGIT = re.compile(r"[0-9]{2}")


def parse(source: SourceText, profile: Profile | str | None = None) -> ImportedPolicy:
    """Read a source text as a policy.

    `profile` is a profile or its key; without it the style is recognised from the text. Any text gives a
    result: what has no structure is attached, and the warnings say so.
    """
    # A tree of many small objects makes the collector run over and over, for more than half of the time of a
    # large document and growing faster than it; nothing here leaves cycles worth collecting before the end.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _parse(source, profile)
    finally:
        if collecting:
            gc.enable()


def _parse(source: SourceText, profile: Profile | str | None) -> ImportedPolicy:
    repairs: list[Repair] = []
    doubts: list[Repair] = []
    lines = unroll(split_lines(source), repairs)
    chosen = _profile(profile, lines, doubts)
    marker = marker_for(chosen.key) if PROFILES.get(chosen.key) is chosen else Marker(chosen)
    marks = [marker.mark(line) for line in lines]
    for index in repeated_headers(lines):
        marks[index] = Mark("furniture")
    stars_to_notes(marks)
    facts = find_facts(
        source.text, lines, chosen, [mark.kind in ("text", "hint", "bracket") for mark in marks]
    )
    for index in facts.title_lines:
        marks[index] = Mark("title")
    mark_echoes(lines, marks)
    _set_aside(lines, marks, chosen)
    layout = measure(lines, [mark.kind != "text" for mark in marks])
    blocks = assemble(lines, marks, layout)
    frame = [block for block in blocks if block.kind in _FRAME]
    blocks = [block for block in blocks if block.kind not in _FRAME]
    placed = blocks
    if chosen.shape == "zoned":
        placed = leaflet.arrange(source.text, blocks, repairs, doubts)
    elif chosen.shape == "outline":
        placed = outline.arrange(source.text, blocks, repairs, doubts)
    known = {id(block) for block in placed}
    loose = [block for block in blocks if id(block) not in known]
    root = Grower(source.text, chosen, facts, repairs, doubts).grow([*frame, *placed])
    settle(source.text, root, loose)
    doubts.extend(find_gaps(source.text, root))
    return _result(source, chosen, facts, root, repairs, doubts)


def _profile(given: Profile | str | None, lines: list[Line], doubts: list[Repair]) -> Profile:
    if isinstance(given, Profile):
        return given
    if given is not None:
        return PROFILES[given]
    chosen, scores = choose([line.text.lstrip("#■◆●○□ ") for line in lines])
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    if chosen.key == "generic":
        doubts.append(
            Repair(
                "style-unknown",
                "知っている様式に当てはまらないため、番号と箇条書きの形から読み取りました。",
                (),
                dict(scores),
            )
        )
    elif ranked[1][1] > 0.7 * ranked[0][1]:
        doubts.append(
            Repair(
                "style-close",
                f"様式は「{chosen.name}」と判断しましたが、「{PROFILES[ranked[1][0]].name}」にも似ています。",
                (),
                dict(scores),
            )
        )
    return chosen


def _set_aside(lines: list[Line], marks: list[Mark], profile: Profile) -> None:
    """Lines that point elsewhere or say whom to call are no policy and go on in no other line."""
    for line, mark in zip(lines, marks, strict=True):
        if mark.kind != "text" or len(line.text) > 120:
            continue
        calls = len({match[0] for match in profile.contacts.finditer(line.text)}) >= 2
        if profile.pointers.search(line.text) or (calls and _DIGIT.search(line.text)):
            mark.kind = "pointer"


def _result(
    source: SourceText,
    profile: Profile,
    facts: Facts,
    root: Draft,
    repairs: list[Repair],
    doubts: list[Repair],
) -> ImportedPolicy:
    text = source.text
    freezer = Freezer(text, profile.grades)
    document = freezer.freeze(root)
    owned: list[Range] = []
    attached = [span for passage in document.attached for span in passage.span]
    for node in document.walk():
        if node is not document:
            owned.extend(node.span)
            attached.extend(span for passage in node.attached for span in passage.span)
    coverage, share = coverage_of(text, owned, attached)
    policy = ImportedPolicy(
        title=facts.title,
        city=facts.city,
        ward=facts.ward,
        style=profile.family,
        profile=profile.key,
        stage=facts.stage_word,
        stage_key=facts.stage,
        fiscal_year=facts.fiscal_year,
        coverage=coverage,
        attached=share,
        nodes=document.children,
        repairs=repairs,
        doubts=doubts + [Repair("fact", sentence) for sentence in facts.doubts],
        document_span=document.span,
        document_attached=document.attached,
        source_text_length=len(text),
    )
    _stage_by_content(policy)
    policy.warnings = _warnings(source, policy)
    return policy


def _stage_by_content(policy: ImportedPolicy) -> None:
    """A form with filled-in evaluations is at that stage, whether or not it says so."""
    if policy.stage_key not in ("final", "midyear"):
        return
    phases = {evaluation.phase for node in policy.walk() for evaluation in node.evaluations}
    for key, word in (("self_evaluation", "自己評価"), ("midyear", "中間")):
        if key in phases:
            if policy.stage_key != key:
                policy.stage_key, policy.stage = key, word
                policy.doubts = [d for d in policy.doubts if not d.sentence.startswith("段階（")]
                policy.doubts.append(
                    Repair(
                        "stage-by-content", f"「{word}」の欄に記入があるため、段階を「{word}」としました。"
                    )
                )
            return


def _warnings(source: SourceText, policy: ImportedPolicy) -> list[str]:
    warnings = list(source.losses)
    if not policy.nodes:
        warnings.append("文書から見出しや箇条書きを読み取れませんでした。")
    if policy.fiscal_year is None:
        warnings.append("年度が見つかりません。")
    if policy.ward is None:
        warnings.append("区の名前が見つかりません。")
    if policy.nodes and policy.coverage < LOW_COVERAGE:
        percent = round(policy.coverage * 100)
        warnings.append(f"構造として読み取れた本文は{percent}％です。残りは近くの項目に付けました。")
    warnings.extend(
        doubt.sentence
        for doubt in policy.doubts
        if doubt.code in ("missing-number", "missing-parent", "same-code")
    )
    last = fold(source.text).rstrip()[-1:]
    if last and last in "、,（(「【・はがをにで" and policy.nodes:
        warnings.append("文書が文の途中で終わっています。")
    return warnings
