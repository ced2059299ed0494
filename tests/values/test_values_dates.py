"""Dates and times in every form of RELIABILITY 3, rows 52–57."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.values.dates import ORDERS, excel_serial, possible_orders, read_date
from graphkit.values.times import read_datetime

DAY = date(2023, 5, 6)


@pytest.mark.parametrize(
    "text",
    [
        "2023年5月6日",
        "2023.5.6",
        "20230506",
        "2023/5/6",
        "2023-05-06",
        "２０２３－０５－０６",
        " 2023年05月06日 ",
        "2023-05-06 10:00:00",
        "2023-05-06T10:00:00Z",
    ],
)
def test_plain_forms(text: str) -> None:
    assert read_date(text) == (DAY, None, None)


@pytest.mark.parametrize("text", ["45052", "二〇二三年五月六日", "民国112年5月6日"])
def test_derived_forms(text: str) -> None:
    assert read_date(text) == (DAY, "derived", None)


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("2023年5月", date(2023, 5, 1), "precision:month"),
        ("202305", date(2023, 5, 1), "precision:month"),
        ("2023-05", date(2023, 5, 1), "precision:month"),
        ("2023", date(2023, 1, 1), "precision:year"),
        ("2023年第二季度", date(2023, 4, 1), "precision:quarter"),
        ("2023-W05", date(2023, 1, 30), "derived"),
        ("二〇二三年十二月三十一日", date(2023, 12, 31), "derived"),
        ("二〇二三年十月二十日", date(2023, 10, 20), "derived"),
        ("9999-12-31", None, "open-end"),
        ("长期", None, "open-end"),
        ("", None, None),
        ("--", None, None),
    ],
)
def test_precision_and_open_ends(text: str, value: date | None, note: str | None) -> None:
    assert read_date(text) == (value, note, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-02-30", "date-range"),
        ("0000-00-00", "date-range"),
        ("20231345", "date-range"),
        ("2023-W60", "date-range"),
        ("23.5.6", "date-order"),
        ("5/6/2023", "date-order"),
        ("06-05-2023", "date-order"),
        ("明天", "date"),
        ("2023-5/6", "date"),
        ("202²年", "date"),
        ("#N/A", "cell-error"),
    ],
)
def test_unreadable_dates(text: str, reason: str) -> None:
    assert read_date(text) == (None, None, reason)


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_every_day_in_every_form(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    for text in (day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{y}{m:02d}{d:02d}"):
        assert read_date(text) == (day, None, None)


@given(st.integers(61, 73_000))
def test_excel_serials_count_days(serial: int) -> None:
    assert excel_serial(serial) == date(1899, 12, 30) + timedelta(days=serial)


def test_excel_serials_around_the_false_leap_day() -> None:
    assert excel_serial(59) == date(1900, 2, 28)
    assert excel_serial(60) is None
    assert excel_serial(61) == date(1900, 3, 1)


@given(st.text(max_size=20))
def test_no_text_raises(text: str) -> None:
    for read in (read_date, read_datetime):
        parsed = read(text)
        assert parsed.reason is None or parsed.value is None


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("2023-05-06 10:05:03", datetime(2023, 5, 6, 10, 5, 3), None),
        ("2023/5/6 9:30", datetime(2023, 5, 6, 9, 30), None),
        ("20230506100503", datetime(2023, 5, 6, 10, 5, 3), None),
        ("2023年5月6日10时5分3秒", datetime(2023, 5, 6, 10, 5, 3), None),
        ("2023年5月6日 下午3:05", datetime(2023, 5, 6, 15, 5), None),
        ("2023-05-06 12:05 AM", datetime(2023, 5, 6, 0, 5), None),
        ("2023-05-06T10:05:00+08:00", datetime(2023, 5, 6, 10, 5), "zone:+08:00"),
        ("2023-05-06 10:05:03.250", datetime(2023, 5, 6, 10, 5, 3, 250_000), None),
        ("2023-05-06 24:00:00", datetime(2023, 5, 7), None),
        ("45052.5", datetime(2023, 5, 6, 12), "derived"),
        ("2023-05-06", datetime(2023, 5, 6), "precision:day"),
        ("2023年5月", datetime(2023, 5, 1), "precision:month"),
    ],
)
def test_datetime_forms(text: str, value: datetime, note: str | None) -> None:
    assert read_datetime(text) == (value, note, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023-05-06 25:00", "date-range"),
        ("昨天", "datetime"),
        ("2023-02-30 10:00", "date-range"),
        ("5/6/2023 10:00", "date-order"),
    ],
)
def test_unreadable_times(text: str, reason: str) -> None:
    assert read_datetime(text).reason == reason


@given(st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)))
def test_every_second_round_trips(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read_datetime(whole.isoformat(sep=" ")) == (whole, None, None)


def test_serials_around_the_false_leap_day() -> None:
    found = [excel_serial(days) for days in (0, 1, 59, 60, 61, 2_958_466)]
    assert found == [None, date(1900, 1, 1), date(1900, 2, 28), None, date(1900, 3, 1), None]


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("5/6/2023", {"dmy": date(2023, 6, 5), "mdy": date(2023, 5, 6)}),
        ("13/6/2023", {"dmy": date(2023, 6, 13)}),
        ("6-13-23", {"mdy": date(2023, 6, 13)}),
        ("23.5.16", {"ymd": date(2023, 5, 16), "dmy": date(2016, 5, 23)}),
        ("65.3.2", {"ymd": date(1965, 3, 2)}),
        ("23年5月6日", dict.fromkeys(ORDERS, DAY)),
        ("31/2/2023", {}),
        ("5/6-2023", {}),
    ],
)
def test_an_order_is_never_guessed_and_read_when_said(text: str, possible: dict[str, date]) -> None:
    assert read_date(text).value is None
    assert {order: read_date(text, order).value for order in possible_orders([text])} == possible
    for order in possible:
        assert read_date(text, order).note == f"order:{order}"
        moment = read_datetime(f"{text} 10:05", order)
        assert moment.value is not None and moment.value.date() == possible[order]
        assert read_datetime(f"{text} 10:05").reason == "date-order"


@given(st.dates(date(1951, 1, 1), date(2049, 12, 31)), st.sampled_from(ORDERS), st.sampled_from("-/."))
def test_every_day_comes_back_in_the_order_it_was_written(day: date, order: str, mark: str) -> None:
    parts = {"d": str(day.day), "m": str(day.month), "y": f"{day.year % 100:02d}"}
    text = mark.join(parts[letter] for letter in order)
    assert read_date(text, order).value == day and order in possible_orders([text])


def test_a_said_order_changes_no_clear_date() -> None:
    for text in ("2023-05-06", "20230506", "2023年5月", "45052", "x"):
        assert {read_date(text, order) for order in ORDERS} == {read_date(text)}
