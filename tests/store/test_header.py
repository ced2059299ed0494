"""Headers of `.cypher` files and typed parameters."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.errors import UsageError
from graphkit.store.header import bind, coerce, read_query

GOOD = """\
// id: q
// title_zh: 标题
// title_en: Title
// question: 问题
//   第二行
// params:
//   since: date = 2024-01-31 [signed on or after]
//   ids: ids = org:1,org:2
//   floor: money = 1234.50 [CNY]
//   person: text
//   status: text = valid
// returns: a, b
// status: stable

// a comment that belongs to nobody
MATCH (n:Person)
RETURN n.id // not: a header
"""


def parse(text: str = GOOD) -> object:
    return read_query(Path("topic/q.cypher"), text)


def test_a_header_is_read_whole() -> None:
    query = read_query(Path("topic/q.cypher"), GOOD)
    assert query.id == "topic/q"
    assert query.header["question"] == "问题 第二行"
    assert query.cypher == "MATCH (n:Person)\nRETURN n.id // not: a header"
    assert [(p.name, p.type, p.default, p.unit, p.required) for p in query.params] == [
        ("since", "date", date(2024, 1, 31), "signed on or after", False),
        ("ids", "ids", ["org:1", "org:2"], None, False),
        ("floor", "money", 1234.5, "CNY", False),
        ("person", "text", None, None, True),
        ("status", "text", "valid", None, False),
    ]


def test_the_json_shape_is_the_contracts() -> None:
    out = read_query(Path("topic/q.cypher"), GOOD).as_json()
    assert {"id", "title_zh", "title_en", "question", "params", "returns", "topic", "status", "file"} <= out.keys()
    assert out["params"][0] == {"name": "since", "type": "date", "default": "2024-01-31", "unit": "signed on or after"}


def test_one_parameter_may_stand_on_the_line_of_its_key() -> None:
    text = GOOD.replace("// params:\n//   since", "// params: since")
    assert [p.name for p in read_query(Path("topic/q.cypher"), text).params][:2] == ["since", "ids"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("// title_en: Title\n", "", "title_en"),
        ("// status: stable", "// status: final", "status"),
        ("// id: q", "// id: other", "other"),
        ("// returns: a, b", "// returns: a, b\n// colour: red", "colour"),
        ("since: date", "since: day", "since: day"),
        ("since: date = 2024-01-31", "since: date = 31.1.2024", "since"),
        ("person: text", "person text", "person text"),
    ],
)
def test_a_broken_header_names_what_is_wrong(old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(GOOD.replace(old, new))
    assert says in caught.value.message.en


def test_binding_types_every_parameter_and_adds_the_limit() -> None:
    query = read_query(Path("topic/q.cypher"), GOOD)
    assert bind(query, {"person": "person:1", "since": "2023-05-06", "floor": "1,000"}, 51) == {
        "limit": 51, "since": date(2023, 5, 6), "ids": ["org:1", "org:2"], "floor": 1000.0, "person": "person:1", "status": "valid",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({}, "missing-parameter", "person"),
        ({"person": "p", "who": "x"}, "unknown-parameter", "who"),
        ({"person": "p", "since": "yesterday"}, "bad-parameter", "since"),
        ({"person": 7}, "bad-parameter", "person"),
        ({"person": "p", "floor": "viel"}, "bad-parameter", "floor"),
        ({"person": "p", "floor": "NaN"}, "bad-parameter", "floor"),
    ],
)
def test_a_bad_parameter_is_named(given: dict[str, object], code: str, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        bind(read_query(Path("topic/q.cypher"), GOOD), given, 1)
    assert caught.value.code == code
    assert caught.value.details["parameter"] == name
    assert name in caught.value.message.zh
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "3", 3), ("int", 3.0, 3), ("number", "0.5", 0.5), ("bool", "true", True), ("bool", "否", False), ("bool", True, True),
        ("date", "2024-02-29", date(2024, 2, 29)), ("datetime", "2024-02-29T08:30:00", datetime(2024, 2, 29, 8, 30)),
        ("ids", '["a,b", "c"]', ["a,b", "c"]), ("ids", ["x"], ["x"]), ("ids", "", []), ("text", "null", None), ("money", "12.34", 12.34),
    ],
)  # fmt: skip
def test_values_from_the_command_line(kind: str, text: object, value: object) -> None:
    assert coerce("p", kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [("int", "3.5"), ("int", True), ("int", 1.5), ("number", "inf"), ("bool", "maybe"), ("date", "2024-02-30"), ("date", datetime(2024, 1, 1)), ("ids", [1]), ("money", True)],
)  # fmt: skip
def test_values_of_another_type_are_refused(kind: str, text: object) -> None:
    with pytest.raises(UsageError, match="parameter p"):
        coerce("p", kind, text)


@given(st.integers())
def test_integers_round_trip(value: int) -> None:
    assert coerce("p", "int", str(value)) == value


@given(st.dates())
def test_dates_round_trip(value: date) -> None:
    assert coerce("p", "date", value.isoformat()) == value
