"""Points in time: local wall-clock time as written, to the microsecond."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta

from graphkit.values.clean import broken, is_blank, odd_digits, strip
from graphkit.values.dates import excel_serial, read_date
from graphkit.values.reasons import Parsed

_SPLIT = re.compile(
    r"(?P<day>.*?[\d日])(?:\s*T\s*|\s+|(?<=日))"
    r"(?P<noon>上午|下午|AM|PM)?\s*(?P<h>\d{1,2})\s*[:时点]\s*(?:(?P<m>\d{1,2})\s*[:分]?\s*(?:(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?\s*秒?)?)?"
    r"\s*(?P<after>AM|PM)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{8})\s?T?(\d{2}):?(\d{2}):?(\d{2})?Z?")
_SERIAL = re.compile(r"(\d{5})\.(\d+)")


def read_datetime(text: str, order: str | None = None) -> Parsed[datetime]:
    """A datetime cell, naive local time; `order` as in `read_date`.

    Notes: `precision:day` (a date alone = 00:00), those of dates, `zone:+08:00` (the wall clock as written is kept).
    Reasons: `datetime` and those of dates.
    """
    value = strip(unicodedata.normalize("NFKC", text))
    if reason := broken(value):
        return Parsed(None, reason=reason)
    if is_blank(value):
        return Parsed(None)
    if odd_digits(text):
        return Parsed(None, reason="datetime")
    if found := _COMPACT.fullmatch(value):
        return _join(found[1], int(found[2]), int(found[3]), int(found[4] or 0), 0, None)
    if found := _SERIAL.fullmatch(value):
        return _serial(int(found[1]), float(f"0.{found[2]}"))
    if found := _SPLIT.fullmatch(value):
        hour = int(found["h"])
        noon = (found["noon"] or found["after"] or "").upper()
        if noon in {"下午", "PM"} and hour < 12:
            hour += 12
        elif noon in {"上午", "AM"} and hour == 12:
            hour = 0
        micro = int((found["f"] or "").ljust(6, "0")[:6])
        return _join(found["day"], hour, int(found["m"] or 0), int(found["s"] or 0), micro, found["zone"], order)
    day = read_date(value, order)
    if day.value is None:
        return Parsed(None, day.note, "datetime" if day.reason == "date" else day.reason)
    note = day.note if day.note and day.note.startswith(("precision", "order")) else "precision:day"
    return Parsed(datetime.combine(day.value, time()), note)


def _join(
    day_text: str, hour: int, minute: int, second: int, micro: int, zone: str | None, order: str | None = None
) -> Parsed[datetime]:
    day = read_date(day_text, order)
    if day.value is None:
        return Parsed(None, day.note, "datetime" if day.reason in {"date", None} else day.reason)
    if day.note and day.note.startswith("precision"):
        return Parsed(None, reason="datetime")
    carry = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()
    if not (hour < 24 or carry) or minute > 59 or second > 59:
        return Parsed(None, reason="date-range")
    clock = time(0 if carry else hour, minute, second, micro)
    return Parsed(datetime.combine(day.value, clock) + carry, f"zone:{zone.upper()}" if zone else day.note)


def _serial(days: int, fraction: float) -> Parsed[datetime]:
    day = excel_serial(days)
    if day is None:
        return Parsed(None, reason="date-range")
    return Parsed(datetime.combine(day, time()) + timedelta(seconds=round(fraction * 86_400)), "derived")
