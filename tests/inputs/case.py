"""What one bad input is, what must become of it, and the small writers that make the files byte for byte the same."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

from tests.conftest import account, person

CREATED = datetime(2024, 1, 1)
PAID = ("tx", "ts", "from_acct", "to_acct", "amount", "purpose")
Row = Sequence[Any]
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Expect:
    """The load report of one file (or of one sheet of it); `says` are pieces of its Chinese message."""

    file: str
    status: str = "loaded"
    rows: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    duplicate: int = 0
    sheet: str | None = None
    encoding: str | None = None
    says: tuple[str, ...] = ()

    @property
    def quarantined(self) -> int:
        """Rows that did not load."""
        return sum(self.reasons.values())

    @property
    def loaded(self) -> int:
        """Rows that did."""
        return self.rows - self.quarantined - self.duplicate


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table of bad inputs.

    `cells`: `template.column` → the values read, in order; `notes`: the same for what is noted about them. `answer` is what
    a person says (`--accept FILE`, or an order of dates) and `then` the report after it. `elsewhere` names tests of other
    rooms that hold the rest of the line: `file::test`.
    """

    number: int
    what: str
    files: Callable[[], Files]
    expects: tuple[Expect, ...]
    cells: Mapping[str, Sequence[object]] = field(default_factory=dict)
    notes: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    answer: str = ""
    then: tuple[Expect, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where its files lie below the folder of all."""
        return f"{self.number:02d}"


def ask(file: str, rows: int, *says: str, sheet: str | None = None, **reasons: int) -> Expect:
    """A file that waits for a decision: none of its rows is loaded."""
    held = {"needs-decision": rows - sum(reasons.values())} if rows > sum(reasons.values()) else {}
    named = {reason.replace("_", "-"): n for reason, n in reasons.items()}
    return Expect(file, "needs_decision", rows, named | held, sheet=sheet, says=says)


def refused(file: str, *says: str) -> Expect:
    """A file that is not read, and why."""
    return Expect(file, "refused", says=says)


def paid(case: int, nth: int, **cells: Any) -> dict[str, Any]:
    """A payment of which no other case has one."""
    base = {"tx": f"T{case:02d}-{nth}", "ts": "2023-05-06 10:00:00", "from_acct": account(1), "to_acct": account(2)}
    return {**base, "amount": f"{case}.{nth:02d}", "purpose": "货款"} | cells


def someone(case: int, nth: int) -> str:
    """The ID number of somebody whom no other case has."""
    return person(case * 8 + nth)


def text_of(rows: Sequence[Row], mark: str = ",", end: str = "\r\n") -> str:
    """Rows as delimited text with quotes only where they must be."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end).writerows(rows)
    return out.getvalue()


def payments(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8", **form: str) -> bytes:
    """A file of payments; its columns are those of the first row."""
    return text_of([list(rows[0]), *(list(row.values()) for row in rows)], **form).encode(encoding)


def people(case: int, names: Sequence[str], encoding: str = "utf-8") -> bytes:
    """A file of persons with those names, one number each."""
    rows = [("身份证号", "姓名"), *((someone(case, n), name) for n, name in enumerate(names, 1))]
    return text_of(rows).encode(encoding)


Cell = Callable[[Any, Any, int, int], None]


def workbook(
    sheets: Mapping[str, Sequence[Row]],
    dress: Callable[[Mapping[str, Any]], None] | None = None,
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """An xlsx; texts are written as texts, a callable cell writes itself, `dress` gets the sheets by name at the end."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **(options or {})}) as book:
        book.set_properties({"created": CREATED})
        pages = {}
        for title, rows in sheets.items():
            pages[title] = page = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if callable(cell):
                        cell(book, page, r, c)
                    elif isinstance(cell, str):
                        if cell:
                            page.write_string(r, c, cell)
                    else:
                        page.write(r, c, cell)
        if dress is not None:
            dress(pages)
    return out.getvalue()


def formula(text: str, value: object) -> Cell:
    """A formula with its cached result."""

    def write(book: Any, page: Any, r: int, c: int) -> None:
        page.write_formula(r, c, text, None, value)

    return write


def day(moment: datetime) -> Cell:
    """A real date cell."""

    def write(book: Any, page: Any, r: int, c: int) -> None:
        page.write_datetime(r, c, moment, book.add_format({"num_format": "yyyy-mm-dd"}))

    return write


def zipped(entries: Sequence[tuple[str | zipfile.ZipInfo, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with fixed times; an entry given as ZipInfo keeps what it says about itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in entries:
            entry = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            archive.writestr(entry, data, compression)
    return out.getvalue()


def repacked(data: bytes, more: Mapping[str, bytes], edit: Mapping[str, tuple[bytes, bytes]] | None = None) -> bytes:
    """A workbook with other parts in it, or with some bytes of a part exchanged."""
    edit = edit or {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for name, (old, new) in edit.items():
        assert old in parts[name], f"{name} lacks {old!r}"
        parts[name] = parts[name].replace(old, new)
    return zipped([*(parts | dict(more)).items()])
