"""One record of a delimited text file again, by the number of the line on which it begins."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from graphkit.intake.csv_open import Opened, open_text
from graphkit.intake.loader import RawRow
from graphkit.intake.records import MAX_LINES, split


def _as_template(path: Path) -> Opened:
    return open_text(path, ())


def csv_row(path: Path, sheet: str | None, row: int, open_: Callable[[Path], Opened] = _as_template) -> RawRow:
    """The record that begins on physical line `row`. LookupError when there is none; `sheet` is always None."""
    opened, ends = _opened(path, path.stat().st_mtime_ns, path.stat().st_size, open_)
    if not 1 <= row <= len(ends):
        raise LookupError(row)
    start = int(ends[row - 2]) if row > 1 else opened.encoding.skip if not opened.original else 0
    stop = int(ends[min(row + MAX_LINES, len(ends)) - 1])
    piece = bytes(opened.data[start:stop])
    for part in islice(split(piece, opened.dialect, 0, row), 1):
        special = next((s for s in part.special if s.index == 0), None)
        if special is not None:
            cells = special.cells or [opened.text(special.raw)]
            return RawRow(_cells(opened, cells), opened.raw(special.raw))
        if 0 in part.plain:
            line = part.lines[0]
            return RawRow(_cells(opened, opened.text(line).split(opened.dialect.delimiter)), opened.raw(line))
    raise LookupError(row)


def _cells(opened: Opened, cells: list[str]) -> dict[str, str]:
    """Header → text; a header that repeats gets a number, cells beyond the header are `column_N`."""
    out: dict[str, str] = {}
    for place, text in enumerate(cells):
        header = (
            opened.headers[place] if place < len(opened.headers) and opened.headers[place] else f"column_{place + 1}"
        )
        name, nth = header, 1
        while name in out:
            nth += 1
            name = f"{header}_{nth}"
        out[name] = text
    return out


@lru_cache(maxsize=8)
def _opened(path: Path, changed_ns: int, size: int, open_: Callable[[Path], Opened]) -> tuple[Opened, np.ndarray]:
    """The file opened, and the byte behind each of its physical lines."""
    opened = open_(path)
    start = opened.encoding.skip if not opened.original else 0
    data = np.frombuffer(opened.data, dtype=np.uint8)
    newline, carriage = data == 10, data == 13
    carriage[:-1] &= ~newline[1:]
    ends = np.flatnonzero(newline | carriage) + 1
    ends = ends[ends > start]
    return opened, ends if len(ends) and ends[-1] == len(data) else np.append(ends, len(data))
