"""What a line of a statement is, and what its cells become."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.intake.reading import FileReading
from graphkit.intake.statement_lines import money
from graphkit.intake.statement_rows import moment
from graphkit.values.money import read_money
from graphkit.values.times import read_datetime
from tests.conftest import account
from tests.intake.conftest import Load, reasons, table

OWN = account(901)
HEAD = f"账号：{OWN}  户名：张某甲\n交易日期,摘要,借方,贷方,余额,对方户名,对方账号\n"
OTHER = account(911)


def statement(load: Load, *lines: str, head: str = HEAD, name: str = "x.csv") -> FileReading:
    reading = load(head + "\n".join(lines) + "\n", name)
    assert (reading.loader, reading.status) == ("statement", "ok"), reading.message.zh
    return reading


@settings(max_examples=150)
@given(
    fen=st.integers(-(10**12), 10**12),
    form=st.sampled_from(
        ["{:.2f}", "{:,.2f}", "+{:.2f}", "¥{:,.2f}", "{:.2f}元", "({:.2f})", "{:.2f}-", "abc{:.2f}", ""]
    ),
    unit=st.sampled_from([1, 100, 1_000_000]),
)
def test_a_cleaned_amount_reads_as_the_written_one(fen: int, form: str, unit: int) -> None:
    text = form.format(fen / 100) if unit == 100 else f"{fen:,}" if fen % 2 else str(fen)
    (cleaned,) = money(pa.array([text]), unit).to_pylist()
    expected = read_money(text.lstrip("+"), unit)
    read = read_money(cleaned, 100)
    assert (read.value, read.reason) == (expected.value, expected.reason)


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("20230506", "100503"), ("2023-05-06", "10:05:03"), ("2023/05/06", "10.05.03"), ("2023.05.06", "10时05分03秒"),
        ("2023年05月06日", "10:05:03"), ("20230506 10:05:03", ""), ("2023-05-06 10:05:03", "100503"), ("20230506100503", ""),
        ("2023-05-06-10.05.03.000000", ""), ("20230506", "20230506100503"), ("20230506", "2023-05-06 10:05:03"),
        ("", "2023/05/06 10:05:03"), ("2023/5/6", "10:05:03"),
    ],
)  # fmt: skip
def test_day_and_time_are_joined(day: str, clock: str) -> None:
    (text,) = moment(pa.array([day]), pa.array([clock])).to_pylist()
    assert read_datetime(text).value == datetime(2023, 5, 6, 10, 5, 3)


@pytest.mark.parametrize(("clock", "read"), [("93000", (9, 30, 0)), ("0930", (9, 30, 0)), ("9:30:05", (9, 30, 5))])
def test_short_times_are_read(clock: str, read: tuple[int, int, int]) -> None:
    (text,) = moment(pa.array(["20230506"]), pa.array([clock])).to_pylist()
    assert read_datetime(text).value == datetime(2023, 5, 6, *read)


def test_lines_of_the_page_are_no_transactions(load: Load) -> None:
    reading = statement(
        load,
        "2023-01-01,期初余额,,,100.00,,",
        f"2023-01-02,货款,,50.00,150.00,某公司,{OTHER}",
        "过次页,,0.00,50.00,150.00,,",
        "交易日期,摘要,借方,贷方,余额,对方户名,对方账号",
        "承前页,,,,150.00,,",
        "2023-01-03,本日合计,20.00,50.00,,,",
        f"2023-01-03,货款,20.00,,130.00,某公司,{OTHER}",
        "合 计,,20.00,50.00,,,",
        "本年累计,,20.00,50.00,,,",
        "期末余额,,,,130.00,,",
        "打印时间：2024-01-01 10:00:00",
        "----------",
        "第1页",
    )
    assert [row["_row"] for row in table(reading)] == [4, 9]
    assert reasons(reading) == [(10, "total-line"), (11, "total-line")]
    assert reading.rows_read == 2 + 2 + 1 and reading.sheets[0].gaps == ()
    assert "9 行不是交易" in reading.message.zh and "9 lines are no transactions" in reading.message.en


@pytest.mark.parametrize(
    ("first", "last", "found"), [("90.00", "130.00", [(3, 4, 1000)]), ("100.00", "80.00", [(5, 6, -5000)])]
)
def test_opening_and_closing_balances_are_part_of_the_chain(
    load: Load, first: str, last: str, found: list[tuple[int, int, int]]
) -> None:
    lines = (
        f"2023-01-01,期初余额,,,{first},,",
        f"2023-01-02,货款,,50.00,150.00,某公司,{OTHER}",
        f"2023-01-03,货款,20.00,,130.00,某公司,{OTHER}",
        f"期末余额,,,,{last},,",
    )
    reading = statement(load, *lines)
    assert [(*gap.rows, gap.missing_fen) for gap in reading.sheets[0].gaps or ()] == found
    above = HEAD.replace("户名", f"期初余额：{first} 期末余额：{last} 户名")
    stated = statement(load, *lines[1:3], head=above, name="y.csv").sheets[0].gaps or ()
    assert [gap.missing_fen for gap in stated] == [missing for _, _, missing in found]
    assert all(1 in gap.rows for gap in stated)


def test_who_is_on_the_other_side(load: Load) -> None:
    reading = statement(
        load,
        "2023-01-02,ATM取款,20.00,,80.00,,",
        "2023-01-03,现金存入,,5.00,85.00,,",
        "2023-01-04,现金管理费,1.00,,84.00,,",
        "2023-01-05,消费,4.00,,80.00,某超市,",
        "2023-01-06,结息,,0.50,80.50,,",
    )
    assert [(row["to_acct"], row["to_name"], row["direction"]) for row in table(reading)] == [
        ("CASH", None, "D"),
        ("CASH", None, "C"),
        (f"{OWN}/未列明", None, "D"),
        (f"{OWN}/某超市", "某超市", "D"),
        (f"{OWN}/未列明", None, "C"),
    ]
    assert ['"to_acct": "derived"' in str(row["_notes"]) for row in table(reading)] == [False, False, True, True, True]


def test_directions(load: Load) -> None:
    reading = statement(
        load,
        f"2023-01-02,冲正,-10.00,,110.00,某公司,{OTHER}",
        f"2023-01-03,两边都有,1.00,2.00,111.00,某公司,{OTHER}",
        f"2023-01-04,货款,0.00,3.00,114.00,某公司,{OTHER}",
        f"2023-01-05,货款,一元,,113.00,某公司,{OTHER}",
        f"2023-01-06,货款,,,113.00,某公司,{OTHER}",
    )
    assert [(row["_row"], row["direction"], row["amount"]) for row in table(reading)] == [(3, "C", 1000), (5, "C", 300)]
    assert reasons(reading) == [(4, "direction"), (6, "money"), (7, "required")]
    (gap,) = reading.sheets[0].gaps or ()
    assert (gap.rows, gap.missing_fen, gap.rejected) == ((3, 5), 100, 1)
    assert "其间 1 行被隔离" in reading.message.zh and "1 rows between them are quarantined" in reading.message.en


WORDED = f"账号：{OWN}\n交易时间,收/支,金额,余额,交易状态,对方账号\n"


def test_a_direction_in_words_and_a_minus_that_repeats_it(load: Load) -> None:
    reading = statement(
        load,
        f"2023-01-02 10:00:00,支出,-100.00,900.00,成功,{OTHER}",
        f"2023-01-02 10:00:01,支出,-100.00,800.00,成功,{OTHER}",
        f"2023-01-02 10:00:02,收入,-50.00,750.00,冲正成功,{OTHER}",
        f"2023-01-02 10:00:03,支出,-70.00,750.00,交易关闭,{OTHER}",
        f"2023-01-02 10:00:04,不计收支,10.00,750.00,成功,{OTHER}",
        head=WORDED,
    )
    assert [(row["direction"], row["amount"]) for row in table(reading)] == [("D", 10_000), ("D", 10_000), ("D", 5_000)]
    assert reasons(reading) == [(6, "not-paid"), (7, "direction")]
    assert reading.sheets[0].gaps == () and table(reading, "accounts") == []


def test_a_line_with_only_a_fee_is_a_payment_of_it(load: Load) -> None:
    head = f"账号：{OWN}\n交易日期,交易时间,借贷标志,金额,余额,手续费,币种,对方账号\n"
    reading = statement(
        load,
        f"20230102,100000,借,100.00,895.00,5.00,人民币,{OTHER}",
        f"20230102,100001,,,893.00,2.00,人民币,{OTHER}",
        f"20230102,100002,贷,7.00,900.00,0.00,RMB,{OTHER}",
        f"20230102,100003,借,7.00,93.00,,美元,{OTHER}",
        f"20230102,100004,贷,7.00,100.00,,USD,{OTHER}",
        head=head,
    )
    assert [(row["direction"], row["amount"]) for row in table(reading)][:2] == [("D", 10_000), ("D", 200)]
    assert [row["currency"] for row in table(reading)] == [None, None, None, "USD", "USD"]
    assert reading.sheets[0].gaps == ()


def test_without_balances_nothing_is_called_complete(load: Load) -> None:
    head = f"账号：{OWN}\n交易时间,收/支,金额,交易对方,对方账号\n"
    reading = statement(load, f"2023-01-02 10:00:00,支出,1.00,某,{OTHER}", head=head)
    assert reading.sheets[0].gaps is None
    assert "没有余额列" in reading.message.zh and "cannot be checked" in reading.message.en


def test_several_accounts_below_each_other(load: Load) -> None:
    second = account(902)
    reading = statement(
        load,
        f"2023-01-02,货款,,50.00,150.00,某公司,{OTHER}",
        f"2023-01-03,货款,20.00,,130.00,某公司,{OTHER}",
        ",,,,,,",
        f"账号：{second}  户名：张某乙",
        "交易日期,摘要,借方,贷方,余额,对方户名,对方账号",
        f"2023-01-02,货款,,50.00,1150.00,某公司,{OTHER}",
        f"2023-01-03,货款,20.00,,1100.00,某公司,{OTHER}",
        f"账号：{second}  户名：张某乙,,,,,,",
        f"2023-01-04,货款,20.00,,1080.00,某公司,{OTHER}",
    )
    assert [row["from_acct"] for row in table(reading)] == [OWN, OWN, second, second, second]
    assert [(row["_row"], row["acct"], row["holder"]) for row in table(reading, "accounts")] == [
        (1, OWN, "张某甲"),
        (6, second, "张某乙"),
    ]
    assert [(gap.acct, gap.rows, gap.missing_fen) for gap in reading.sheets[0].gaps or ()] == [
        (second[-4:], (8, 9), -3000)
    ]


def test_rows_with_other_numbers_of_cells(load: Load) -> None:
    reading = statement(
        load,
        f"2023-01-02,货款,,50.00,150.00,某公司,{OTHER},,",
        "2023-01-03,货款,20.00",
        f'2023-01-04,"货款,尾款",20.00,,130.00,某公司,{OTHER}',
        f'2023-01-05,"两行\n附言",30.00,,100.00,某公司,{OTHER}',
    )
    assert [(row["_row"], row["purpose"]) for row in table(reading)] == [
        (3, "货款"),
        (5, "货款,尾款"),
        (6, "两行\n附言"),
    ]
    assert reasons(reading) == [(4, "columns")] and reading.rows_read == 5


def test_dates_in_no_clear_order_are_read_as_a_person_says(load: Load) -> None:
    lines = f"01/02/2023,货款,,50.00,150.00,某公司,{OTHER}\n02/02/2023,货款,20.00,,130.00,某公司,{OTHER}\n"
    asked = load(HEAD + lines, "x.csv")
    assert reasons(asked) == [(3, "date-order"), (4, "date-order")] and "=dmy" in asked.message.zh
    told = load(HEAD + lines, "x.csv", accept="mdy")
    assert [row["ts"] for row in table(told)] == [datetime(2023, 1, 2), datetime(2023, 2, 2)]
    assert told.sheets[0].gaps == ()
