"""What a person is asked about a table that was read, and what is not worth a question."""

from __future__ import annotations

from datetime import date

import pytest

from tests.intake.conftest import HEADER, Load, reasons, table

HEAD = "合同编号,采购人,供应商,合同金额（万元）,签订日期\n"


def contracts(amounts: list[str], days: list[str] | None = None) -> str:
    days = days or ["2023-05-06"] * len(amounts)
    rows = (
        f"HT{n},虚甲院,虚乙公司,{amount},{day}\n" for n, (amount, day) in enumerate(zip(amounts, days, strict=True))
    )
    return HEAD + "".join(rows)


@pytest.mark.parametrize(
    ("amounts", "asked"),
    [
        (["35.6", "356000", "28"], True),
        (["35.6", "356000"], True),
        (["35.6", "356000元", "28"], False),
        (["35.6", "1200", "28"], False),
        (["35.6", "9000000", "28"], False),
        (["356000", "412000", "280000"], False),
        (["0", "", "35.6"], False),
        (["5"], False),
        (["-35.6", "-356000", "28"], True),
    ],
)
def test_a_cell_in_yuan_among_tenthousands(load: Load, amounts: list[str], asked: bool) -> None:
    reading = load(contracts(amounts, None), "contracts.csv")
    if any(not amount for amount in amounts):
        assert reasons(reading) == [(amounts.index("") + 2, "required")]
    assert (reading.status == "needs_decision") is asked
    if asked:
        assert (
            "未自动更正" in reading.message.zh and "rows 3" in reading.message.en and "--accept" in reading.message.en
        )
        taken = load(contracts(amounts, None), "contracts.csv", accept=True)
        assert taken.status == "ok" and "按人工决定" in taken.message.zh
        assert [row["amount"] for row in table(taken, "contracts")] == [
            round(float(amount) * 1_000_000) for amount in amounts
        ], "taken as written, never put right"


def test_a_column_in_yuan_is_never_an_outlier(load: Load) -> None:
    text = contracts(["35.6", "356000", "28"]).replace("（万元）", "")
    assert load(text, "contracts.csv").status == "ok"


def test_dates_are_asked_about_once_a_column(load: Load) -> None:
    text = contracts(["1", "2", "3", "4"], ["5/6/2023", "7/6/2023", "2023-05-06", "13/6/2023"])
    reading = load(text, "contracts.csv")
    assert reading.status == "needs_decision" and reading.message.zh.count("先后不明") == 1
    assert (
        "signed 有 3 个日期" in reading.message.zh and "dmy" in reading.message.zh and "mdy" not in reading.message.zh
    )
    taken = load(text, "contracts.csv", accept=True)
    assert [row["signed"] for row in table(taken, "contracts")] == [
        date(2023, 6, 5), date(2023, 6, 7), date(2023, 5, 6), date(2023, 6, 13),
    ]  # fmt: skip
    assert taken.status == "ok" and not taken.rejects
    notes = [row["_notes"] for row in table(taken, "contracts")]
    assert notes == ['{"signed": "order:dmy"}', '{"signed": "order:dmy"}', None, '{"signed": "order:dmy"}']


def test_a_bare_yes_does_not_choose_between_two_orders(load: Load) -> None:
    text = contracts(["1", "2"], ["5/6/2023", "2023-05-06"])
    taken = load(text, "contracts.csv", accept=True)
    assert taken.status == "ok" and reasons(taken) == [(2, "date-order")]
    for order, day in (("mdy", date(2023, 5, 6)), ("dmy", date(2023, 6, 5))):
        said = load(text, "contracts.csv", accept=order)
        assert table(said, "contracts")[0]["signed"] == day and not said.rejects


def test_dates_that_fit_no_order_together(load: Load) -> None:
    text = contracts(["1", "2"], ["13/6/2023", "6/13/2023"])
    reading = load(text, "contracts.csv")
    assert reading.status == "needs_decision" and "没有一种顺序" in reading.message.zh
    assert reasons(load(text, "contracts.csv", accept="dmy")) == [(3, "date-order")]


def test_garbled_texts_are_asked_about_and_flagged(load: Load) -> None:
    text = f"{HEADER}\n1,2023-05-06 10:00:00,62,63,1,锟斤拷\n2,2023-05-06 10:00:00,62,63,1,货款\n"
    reading = load(text)
    assert reading.status == "needs_decision" and "第 2 行" in reading.message.zh
    taken = load(text, accept=True)
    assert [row["_notes"] is None for row in table(taken)] == [False, True]


def test_cells_without_a_header_are_kept(load: Load) -> None:
    reading = load("身份证号,姓名,,\n990101198001010011,虚甲,左,\n990101198001010012,虚乙,,右\n", "persons.csv")
    assert [row["_extra"] for row in table(reading, "persons")] == ['{"column_3": "左"}', '{"column_4": "右"}']
    assert reading.sheets[0].unknown_columns == ("column_3", "column_4")
    empty = load("身份证号,姓名,,\n990101198001010011,虚甲,,\n", "persons.csv")
    assert empty.sheets[0].unknown_columns == () and table(empty, "persons")[0]["_extra"] is None
