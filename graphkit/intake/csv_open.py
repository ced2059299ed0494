"""Opening a delimited text file: encoding, delimiter, header line and template."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import Text
from graphkit.intake.encoding import Encoding, sniff
from graphkit.intake.headers import Choice, choose
from graphkit.intake.records import BLOCK, Dialect

_DELIMITERS = ",;\t|"
_TITLE_LINES = 5


@dataclass(frozen=True, slots=True)
class Opened:
    """A text file ready to read: `data` in an encoding whose line ends and delimiters are single bytes.

    `original`: the file's own encoding when `data` had to be transcoded (hashes are made of the file's own bytes).
    """

    data: bytes
    encoding: Encoding
    dialect: Dialect
    headers: tuple[str, ...]
    choice: Choice
    body: int
    body_line: int
    original: str | None = None

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
    head = _head(data, start, data_encoding)
    delimiter = _delimiter([text for text, _ in head])
    if delimiter == "|" and data_encoding == "gb18030" and encoding.strict:
        data, original, data_encoding = data[start:].decode("gb18030").encode(), "gb18030", "utf-8"
        start, head = 0, _head(data[start:].decode("gb18030").encode(), 0, "utf-8")
    headers, choice, body, body_line = _header(data, start, data_encoding, delimiter, names)
    dialect = Dialect(delimiter, data_encoding, len(headers), encoding.strict or original is not None)
    return Opened(data, encoding, dialect, headers, choice, body, body_line, original)


def map_file(path: Path) -> bytes:
    """The bytes of a file; a large one as a memory map, which reads like bytes."""
    with path.open("rb") as handle:
        if path.stat().st_size < BLOCK:
            return handle.read()
        return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[return-value]


def _head(data: bytes, start: int, encoding: str) -> list[tuple[str, int]]:
    """The first non-blank lines as (text, line number)."""
    lines = data[start : start + (1 << 16)].splitlines()
    texts = ((line.decode(encoding, "replace"), number) for number, line in enumerate(lines, 1))
    return [(text, number) for text, number in texts if text.strip()][: _TITLE_LINES + 1]


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
) -> tuple[tuple[str, ...], Choice, int, int]:
    """(headers, choice of template, byte and line number behind the header); title lines above it are passed over."""
    first: tuple[tuple[str, ...], Choice, int, int] | None = None
    for nth, (cells, end, line) in enumerate(_records(data, start, encoding, delimiter)):
        filled = sum(1 for cell in cells if cell.strip())
        if not filled:
            continue
        found = (tuple(cells), choose(cells, names), end, line)
        if found[1].layout is not None:
            return found
        first = first or found
        if filled > 1 or nth >= _TITLE_LINES:
            break
    if first is None:
        return (), Choice(None, "ok", Text("文件没有数据", "the file is empty")), len(data), 1
    return found if found[1].status == "refused" or found[1].candidates else first


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
