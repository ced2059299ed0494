"""Opening a delimited text file: encoding, delimiter, header line and template."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.encoding import Encoding, sniff
from graphkit.intake.head import HEADER_ROWS, Head, find_head
from graphkit.intake.headers import Choice
from graphkit.intake.records import BLOCK, Dialect

_DELIMITERS = ",;\t|"
_FIRST_LINES = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """A text file ready to read: `data` in an encoding whose line ends and delimiters are single bytes.

    `original`: the file's own encoding when `data` had to be transcoded (hashes are made of the file's own bytes);
    `asks`: what a person has to confirm about the header.
    """

    data: bytes
    encoding: Encoding
    dialect: Dialect
    headers: tuple[str, ...]
    choice: Choice
    body: int
    body_line: int
    original: str | None = None
    asks: tuple[Text, ...] = ()

    def raw(self, record: bytes) -> bytes:
        """The record's bytes as they stand in the file."""
        return record.decode("utf-8").encode(self.original) if self.original else record

    def text(self, record: bytes) -> str:
        """The record as text; bytes that do not decode are shown as \\xNN."""
        return record.decode(self.dialect.encoding, "backslashreplace")


def open_text(path: Path, names: Sequence[str]) -> Opened:
    """Find encoding, delimiter, header line and template of a text file; `names` help to choose the template."""
    data = map_file(path)
    encoding = sniff(data)
    original, start, data_encoding = None, encoding.skip, encoding.name
    if encoding.name.startswith("utf-16"):
        data, original = data[start:].decode(encoding.name, "replace").encode("utf-8", "replace"), encoding.name
        start, data_encoding = 0, "utf-8"
    delimiter = _delimiter(_first_lines(data, start, data_encoding))
    if delimiter == "|" and data_encoding == "gb18030" and encoding.strict:
        data, original, data_encoding = data[start:].decode("gb18030").encode(), "gb18030", "utf-8"
        start = 0
    head, body, body_line = _header(data, start, data_encoding, delimiter, names)
    head = head or Head((), Choice(None, "ok", Text("文件没有数据", "the file is empty")), 0)
    dialect = Dialect(delimiter, data_encoding, len(head.headers), encoding.strict or original is not None)
    return Opened(data, encoding, dialect, head.headers, head.choice, body, body_line, original, head.asks)


def map_file(path: Path) -> bytes:
    """The bytes of a file; a large one as a memory map, which reads like bytes."""
    with path.open("rb") as handle:
        if path.stat().st_size < BLOCK:
            return handle.read()
        return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[return-value]


def _first_lines(data: bytes, start: int, encoding: str) -> list[str]:
    """The first non-blank lines."""
    texts = (line.decode(encoding, "replace") for line in data[start : start + (1 << 16)].splitlines())
    return [text for text in texts if text.strip()][:HEADER_ROWS]


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first line with any of them into most cells; comma when there is none."""
    for line in lines:
        counts = {mark: len(next(csv.reader([line], delimiter=mark), [])) for mark in _DELIMITERS}
        best = max(counts, key=lambda mark: counts[mark])
        if counts[best] > 1:
            return best
    return ","


def _header(
    data: bytes, start: int, encoding: str, delimiter: str, names: Sequence[str]
) -> tuple[Head | None, int, int]:
    """(head, byte and line number behind the header); title lines above it are passed over."""
    found = list(islice(_records(data, start, encoding, delimiter), _FIRST_LINES))
    head = find_head([cells for cells, _, _ in found], names)
    return (None, len(data), 1) if head is None else (head, *found[head.body - 1][1:])


def _records(data: bytes, start: int, encoding: str, delimiter: str) -> Iterator[tuple[list[str], int, int]]:
    """The first records as (cells, byte behind it, number of the next line)."""
    lines = data[start : start + (1 << 16)].splitlines(True)
    texts = [line.decode(encoding, "replace") for line in lines]
    done = 0
    while done < len(lines):
        rows = csv.reader(texts[done:], delimiter=delimiter)
        cells = next(rows, [])
        done += max(1, rows.line_num)
        yield [cell.strip() for cell in cells], start + sum(map(len, lines[:done])), done + 1
