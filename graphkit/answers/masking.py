"""Personal numbers in answers: ID numbers, accounts and phones show their last four (CONTRACT 2).

What the templates know as a number never reaches the facts; it may still stand in free text, in a column that no
template knows, in a raw row. Business keys (ids, project and contract numbers, 统一社会信用代码) stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from graphkit.facts.evidence import kind_of
from graphkit.values.account import luhn
from graphkit.values.id_no import normalise_id_no
from graphkit.values.phone import normalise_phone
from graphkit.values.uscc import valid_uscc

T = TypeVar("T")

_RUN = re.compile(
    r"(?<![0-9A-Za-z])(?<!\d\.)(?:\d{4}(?:[ -]\d{4}){2,3}[ -]\d{1,4}|1[3-9]\d[ -]\d{4}[ -]\d{4}|0\d{2,3}-?[2-8]\d{6,7}|\d{10,18}[\dXx])(?![0-9A-Za-z]|\.\d)"
)
"""Digits that may be somebody's number: in one piece, a card in groups of four, a mobile in 3-4-4, a landline."""

_DATED = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])")
_NUMBER_HEADER = re.compile(
    r"身份证|证件|账号|帐号|账户|帐户|卡号|电话|手机|联系方式|微信|id_no|idcard|id_card|acct|account|card|phone|mobile|tel\b|wechat|holder_id|payer_id|payee_id|subject_id|tenant_id",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d -]{5,}[\dXx]")

_KEYS = frozenset(
    {
        "id", "from", "to", "finding", "findings", "parts", "seeds", "nodes", "members", "confirmed", "lead_no", "key", "run", "snapshot",
        "sha256", "row_sha256", "hash", "prev_hash", "head", "file", "path", "sheet", "loader", "uscc", "project_no", "contract_no", "invoice_no",
        "tx", "lot_no", "item", "udi_di", "reg_no", "batch", "law_refs",
    }
)  # fmt: skip
"""Keys whose values are business keys or hashes, never free text."""

_STRICT = frozenset({"extra", "cells", "raw"})
"""Keys below which rows stand as they were received: any long number is masked there unless it is a business key."""


def masked_text(text: str, *, strict: bool = False) -> str:
    """The text with every personal number masked; `strict` takes any run of 15 to 19 digits for an account."""
    return _RUN.sub(lambda m: _last4(m[0]) if _personal(m[0], strict) else m[0], text)


def _personal(run: str, strict: bool) -> bool:
    plain = unicodedata.normalize("NFKC", run).replace(" ", "").replace("-", "").upper()
    if normalise_id_no(plain) and (strict or len(plain) == 18):
        return True
    if valid_uscc(plain):
        return False
    if normalise_phone(plain):
        return strict or len(plain) == 11
    if strict and len(plain) == 18 and plain.endswith("X"):
        return True
    account = plain.isdigit() and 15 <= len(plain) <= 19 and not _DATED.match(plain)
    return account and (strict or (len(plain) >= 16 and luhn(plain)))


def _last4(run: str) -> str:
    return "*" * (len(run) - 4) + run[-4:]


def masked(answer: T) -> T:
    """An answer (JSON) with every personal number masked; nothing else changes, and the answer given stays as it is."""
    return _walk(answer, "", False)  # type: ignore[no-any-return]


def _walk(value: Any, key: str, strict: bool) -> Any:
    if isinstance(value, str):
        return _text(value, key, strict)
    if isinstance(value, Mapping) and "columns" in value and "rows" in value:
        names = [str(c).rpartition(".")[2] for c in value["columns"]]
        rows = [[_walk(cell, name, strict) for name, cell in zip(names, row, strict=True)] for row in value["rows"]]
        return {**value, "rows": rows}
    if isinstance(value, Mapping):
        return {k: _walk(v, _context(k, value), strict or k in _STRICT) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(v, key, strict) for v in value]
    return value


def _context(key: str, around: Mapping[str, Any]) -> str:
    """The key; of a name, whose name it is."""
    return str(around.get("id", key)) if key == "name" else key


def _text(text: str, key: str, strict: bool) -> str:
    if len(text) < 7 or (not strict and (key in _KEYS or kind_of(text)[1])):
        return text
    label = kind_of(key)[1]
    if label and label not in ("Person", "Account", "Contact") and not strict:
        return text
    if strict and _NUMBER_HEADER.search(key) and not valid_uscc(text):
        return _DIGITS.sub(lambda m: _last4(m[0]), text)
    return masked_text(text, strict=strict or label == "Person")
