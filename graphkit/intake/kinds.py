"""How a column of each kind becomes a typed Arrow column: a fast recogniser on the whole, the exact reader on the rest.

The rest is read once per distinct text. A property test holds the two together: fast equals exact wherever it
claims a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.intake import fast
from graphkit.intake.templates import Column
from graphkit.values.account import read_account
from graphkit.values.clean import broken, lost_precision, read_text, strip
from graphkit.values.codes import read_code
from graphkit.values.dates import read_date
from graphkit.values.id_no import read_id_no
from graphkit.values.money import read_money
from graphkit.values.numbers import read_bool, read_int, read_number, read_percent
from graphkit.values.phone import read_phone
from graphkit.values.reasons import Parsed
from graphkit.values.times import read_datetime
from graphkit.values.uscc import read_uscc

ARROW: dict[str, pa.DataType] = {
    "money": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "int": pa.int64(),
    "number": pa.float64(),
    "percent": pa.float64(),
    "bool": pa.bool_(),
}
"""Kind → Arrow type; every other kind is a string."""

_READERS: dict[str, Callable[[str], Parsed[Any]]] = {
    "date": read_date,
    "datetime": read_datetime,
    "int": read_int,
    "number": read_number,
    "percent": read_percent,
    "bool": read_bool,
    "id_no": read_id_no,
    "uscc": read_uscc,
    "phone": read_phone,
    "account": read_account,
}
_DATED: dict[str, Callable[[str, str | None], Parsed[Any]]] = {"date": read_date, "datetime": read_datetime}


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a template column."""
    return ARROW.get(column.kind, pa.string())


def reader(column: Column, fen: int = 100, order: str | None = None) -> Callable[[str], Parsed[Any]]:
    """The exact reader of one cell of a column; `fen` per number for money, `order` of day, month, year for dates."""
    if column.kind == "money":
        return lambda text: read_money(text, fen, per_unit=column.per_unit)
    if column.kind == "code":
        return lambda text: read_code(text, column.vocabulary)
    if column.kind in _DATED and order is not None:
        dated = _DATED[column.kind]
        return lambda text: _cell(text, lambda cell: dated(cell, order))
    if column.kind in _READERS:
        exact = _READERS[column.kind]
        return lambda text: _cell(text, exact)
    return _identifier if column.is_number_of_someone else read_text


def _cell(text: str, exact: Callable[[str], Parsed[Any]]) -> Parsed[Any]:
    """Reasons that hold for every cell come first, so that each kind reports a formula error the same way."""
    if reason := broken(strip(text)):
        return Parsed(None, reason=reason)
    return exact(text)


def _identifier(text: str) -> Parsed[str]:
    read = read_text(text)
    return Parsed(None, reason="precision-lost") if read.value and lost_precision(read.value) else read


@dataclass(frozen=True, slots=True)
class Cells:
    """A column read: typed values, and by row index the note or the reason of the cells that have one."""

    values: pa.Array
    notes: dict[int, str]
    reasons: dict[int, str]


def read_column(texts: pa.Array, column: Column, fen: int = 100, order: str | None = None) -> Cells:
    """Read a whole column of texts (string array without nulls, as they stand in the file); see `reader`."""
    type_ = arrow_type(column)
    values, open_rows = _recognise(texts, column, fen)
    if open_rows is None:
        return Cells(values, {}, {})
    exact = reader(column, fen, order)
    rest = texts.take(open_rows).dictionary_encode()
    read = [exact(text) for text in rest.dictionary.to_pylist()]
    filler = pa.array([parsed.value for parsed in read], type=type_).take(rest.indices)
    if values is not None:
        filler = pc.replace_with_mask(values, fast.mask_of(open_rows, len(texts)), filler)
    notes: dict[int, str] = {}
    reasons: dict[int, str] = {}
    if any(parsed.note or parsed.reason for parsed in read):
        rows = open_rows.to_pylist()
        for row, index in zip(rows, rest.indices.to_pylist(), strict=True):
            if (reason := read[index].reason) is not None:
                reasons[row] = reason
            elif (note := read[index].note) is not None:
                notes[row] = note
    return Cells(filler, notes, reasons)


def _recognise(texts: pa.Array, column: Column, fen: int) -> tuple[pa.Array | None, pa.Array | None]:
    """(values with nulls where unsure, row indices still to be read or None when all are done)."""
    known: pa.Array | None
    if column.kind == "code" or column.kind == "bool":
        return None, pa.array(range(len(texts)), pa.int64())
    if column.kind == "money":
        known, sure = fast.money(texts, fen)
    elif column.kind == "date":
        known, sure = fast.dates(texts)
    elif column.kind == "datetime":
        known, sure = fast.datetimes(texts)
    elif column.kind in {"int", "number", "percent"}:
        known, sure = fast.numbers(texts, arrow_type(column))
    elif column.kind == "id_no":
        known, sure = fast.id_numbers(texts)
    elif column.kind == "phone":
        known, sure = fast.matching(texts, r"^1[3-9][0-9]{9}$")
    elif column.kind == "account":
        known, sure = fast.matching(texts, r"^[0-9]{1,40}$")
    elif column.kind == "uscc":
        known, sure = fast.matching(texts, r"^$")
    else:
        known, sure = fast.plain_texts(texts, column.is_number_of_someone)
    rows = pc.indices_nonzero(pc.invert(sure))
    return known, (rows.cast(pa.int64()) if len(rows) else None)
