"""Spreadsheets in the layout of a template: xlsx, xlsb, xls, ods, HTML called .xls. Content decides, not the suffix."""

from __future__ import annotations

from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.loader import Loader
from graphkit.intake.reading import Accept, FileReading
from graphkit.intake.sheet_file import read_sheets, sheet_row

ID, VERSION = "templates_sheet", "1"
_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et", ".xltx"})
_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def match(path: Path, head: bytes) -> bool:
    """A zip or OLE container with a spreadsheet's suffix (or none), or an HTML page called .xls."""
    suffix = path.suffix.casefold()
    if head.startswith(_CONTAINERS):
        return suffix in _SUFFIXES or b"xl/" in head or b"opendocument.spreadsheet" in head
    return suffix == ".xls" and head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def read(path: Path, name: str, accept: Accept) -> FileReading:
    """Read every sheet that fits a template."""
    return read_sheets(path, name, accept, ID, VERSION)


LOADER = Loader(ID, VERSION, Text("模板电子表格", "template spreadsheet"), match, read, sheet_row)
