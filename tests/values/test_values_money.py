"""Amounts and numbers: RELIABILITY 3, rows 42–51, and exactness."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.types import fen_text
from graphkit.values.money import UNITS, read_money
from graphkit.values.numbers import read_bool, read_int, read_number, read_percent

WAN = UNITS["万元"]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.50", 123_450),
        ("1 280 000", 128_000_000),
        ("1，234.5", 123_450),
        ("１２３．４５", 12_345),
        ("35.6万元", 35_600_000),
        ("3.5亿", 35_000_000_000),
        ("128.00万", 128_000_000),
        ("￥12,000.00", 1_200_000),
        ("¥12", 1_200),
        ("人民币 12 元整", 1_200),
        ("-123", -12_300),
        ("－123", -12_300),
        ("0", 0),
        ("0.00", 0),
        (".5", 50),
        ("+1", 100),
    ],
)
def test_amounts(text: str, fen: int) -> None:
    assert read_money(text) == (fen, None, None)


@pytest.mark.parametrize(
    ("text", "fen", "note"),
    [
        ("人民币壹佰贰拾万元整", 120_000_000, "derived"),
        ("伍仟叁佰元零伍分", 530_005, "derived"),
        ("壹亿零叁佰万元", 10_300_000_000, "derived"),
        ("拾贰元伍角", 1_250, "derived"),
        ("(123)", -12_300, "negative"),
        ("123-", -12_300, "negative"),
        ("12.345", 1_235, "rounded"),
        ("US$100", 10_000, "currency:USD"),
        ("100欧元", 10_000, "currency:EUR"),
        ("面议", None, "missing"),
        ("--", None, "missing"),
        ("/", None, "missing"),
        ("", None, None),
    ],
)
def test_amounts_with_notes(text: str, fen: int | None, note: str | None) -> None:
    assert read_money(text) == (fen, note, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "number"),
        ("inf", "number"),
        ("1e999", "number"),
        ("9" * 4_301, "number"),
        ("25²", "number"),
        ("①", "number"),
        ("1.2E+05", "precision-lost"),
        ("12元/台", "unit-price"),
        ("=1+1", "money"),
        ("12,34", "money"),
        ("1.2.3", "money"),
        ("约3万", "money"),
        ("#REF!", "cell-error"),
    ],
)
def test_unreadable_amounts(text: str, reason: str) -> None:
    assert read_money(text) == (None, None, reason)


def test_header_unit_and_price_columns() -> None:
    assert read_money("35.6", WAN).value == 35_600_000
    assert read_money("356000元", WAN).value == 35_600_000
    assert read_money("12元/台", per_unit=True).value == 1_200


@given(st.integers(-(10**15), 10**15))
def test_fen_text_round_trips(fen: int) -> None:
    assert read_money(fen_text(fen)) == (fen, None, None)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50))
def test_sums_are_exact(fens: list[int]) -> None:
    read = [read_money(fen_text(fen)).value or 0 for fen in fens]
    assert Decimal(sum(read)) / 100 == sum(Decimal(fen_text(fen)) for fen in fens)


@given(st.text("0123456789.,-+()万亿元¥%eE 壹拾零分角", max_size=14))
def test_no_amount_raises(text: str) -> None:
    parsed = read_money(text)
    assert parsed.reason is None or parsed.value is None
    for read in (read_number, read_int, read_percent, read_bool):
        other = read(text)
        assert other.reason is None or other.value is None


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("12", 12.0, None),
        ("1,234.5", 1234.5, None),
        ("12台", 12.0, "unit:台"),
        ("(3)", -3.0, "negative"),
        ("1e3", 1000.0, None),
        ("无", None, None),
    ],
)
def test_numbers(text: str, value: float | None, note: str | None) -> None:
    assert read_number(text) == (value, note, None)


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "²", "①", "一二", "12a34"])
def test_not_numbers(text: str) -> None:
    assert read_number(text).reason == "number"
    assert read_int(text).reason == "number"


def test_percent_int_and_bool() -> None:
    assert [read_percent(t).value for t in ("35%", "35", "35％", "0.35")] == [35.0, 35.0, 35.0, 0.35]
    assert read_int("12.0").value == 12
    assert read_int("12.5").reason == "number"
    assert read_int("9007199254740993").value == 9_007_199_254_740_993
    assert [read_bool(t).value for t in ("是", "否", "TRUE", "0", "中共党员", "群众", "★", "")] == [
        True,
        False,
        True,
        False,
        True,
        False,
        True,
        None,
    ]
    assert read_bool("也许") == (None, "unknown-code", None)
