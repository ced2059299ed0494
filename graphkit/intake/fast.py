"""Whole-column recognisers: typed values for the plain forms, and a mask of the cells they are sure about.

Each takes a string array without nulls and gives (values, sure); values are null where `sure` is false or the cell
is empty.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ATTENTION = (
    r"^ | $|^#|[\x00-\x1f\x7f-\x9f]"
    r"|[\x{a0}\x{ad}\x{61c}\x{1680}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{3000}\x{feff}\x{fffd}"
    r"\x{ff10}-\x{ff19}\x{e000}-\x{f8ff}\x{f0000}-\x{10ffff}]|锟斤拷|烫烫烫|ï¼"
)
_EXPONENT = r"|^[+-]?[0-9][0-9.]*[eE]"
_LONG = 100_000
_ID_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), dtype=np.int64)
_ID_CHECKS = np.frombuffer(b"10X98765432", dtype=np.uint8)

Recognised = tuple[pa.Array, pa.Array]


def mask_of(rows: pa.Array, length: int) -> pa.Array:
    """Row indices as a boolean mask of that length."""
    mask = np.zeros(length, dtype=bool)
    mask[rows.to_numpy(zero_copy_only=False)] = True
    return pa.array(mask)


def _scatter(length: int, rows: np.ndarray, values: np.ndarray, type_: pa.DataType) -> pa.Array:
    """Values at some rows, null elsewhere."""
    full = np.zeros(length, dtype=values.dtype)
    full[rows] = values
    missing = np.ones(length, dtype=bool)
    missing[rows] = False
    return pa.array(full, mask=missing).cast(type_)


def _matrix(texts: pa.Array, width: int) -> np.ndarray:
    """Texts that all have `width` bytes, as an (n, width) matrix of bytes."""
    packed = pa.concat_arrays([texts])
    offsets = np.frombuffer(packed.buffers()[1], dtype=np.int32)[packed.offset : packed.offset + len(packed) + 1]
    data = np.frombuffer(packed.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(len(packed), width)


def _number(matrix: np.ndarray, start: int, stop: int) -> np.ndarray:
    value = np.zeros(len(matrix), dtype=np.int64)
    for place in range(start, stop):
        value = value * 10 + (matrix[:, place] - 48)
    return value


def _days(matrix: np.ndarray, year: int, month: int, day: int) -> tuple[np.ndarray, np.ndarray]:
    """(dates, really a date) from the digit positions of year, month and day."""
    y, m, d = _number(matrix, year, year + 4), _number(matrix, month, month + 2), _number(matrix, day, day + 2)
    real = (y >= 1800) & (y <= 2200) & (m >= 1) & (m <= 12) & (d >= 1)
    months = ((np.where(real, y, 1970) - 1970) * 12 + np.where(real, m, 1) - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (d - 1).astype("timedelta64[D]")
    return days, real & (days < (months + 1).astype("datetime64[D]"))


def _indices(mask: pa.Array) -> np.ndarray:
    return np.asarray(pc.indices_nonzero(mask).to_numpy(zero_copy_only=False))


def _with_empty(texts: pa.Array, length: int, rows: np.ndarray) -> pa.Array:
    sure = np.zeros(length, dtype=bool)
    sure[rows] = True
    return pc.or_(pa.array(sure), pc.equal(texts, ""))


def dates(texts: pa.Array) -> Recognised:
    """`2023-05-06`."""
    rows = _indices(pc.match_substring_regex(texts, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
    days, real = (
        _days(_matrix(texts.take(pa.array(rows)), 10), 0, 5, 8)
        if len(rows)
        else (np.array([], "datetime64[D]"), np.array([], bool))
    )
    return _scatter(len(texts), rows[real], days[real], pa.date32()), _with_empty(texts, len(texts), rows[real])


def datetimes(texts: pa.Array) -> Recognised:
    """`2023-05-06 10:05:03`."""
    rows = _indices(
        pc.match_substring_regex(texts, r"^[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")
    )
    if not len(rows):
        return pa.nulls(len(texts), pa.timestamp("us")), pc.equal(texts, "")
    matrix = _matrix(texts.take(pa.array(rows)), 19)
    days, real = _days(matrix, 0, 5, 8)
    seconds = _number(matrix, 11, 13) * 3600 + _number(matrix, 14, 16) * 60 + _number(matrix, 17, 19)
    stamps = days.astype("datetime64[us]") + (seconds * 1_000_000).astype("timedelta64[us]")
    return _scatter(len(texts), rows[real], stamps[real], pa.timestamp("us")), _with_empty(
        texts, len(texts), rows[real]
    )


def money(texts: pa.Array, fen: int) -> Recognised:
    """`1234.50`, `1234.5` and `1234`, when the header's unit is yuan."""
    if fen != 100:
        return pa.nulls(len(texts), pa.int64()), pc.equal(texts, "")
    cents = pc.match_substring_regex(texts, r"^[0-9]{1,13}\.[0-9]{2}$")
    tenths = pc.match_substring_regex(texts, r"^[0-9]{1,13}\.[0-9]$")
    whole = pc.match_substring_regex(texts, r"^[0-9]{1,13}$")
    plain = pc.or_(pc.or_(cents, tenths), whole)
    digits = pc.if_else(plain, pc.replace_substring(texts, ".", ""), pa.scalar(None, pa.string())).cast(pa.int64())
    values = pc.multiply(digits, pc.if_else(whole, 100, pc.if_else(tenths, 10, 1)).cast(pa.int64()))
    return values, pc.or_(plain, pc.equal(texts, ""))


def numbers(texts: pa.Array, type_: pa.DataType) -> Recognised:
    """`12`, and `12.5` for a float column."""
    pattern = r"^-?[0-9]{1,15}$" if pa.types.is_integer(type_) else r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$"
    plain = pc.match_substring_regex(texts, pattern)
    values = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(type_)
    return values, pc.or_(plain, pc.equal(texts, ""))


def id_numbers(texts: pa.Array) -> Recognised:
    """18 characters with a real birth date and the right check digit."""
    rows = _indices(pc.match_substring_regex(texts, r"^[1-9][0-9]{16}[0-9X]$"))
    if not len(rows):
        return pa.nulls(len(texts), pa.string()), pc.equal(texts, "")
    matrix = _matrix(texts.take(pa.array(rows)), 18)
    years = _number(matrix, 6, 10)
    _, real = _days(matrix, 6, 10, 12)
    total = (matrix[:, :17].astype(np.int64) - 48) @ _ID_WEIGHTS
    good = rows[real & (years >= 1880) & (years < 2100) & (_ID_CHECKS[total % 11] == matrix[:, 17])]
    sure = np.zeros(len(texts), dtype=bool)
    sure[good] = True
    return pc.if_else(pa.array(sure), texts, pa.scalar(None, pa.string())), pc.or_(pa.array(sure), pc.equal(texts, ""))


def matching(texts: pa.Array, pattern: str) -> Recognised:
    """Cells that match a pattern of already normal forms, as they are."""
    sure = pc.match_substring_regex(texts, pattern)
    empty = pc.equal(texts, "")
    return pc.if_else(pc.and_(sure, pc.invert(empty)), texts, pa.scalar(None, pa.string())), pc.or_(sure, empty)


def plain_texts(texts: pa.Array, identifier: bool = False) -> Recognised:
    """Cells without anything that needs a look: blanks at the ends, invisible, private or control characters, `#…`."""
    odd = pc.or_(
        pc.match_substring_regex(texts, _ATTENTION + (_EXPONENT if identifier else "")),
        pc.greater(pc.binary_length(texts), _LONG),
    )
    sure = pc.invert(odd)
    return pc.if_else(pc.or_(odd, pc.equal(texts, "")), pa.scalar(None, pa.string()), texts), sure
