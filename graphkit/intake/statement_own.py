"""Whose account a statement is of: the lines above its table, or the name of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from graphkit.intake.statement_words import KEYS, KNOWN_KEYS, norm
from graphkit.values.account import read_account
from graphkit.values.clean import strip
from graphkit.values.id_no import normalise_id_no
from graphkit.values.money import read_money

_KEY = re.compile(
    rf"(?:^|(?<=[\s,，;；|]))([一-鿿A-Za-z/()（）]{{2,16}})\s*[:：]|({KNOWN_KEYS})\s*[:：]", re.IGNORECASE
)
_TRIM = " \t\r\n,，;；|\u3000"
_ACCOUNT = re.compile(r"[0-9A-Za-z*][0-9A-Za-z*@._+ -]{3,}")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{10,32}(?![0-9A-Za-z])")
_NAME_WORDS = re.compile(
    r"流水|明细|对账|账单|交易|账户|账号|查询|回单|银行|活期|定期|存款|导出|支付宝|微信|财付通|报表|资金|往来"
)
_NAME = re.compile(r"[一-鿿·（）()]{2,40}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is no transaction: its number in the file, its cells, the SHA-256 of its bytes."""

    row: int
    cells: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Own:
    """The account of a statement. `line` says so; None when the name of the file does.

    `opening` and `closing`: balances in fen that a header line states, with the number of that line; `said`: further
    header lines, as written.
    """

    acct: str
    holder: str = ""
    holder_id: str = ""
    bank: str = ""
    currency: str = ""
    line: Line | None = None
    opening: tuple[int, int] | None = None
    closing: tuple[int, int] | None = None
    said: dict[str, str] = field(default_factory=dict)
    problem: str | None = None


def pairs(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(key, value) of a header line: `账号：622… 户名：张三` in one cell, or key and value in cells side by side."""
    filled = [text for text in map(strip, cells) if text]
    nth = 0
    while nth < len(filled):
        text, nth = filled[nth], nth + 1
        marks = list(_KEY.finditer(text))
        following = filled[nth] if nth < len(filled) and not _is_key(filled[nth]) else None
        if not marks and _word(text) in KEYS and following is not None:
            yield _word(text), following
            nth += 1
        for place, mark in enumerate(marks):
            last = place == len(marks) - 1
            value = text[mark.end() : len(text) if last else marks[place + 1].start()].strip(_TRIM)
            if not value and last and following is not None:
                value, nth = following, nth + 1
            yield strip(mark[1] or mark[2]), value


def _word(text: str) -> str:
    """The key in a cell of its own, without a translation in brackets."""
    return norm(re.sub(r"[\[(（【].*$", "", text)) or norm(text)


def _is_key(text: str) -> bool:
    return _word(text) in KEYS or _KEY.match(text) is not None


def own_of(lines: Sequence[Line]) -> Own | None:
    """The account that header lines state; None when they name neither account nor holder.

    Of two lines with an account the better known wording counts. `acct` is empty when only the holder is named;
    `problem` says why an account that is named cannot be read.
    """
    best: dict[str, tuple[int, str, Line]] = {}
    said: dict[str, str] = {}
    for line in lines:
        for key, value in pairs(line.cells):
            role = KEYS.get(norm(key))
            if role is None or not value or (role[0] == "acct" and _ACCOUNT.match(_bare(value)) is None):
                said.setdefault(key, value) if value else None
            elif role[0] not in best or role[1] < best[role[0]][0]:
                best[role[0]] = (role[1], value, line)
    if not {"acct", "holder"} & best.keys():
        return None
    acct, problem = _account(best["acct"][1]) if "acct" in best else ("", None)
    texts = {
        role: best[role][1].strip("[]【】") for role in ("holder", "holder_id", "bank", "currency") if role in best
    }
    where = best.get("acct", best.get("holder"))
    edges = {role: _money(best[role]) for role in ("opening", "closing") if role in best}
    return Own(
        acct,
        **texts,
        line=where[2] if where else None,
        opening=edges.get("opening"),
        closing=edges.get("closing"),
        said=said,
        problem=problem,
    )


def _money(found: tuple[int, str, Line]) -> tuple[int, int] | None:
    value = read_money(found[1]).value
    return None if value is None else (found[2].row, value)


def _account(text: str) -> tuple[str, str | None]:
    """(account, reason why it cannot be read)."""
    number = _ACCOUNT.match(_bare(text))
    read = read_account(number[0] if number else "")
    return read.value or "", read.reason


def _bare(text: str) -> str:
    return text.strip("[]【】'\"= ")


def own_of_name(name: str) -> Own | None:
    """The account that a file name holds: the only number of 10–32 digits that is no date and no ID number.

    The holder is the only Chinese word beside it that speaks of no bank or statement.
    """
    stem = PurePosixPath(name).stem
    numbers = [n for n in dict.fromkeys(_NUMBER.findall(stem)) if not _is_time(n) and normalise_id_no(n) is None]
    if len(numbers) != 1:
        return None
    parts = re.split(r"[\s_\-—+,，、;；\[\]【】0-9A-Za-z]+", stem)
    words = [re.sub(r"^[)）]+|[(（]+$", "", part) for part in parts]
    holders = [w for w in words if _NAME.fullmatch(w) and not _NAME_WORDS.search(w)]
    return Own(numbers[0], holders[0] if len(holders) == 1 else "")


def _is_time(digits: str) -> bool:
    """True for 2023010110, 20230101120000 and 2023010120231231."""
    forms = {10: ("%Y%m%d", "%H"), 12: ("%Y%m%d", "%H%M"), 14: ("%Y%m%d", "%H%M%S"), 16: ("%Y%m%d", "%Y%m%d")}
    if len(digits) not in forms or not "1980" <= digits[:4] <= "2100":
        return False
    try:
        for text, form in zip((digits[:8], digits[8:]), forms[len(digits)], strict=True):
            datetime.strptime(text, form)
    except ValueError:
        return False
    return True
