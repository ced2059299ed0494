"""Plain numbers, percentages, whole numbers, and yes or no."""

from __future__ import annotations

import math
import re
import unicodedata

from graphkit.values.clean import broken, is_blank, odd_digits, strip
from graphkit.values.reasons import Parsed

_NUMBER = re.compile(
    r"[+-]?(\d{1,3}([ ,]\d{3})+|\d+)(\.\d*)?([eE][+-]?\d{1,3})?|[+-]?\.\d+([eE][+-]?\d{1,3})?", re.ASCII
)
_UNIT = re.compile(r"(?<=[\d.)])\s*([^\d\s.,()+\-%a-zA-Z]{1,3}|kg|g|ml|mm|cm|km|m2|m|h)$")
_INT_LIMIT = 2**63

_TRUE = frozenset(
    [
        "是",
        "y",
        "yes",
        "true",
        "t",
        "1",
        "1.0",
        "有",
        "√",
        "✓",
        "✔",
        "对",
        "真",
        "★",
        "☆",
        "*",
        "已批准",
        "批准",
        "同意",
        "通过",
        "已通过",
        "独家",
        "植入",
        "寄售",
        "中共党员",
        "党员",
        "中共预备党员",
        "预备党员",
        "已导出",
        "查实",
        "属实",
    ]
)
_FALSE = frozenset(
    [
        "否",
        "n",
        "no",
        "false",
        "f",
        "0",
        "0.0",
        "无",
        "×",
        "✗",
        "✘",
        "x",
        "不",
        "非",
        "假",
        "未批准",
        "不批准",
        "不同意",
        "未通过",
        "不通过",
        "非独家",
        "非植入",
        "群众",
        "共青团员",
        "民主党派",
        "无党派人士",
        "团员",
        "未导出",
        "未查实",
        "不属实",
    ]
)


def _plain(text: str) -> str:
    return strip(unicodedata.normalize("NFKC", text)).replace("−", "-").replace("–", "-").replace("，", ",")


def read_number(text: str) -> Parsed[float]:
    """A number cell; thousands separators and a short unit behind it are dropped (note `unit:台`).

    Brackets or a trailing minus are negative (note `negative`). Reason `number` for NaN, infinity and anything else.
    """
    value = _plain(text)
    if reason := broken(value):
        return Parsed(None, reason=reason)
    if is_blank(value):
        return Parsed(None)
    notes = []
    if (found := _UNIT.search(value)) and not _NUMBER.fullmatch(value):
        notes.append(f"unit:{found[1]}")
        value = value[: found.start()]
    negative = False
    if value.startswith("(") and value.endswith(")"):
        value, negative = value[1:-1].strip(), True
    elif value.endswith("-"):
        value, negative = value[:-1].strip(), True
    if negative:
        notes.append("negative")
    if odd_digits(text) or not _NUMBER.fullmatch(value) or len(value) > 400:
        return Parsed(None, reason="number")
    number = float(value.replace(",", "").replace(" ", ""))
    if not math.isfinite(number):
        return Parsed(None, reason="number")
    return Parsed(-number if negative else number, ";".join(notes) or None)


def read_percent(text: str) -> Parsed[float]:
    """A percentage as written, in percent: `35%`, `35`, `35％` → 35.0; `0.35` stays 0.35. Reason `number`."""
    value = strip(text)
    for mark in ("%", "％", "百分点"):
        if value.endswith(mark):
            return read_number(value[: -len(mark)])
    return read_number(value.removeprefix("百分之"))


def read_int(text: str) -> Parsed[int]:
    """A whole number; `12.0` is 12, `12.5` is not one (reason `number`)."""
    number = read_number(text)
    if number.value is None:
        return Parsed(None, number.note, number.reason)
    if not number.value.is_integer() or abs(number.value) >= _INT_LIMIT:
        return Parsed(None, reason="number")
    if abs(number.value) < 2**53:
        return Parsed(int(number.value), number.note)
    digits = re.sub(r"[^\d-]", "", _plain(text).partition(".")[0])
    return (
        Parsed(int(digits), number.note)
        if digits.lstrip("-").isdigit() and abs(int(digits)) < _INT_LIMIT
        else Parsed(None, reason="number")
    )


def read_bool(text: str) -> Parsed[bool]:
    """Yes or no in both languages, ✓ and ✗, party membership; any other word is missing with the note `unknown-code`."""
    value = _plain(text).casefold()
    if reason := broken(value):
        return Parsed(None, reason=reason)
    if value in _TRUE:
        return Parsed(True)
    if value in _FALSE:
        return Parsed(False)
    return Parsed(None, None if is_blank(value) else "unknown-code")
