"""Numbers with valid check digits that belong to nobody.

Regions start with 99 and mobiles with 160: neither is given out, so no number made here can be that of a real person,
firm or line. The rules are those of CATALOGUE 1.4 (GB 32100, GB 11643, Luhn, GTIN).
"""

from __future__ import annotations

from datetime import date

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SPREAD = 7919
"""A prime: multiplying a serial by it scatters the digits and, modulo a power of ten, never repeats."""


def scatter(serial: int, digits: int, offset: int = 0) -> str:
    """A serial as `digits` decimal places in scattered order; distinct serials below 10**digits give distinct texts."""
    return f"{(serial * _SPREAD + offset) % 10**digits:0{digits}d}"


def uscc(kind: str, region: str, body: str) -> str:
    """A 统一社会信用代码: `kind` 2 characters (12 hospital, 91 company …), `region` 6 digits, `body` 8 digits."""
    rest = 11 - sum(int(d) * w for d, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    head = f"{kind}{region}{body}{ {10: 'X', 11: '0'}.get(rest, str(rest)) }"
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(head, _USCC_WEIGHTS, strict=True))
    return head + _USCC_ALPHABET[(31 - total) % 31]


def id_no(region: str, birth: date, order: int) -> str:
    """A 公民身份号码 of 18 characters; `order` 0–999, odd for men."""
    head = f"{region}{birth:%Y%m%d}{order:03d}"
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, _ID_WEIGHTS, strict=True)) % 11]


def card(serial: int, offset: int = 0) -> str:
    """A personal account number of 19 digits that passes Luhn."""
    head = "9900" + scatter(serial, 14, offset)
    total = 0
    for place, digit in enumerate(reversed(head)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return head + str(-total % 10)


def corporate_account(serial: int, offset: int = 0) -> str:
    """An account number of a public body or firm: 15 digits, no check digit."""
    return "8999" + scatter(serial, 11, offset)


def mobile(serial: int, offset: int = 0) -> str:
    """A mobile number under the unassigned prefix 160."""
    return "160" + scatter(serial, 8, offset)


def gtin(serial: int) -> str:
    """A UDI-DI of 14 digits with the GTIN check digit."""
    head = f"0699999{serial:06d}"
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(head))
    return head + str(-total % 10)


def mac(serial: int, offset: int = 0) -> str:
    """A locally administered MAC address (second digit 2), which no maker ever burns in."""
    tail = f"{(serial * _SPREAD + offset) % 16**10:010X}"
    return "-".join(["02", *(tail[i : i + 2] for i in range(0, 10, 2))])
