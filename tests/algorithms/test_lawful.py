"""Which dated ties may stand beside one another on a path."""

from __future__ import annotations

from datetime import date

import pytest
from graphs import Tie, projection_of

from graphkit.algorithms.lawful import TimeRule
from graphkit.projection import OPEN_FROM, OPEN_TO


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def rule(one: Tie, other: Tie, window: int = 730, until: int = OPEN_TO) -> TimeRule:
    return TimeRule(projection_of(3, [one, other]), window, until)


def lasting(a: int, b: int, start: str | None, end: str | None, kind: str = "OWNS") -> Tie:
    return Tie(a, b, type=kind, start=day(start) if start else OPEN_FROM, end=day(end) if end else OPEN_TO)


def payment(a: int, b: int, when: str) -> Tie:
    return Tie(a, b, type="PAID", start=day(when), end=day(when))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (lasting(0, 1, "2015-01-01", "2018-12-31"), lasting(1, 2, "2018-12-31", None), True),
        (lasting(0, 1, "2015-01-01", "2018-12-31"), lasting(1, 2, "2019-01-01", None), False),
        (lasting(0, 1, None, "2018-12-31"), lasting(1, 2, "2020-01-01", None), False),
        (lasting(0, 1, None, None), lasting(1, 2, "2020-01-01", None), True),
        (lasting(0, 1, "2015-01-01", None), payment(1, 2, "2016-06-01"), True),
        (lasting(0, 1, "2015-01-01", None), payment(1, 2, "2014-06-01"), False),
        (lasting(0, 1, "2015-01-01", "2016-06-01"), payment(1, 2, "2016-06-01"), True),
        (lasting(0, 1, "2015-01-01", "2016-05-31"), payment(1, 2, "2016-06-01"), False),
        (payment(0, 1, "2016-01-01"), payment(1, 2, "2017-12-31"), True),
        (payment(0, 1, "2016-01-01"), payment(1, 2, "2018-01-01"), False),
        (payment(0, 1, "2018-01-01"), payment(1, 2, "2016-01-02"), True),
        (lasting(0, 1, None, None, "KIN_OF"), payment(1, 2, "1999-01-01"), True),
    ],
)
def test_two_ties_meet(one: Tie, other: Tie, expected: bool) -> None:
    time = rule(one, other)
    assert time.meet(0, 1) is expected
    assert time.meet(1, 0) is expected


def test_the_window_is_inclusive_and_a_setting() -> None:
    one, other = payment(0, 1, "2020-01-01"), payment(1, 2, "2020-01-31")
    assert rule(one, other, window=30).meet(0, 1)
    assert not rule(one, other, window=29).meet(0, 1)


def test_a_payment_after_the_date_does_not_make_two_ties_meet() -> None:
    one, other = lasting(0, 1, "2020-01-01", None), payment(1, 2, "2021-06-01")
    assert rule(one, other).meet(0, 1)
    assert not rule(one, other, until=day("2021-05-31")).meet(0, 1)


def test_which_edges_are_dated_and_which_are_events() -> None:
    time = rule(lasting(0, 1, None, None), payment(1, 2, "2021-06-01"))
    assert [time.dated(0), time.dated(1)] == [False, True]
    assert [time.is_event(0), time.is_event(1)] == [False, True]
    assert time.interval(1) == (day("2021-06-01"), day("2021-06-01"))
