"""Telephone numbers: mobile, landline with area code, service numbers; +86, blanks and extensions are dropped."""

from __future__ import annotations

import re
import unicodedata

from graphkit.values.clean import broken, lost_precision, read_text
from graphkit.values.reasons import Parsed

_EXTENSION = re.compile(r"(转|-{2,}|ext\.?|x|#|,).*$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s\-()/.·‐-―]+")
_COUNTRY = re.compile(r"^(\+|00)86")
_MOBILE = re.compile(r"(86)?(1[3-9][0-9]{9})\Z")
_LANDLINE = re.compile(r"0(10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}\Z")
_LANDLINE_WITHOUT_ZERO = re.compile(r"(10|2[0-9])[2-8][0-9]{7}\Z|[3-9][0-9]{2}[2-8][0-9]{6,7}\Z")
_SERVICE = re.compile(r"[48]00[0-9]{7}\Z")
_BRACKETED_AREA = re.compile(r"^\((0[0-9]{2,3})\)\s*")
_DASH_EXTENSION = re.compile(r"^(0[0-9]{2,3}-?[0-9]{7,8})-[0-9]{1,5}$")


def normalise_phone(text: str) -> str | None:
    """Digits only: `13812345678`, `09142312345`, `4001234567`; None when it is no phone number.

    A landline keeps its area code with the leading zero; one without an area code is not unique and gives None.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    number = _EXTENSION.sub("", _BRACKETED_AREA.sub(r"\1-", plain))
    number = _DASH_EXTENSION.sub(r"\1", number.strip())
    number = _PUNCTUATION.sub("", number)
    bare = _COUNTRY.sub("", number)
    if mobile := _MOBILE.match(bare):
        return mobile[2]
    if bare != number and _LANDLINE_WITHOUT_ZERO.match(bare):
        return "0" + bare
    return bare if _LANDLINE.match(bare) or _SERVICE.match(bare) else None


def read_phone(text: str) -> Parsed[str]:
    """A phone cell; a number of no known form is kept as written with the note `format`."""
    written = read_text(text)
    if written.value is None:
        return written
    if lost_precision(written.value):
        return Parsed(None, reason="precision-lost")
    if reason := broken(written.value):
        return Parsed(None, reason=reason)
    number = normalise_phone(written.value)
    return Parsed(number) if number else Parsed(written.value, "format")
