"""What a document says about itself: title, ward, city, fiscal year, stage."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .characters import fold
from .lines import Line, is_furniture
from .profiles import Profile, vocabulary
from .wareki import FiscalYear, find_years

_STRONG = re.compile(
    r"(?:区政?)?(?:運営|経営)(?:基本)?方針|具体的な?取組(?:み)?内容|区政運営|運営方針|将来ビジョン|地域福祉(?:保健)?計画|アクションプラン|実施計画|行動計画|区づくり|施政方針|基本計画"
)
_WARD = re.compile(
    r"([一-龥ぁ-んァ-ヴーヶケ々ノ]{1,7}区)(?=\s*(?:政)?\s*(?:の)?\s*(?:運営|経営|区政|行政|政|将来|の?方針|地域|アクション|役所|長|まちづくり|基本))"
)
_ADJACENT = re.compile(r"([一-龥ぁ-んァ-ヴ]{1,5}市)\s*([一-龥ぁ-んァ-ヴーヶケ々ノ]{1,7}区)")
_PLACE = re.compile(r"(?:[一-龥ぁ-んァ-ヴ]{1,5}市)?\s*[一-龥ぁ-んァ-ヴーヶケ々ノ]{1,6}区(?:役所)?")
_NOT_WARDS = (
    "当区",
    "本区",
    "各区",
    "全区",
    "区",
    "地区",
    "学区",
    "校区",
    "同区",
    "他区",
    "両区",
    "行政区",
    "自治区",
    "モデル区",
    "デジタル区",
    "る区",
    "たち区",
)
_GLUED = re.compile(r"^(?:年度|度|の|は|が|を|に|で|と|市|県|府|都|[ぁ-ん])+")


@dataclass(slots=True)
class Facts:
    """The document's own facts. `title_lines` are the indexes of the lines that are its title."""

    title: str = ""
    title_lines: list[int] = field(default_factory=list)
    city: str | None = None
    ward: str | None = None
    fiscal_year: FiscalYear | None = None
    stage: str = "final"
    stage_word: str = "確定"
    doubts: list[str] = field(default_factory=list)


def find_facts(text: str, lines: list[Line], profile: Profile, is_plain: Sequence[bool]) -> Facts:
    """Read title, ward, city, year and stage. Nothing is assumed that is not printed; what is missing is a doubt.

    `is_plain[i]` says that line i has no mark of a heading or bullet, so that it may be a title.
    """
    facts = Facts()
    _title(text, lines, facts, is_plain)
    _year(lines, facts)
    _ward(lines, facts)
    _city(lines, facts)
    _stage(lines, facts, profile)
    return facts


def _title(text: str, lines: list[Line], facts: Facts, is_plain: Sequence[bool]) -> None:
    best: tuple[float, Line] | None = None
    for line in lines:
        score = _title_score(line)
        if score > (best[0] if best else 2.5):
            best = (score, line)
    if best is None:
        first = next((line for line in lines[:12] if not is_furniture(line.text)), None)
        if (
            first is not None
            and is_plain[first.index]
            and len(first.text) <= 60
            and first.text[-1] not in "。、"
        ):
            facts.title = text[first.start : first.end]
            facts.title_lines = [first.index]
            facts.doubts.append("表題らしい行が見つからないため、最初の行を表題としました。")
        else:
            facts.doubts.append("表題が見つかりません。")
        return
    line = best[1]
    chosen = [line]
    if not find_years(line.text):
        # A cover sets the year on a line of its own, above or below.
        for neighbour in (line.index - 1, line.index + 1):
            if 0 <= neighbour < len(lines):
                years = find_years(lines[neighbour].text)
                if years and years[0].is_fiscal and len(lines[neighbour].text) <= 14:
                    chosen = sorted([line, lines[neighbour]], key=lambda one: one.index)
                    break
    above = chosen[0].index - 1
    if (
        above >= 0
        and _titled_ward("".join(one.text for one in chosen)) is None
        and _PLACE.fullmatch(lines[above].text)
    ):
        chosen.insert(0, lines[above])
    after = chosen[-1].index + 1
    if after < len(lines) and re.fullmatch(
        r"[(【\[〔]?\s*(?:素案|案|最終案|確定版?|具体的取組内容|概要版?)\s*[)】\]〕]?", lines[after].text
    ):
        chosen.append(lines[after])
    facts.title_lines = [one.index for one in chosen]
    facts.title = " ".join(text[one.start : one.end].lstrip("#").strip() for one in chosen)
    # The same title again, as web pages print it above and below their preamble.
    for other in lines:
        if other.index not in facts.title_lines and other.text == line.text:
            facts.title_lines.append(other.index)


def _title_score(line: Line) -> float:
    text = line.text
    if len(text) > 70 or text[-1] in "。、" or is_furniture(text):
        return 0.0
    strong = _STRONG.search(text)
    if not strong:
        return 0.0
    score = 2.0
    years = find_years(text)
    if years and years[0].is_fiscal:
        score += 3.0
    if "区" in text:
        score += 1.0
    if line.index < 30:
        score += 1.0
    if line.hint == "heading" and line.hint_level == 1:
        score += 1.0
    if text[0] in "・◆●○■□※*-(【[" or re.match(r"[0-9ⅠⅡⅢ①-⑳]+\s*[ .．、]", text):
        score -= 2.0
    if re.search(r"[はをが]|について|により|考え方|区長の方針|策定|ページ|掲載|ご覧|をめざ|基づく", text):
        score -= 3.0
    if len(text) > 40:
        score -= 1.0
    return score


def _year(lines: list[Line], facts: Facts) -> None:
    for found in find_years(facts.title):
        if found.is_fiscal or found.year.era:
            facts.fiscal_year = found.year
            return
    fiscal: Counter[int] = Counter()
    first: dict[int, FiscalYear] = {}
    for line in lines[:40]:
        for found in find_years(line.text):
            if found.is_fiscal:
                fiscal[found.year.western] += 1
                first.setdefault(found.year.western, found.year)
    if fiscal:
        western = fiscal.most_common(1)[0][0]
        facts.fiscal_year = first[western]
        facts.doubts.append(f"表題に年度がないため、冒頭の「{first[western].label}」を年度としました。")
        return
    for line in lines:
        for found in find_years(line.text):
            if "発行" in line.text or found.is_fiscal:
                facts.fiscal_year = FiscalYear(
                    found.year.label, found.year.era, found.year.era_year, found.year.western
                )
                facts.doubts.append(f"年度の記載がないため、「{found.year.label}」から推定しました。")
                return
    facts.doubts.append("年度が見つかりません。")


def _ward_name(raw: str) -> str | None:
    """「年度西区」 is 西区: what is glued to the left of the name is not part of it."""
    name = raw
    for glue in ("年度", "令和", "平成", "市"):
        if glue in name:
            name = name.split(glue)[-1]
    name = re.sub(r"^(?:年?度|[ぁ-ん](?=[一-龥]))", "", name)
    if name.endswith("区区"):
        # 「しらさぎ区区政運営方針」
        name = name[:-1]
    if (
        len(name) < 2
        or name in _NOT_WARDS
        or any(name.endswith(bad) for bad in ("地区", "学区", "校区", "モデル区"))
    ):
        return None
    return name


def _titled_ward(title: str) -> str | None:
    """The ward that a title names."""
    squeezed = "".join(fold(title).split())
    for match in _WARD.finditer(squeezed):
        name = _ward_name(match[1])
        if name:
            return name
    adjacent = _ADJACENT.search(squeezed)
    return adjacent[2] if adjacent else None


def _ward(lines: list[Line], facts: Facts) -> None:
    facts.ward = _titled_ward(facts.title)
    if facts.ward is not None:
        return
    counts: Counter[str] = Counter()
    for line in lines:
        for match in re.finditer(
            r"([一-龥ヶケァ-ヴー々]{1,5}区)(?:役所|長|政会議|運営|民まつり|社会福祉|将来)", line.text
        ):
            name = _ward_name(match[1])
            if name:
                counts[name] += 1
        for match in _ADJACENT.finditer(line.text):
            name = _ward_name(match[2])
            if name:
                counts[name] += 2
    if counts:
        facts.ward = counts.most_common(1)[0][0]
        facts.doubts.append(f"表題に区の名前がないため、本文から「{facts.ward}」としました。")
    else:
        facts.doubts.append("区の名前が見つかりません。")


def _city(lines: list[Line], facts: Facts) -> None:
    """The city, if it is printed: beside the ward's name, or as one of the cities that have wards."""
    known: list[str] = vocabulary("places")["cities"]
    counts: Counter[str] = Counter()
    for line in lines:
        text = line.text
        if "市" not in text:
            continue
        for match in _ADJACENT.finditer(text):
            if facts.ward and match[2] == facts.ward:
                city = next((c for c in known if match[1].endswith(c)), match[1])
                counts[city] += 5
        if line.hint == "page-title":
            for tab in re.finditer(r"(?:^|[:|\-\s])([一-龥ぁ-んァ-ヴヶケー]{1,8}市)(?=$|[:|\-\s])", text):
                counts[tab[1]] += 3
        for city in known:
            if city in text:
                counts[city] += 1
    if counts:
        (city, score), *others = counts.most_common(2)
        facts.city = city
        if others and others[0][1] >= score:
            facts.doubts.append(f"市の名前が複数あります（{city}、{others[0][0]}）。")
    else:
        facts.doubts.append("市の名前の記載がありません。")


def _stage(lines: list[Line], facts: Facts, profile: Profile) -> None:
    title = " ".join(fold(facts.title).split())
    for stage in profile.stages:
        if any(pattern.search(title) for pattern in stage.title):
            facts.stage, facts.stage_word = stage.key, stage.word
            break
    preamble = [line for line in lines[:60] if len(line.text) > 10]
    told: str | None = None
    for stage in profile.stages:
        for line in preamble:
            if any(pattern.search(line.text) for pattern in stage.preamble):
                # A page that was first marked at mid-year and then at year-end is at its last stage.
                if told != "self_evaluation":
                    told = stage.key
                    word = stage.word
                break
    if told and facts.stage in ("final", "midyear"):
        facts.stage, facts.stage_word = told, word
    elif facts.stage == "final" and not any(
        pattern.search(title) for stage in profile.stages if stage.key == "final" for pattern in stage.title
    ):
        facts.doubts.append("段階（素案、案、中間など）の記載がないため、「確定」としました。")
