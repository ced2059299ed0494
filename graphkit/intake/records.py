"""From bytes to CSV records: plain lines at once, the rest one by one with the strict reader; physical line numbers.

A line is plain when it has no quote and the right number of delimiters. All other lines are read first and in order,
so that a quoted cell may hold text that looks like a record, and an unclosed quote never swallows the lines behind it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

BLOCK = 4 << 20
MAX_LINES = 1_000
"""Longest record in physical lines; an opening quote without a partner within it is a stray one."""
MAX_CHARS = 131_072


@dataclass(frozen=True, slots=True)
class Dialect:
    """`delimiter` as one ASCII character, `encoding` of the bytes, `width` = number of cells of the header."""

    delimiter: str
    encoding: str
    width: int
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Special:
    """A record that is not a plain line: `cells`, or `reason` when it cannot be read. `raw` without its line end."""

    index: int
    raw: bytes
    cells: list[str] | None
    reason: str | None = None


@dataclass(slots=True)
class Split:
    """A block taken apart. `plain` are the indices of plain lines, `first` is the physical number of line 0."""

    first: int
    lines: list[bytes]
    plain: list[int]
    special: list[Special] = field(default_factory=list)


def blocks(data: bytes, start: int, size: int = BLOCK) -> Iterator[bytes]:
    """Cut bytes (or a memory map) into pieces of about `size` that end with a line end."""
    end = len(data)
    while start < end:
        cut = min(start + size, end)
        if cut < end:
            newline = data.rfind(b"\n", start, cut)
            if newline < 0:
                newline = (
                    data.find(b"\n", cut) if data.rfind(b"\r", start, cut) < 0 else data.rfind(b"\r", start, cut - 1)
                )
            cut = newline + 1 if newline >= 0 else end
        yield data[start:cut]
        start = cut


def split(data: bytes, dialect: Dialect, start: int = 0, first: int = 1, size: int = BLOCK) -> Iterator[Split]:
    """Take a whole file apart from byte `start`, whose line number is `first`; blank lines belong to no record."""
    carry = b""
    pieces = blocks(data, start, size)
    piece = next(pieces, None)
    while piece is not None:
        following = next(pieces, None)
        block = carry + piece
        part, used = _split_block(block, dialect, first, following is None)
        yield part
        if used < len(part.lines):
            carry = b"".join(block.splitlines(True)[used:])
            del part.lines[used:]
        else:
            carry = b""
        first += used
        piece = following


def _split_block(block: bytes, dialect: Dialect, first: int, last: bool) -> tuple[Split, int]:
    lines = block.splitlines()
    mark, commas = dialect.delimiter.encode(), dialect.width - 1
    blank = b" \t\x0b\x0c" + mark
    plain = [
        b'"' not in line and line.count(mark) == commas and len(line) < MAX_CHARS and line.strip(blank) != b""
        for line in lines
    ]
    if b"\0" in block:
        plain = [ok and b"\0" not in line for ok, line in zip(plain, lines, strict=True)]
    if not dialect.strict:
        plain = [ok and _decodes(line, dialect.encoding) for ok, line in zip(plain, lines, strict=True)]
    if plain and lines[0].startswith(b"\xef\xbb\xbf"):
        plain[0] = False
    part = Split(first, lines, [])
    walk = _Walk(block, lines, dialect, last)
    taken_to = 0
    for index in [i for i, ok in enumerate(plain) if not ok]:
        if index < taken_to or lines[index].strip(blank) == b"":
            continue
        special, count = walk.record(index)
        if special is None:
            part.plain = [i for i in range(index) if plain[i]]
            return part, index
        part.special.append(special)
        plain[index + 1 : index + count] = [False] * (count - 1)
        taken_to = index + count
    part.plain = [i for i, ok in enumerate(plain) if ok]
    return part, len(lines)


def _decodes(line: bytes, encoding: str) -> bool:
    if line.isascii():
        return True
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class _Walk:
    """Reads single records of one block; keeps the lines with their ends for the records that span several."""

    def __init__(self, block: bytes, lines: list[bytes], dialect: Dialect, last: bool) -> None:
        self._block, self._lines, self._dialect, self._last = block, lines, dialect, last
        self._ended: list[bytes] | None = None

    def record(self, index: int) -> tuple[Special | None, int]:
        """The record that begins on a line, and its number of lines; (None, 0) when it goes on in the next block."""
        line, mark = self._lines[index], self._dialect.delimiter
        if b'"' not in line:
            return self._cut(index, line, mark), 1
        if self._all_quoted(line):
            return self._cut(index, line[1:-1], f'"{mark}"'), 1
        return self._strict(index)

    def _all_quoted(self, line: bytes) -> bool:
        """True for `"a","b"` without a quote inside any cell: such a line can be cut in one stroke."""
        width = self._dialect.width
        if not (line.startswith(b'"') and line.endswith(b'"') and line.count(b'"') == 2 * width):
            return False
        return line.count(b'"' + self._dialect.delimiter.encode() + b'"') == width - 1

    def _cut(self, index: int, line: bytes, mark: str) -> Special:
        try:
            cells = line.decode(self._dialect.encoding).split(mark)
        except UnicodeDecodeError:
            return Special(index, self._lines[index], None, "encoding")
        return Special(index, self._lines[index], *self._judged(self._lines[index], cells))

    def _judged(self, raw: bytes, cells: list[str]) -> tuple[list[str] | None, str | None]:
        """The cells, and the reason why they are no row."""
        if b"\0" in raw:
            return None, "nul"
        if len(cells) != self._dialect.width:
            return cells, "columns"
        return cells, "too-long" if len(raw) > MAX_CHARS and any(len(cell) > MAX_CHARS for cell in cells) else None

    def _strict(self, index: int) -> tuple[Special | None, int]:
        if self._ended is None:
            self._ended = self._block.splitlines(True)
        rows = csv.reader(self._texts(index), delimiter=self._dialect.delimiter, strict=True)
        try:
            cells = next(rows)
        except csv.Error as error:
            first = self._lines[index]
            if "unexpected end" in str(error):
                if not self._last and rows.line_num < MAX_LINES and index + rows.line_num >= len(self._lines):
                    return None, 0
                return Special(index, first, None, "quote"), 1
            return Special(index, first, None, "too-long" if "field larger" in str(error) else "quote"), 1
        except UnicodeDecodeError:
            return Special(index, self._lines[index], None, "encoding"), 1
        count = rows.line_num
        raw = b"".join(self._ended[index : index + count]).rstrip(b"\r\n") if count > 1 else self._lines[index]
        if count > 1 and len(cells) != self._dialect.width:
            return Special(index, self._lines[index], None, "quote"), 1
        return Special(index, raw, *self._judged(raw, cells)), count

    def _texts(self, index: int) -> Iterator[str]:
        assert self._ended is not None
        for place in range(index, min(index + MAX_LINES, len(self._ended))):
            yield self._ended[place].decode(self._dialect.encoding)
