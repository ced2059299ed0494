"""The balance check of a statement, told: gaps for programs, notes on the rows, sentences for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Text
from graphkit.intake.kinds import read_column
from graphkit.intake.reading import Gap, SheetReading
from graphkit.intake.statement_balance import Break, Ledger, Point, find_breaks
from graphkit.intake.statement_header import Plan
from graphkit.intake.templates import templates
from graphkit.types import Reject

_SHOWN = 20
_PART = "quarantine_id"
"""Column of a file with corrected rows only: they are a part of a statement, whose balances need not follow."""


def check(
    plan: Plan,
    table: pa.Table,
    sides: pa.Table | None,
    edges: Sequence[tuple[bool, str, Point]],
    rejects: Sequence[Reject],
) -> tuple[pa.Table, tuple[Gap, ...] | None]:
    """(the transactions with notes, the gaps or None where there is no balance to check).

    Notes: `tx` and `to_acct` are `derived` where the statement does not give them; `balance_after` is
    `gap:-1200.00@12` where 1,200 yuan went out between row 12 and this one on lines that are missing.
    """
    if sides is None:
        return table, (() if "balance" in plan.places else None)
    sides = sides.take(pa.array(np.searchsorted(sides.column("row").to_numpy(), table.column("_row").to_numpy())))
    notes: dict[str, dict[int, str]] = {
        name: dict.fromkeys(pc.indices_nonzero(sides.column(name)).to_pylist(), "derived") for name in ("tx", "to_acct")
    }
    gaps: tuple[Gap, ...] | None = None
    if "balance" in plan.places and _PART not in plan.headers:
        ledger, labels = _ledger(table, sides)
        found = find_breaks(ledger, *_points(labels, edges, ledger)) if len(table) else []
        gaps = tuple(_gap(one, labels, rejects) for one in found)
        at = [one.at for one in found]
        notes["balance_after"] = {
            place: f"gap:{gap.missing}@{gap.before}" for place, gap in zip(at, gaps, strict=True) if place is not None
        }
    return _annotate(table, notes), gaps


def _ledger(table: pa.Table, sides: pa.Table) -> tuple[Ledger, list[tuple[str, str]]]:
    """The columns of the check, and (account, currency) of each group."""
    currency = pc.fill_null(table.column("currency"), "CNY")
    keys = pc.binary_join_element_wise(table.column("from_acct"), currency, sides.column("sub"), "\x1f")
    groups = keys.combine_chunks().dictionary_encode()
    labels = [(text.split("\x1f")[0], text.split("\x1f")[1]) for text in groups.dictionary.to_pylist()]
    amount = table.column("amount").to_numpy()
    into = pc.equal(table.column("direction"), "C").to_numpy()
    fee = np.zeros(len(table), np.int64)
    texts = sides.column("fee").combine_chunks()
    if pc.any(pc.not_equal(texts, "")).as_py():
        fee = pc.fill_null(read_column(texts, templates()["transactions"].column("amount")).values, 0).to_numpy()
    balance = table.column("balance_after")
    return (
        Ledger(
            table.column("_row").to_numpy(),
            groups.indices.to_numpy().astype(np.int64),
            table.column("ts").cast(pa.int64()).to_numpy(),
            np.where(into, amount, -amount),
            fee,
            pc.fill_null(balance, 0).to_numpy(),
            balance.is_valid().to_numpy(),
        ),
        labels,
    )


def _points(
    labels: Sequence[tuple[str, str]], edges: Sequence[tuple[bool, str, Point]], ledger: Ledger
) -> tuple[Mapping[int, Point], Mapping[int, Point]]:
    """Group → opening and closing balance, for accounts of one group: else the line does not say which it means."""
    opening: dict[int, Point] = {}
    closing: dict[int, Point] = {}
    for is_opening, acct, point in edges:
        mine = [group for group, (of, _) in enumerate(labels) if of == acct]
        if len(mine) != 1:
            continue
        if not is_opening:
            closing[mine[0]] = point
        elif not point.ascending or point.row < int(ledger.rows[ledger.group == mine[0]].min()):
            opening.setdefault(mine[0], point)
    return opening, closing


def _gap(one: Break, labels: Sequence[tuple[str, str]], rejects: Sequence[Reject]) -> Gap:
    acct, currency = labels[one.group]
    low, high = sorted((one.before, one.after))
    between = sum(1 for r in rejects if low < r.row < high and r.reason != "total-line")
    return Gap(acct[-4:], one.before, one.after, one.missing, currency, between)


def _annotate(table: pa.Table, notes: Mapping[str, Mapping[int, str]]) -> pa.Table:
    """Add notes to `_notes`; those that are there stay."""
    merged: dict[int, dict[str, str]] = {}
    for column, flags in notes.items():
        for row, note in flags.items():
            merged.setdefault(row, {})[column] = note
    if not merged:
        return table
    place = table.column_names.index("_notes")
    texts: list[str | None] = table.column("_notes").to_pylist()
    known: dict[Any, str] = {}
    for row, mine in merged.items():
        key = (texts[row], *mine.items())
        if key not in known:
            there: dict[str, str] = json.loads(texts[row] or "{}")
            both = {name: ";".join(filter(None, (there.get(name), note))) for name, note in mine.items()}
            known[key] = json.dumps({**there, **both}, ensure_ascii=False)
        texts[row] = known[key]
    return table.set_column(place, "_notes", pa.array(texts, pa.string()))


def gap_text(reading: SheetReading) -> Text:
    """What the balances say about the completeness of a statement, at most 20 gaps one by one."""
    rows = len(reading.tables["transactions"])
    if reading.gaps is None:
        return Text(
            "没有余额列，不能核对流水是否完整", "no balance column: whether lines are missing cannot be checked"
        )
    if not reading.gaps:
        return Text(f"余额逐笔核对 {rows} 行，没有断点", f"balances checked line by line over {rows} rows: no gap")
    zh, en = [], []
    for gap in reading.gaps[:_SHOWN]:
        low, high = gap.rows
        money = f"{gap.missing} {'元' if gap.currency == 'CNY' else gap.currency}"
        zh.append(
            f"账户尾号 {gap.acct}：第 {low} 行与第 {high} 行之间缺 {money}"
            + (f"（其间 {gap.rejected} 行被隔离）" if gap.rejected else "")
        )
        en.append(
            f"account ending in {gap.acct}: {gap.missing} {gap.currency} missing between rows {low} and {high}"
            + (f" ({gap.rejected} rows between them are quarantined)" if gap.rejected else "")
        )
    more = len(reading.gaps) - _SHOWN
    where = f"（{reading.sheet}）" if reading.sheet not in (None, "table") else ""
    where_en = f" ({reading.sheet})" if where else ""
    return Text(
        f"余额不连续{where}，缺少流水 {len(reading.gaps)} 处："
        + "；".join(zh)
        + (f"；另有 {more} 处" if more > 0 else ""),
        f"balances do not follow in {len(reading.gaps)} places{where_en}, lines are missing: "
        + "; ".join(en)
        + (f"; and {more} more" if more > 0 else ""),
    )
