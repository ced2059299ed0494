"""Headers below titles, on several lines, beside and above other tables (RELIABILITY 3, rows 26, 28, 30)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.intake.head import find_head, second_head
from tests.intake.conftest import HEADER, ROW, Load, table

Cells = list[str]
PAID = HEADER.split(",")
DATA = ROW.split(",")
CONTRACT = ["合同编号", "采购人", "供应商", "金额", "", "签订日期"]
UNDER = ["", "", "", "合同", "预算", ""]
SIGNED = ["HT1", "虚构甲院", "虚构乙公司", "120", "200", "2023-05-06"]


def test_two_lines_are_read_together_and_shown() -> None:
    head = find_head([CONTRACT, UNDER, SIGNED], ())
    assert head is not None and head.choice.layout is not None
    assert head.headers[3:5] == ("金额/合同", "金额/预算") and head.body == 2
    assert head.choice.layout.places["amount"] == 3 and head.choice.layout.places["signed"] == 5
    assert "金额/合同→amount" in head.asks[0].zh and "金额/预算→extra" in head.asks[0].en


def test_three_lines() -> None:
    rows = [
        ["合同", "", "", "", "采购人", "供应商"],
        ["编号", "金额", "", "名称", "", ""],
        ["", "合同（万元）", "预算", "", "", ""],
        ["HT1", "1.5", "2", "试剂", "虚构甲院", "虚构乙公司"],
    ]
    head = find_head(rows, ())
    assert head is not None and head.choice.layout is not None and head.body == 3
    assert head.headers[:4] == ("合同/编号", "合同/金额/合同（万元）", "合同/金额/预算", "合同/名称")
    assert {"contract_no", "amount", "title", "buyer", "supplier"} <= head.choice.layout.places.keys()
    assert dict(head.choice.layout.fen) == {"amount": 1_000_000}


def test_a_merged_group_without_empty_cells_below() -> None:
    rows = [["合同编号", "采购人", "供应商", "金额", ""], ["", "", "", "合同", ""], SIGNED[:5]]
    head = find_head(rows, (), ((0, 3, 0, 4),))
    assert head is not None and head.body == 2


@pytest.mark.parametrize(
    "rows",
    [
        [PAID, DATA],
        [["tx", "ts", "from_acct", "to_acct", "amount", ""], ["1", "2023-05-06", "62", "63", "12.5", "备注"]],
        [["tx", "ts", "from_acct", "to_acct", "amount", "", "purpose"], ["甲", "乙", "丙", "丁", "戊", "己", "庚"]],
        [["tx", "ts", "from_acct", "to_acct", "amount", ""], ["", "", "", "", "", "单独一格"]],
    ],
)
def test_rows_of_data_are_no_second_line(rows: list[Cells]) -> None:
    head = find_head(rows, ())
    assert head is not None and head.choice.layout is not None
    assert (head.body, head.asks) == (1, ())


def test_titles_above_are_passed_over_with_their_unit() -> None:
    rows = [
        ["2023年合同台账"],
        ["", "", "", "单位：万元"],
        [],
        ["合同编号", "采购人", "供应商", "合同金额"],
        SIGNED[:4],
    ]
    head = find_head(rows, ())
    assert head is not None and head.choice.layout is not None
    assert (head.body, dict(head.choice.layout.fen)) == (4, {"amount": 1_000_000})


@pytest.mark.parametrize("title", ["单位：元", "单位：虚构县医院", "单位：千克", "计量单位"])
def test_other_titles_are_no_unit(title: str) -> None:
    head = find_head([["台账", title], ["合同编号", "采购人", "供应商", "合同金额"]], ())
    assert head is not None and head.choice.layout is not None and not head.choice.layout.fen


def test_a_header_s_own_unit_wins_over_the_title_s() -> None:
    head = find_head([["单位：万元"], ["合同编号", "采购人", "供应商", "合同金额（元）"]], ())
    assert head is not None and head.choice.layout is not None and head.choice.layout.fen == {"amount": 100}


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        (["身份证号", "姓名", "", "身份证号", "姓名"], True),
        (["身份证号", "姓名", "", *PAID], True),
        (["身份证号", "", "姓名", "备注"], False),
        (["tx", "from_acct", "to_acct", "amount", "", "日期", "摘要", "ts"], False),
        (["身份证号", "姓名", "", "日期", "备注一", "备注二"], False),
    ],
)
def test_a_table_beside_the_first_is_asked_about(headers: Cells, asked: bool) -> None:
    head = find_head([headers], ())
    assert head is not None and bool(head.asks) is asked


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        (PAID, True),
        (["身份证号", "姓名"], False),
        (["制表人：", "审核人：", "日期："], False),
        (DATA, False),
        (["合计", "100"], False),
    ],
)
def test_a_second_header_below(cells: Cells, asked: bool) -> None:
    found = second_head(iter([(7, cells)]), ["身份证号", "姓名"])
    assert bool(found) is asked and (not asked or ("第 7 行" in found[0].zh and "row 7" in found[0].en))


def test_a_second_table_in_a_text_file_is_asked_about(load: Load) -> None:
    reading = load(f"身份证号,姓名\n990101198001010011,虚甲\n{HEADER}\n{ROW}\n", "persons.csv")
    assert reading.status == "needs_decision" and "第 3 行" in reading.message.zh
    again = load(f"{HEADER}\n{ROW}\n{HEADER}\n", "transactions.csv")
    assert again.status == "ok" and len(table(again)) == 1, "a header repeated on every page is no second table"


@given(st.lists(st.lists(st.text(max_size=6), max_size=6), max_size=8))
def test_any_cells_have_a_head_or_are_blank(rows: list[Cells]) -> None:
    head = find_head(rows, ())
    if any(text.strip() for cells in rows[:6] for text in cells):
        assert head is not None and 1 <= head.body <= len(rows)
        assert head.choice.layout is None or len(head.headers) == head.choice.layout.width
