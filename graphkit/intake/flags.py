"""What is odd about rows that were read: they are loaded as they stand, and the oddity is noted with them or said."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Text

_ORDERED = (
    ("birth", "death_date"),
    ("birth", "from_date"),
    ("founded", "closed"),
    ("from_date", "to_date"),
    ("publicity_from", "publicity_to"),
)
"""Pairs of date columns of which the first cannot be the later one."""
_SAME = {"transactions": ("from_acct", "to_acct"), "kinship": ("id_no_a", "id_no_b")}
"""Template → two columns that name two different things."""
_DONE = ("ts", "date", "signed", "founded", "birth", "death_date", "delivered", "accepted", "received")
"""Columns of what has happened; the end of a post or of a contract may lie ahead."""
_SHOWN = 5

Notes = MutableMapping[int, dict[str, str]]


def flag_rows(template: str, values: Mapping[str, pa.Array], notes: Notes) -> None:
    """Add notes to rows: `date-range` on the later column of dates that contradict each other (birth after hire), `same`
    where payer and payee are one account, `negative` for an amount below zero.
    """
    for first, second in _ORDERED:
        if first in values and second in values:
            _note(pc.greater(values[first], values[second]), second, "date-range", notes)
    if "id_no" in values and "from_date" in values:
        _note(_born_after(values["id_no"], values["from_date"]), "from_date", "date-range", notes)
    if (pair := _SAME.get(template)) and all(name in values for name in pair):
        same = pc.and_(pc.equal(values[pair[0]], values[pair[1]]), pc.not_equal(values[pair[0]], "CASH"))
        _note(same, pair[1], "same", notes)
    if "amount" in values and pa.types.is_integer(values["amount"].type):
        _note(pc.less(values["amount"], 0), "amount", "negative", notes)


def _born_after(numbers: pa.Array, days: pa.Array) -> pa.Array:
    """Rows whose ID number holds a day of birth behind the day given."""
    right = pc.match_substring_regex(numbers, r"^[0-9]{17}[0-9X]$")
    births = pc.if_else(right, pc.utf8_slice_codeunits(numbers, 6, 14), pa.scalar(None, pa.string()))
    return pc.greater(births, pc.strftime(days, format="%Y%m%d"))


def _note(mask: pa.Array, column: str, note: str, notes: Notes) -> None:
    if not pc.any(mask).as_py():
        return
    for row in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
        there = notes.setdefault(row, {})
        if note not in there.get(column, "").split(";"):
            there[column] = ";".join(filter(None, (there.get(column), note)))


def odd_rows(template: str, table: pa.Table, today: date | None = None) -> list[Text]:
    """What to say about a whole table: days that lie ahead of today, invoices that several contracts claim.

    Said and not noted, because a note must not depend on the day of the load.
    """
    ahead = datetime.combine((today or date.today()) + timedelta(days=1), time())
    found = []
    for name in (name for name in _DONE if name in table.column_names):
        limit = ahead if pa.types.is_timestamp(table.column(name).type) else ahead.date()
        if (rows := _rows(table, pc.greater(table.column(name), pa.scalar(limit)))) is not None:
            found.append(Text(f"{name} 晚于今天：第 {rows} 行", f"{name} lies in the future: rows {rows}"))
    if template == "invoices" and {"invoice_no", "contract_no"} <= set(table.column_names):
        pairs = (
            table.select(["invoice_no", "contract_no"])
            .group_by("invoice_no")
            .aggregate([("contract_no", "count_distinct")])
        )
        shared = (
            pairs.filter(pc.greater(pairs.column("contract_no_count_distinct"), 1)).column("invoice_no").to_pylist()
        )
        if shared:
            listed = "、".join(sorted(shared)[:_SHOWN])
            found.append(
                Text(
                    f"{len(shared)} 张发票对应多个合同：{listed}",
                    f"{len(shared)} invoices belong to several contracts: {listed}",
                )
            )
    return found


def _rows(table: pa.Table, mask: pa.ChunkedArray) -> str | None:
    """The first rows of a mask as text; None when there is none."""
    rows = table.filter(pc.fill_null(mask, False)).column("_row").to_pylist()
    return "、".join(map(str, rows[:_SHOWN])) + (" …" if len(rows) > _SHOWN else "") if rows else None
