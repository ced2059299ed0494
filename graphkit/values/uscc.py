"""统一社会信用代码 (GB 32100), 18 characters. Own validator: that of python-stdnum refuses codes with N… and Y…."""

from __future__ import annotations

import re
import unicodedata

from graphkit.values.clean import broken, lost_precision
from graphkit.values.reasons import Parsed

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_FORM = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{9}}[{ALPHABET}]\Z")
_PUNCTUATION = re.compile(r"[\s\-—·.‐-―]+")


def compact(text: str) -> str:
    """Upper case, plain characters, without blanks and dashes."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_character(head: str) -> str:
    """The 18th character for 17 characters of the alphabet; KeyError on any other character."""
    total = sum(_VALUE[c] * w for c, w in zip(head, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total) % 31]


def valid_uscc(text: str) -> bool:
    """True for a code of the right form whose check character is right, blanks and case aside."""
    code = compact(text)
    return _FORM.match(code) is not None and check_character(code[:17]) == code[17]


def read_uscc(text: str) -> Parsed[str]:
    """A code cell, upper case without blanks. Notes `check-digit`, `format`: kept as claimed, not a key."""
    code = compact(text)
    if reason := broken(code):
        return Parsed(None, reason=reason)
    if not code or code in {"无", "/", "NULL"}:
        return Parsed(None)
    if lost_precision(code) or lost_precision(text.strip()):
        return Parsed(None, reason="precision-lost")
    if valid_uscc(code):
        return Parsed(code)
    return Parsed(code, "check-digit" if len(code) == 18 and code.isalnum() and code.isascii() else "format")
