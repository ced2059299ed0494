"""Bank statements in delimited text files: where the table begins, its lines in blocks, and single lines again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.csv_file import _doubt, _texts
from graphkit.intake.csv_open import Opened, _records, map_file
from graphkit.intake.csv_row import csv_row
from graphkit.intake.encoding import sniff
from graphkit.intake.headers import Choice
from graphkit.intake.loader import RawRow
from graphkit.intake.notices import names_of
from graphkit.intake.reading import OK, Accept, FileReading, ask_if_many
from graphkit.intake.records import Dialect, Special, split
from graphkit.intake.statement_found import Loose, Source
from graphkit.intake.statement_header import ROWS, Plan, find_table
from graphkit.intake.statement_own import Line, Own
from graphkit.intake.statement_table import own_cells, owners, read_table
from graphkit.intake.statement_words import ACCOUNT_MARKS
from graphkit.intake.typed import Block
from graphkit.values.clean import strip

_DELIMITERS = ",\t;|"
_LOOKED_AT = 20


def open_statement(data: bytes, names: Sequence[str]) -> tuple[Opened, Plan, tuple[int, int]] | None:
    """(the file opened, its plan, byte and line of the header); None when it holds no statement.

    `data` may be the beginning of a file only.
    """
    encoding = sniff(data)
    start, name, original = encoding.skip, encoding.name, None
    if name.startswith("utf-16"):
        data, original = data[start:].decode(name, "replace").encode("utf-8", "replace"), name
        start, name = 0, "utf-8"
    for delimiter in _DELIMITERS:
        if delimiter == "|" and name == "gb18030" and encoding.strict:
            data, original = data.decode("gb18030", "replace").encode(), "gb18030"
            start, name = 0, "utf-8"
        records = list(islice(_records(data, start, name, delimiter), ROWS + _LOOKED_AT))
        found = find_table([cells for cells, _, _ in records], names)
        if found is None:
            continue
        place, plan = found
        width = _width(len(plan.headers), [cells for cells, _, _ in records[place + 1 :]])
        plan = replace(plan, headers=(*plan.headers, *[""] * (width - len(plan.headers))))
        dialect = Dialect(delimiter, name, width, encoding.strict or original is not None)
        _, body, line = records[place]
        opened = Opened(data, encoding, dialect, plan.headers, Choice(None, "ok", OK), body, line, original)
        return opened, plan, (start, 1) if not place else records[place - 1][1:]
    return None


def _width(header: int, rows: Sequence[Sequence[str]]) -> int:
    """Cells of a row: those of the header, and further empty ones where the rows all end with delimiters."""
    longer = [len(cells) for cells in rows[:_LOOKED_AT] if len(cells) > header and not any(map(strip, cells[header:]))]
    return max(longer) if longer and 2 * len(longer) > len(rows[:_LOOKED_AT]) else header


def _lines(opened: Opened, start: int, stop: int, first: int) -> Iterator[Line]:
    """The records of a part of the file, which need not have the width of the table."""
    mark = opened.dialect.delimiter
    for part in split(opened.data[start:stop], opened.dialect, 0, first):
        plain = {i: (part.lines[i], opened.text(part.lines[i]).split(mark)) for i in part.plain}
        special = {s.index: (s.raw, s.cells or [opened.text(s.raw)]) for s in part.special}
        for index, (raw, cells) in sorted({**plain, **special}.items()):
            yield Line(part.first + index, tuple(cells), sha256(opened.raw(raw)).hexdigest())


def _blocks(opened: Opened) -> Iterator[tuple[Block, Sequence[Loose]]]:
    width = opened.dialect.width
    for part in split(opened.data, opened.dialect, opened.body, opened.body_line):
        loose: list[Loose] = []
        rows: list[Special] = []
        for special in part.special:
            cells = special.cells or []
            if special.reason is None:
                rows.append(special)
            elif special.reason == "columns" and len(cells) > width and not any(map(strip, cells[width:])):
                rows.append(Special(special.index, special.raw, cells[:width]))
            else:
                digest = sha256(opened.raw(special.raw)).hexdigest()
                line = Line(part.first + special.index, tuple(cells), digest)
                loose.append(Loose(line, opened.text(special.raw), special.reason))
        part.special = rows
        yield _texts(opened, part)[0], loose


def _source(opened: Opened, start: int, first: int) -> Source:
    """The table of an opened file; its header begins at byte `start`, on line `first`."""
    top = 0 if opened.original else opened.encoding.skip
    header = next(_lines(opened, start, opened.body, first))
    return Source(None, tuple(_lines(opened, top, start, 1)), header, _blocks(opened))


def read_statement(path: Path, name: str, accept: Accept, loader: str, version: str) -> FileReading:
    """Read a statement in a text file; never raises for bad content."""
    data = map_file(path)
    base = FileReading(path, name, sha256(data).hexdigest(), len(data), loader, version, None, "ok", OK, ())
    found = open_statement(data, names_of(name))
    if found is None:
        text = Text(
            "没有找到对账单的表头（日期、金额、余额或对方）",
            "no header of a statement was found (date, amount, balance or counterparty)",
        )
        return replace(base, status="refused", message=text)
    opened, plan, header = found
    base = replace(base, encoding="utf-8-sig" if opened.encoding.skip == 3 else opened.encoding.name)
    if opened.encoding.doubt and not accept:
        return replace(base, status="needs_decision", message=_doubt(opened))
    reading, choice, said = read_table(
        plan, _source(opened, *header), names_of(name), accept if isinstance(accept, str) else None
    )
    if reading is None or choice is not None:
        return replace(base, status="refused", message=choice.message if choice else said)
    return ask_if_many(replace(base, sheets=(reading,), message=said), accept)


def statement_row(path: Path, sheet: str | None, row: int) -> RawRow:
    """One line again; its cells tell the account of the header lines too. LookupError when there is none."""
    raw = csv_row(path, sheet, row, _open_again)
    stated = _owners(path, path.stat().st_mtime_ns, path.stat().st_size)
    return RawRow(own_cells(stated, row) | dict(raw.cells), raw.data)


def _open_again(path: Path) -> Opened:
    found = open_statement(map_file(path), names_of(path.name))
    if found is None:
        raise LookupError(path.name)
    return found[0]


@lru_cache(maxsize=8)
def _owners(path: Path, changed_ns: int, size: int) -> list[tuple[int, Own]]:
    found = open_statement(map_file(path), names_of(path.name))
    if found is None:
        return []
    opened, plan, header = found
    marks = [mark.encode(opened.dialect.encoding) for mark in ACCOUNT_MARKS]
    further = any(opened.data.find(mark, opened.body) >= 0 for mark in marks)
    return owners(plan, _source(opened, *header), further)
