"""Bank statements as banks and payment services export them: CSV, xlsx, xls, ods, HTML called .xls.

Recognised by their columns (date, amount, balance, counterparty), whatever the bank. Whose account it is stands in lines
above the table or in the file's name. Every balance is checked against the one before it: missing lines are reported.
Known flaws: a counterparty without an account number is known only within its statement; without a balance column
nothing tells whether lines are missing.
"""

from __future__ import annotations

from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.loader import Loader, RawRow
from graphkit.intake.notices import names_of
from graphkit.intake.reading import Accept, FileReading
from graphkit.intake.statement_csv import open_statement, read_statement, statement_row
from graphkit.intake.statement_sheet import has_statement, page_has_statement, read_statements, statement_sheet_row
from graphkit.intake.statement_words import speaks

ID, VERSION = "statement", "1"
_TEXT = frozenset({".csv", ".tsv", ".txt", ".tab", ".xls"})
_SHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et"})
_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BINARY = (*_CONTAINERS, b"%PDF", b"\x1f\x8b", b"SQLite")


def _is_page(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def match(path: Path, head: bytes) -> bool:
    """A text whose first lines hold the header of a statement; of a workbook, which is packed, `sure` tells."""
    suffix = path.suffix.casefold()
    if head.startswith(_CONTAINERS):
        return suffix in _SHEETS
    if suffix == ".xls" and _is_page(head):
        return page_has_statement(head, str(path))
    if suffix not in _TEXT or head.startswith(_BINARY) or not speaks(head):
        return False
    return open_statement(head, names_of(str(path))) is not None


def sure(path: Path, name: Path) -> bool:
    """Whether a workbook has a sheet that is a statement; what is no workbook is known already."""
    with path.open("rb") as handle:
        packed = handle.read(4).startswith(_CONTAINERS)
    return not packed or has_statement(path, str(name))


def _is_sheets(path: Path) -> bool:
    with path.open("rb") as handle:
        head = handle.read(1 << 12)
    return head.startswith(_CONTAINERS) or _is_page(head)


def read(path: Path, name: str, accept: Accept) -> FileReading:
    """Read the statement or, of a workbook, every sheet that is one and every other that fits a template."""
    return (read_statements if _is_sheets(path) else read_statement)(path, name, accept, ID, VERSION)


def row(path: Path, sheet: str | None, number: int) -> RawRow:
    """One line again: header → text, and its bytes. LookupError when there is none."""
    return (statement_sheet_row if _is_sheets(path) else statement_row)(path, sheet, number)


LOADER = Loader(ID, VERSION, Text("银行对账单、支付流水", "bank and payment statements"), match, read, row, sure)
