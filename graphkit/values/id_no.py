"""公民身份号码 (GB 11643): 18 characters, or the old 15 digits. Check digit and birth date decide, not the region."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from graphkit.values.clean import broken, lost_precision
from graphkit.values.reasons import Parsed

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_OLD = re.compile(r"[1-9][0-9]{14}\Z")
_PUNCTUATION = re.compile(r"[\s\-—'‘’·‐-―]+")
_YEARS = range(1880, 2100)


def compact(text: str) -> str:
    """Plain characters without blanks, upper case X."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).upper().replace("×", "X")


def check_digit(head: str) -> str:
    """The 18th character for the first 17 digits."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(head, _WEIGHTS, strict=True)) % 11]


def _date(digits: str) -> date | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def birth(number: str) -> date | None:
    """The date of birth inside an 18-character number; None when it is not a real date."""
    return _date(number[6:14]) if _FORM.match(number) else None


def sex(number: str) -> str | None:
    """`M` or `F` from the 17th digit of an 18-character number."""
    return ("F", "M")[int(number[16]) % 2] if _FORM.match(number) else None


def normalise_id_no(text: str) -> str | None:
    """18 characters with an upper-case X when the number is valid, else None.

    A 15-digit number is extended (century 19, new check digit). Valid means: real birth date and right check digit.
    """
    number = compact(text)
    if _OLD.match(number):
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
        return number if birth(number) else None
    return number if birth(number) and check_digit(number[:17]) == number[17] else None


def read_id_no(text: str) -> Parsed[str]:
    """An ID number cell.

    Notes: `derived:15` (extended from 15 digits), `check-digit` and `format` (kept as claimed, never a key).
    Reasons: `precision-lost` and those of every cell.
    """
    number = compact(text)
    if reason := broken(number):
        return Parsed(None, reason=reason)
    if not number or number in {"无", "/", "不详", "NULL"}:
        return Parsed(None)
    if lost_precision(number):
        return Parsed(None, reason="precision-lost")
    valid = normalise_id_no(number)
    if valid is not None:
        return Parsed(valid, "derived:15" if len(number) == 15 else None)
    return Parsed(number, "check-digit" if _FORM.match(number) else "format")
