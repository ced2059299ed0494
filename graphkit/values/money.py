"""Amounts of money as whole fen, exactly: no binary fractions anywhere."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from graphkit.values.clean import broken, is_blank, odd_digits, strip
from graphkit.values.reasons import Parsed

UNITS: dict[str, int] = {
    "分": 1,
    "角": 10,
    "元": 100,
    "圆": 100,
    "块": 100,
    "百元": 10_000,
    "千元": 100_000,
    "千": 100_000,
    "万元": 1_000_000,
    "万": 1_000_000,
    "百万元": 100_000_000,
    "百万": 100_000_000,
    "千万元": 1_000_000_000,
    "千万": 1_000_000_000,
    "亿元": 10_000_000_000,
    "亿": 10_000_000_000,
}
"""Unit → fen."""

CURRENCIES: dict[str, str] = {
    "$": "USD", "US$": "USD", "USD": "USD", "美元": "USD", "HK$": "HKD", "HKD": "HKD", "港币": "HKD", "港元": "HKD",
    "€": "EUR", "EUR": "EUR", "欧元": "EUR", "£": "GBP", "GBP": "GBP", "英镑": "GBP", "JPY": "JPY", "日元": "JPY",
}  # fmt: skip
_LIMIT = 2**63 - 1
_WORDS = frozenset(["面议", "待定", "另议", "详见附件", "据实结算", "无报价"])
"""Said instead of an amount: there is none."""
_MAX_EXPONENT = 40
_NAN = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?[eE]([+-]?\d+)")
_BRACKETS = re.compile(r"\((.*)\)")
_CNY = re.compile(r"^(人民币|RMB|CNY|¥)\s*[:]?\s*|\s*(人民币|RMB|CNY)$", re.IGNORECASE)
_FOREIGN = "|".join(re.escape(c) for c in sorted(CURRENCIES, key=len, reverse=True))
_CURRENCY = re.compile(rf"^({_FOREIGN})\s*|\s*({_FOREIGN})$", re.IGNORECASE)
_UNIT = re.compile(r"(百万元|千万元|百万|千万|百元|千元|万元|亿元|亿|万|千|元|圆|块|角|分)(整|正)?$")
_PER = re.compile(r"(元|圆|块|¥)?\s*/\s*[^\d\s/]{1,6}$|每[^\d\s]{1,3}$")
_NUMBER = re.compile(r"[+-]?(\d{1,3}([ ,]\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+|[+-]?\d{1,4}(,\d{4})+(\.\d*)?")
_CAPITAL = str.maketrans("零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两貳參陸", "00123456789123456789" + "2236")
_CAPITAL_FORM = re.compile(r"[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两貳參陸十拾百佰千仟万萬亿億元圆圓角分整正]+")


def read_money(text: str, unit: int = 100, *, per_unit: bool = False) -> Parsed[int]:
    """A money cell as fen.

    `unit`: fen per number when the cell names no unit of its own (the header's: 万元 = 1,000,000). `per_unit`: a price
    column, where `12元/台` is the value itself. Notes: `rounded` (more than two decimals, half up), `derived` (Chinese
    capital numerals), `negative` (brackets or a trailing minus), `currency:USD`, `missing` (面议, --). Reasons: `money`,
    `number`, `precision-lost`, `unit-price`. 0 stays 0.
    """
    value = strip(unicodedata.normalize("NFKC", text)).replace("，", ",").replace("−", "-").replace("–", "-")
    value = value.replace("￥", "¥").replace("'", "")
    if reason := broken(value):
        return Parsed(None, reason=reason)
    if is_blank(value) or value in _WORDS:
        return Parsed(None, "missing" if value else None)
    if odd_digits(text) or _NAN.fullmatch(value):
        return Parsed(None, reason="number")
    if found := _EXPONENT.fullmatch(value):
        finite = len(found[2]) < 5 and abs(int(found[2])) < _MAX_EXPONENT
        return Parsed(None, reason="precision-lost" if finite else "number")
    return _read_plain(value, unit, per_unit)


def _read_plain(value: str, unit: int, per_unit: bool) -> Parsed[int]:
    notes: list[str] = []
    negative = False
    if found := _BRACKETS.fullmatch(value):
        value, negative = found[1].strip(), True
    if value.endswith("-"):
        value, negative = value[:-1].strip(), True
    if negative:
        notes.append("negative")
    if value.startswith("-"):
        value, negative = value[1:].strip(), not negative
    if _PER.search(value):
        if not per_unit:
            return Parsed(None, reason="unit-price")
        value = _PER.sub("", value).strip()
    value = _CNY.sub("", value).strip()
    if found := _CURRENCY.search(value):
        notes.append("currency:" + CURRENCIES[(found[1] or found[2]).upper()])
        value = _CURRENCY.sub("", value).strip()
    if value.startswith("-"):
        value, negative = value[1:].strip(), not negative
    if len(value) > 1 and _CAPITAL_FORM.fullmatch(value):
        return _signed(_capital(value), negative, [*notes, "derived"])
    if found := _UNIT.search(value):
        unit, value = UNITS[found[1]], value[: found.start()].strip()
    if not _NUMBER.fullmatch(value):
        return Parsed(None, reason="money")
    if len(value) > 60:
        return Parsed(None, reason="number")
    fen = Decimal(value.replace(",", "").replace(" ", "")) * unit
    whole = fen.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if whole != fen:
        notes.append("rounded")
    return _signed(int(whole), negative, notes)


def _signed(fen: int | None, negative: bool, notes: list[str]) -> Parsed[int]:
    if fen is None:
        return Parsed(None, reason="money")
    if abs(fen) > _LIMIT:
        return Parsed(None, reason="number")
    return Parsed(-fen if negative else fen, ";".join(notes) or None)


def _capital(value: str) -> int | None:
    """Chinese capital numerals as fen: 壹佰贰拾万元整 → 120000000; None when they do not form a number."""
    digits = value.translate(_CAPITAL).rstrip("整正")
    yuan, rest = digits, ""
    for mark in "元圆圓":
        if mark in digits:
            yuan, _, rest = digits.partition(mark)
            break
    else:
        if "角" in digits or "分" in digits:
            yuan, rest = "", digits
    small = re.fullmatch(r"(?:(\d)角)?0?(?:(\d)分)?", rest)
    whole = _whole(yuan) if yuan else 0
    if small is None or whole is None or not (yuan or rest):
        return None
    return whole * 100 + int(small[1] or 0) * 10 + int(small[2] or 0)


def _whole(text: str) -> int | None:
    for marks, size in (("亿億", 10**8), ("万萬", 10**4), ("千仟", 1000), ("百佰", 100), ("十拾", 10)):
        place = max(text.rfind(mark) for mark in marks)
        if place >= 0:
            head = _whole(text[:place]) if place else (1 if size == 10 else None)
            tail = _whole(text[place + 1 :]) if place + 1 < len(text) else 0
            return None if head is None or tail is None else head * size + tail
    bare = text.lstrip("0") or "0"
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) == 1 else None
