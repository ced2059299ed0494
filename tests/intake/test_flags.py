"""Rows that contradict themselves are loaded with a note; what depends on the day of the load is only said."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from graphkit.intake.flags import flag_rows, odd_rows
from tests.conftest import person
from tests.intake.conftest import Load, table


def notes(rows: list[dict[str, Any]], template: str = "staff") -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    whole = pa.Table.from_pylist(rows)
    flag_rows(template, {name: whole.column(name).combine_chunks() for name in whole.column_names}, found)
    return found


DAYS = [date(2020, 1, 1), date(2021, 1, 1)]


@pytest.mark.parametrize("pair", [("birth", "death_date"), ("birth", "from_date"), ("from_date", "to_date")])
def test_days_in_the_wrong_order(pair: tuple[str, str]) -> None:
    early, late = DAYS
    rows = [
        dict(zip(pair, days, strict=True)) for days in ((early, late), (late, early), (early, early), (None, early))
    ]
    assert notes(rows) == {1: {pair[1]: "date-range"}}


def test_hired_before_birth_by_the_number() -> None:
    rows = [{"id_no": person(1, 1990), "from_date": day} for day in (date(1980, 1, 1), date(2010, 1, 1), None)]
    assert notes([*rows, {"id_no": "虚", "from_date": date(1980, 1, 1)}]) == {0: {"from_date": "date-range"}}


def test_oneself_and_below_zero() -> None:
    rows = [
        {"from_acct": "62", "to_acct": "62", "amount": 1},
        {"from_acct": "CASH", "to_acct": "CASH", "amount": -1},
        {"from_acct": "62", "to_acct": "63", "amount": 0},
    ]
    assert notes(rows, "transactions") == {0: {"to_acct": "same"}, 1: {"amount": "negative"}}


def test_a_note_is_added_to_those_of_the_cell_once(load: Load) -> None:
    reading = load("tx,ts,from_acct,to_acct,amount\n1,2023-05-06,62,63,(5)\n2,2023-05-06,62,63,$-5\n")
    assert [json.loads(str(row["_notes"]))["amount"] for row in table(reading)] == ["negative", "currency:USD;negative"]


def test_what_lies_ahead_is_said() -> None:
    rows = pa.table(
        {"date": [date(2023, 5, n) for n in (6, 7, 8)], "to_date": [date(2199, 1, 1)] * 3, "_row": [2, 3, 4]}
    )
    said = odd_rows("awards", rows, date(2023, 5, 6))
    assert [text.zh for text in said] == ["date 晚于今天：第 4 行"], "tomorrow may be today further east"
    assert odd_rows("awards", rows, date(2023, 5, 7)) == []


def test_an_invoice_of_several_contracts_is_said() -> None:
    columns = {"invoice_no": ["1", "1", "2", "2", "3"], "contract_no": ["a", "b", "a", "a", None]}
    said = odd_rows("invoices", pa.table(columns))
    assert len(said) == 1 and said[0].zh == "1 张发票对应多个合同：1"
