"""When a scan is due: by interval, by time of day, or when data have come; missed times count once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_drafts import Clock

from graphkit.config import ScheduleSettings
from graphkit.ledger import Ledger
from graphkit.ledger.schedule import scan_due

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
HAND = ScheduleSettings(every_hours=None, at=None)
DAILY = ScheduleSettings(every_hours=24, at=None)
AT = ScheduleSettings(every_hours=None, at="02:30")


@pytest.mark.parametrize("settings", [HAND, DAILY, AT])
def test_the_first_scan_is_due(settings: ScheduleSettings) -> None:
    assert scan_due(settings, NOON, None, False)


@pytest.mark.parametrize(("hours", "due"), [(0, False), (23.99, False), (24, True), (24 * 90, True)])
def test_by_interval(hours: float, due: bool) -> None:
    assert scan_due(DAILY, NOON, NOON - timedelta(hours=hours), False) is due
    assert scan_due(DAILY, NOON, NOON - timedelta(hours=hours), True) is due, "new data wait for the interval"


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (NOON.replace(hour=2, minute=29), True),
        (NOON.replace(hour=2, minute=30), False),
        (NOON.replace(hour=11), False),
        (NOON - timedelta(days=1), True),
        (NOON - timedelta(days=40), True),
    ],
)
def test_by_time_of_day(last: datetime, due: bool) -> None:
    assert scan_due(AT, NOON, last, False) is due
    assert scan_due(AT, NOON, last.astimezone(UTC), False) is due, "the zone of the clock counts, not of the note"


def test_before_the_time_of_day_yesterdays_counts() -> None:
    early = NOON.replace(hour=1)
    assert not scan_due(AT, early, early - timedelta(hours=20), False)
    assert scan_due(AT, early, early - timedelta(hours=23), False)


@pytest.mark.parametrize("changed", [True, False])
def test_without_a_schedule_new_data_make_it_due(changed: bool) -> None:
    assert scan_due(HAND, NOON, NOON - timedelta(days=9), changed) is changed


@pytest.mark.parametrize("settings", [DAILY, AT])
def test_a_last_scan_in_the_future_does_not_block(settings: ScheduleSettings) -> None:
    assert scan_due(settings, NOON, NOON + timedelta(days=1500), False)


@given(st.integers(0, 10_000), st.sampled_from([DAILY, AT, ScheduleSettings(every_hours=1, at="23:59")]))
def test_however_many_times_were_missed_one_scan_answers(minutes: int, settings: ScheduleSettings) -> None:
    later = NOON + timedelta(minutes=minutes)
    assert not scan_due(settings, later, later, False)
    scans, last = 0, NOON - timedelta(days=30)
    for _ in range(5):
        if scan_due(settings, later, last, False):
            scans, last = scans + 1, later
    assert scans == 1


def test_the_ledger_knows_its_last_scan(ledger: Ledger, clock: Clock) -> None:
    assert ledger.scan_due(HAND, "s1")
    ledger.publish_scan({"snapshot": "s1", "as_of": "2024-03-01"}, [], [])
    assert not ledger.scan_due(HAND, "s1")
    assert ledger.scan_due(HAND, "s2")
    assert not ledger.scan_due(DAILY, "s2")
    clock.forward(hours=25)
    assert ledger.scan_due(DAILY, "s1")
    assert ledger.scan_due(AT, "s1")
