"""What is gathered while a statement is read, and what its lines without a transaction say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from graphkit.intake import statement_words as words
from graphkit.intake.statement_balance import Point
from graphkit.intake.statement_header import Plan
from graphkit.intake.statement_lines import Kinds
from graphkit.intake.statement_own import Line, Own, own_of
from graphkit.intake.typed import Block, reject
from graphkit.types import Reject
from graphkit.values.clean import strip
from graphkit.values.money import read_money

_NEAR = 2
"""Header lines of one account stand at most so far apart."""


@dataclass(frozen=True, slots=True)
class Loose:
    """A record that is no row of the table: another number of cells, or not readable at all (`reason`)."""

    line: Line
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table as its file gives it: the lines `above` its header, the header, and what follows, in blocks."""

    sheet: str | None
    above: Sequence[Line]
    header: Line
    blocks: Iterable[tuple[Block, Sequence[Loose]]]


@dataclass(slots=True)
class Found:
    """What was found so far. `sections`: (first row, account), `edges`: (is opening, account, point) of balance lines."""

    sections: list[tuple[int, Own]] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    sides: list[pa.Table] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    edges: list[tuple[bool, str, Point]] = field(default_factory=list)
    idle: int = 0

    def begin(self, row: int, own: Own) -> None:
        """From this row on the lines are of another account; its header lines may state balances."""
        self.sections.append((row, own))
        for opening, stated in ((True, own.opening), (False, own.closing)):
            if stated is not None:
                self.edges.append((opening, own.acct, Point(*stated)))

    def own(self, row: int) -> Own:
        """The account of the header lines above a row."""
        return next(own for start, own in reversed(self.sections) if start <= row)


def cells_of(block: Block, place: int) -> tuple[str, ...]:
    """The cells of one row."""
    return tuple(cell[place].as_py() for cell in block.cells)


def judge(item: Loose, found: Found) -> list[Line]:
    """A record with another number of cells: a header line (given back), a balance or page line, or a quarantined one."""
    first = next((text for text in map(strip, item.line.cells) if text), "")
    bare = re.sub(r"[\s:：]+", "", first)
    if item.reason == "columns" and first:
        for opening, pattern in ((True, words.OPENING), (False, words.CLOSING)):
            if re.search(pattern, bare) and (point := _point(item.line)):
                found.edges.append((opening, found.own(item.line.row).acct, point))
        if any(re.search(pattern, bare) for pattern in (words.OPENING, words.CLOSING, words.PAGE)):
            found.idle += 1
            return []
        if re.search(words.TOTAL, bare):
            found.rejects.append(reject(item.line.row, "total-line", item.raw))
            return []
        if re.search(words.FOOT, first):
            found.idle += 1
            return [item.line] if re.search(words.KEY, first) else []
    found.rejects.append(reject(item.line.row, item.reason, item.raw))
    return []


def _point(line: Line, ascending: bool = False, balance: str = "") -> Point | None:
    """The balance that a line states: in its own cell, else the last amount on the line."""
    for text in (balance, *reversed(line.cells)):
        value = read_money(text).value if any(c.isdigit() for c in text) else None
        if value is not None:
            return Point(line.row, value, ascending)
    return None


def take_edges(plan: Plan, block: Block, kind: Kinds, found: Found) -> None:
    """Opening and closing balances on lines of the table; a 承前页 is one only before the first line of its account."""
    place = plan.places["balance"][0] if "balance" in plan.places else None
    for i in np.flatnonzero(kind.opening | kind.closing | kind.top).tolist():
        cells = cells_of(block, i)
        line = Line(int(block.rows[i]), cells, block.hashes[i])
        point = _point(line, bool(kind.top[i]), cells[place] if place is not None else "")
        if point is not None:
            found.edges.append((not bool(kind.closing[i]), found.own(line.row).acct, point))


def take_sections(keys: Sequence[Line], found: Found) -> None:
    """Header lines inside the table: another account begins, unless they repeat the one before."""
    groups: list[list[Line]] = []
    for line in keys:
        if groups and line.row - groups[-1][-1].row <= _NEAR:
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        own = own_of(group)
        if own is not None and own.acct and own.acct != found.own(group[0].row).acct:
            found.begin(group[0].row, own)
