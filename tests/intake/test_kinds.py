"""The whole-column recognisers never disagree with the exact reader of one cell."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.intake.kinds import arrow_type, read_column, reader
from graphkit.intake.templates import Column, templates
from graphkit.values.id_no import check_digit

COLUMNS = {
    kind: next(c for t in templates().values() for c in t.columns if c.kind == kind)
    for kind in (
        "money",
        "date",
        "datetime",
        "int",
        "number",
        "percent",
        "bool",
        "id_no",
        "uscc",
        "phone",
        "account",
        "text",
        "party",
        "code",
        "org",
        "person",
    )
}

IDS = (
    st.dates()
    .map(lambda d: f"611002{d:%Y%m%d}001")
    .filter(lambda head: len(head) == 17)
    .map(lambda head: head + check_digit(head))
)
TEXTS = (
    st.text(max_size=12)
    | st.from_regex(r"[0-9]{1,16}(\.[0-9]{0,3})?", fullmatch=True)
    | st.from_regex(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?",
        fullmatch=True,
        alphabet=st.characters(codec="ascii"),
    )
    | st.datetimes().map(lambda m: m.isoformat(" ", "seconds"))
    | st.dates().map(str)
    | IDS
    | IDS.map(lambda n: n[:-1] + "0")
    | st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
    | st.sampled_from(
        [
            "",
            " ",
            "a ",
            "\u3000x",
            "#N/A",
            "#1",
            "1e5",
            "-0",
            "007",
            "1" * 19,
            "6.1E+17",
            "ｘ１",
            "\x85",
            "x\x85",
            "\u2028",
            "\ufeffa",
            "５",
            "-",
        ]
    )
)


def _column(kind: str) -> Column:
    return COLUMNS[kind]


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("kind", sorted(COLUMNS))
@given(texts=st.lists(TEXTS, max_size=30))
def test_fast_equals_exact(kind: str, texts: list[str]) -> None:
    texts = [text for text in texts if not any("\ud800" <= c <= "\udfff" for c in text)]
    column = _column(kind)
    cells = read_column(pa.array(texts, pa.string()), column)
    exact = [reader(column)(text) for text in texts]
    assert cells.values.to_pylist() == pa.array([p.value for p in exact], arrow_type(column)).to_pylist()
    assert cells.reasons == {i: p.reason for i, p in enumerate(exact) if p.reason}
    assert cells.notes == {i: p.note for i, p in enumerate(exact) if p.note and not p.reason}


def test_header_units_reach_the_cells() -> None:
    cells = read_column(pa.array(["35.6", "12元", ""]), _column("money"), 1_000_000)
    assert cells.values.to_pylist() == [35_600_000, 1_200, None]


def test_a_slice_of_a_column_is_read_like_the_whole() -> None:
    whole = pa.array(["x", "2023-05-06", "2023-02-30", "2024-02-29"])
    cells = read_column(whole.slice(1), _column("date"))
    assert [str(v) for v in cells.values.to_pylist()] == ["2023-05-06", "None", "2024-02-29"]
    assert cells.reasons == {1: "date-range"}
