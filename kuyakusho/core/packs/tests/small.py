"""A small pack that is sound, for breaking."""

from __future__ import annotations

from pathlib import Path

WARD = """
[ward]
slug = "sample-minami"
code = "141046"
name = "南区"
kana = "みなみく"
name_en = "Minami Ward"
city = "見本市"
city_en = "Sample City"
style = "yokohama"
languages = ["ja", "en"]

[colours]
primary = "blue-900"
on_primary = "white"

[office]
name = "南区役所"
name_en = "Minami Ward Office"
address = "見本市南区一丁目1番"
postal_code = "100-0000"
phone = "00-0000-0000"
demo = true

[[opening]]
weekday = "mon"
from = "09:00"
to = "17:00"

[[opening]]
weekday = "sat"
weeks = [2, 4]
from = "09:00"
to = "12:00"
sections = ["records"]
note = "一部の窓口だけが開きます。"

[disaster]
title = "災害のとき"
title_en = "In a disaster"
title_easy = "地震（じしん）の とき"

[[disaster.step]]
ja = "身を守る。"
en = "Protect yourself."
easy = "つくえの 下に 入ります。"

[[disaster.number]]
name = "火事・救急"
name_en = "Fire"
name_easy = "火事（かじ）"
number = "119"
"""
SECTIONS = """
[[section]]
key = "records"
name = "記録課"
kana = "きろくか"
name_en = "Records Section"
name_easy = "記録課（きろくか）"
mission = "記録を守る。"
mission_en = "We keep records."
demo = true

[[section]]
key = "planning"
name = "企画課"
kana = "きかくか"
name_en = "Planning Section"
mission = "先を考える。"
mission_en = "We think ahead."
"""
DISTRICTS = (
    "key,name,kana,name_en,demo\nriver,川の町,かわのまち,Riverside,demo\nhill,丘の町,おかのまち,Hillside,\n"
)
CLOSING_DAYS = "on,reason,reason_en\n2022-12-29,年末年始,Year end\n2022-12-30,年末年始,Year end\n"
READINGS = "surface,reading\n南区,みなみく\n丘の町,おかのまち\n"
PEOPLE = (
    "key,name,kana,section,roles,email\n"
    "chief,髙橋　葛󠄀,たかはし　かずら,records,chief;administrator,chief@minami.example.jp\n"
    "clerk,𠮷田　朋,よしだ　とも,planning,clerk,clerk@minami.example.jp\n"
)
RESIDENTS = (
    "key,name,kana,district,email,language\nhana,山田　花,やまだ　はな,river,hana@example.jp,ja-easy\n"
)

FILES = {
    "ward.toml": WARD,
    "sections.toml": SECTIONS,
    "districts.csv": DISTRICTS,
    "closing-days.csv": CLOSING_DAYS,
    "readings.csv": READINGS,
    "people.csv": PEOPLE,
    "residents.csv": RESIDENTS,
}


def write(home: Path, **changed: str | None) -> Path:
    """The pack below `home`; `changed` replaces a file by its name without ending, None leaves it out."""
    folder = home / "sample-minami"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        said = changed.get(name.partition(".")[0].replace("-", "_"), text)
        if said is not None:
            (folder / name).write_text(said, "utf-8")
    return folder
