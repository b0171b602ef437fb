"""Plain Japanese (やさしい日本語): what a reader at level N4 can read, or finds the reading of beside it.

A word with a kanji beyond the list has its reading in brackets right after it: 災害（さいがい）. The list is the
union of the kanji that are commonly taught for N5 and N4 of the Japanese-Language Proficiency Test; there is no
official one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kuyakusho.core.text.rules import written

from .faults import Fault
from .positions import Lines
from .positions import Path as Steps

N5 = frozenset(
    "一二三四五六七八九十百千万円時日月火水木金土曜年分今午前後毎週先何人男女子母父友名高安新古大小多少長白上下"
    "左右中外東西南北口目耳手足車駅電社店会校学生語話聞読書見行来食飲休出入立言国天気雨花山川空本間半道魚買"
)
N4 = frozenset(
    "悪暗医意以引院員運映英屋音夏家歌画界回海開楽漢館顔帰起急牛去強教京業近究銀区計兄県研建験元工広考光好合"
    "黒作産三使始思姉止市死私紙試仕事持字自室質写者借主首秋終習集住重宿春所暑乗場色心親真図世切早送走赤族速"
    "村太待代貸台題達短知地池茶着昼注朝町鳥通弟転田都度冬答頭同動堂特肉売発飯病品不風服物別勉便歩方妹枚味明"
    "門問夜野薬有夕用洋理旅料力林冷低遠軽体正若寒晴雪犬青働洗"
)
READABLE = N5 | N4

_KANJI = re.compile(r"[々一-鿿豈-﫿\U00020000-\U000323AF]+")


def hard_words(text: str) -> list[str]:
    """The runs of kanji that can be read neither at N4 nor by a reading in brackets."""
    bare, end = [], 0
    for start, until, _parts in written(text):
        bare.append(text[end:start])
        end = until
    bare.append(text[end:])
    return [run for piece in bare for run in _KANJI.findall(piece) if not READABLE.issuperset(run)]


def faults_of_plain_words(
    data: Mapping[str, Any], file: str, where: str, base: Steps, lines: Lines
) -> Iterator[Fault]:
    """The hard words in everything that is named `easy` or `…_easy`, anywhere inside an entry."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from faults_of_plain_words(value, file, where, (*base, name), lines)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, Mapping):
                    yield from faults_of_plain_words(one, file, where, (*base, name, number), lines)
        elif isinstance(value, str) and (name == "easy" or name.endswith("_easy")):
            for word in hard_words(value):
                yield Fault(
                    file,
                    where,
                    name,
                    f"has {word}, which is hard to read in plain Japanese",
                    f"Take a simpler word, or add its reading: {word}（…）",
                    lines.at((*base, name)),
                )
