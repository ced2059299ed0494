"""Cleaning one cell: blanks at the ends go, full-width digits become plain ones, everything else stays as written."""

from __future__ import annotations

import re

from graphkit.values.reasons import Parsed

HIDDEN = "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u061c\u180e"
"""Zero-width, bidi and other invisible characters, as a regex class body."""

_EDGE = re.compile(rf"^[\s{HIDDEN}]+|[\s{HIDDEN}]+$")
_HIDDEN = re.compile(f"[{HIDDEN}]")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_MOJIBAKE = re.compile("锟斤拷|烫烫烫|ï¼|\ufffd")
_WIDE_DIGITS = {0xFF10 + i: 0x30 + i for i in range(10)}
_ERRORS = frozenset(
    ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FORMULA!"]
)
_ODD_DIGITS = re.compile("[²³¹⁰-⁹₀-₉①-⓿❶-➓㉈-㉟㊱-㊿½¼¾⅐-↋]")
_EXPONENT = re.compile(r"^[+-]?\d(\.\d+)?[eE]\+?\d{2,3}$")
MAX_CHARS = 131_072
"""Longest cell; Excel's own limit is 32,767 and that of Python's csv module is this one."""

BLANK_WORDS = frozenset(
    ["", "-", "--", "---", "—", "——", "/", "\\", "无", "空", "暂无", "不详", "未知", "null", "none", "n/a", "na", "nil"]
)
"""What stands in a number or date cell when there is nothing to say (in a name column it is a name)."""


def strip(text: str) -> str:
    """The text without blanks and invisible characters at its ends."""
    return _EDGE.sub("", text)


def plain_digits(text: str) -> str:
    """Full-width digits as ASCII digits."""
    return text.translate(_WIDE_DIGITS)


def is_blank(text: str) -> bool:
    """True for an empty cell or a word that means "nothing here" in a number or date column."""
    return text.casefold() in BLANK_WORDS


def lost_precision(text: str) -> bool:
    """True for a number in scientific notation, the trace of an identifier that went through a spreadsheet."""
    return _EXPONENT.match(text) is not None


def odd_digits(text: str) -> bool:
    """True when a text holds ², ① or ½: compatibility forms would silently turn 25² into 252."""
    return not text.isascii() and _ODD_DIGITS.search(text) is not None


def read_text(text: str) -> Parsed[str]:
    """A text cell, stripped, original case; empty is missing.

    Notes: `hidden-characters`, `control`, `pua` (private-use), `mojibake`. Reasons: `nul`, `unicode`, `cell-error`,
    `too-long`.
    """
    value = plain_digits(strip(text))
    if not value:
        return Parsed(None)
    if reason := broken(value):
        return Parsed(None, reason=reason)
    flags = [
        flag
        for flag, pattern in (
            ("hidden-characters", _HIDDEN),
            ("control", _CONTROL),
            ("pua", _PRIVATE),
            ("mojibake", _MOJIBAKE),
        )
        if pattern.search(value)
    ]
    return Parsed(value, ";".join(flags) or None)


def broken(text: str) -> str | None:
    """The reason why no cell may hold this text, or None."""
    if "\0" in text:
        return "nul"
    if len(text) > MAX_CHARS:
        return "too-long"
    if text.startswith("#") and text.upper() in _ERRORS:
        return "cell-error"
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return "unicode"
    return None
