"""What a person has to decide about a table that was read: dates without an order, a unit that jumps, broken texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Text
from graphkit.intake.head import second_head
from graphkit.intake.headers import Layout
from graphkit.intake.reading import Accept, SheetReading
from graphkit.types import Reject
from graphkit.values.clean import strip
from graphkit.values.dates import ORDERS, possible_orders, read_date

CellsOf = Callable[[str], Sequence[str]]
"""The cells of a quarantined row from its raw text."""
_LOOKED_AT = 200
_SCALE = 10_000
_GAP = 100
_SLACK = 10
_WORDS = {
    "dmy": ("日/月/年", "day/month/year"),
    "mdy": ("月/日/年", "month/day/year"),
    "ymd": ("年/月/日", "year/month/day"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """Dates of one column in no clear order: an example, how many, and the orders in which all of them are dates."""

    column: str
    example: str
    count: int
    possible: tuple[str, ...]

    def chosen(self, accept: Accept) -> str | None:
        """The order to read in: the one that a person named, or the only possible one when the proposal was accepted."""
        if isinstance(accept, str):
            return accept
        return self.possible[0] if accept and len(self.possible) == 1 else None

    def ask(self) -> Text:
        """The question, with every reading of the example."""
        readings = [(order, read_date(self.example.split(" ")[0], order).value) for order in self.possible]
        zh = " 或 ".join(f"{_WORDS[order][0]} = {day}（{order}）" for order, day in readings if day)
        en = " or ".join(f"{_WORDS[order][1]} = {day} ({order})" for order, day in readings if day)
        how = "" if len(self.possible) == 1 else "，指明顺序：--accept 文件=dmy、=mdy 或 =ymd"
        how_en = "" if len(self.possible) == 1 else "; name the order: --accept FILE=dmy, =mdy or =ymd"
        return Text(
            f"{self.column} 有 {self.count} 个日期先后不明，如「{self.example}」：{zh or '没有一种顺序适用于全部'}{how}",
            f"{self.column}: {self.count} dates in no clear order, such as {self.example!r}: "
            f"{en or 'no order fits all of them'}{how_en}",
        )


def orders(layout: Layout, rejects: Sequence[Reject], cells_of: CellsOf) -> list[Order]:
    """The columns with dates in no clear order."""
    by_column: dict[str, list[str]] = {}
    for reject in rejects:
        if reject.reason == "date-order" and (column := reject.column) in layout.places and column is not None:
            by_column.setdefault(column, []).append(strip(cells_of(reject.raw)[layout.places[column]]))
    found = []
    for column, cells in by_column.items():
        days = [cell.split(" ")[0] for cell in cells]
        possible = possible_orders(days)
        if possible and all(len({read_date(day, order).value for order in possible}) == 1 for day in days):
            possible = possible[:1]
        found.append(Order(column, cells[0], len(cells), tuple(possible)))
    return found


def in_order(layout: Layout, found: Sequence[Order], accept: Accept) -> Layout:
    """The layout with the orders that were decided."""
    chosen = {order.column: order.chosen(accept) for order in found}
    return replace(layout, orders={column: order for column, order in chosen.items() if order in ORDERS})


def asks_of(layout: Layout, sheet: SheetReading, headers: Sequence[str], cells_of: CellsOf) -> list[Text]:
    """The questions about a table other than its dates: broken texts, units, a second table."""
    asks = []
    for table in sheet.tables.values():
        asks += _broken_texts(table)
        for column, fen in layout.fen.items():
            if column in table.column_names and fen >= 100 * _SCALE:
                asks += _outliers(column, fen, table)
    suspects = [r for r in sheet.rejects if r.reason not in ("encoding", "nul", "too-long", "quote", "total-line")]
    return [*asks, *second_head(_cells(suspects[:_LOOKED_AT], cells_of), headers)]


def _cells(rejects: Sequence[Reject], cells_of: CellsOf) -> Iterator[tuple[int, Sequence[str]]]:
    for reject in rejects:
        yield reject.row, cells_of(reject.raw)


def _broken_texts(table: pa.Table) -> list[Text]:
    """Texts that went through a wrong encoding before they came to us (锟斤拷)."""
    notes = table.column("_notes")
    if notes.null_count == len(notes):
        return []
    rows = table.filter(pc.fill_null(pc.match_substring(notes, "mojibake"), False)).column("_row").to_pylist()
    if not rows:
        return []
    places = "、".join(map(str, rows[:5]))
    return [
        Text(
            f"{len(rows)} 行有乱码（第 {places} 行），原文已在别处损坏；请向提供方要原件",
            f"{len(rows)} rows hold texts garbled before they were sent (rows {places}); ask the sender for the original",
        )
    ]


def _outliers(column: str, fen: int, table: pa.Table) -> list[Text]:
    """Amounts that are usual ones only when read in yuan, in a column whose header says 万元 or more."""
    filled = table.filter(pc.and_(table.column(column).is_valid(), pc.not_equal(table.column(column), 0)))
    values = np.abs(filled.column(column).to_numpy().astype(np.float64))
    order = np.argsort(values)
    ranked = values[order]
    if len(ranked) < 2:
        return []
    steps = ranked[1:] / ranked[:-1]
    cut = int(np.argmax(steps)) + 1
    usual, odd = ranked[:cut], ranked[cut:]
    scale = fen / 100
    fits = (odd / scale >= usual[0] / _SLACK) & (odd / scale <= usual[-1] * _SLACK)
    if steps[cut - 1] < _GAP or len(odd) > len(usual) or not fits.all():
        return []
    rows = sorted(filled.column("_row").to_numpy()[order[cut:]].tolist())
    places = "、".join(map(str, rows[:5]))
    unit = int(scale)
    return [
        Text(
            f"{column} 的表头单位是 {unit} 元，但第 {places} 行的数比其余大约 {int(odd[0] / usual[-1])} 倍，像是按元填写；未自动更正",
            f"{column}: the header's unit is {unit} yuan, but rows {places} are about {int(odd[0] / usual[-1])} times the "
            "rest, as if written in yuan; nothing was corrected",
        )
    ]
