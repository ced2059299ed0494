"""Calendar dates in every form that offices write, with the precision they were given in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from graphkit.values.clean import broken, is_blank, odd_digits, strip
from graphkit.values.reasons import Parsed

FIRST_YEAR, LAST_YEAR = 1800, 2200
_OPEN_END = frozenset(["长期", "永久", "至今", "无固定期限", "长期有效", "在职", "现在", "今", "永续"])
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_FULL = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*(?:\2|月)\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})\s*年?(?:度)?")
_QUARTER = re.compile(r"(\d{4})\s*年?\s*[-]?\s*(?:第?([1-4])季度|[Qq]([1-4]))")
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})(?:-?([1-7]))?", re.IGNORECASE)
_ROC = re.compile(r"(?:民国|中华民国)(\d{1,3})年(\d{1,2})月(\d{1,2})日?")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_SHORT_YEAR = re.compile(r"(\d{1,2})(?:([-/.])(\d{1,2})\2(\d{4}|\d{1,2})|年(\d{1,2})月(\d{1,2})日?)")
ORDERS = ("dmy", "mdy", "ymd")
"""Orders of day, month and year that a person can choose for a column of dates like 5/6/2023."""
_CENTURY_AT = 50
_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 73_415)
_TIME = re.compile(r"[T\s]+\d{1,2}(:\d{1,2}){1,2}(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)


def _ymd(year: str, month: str, day: str, note: str | None = None) -> Parsed[date]:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return Parsed(None, "open-end") if int(year) == 9999 else Parsed(None, reason="date-range")
    try:
        return Parsed(date(int(year), int(month), int(day)), note)
    except ValueError:
        return Parsed(None, reason="date-range")


def plain(text: str) -> str:
    """NFKC, Chinese digits as digits (二〇二三年十二月三十一日 → 2023年12月31日), ends stripped."""
    value = strip(unicodedata.normalize("NFKC", text))
    if value.isascii():
        return value
    value = re.sub(r"([一二三]?)十([一二三四五六七八九]?)(?=[月日])", _tens, value)
    return value.translate(_CHINESE)


def _tens(match: re.Match[str]) -> str:
    return (match[1] or "一") + (match[2] or "〇")


def excel_serial(days: int) -> date | None:
    """Excel's day number in the 1900 system; the false 29 February 1900 makes 60 no date, and 1–59 one day later."""
    if days == 60 or not 1 <= days <= 2_958_465:
        return None
    return _EPOCH + timedelta(days=days + (1 if days < 60 else 0))


def read_date(text: str, order: str | None = None) -> Parsed[date]:
    """A date cell; a time of day behind it is dropped.

    `order`: what a person said about dates like 5/6/2023, one of `ORDERS`. Notes: `precision:month|quarter|year` (the
    first day is stored), `derived` (Chinese numerals, 民国 years, Excel serial numbers, weeks), `order:dmy` (read in that
    order), `open-end` (长期, 9999-12-31: no date). Reasons: `date`, `date-range`, `date-order`.
    """
    value = plain(text)
    if reason := broken(value):
        return Parsed(None, reason=reason)
    if is_blank(value):
        return Parsed(None)
    if odd_digits(text):
        return Parsed(None, reason="date")
    if value in _OPEN_END:
        return Parsed(None, "open-end")
    value, note = _TIME.sub("", value), None if value == strip(unicodedata.normalize("NFKC", text)) else "derived"
    if order is not None and (found := _SHORT_YEAR.fullmatch(value)):
        return _in_order(found, order)
    return _read_plain(value, note)


def _in_order(found: re.Match[str], order: str) -> Parsed[date]:
    """A date of short year or unclear order, read in one order; a text that cannot be one stays `date-order`."""
    named = found[3] is None
    parts = dict(zip("ymd" if named else order, found.group(1, *((5, 6) if named else (3, 4))), strict=True))
    if len(parts["m"]) > 2 or len(parts["d"]) > 2:
        return Parsed(None, reason="date-order")
    year = int(parts["y"])
    if len(parts["y"]) <= 2:
        year += 2000 if year < _CENTURY_AT else 1900
    read = _ymd(str(year), parts["m"], parts["d"], f"order:{order}")
    return read if read.value else Parsed(None, reason="date-order")


def possible_orders(texts: Iterable[str]) -> list[str]:
    """The orders in which every one of some texts is a date."""
    known = list(texts)
    return [order for order in ORDERS if all(read_date(text, order).value is not None for text in known)]


def _read_plain(value: str, note: str | None) -> Parsed[date]:
    if found := _FULL.fullmatch(value):
        return _ymd(found[1], found[3], found[4], note)
    if found := _COMPACT.fullmatch(value):
        return _ymd(found[1], found[2], found[3], note)
    if found := _QUARTER.fullmatch(value):
        return _ymd(found[1], str(int(found[2] or found[3]) * 3 - 2), "1", "precision:quarter")
    if found := _MONTH.fullmatch(value):
        return _ymd(found[1] or found[3], found[2] or found[4], "1", "precision:month")
    if found := _YEAR.fullmatch(value):
        return _ymd(found[1], "1", "1", "precision:year")
    if found := _WEEK.fullmatch(value):
        return _week(int(found[1]), int(found[2]), int(found[3] or 1))
    if found := _ROC.fullmatch(value):
        return _ymd(str(int(found[1]) + 1911), found[2], found[3], "derived")
    if (found := _SERIAL.fullmatch(value)) and int(found[1]) in _SERIALS:
        return Parsed(excel_serial(int(found[1])), "derived")
    return Parsed(None, reason="date-order" if _SHORT_YEAR.fullmatch(value) else "date")


def _week(year: int, week: int, day: int) -> Parsed[date]:
    try:
        return Parsed(date.fromisocalendar(year, week, day), "derived")
    except ValueError:
        return Parsed(None, reason="date-range")
