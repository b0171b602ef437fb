"""Lines of tables and keys: on every shape that TOML has, and on files made at random."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuyakusho.core.packs.positions import lines_of

TEXT = '''# words
top = 1
[plan] # comment with [brackets]
key = "a # no comment ] }"
"quoted key" = 'literal'
a.b.c = 2
long = """
[not.a.table]
key = 9
"""
list = [
  1, # one ]
  "two",
  { x = 1 },
]

[[row]]
key = "first"
  [[row.find]]
  code = 1
  [[row.find]]
  code = 2
[row.deep.er]
x = 1

[[row]]
key = "second"
  [[row.find]]
  code = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("plan",), 3),
        (("plan", "key"), 4),
        (("plan", "quoted key"), 5),
        (("plan", "a"), 6),
        (("plan", "a", "b", "c"), 6),
        (("plan", "long"), 7),
        (("plan", "list"), 11),
        (("plan", "list", 2, "x"), 11),
        (("row", 0), 17),
        (("row", 0, "key"), 18),
        (("row", 0, "find", 0), 19),
        (("row", 0, "find", 1, "code"), 22),
        (("row", 0, "deep", "er", "x"), 24),
        (("row", 1, "key"), 27),
        (("row", 1, "find", 0, "code"), 29),
        (("row", 1, "nothing of the kind"), 26),
        (("nothing",), 1),
    ],
)
def test_each_thing_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert lines_of(TEXT).at(path) == line


def test_lines_are_the_same_with_the_ends_of_lines_that_windows_writes() -> None:
    assert lines_of(TEXT.replace("\n", "\r\n")).found == lines_of(TEXT).found


KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,6}", fullmatch=True)
VALUES = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(
        ["true", "2022-04-01", '"x"', "'[[y]]'", '"""\n[z]\na = 1\n"""', "[\n 1,\n # ]\n 2]", "{ q = '}' }"]
    ),
)
TABLES = st.lists(st.tuples(KEYS, st.booleans(), st.dictionaries(KEYS, VALUES, max_size=4)), max_size=6)


@given(TABLES)
def test_the_line_found_is_the_line_written(tables: list[tuple[str, bool, dict[str, str]]]) -> None:
    kinds: dict[str, bool] = {}
    counts: dict[str, int] = {}
    lines: list[str] = []
    expected: dict[tuple[Any, ...], int] = {}
    for name, several, pairs in tables:
        if name in kinds and (not several or not kinds[name]):
            continue  # a table stands once, and is not a list at the same time
        kinds[name] = several
        base: tuple[Any, ...] = (name,)
        if several:
            counts[name] = counts.get(name, -1) + 1
            base = (name, counts[name])
        lines.append(f"[[{name}]]" if several else f"[{name}]")
        expected[base] = len(lines)
        for key, value in pairs.items():
            lines.append(f"{key} = {value}".split("\n")[0])
            expected[(*base, key)] = len(lines)
            lines += value.split("\n")[1:]
    text = "\n".join(lines)
    tomllib.loads(text)
    found = lines_of(text)
    assert {path: found.at(path) for path in expected} == expected


@given(st.text(alphabet="ab=[]{}\"'.#\n 1,\\_-あ", max_size=60))
def test_whatever_the_standard_reader_takes_is_walked_to_its_end(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of(text)
    last = text.count("\n") + 1
    for key in data:
        assert 1 <= found.at((key,)) <= last
