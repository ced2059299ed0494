"""Delimited text files in the layout of a template: UTF-8, UTF-16 or GB18030; comma, semicolon, tab or bar."""

from __future__ import annotations

from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.csv_file import read_csv
from graphkit.intake.csv_row import csv_row
from graphkit.intake.loader import Loader
from graphkit.intake.reading import Accept, FileReading

ID, VERSION = "templates_csv", "1"
_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab", ".xls"})
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"SQLite")


def match(path: Path, head: bytes) -> bool:
    """A text file by name and content; `.xls` too, because exports often call tabbed text so."""
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if path.suffix.casefold() not in _SUFFIXES or head.startswith(_BINARY):
        return False
    return not (path.suffix.casefold() == ".xls" and text.startswith(b"<"))


def read(path: Path, name: str, accept: Accept) -> FileReading:
    """Read the file into one typed table."""
    return read_csv(path, name, accept, ID, VERSION)


LOADER = Loader(ID, VERSION, Text("模板 CSV", "template CSV"), match, read, csv_row)
