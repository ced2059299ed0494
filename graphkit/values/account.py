"""Bank account and card numbers. Public bodies' accounts have no check digit, so any opaque code is an account."""

from __future__ import annotations

import re
import unicodedata

from graphkit.values.clean import HIDDEN, broken, lost_precision
from graphkit.values.reasons import Parsed

CASH = "CASH"
"""What stands for cash on one side of a payment: no account."""

_PUNCTUATION = re.compile(rf"[\s\-—_'‘’`‐-―{HIDDEN}]+")
_CASH = frozenset({"CASH", "现金", "库存现金"})


def normalise_account(text: str) -> str | None:
    """An account number without blanks and dashes, upper case, leading zeros kept; `CASH` for 现金; None when empty."""
    number = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not number or number in {"/", "无"}:
        return None
    return CASH if number in _CASH else number


def luhn(number: str) -> bool:
    """True when a card number of 12–19 digits has the right last digit."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    doubled = ((int(d) * (1 + place % 2)) for place, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def read_account(text: str) -> Parsed[str]:
    """An account cell. Reasons: `precision-lost` and those of every cell."""
    if lost_precision(unicodedata.normalize("NFKC", text).strip()):
        return Parsed(None, reason="precision-lost")
    number = normalise_account(text)
    if number is None:
        return Parsed(None)
    if reason := broken(number):
        return Parsed(None, reason=reason)
    return Parsed(number)
