"""Is this table a bank statement, and which of its columns is which?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from graphkit.intake.headers import choose, norm_header
from graphkit.intake.statement_words import column_role
from graphkit.values.money import UNITS

ROWS = 60
"""How many lines are looked at for the header of the table."""
_TITLE_LINES = 5
_FEWEST = 4
_TAKEN = frozenset({"date", "time", "debit", "credit", "amount", "direction", "balance", "own_acct", "own_name"}) | {
    "acct",
    "name",
    "purpose",
    "channel",
    "serial",
    "currency",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of a statement: role → places of its cells (several for `purpose`), role → fen per number."""

    headers: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    fen: Mapping[str, int]

    @property
    def pair(self) -> bool:
        """Debit and credit stand in two columns."""
        return "debit" in self.places and "credit" in self.places

    @property
    def extra(self) -> dict[str, int]:
        """Header → place of the cells that no column of the template holds; a repeated header gets a number."""
        unused = {"amount", "direction"} if self.pair else {"debit", "credit"}
        taken = {place for role, places in self.places.items() if role in _TAKEN - unused for place in places}
        found: dict[str, int] = {}
        for place, header in enumerate(self.headers):
            if place in taken or not header.strip():
                continue
            name, nth = header.strip(), 1
            while name in found:
                nth += 1
                name = f"{header.strip()}_{nth}"
            found[name] = place
        return found


def recognise(cells: Sequence[str]) -> Plan | None:
    """The plan of a header row: a date, amounts with their direction, and a balance or a counterparty; else None."""
    found: dict[str, list[tuple[int, int]]] = {}
    fen: dict[str, int] = {}
    for place, cell in enumerate(cells):
        role = column_role(cell) if cell.strip() else None
        if role is not None:
            found.setdefault(role[0], []).append((role[1], place))
            if role[2] is not None and role[2] in UNITS:
                fen.setdefault(role[0], UNITS[role[2]])
    pair = "debit" in found and "credit" in found
    single = "amount" in found and bool({"direction", "balance"} & found.keys())
    dealings = bool({"balance", "acct", "name"} & found.keys())
    if sum(map(len, found.values())) < _FEWEST or not (
        {"date", "time"} & found.keys() and (pair or single) and dealings
    ):
        return None
    places = {
        role: tuple(place for _, place in hits) if role == "purpose" else (min(hits)[1],)
        for role, hits in found.items()
    }
    return Plan(tuple(cells), MappingProxyType(places), MappingProxyType(fen))


def find_table(rows: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[int, Plan] | None:
    """(place of the header row, plan) among the first rows of a table; None when it is no statement.

    A header of two lines (借方 and 贷方 below 发生额) is read as one. A table that fits a template as it stands is left
    to the template: the one of transactions always, another one when sheet or file are named after it.
    """
    for nth, cells in enumerate(rows[:ROWS]):
        plan, depth = recognise(cells), 0
        below = rows[nth + 1] if nth + 1 < len(rows) else ()
        if (plan is None or not plan.pair) and not any(re.search(r"\d{4}", cell) for cell in below):
            width = max(len(cells), len(below))
            upper, lower = ([*line, *[""] * (width - len(line))] for line in (cells, below))
            stacked = recognise([low or up for up, low in zip(upper, lower, strict=True)])
            if stacked is not None and stacked.pair and any(map(str.strip, cells)) and recognise(below) is None:
                plan, depth = stacked, 1
        if plan is not None:
            return None if _fits_template(rows, nth, names) else (nth + depth, plan)
    return None


def _fits_template(rows: Sequence[Sequence[str]], header: int, names: Sequence[str]) -> bool:
    before = [sum(1 for cell in cells if cell.strip()) for cells in rows[:header]]
    layout = choose(rows[header], names).layout
    if layout is None or len(list(filter(None, before))) > _TITLE_LINES or any(filled > 1 for filled in before):
        return False
    titles = {norm_header(layout.template.name), norm_header(layout.template.name_zh)}
    return layout.template.name == "transactions" or any(norm_header(name) in titles for name in names)
