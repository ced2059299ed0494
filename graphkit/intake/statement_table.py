"""One table of a bank statement → typed rows of `transactions` and `accounts`, and where lines are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from graphkit.errors import Text
from graphkit.intake.headers import Choice
from graphkit.intake.ocds.rows import Row
from graphkit.intake.ocds.tables import typed
from graphkit.intake.reading import SheetReading, join
from graphkit.intake.statement_found import Found, Loose, Source, cells_of, judge, take_edges, take_sections
from graphkit.intake.statement_gaps import check, gap_text
from graphkit.intake.statement_header import Plan
from graphkit.intake.statement_lines import kinds, take, tidy
from graphkit.intake.statement_own import Line, Own, own_of, own_of_name
from graphkit.intake.statement_rows import Mapped, Memory, map_block
from graphkit.intake.typed import Block, reject, type_rows
from graphkit.values.account import normalise_account


def read_table(
    plan: Plan, source: Source, names: Sequence[str], order: str | None = None
) -> tuple[SheetReading | None, Choice | None, Text]:
    """(reading, None, what to say), or (None, why not, …) when nothing says whose account it is.

    `names`: of the sheet and the file, most telling first; one of them may hold the account. `order`: of day, month and
    year, when a person gave it.
    """
    own, by_name = _own(source, names)
    if own.problem is not None or not (own.acct or "own_acct" in plan.places):
        return None, Choice(None, "refused", _whose(own)), Text("", "")
    plan, found = _find(plan, source, own, order)
    table = pa.concat_tables(found.tables) if found.tables else _empty(plan)
    sides = pa.concat_tables(found.sides) if found.sides else None
    table, gaps = check(plan, table, sides, found.edges, found.rejects)
    accounts, lines = _accounts(table, found, source.header)
    tables = {name: part for name, part in (("accounts", accounts), ("transactions", table)) if part is not None}
    rejects = tuple(sorted(found.rejects, key=lambda r: r.row))
    reading = SheetReading(source.sheet, len(table) + len(rejects) + lines, tables, rejects, tuple(plan.extra), gaps)
    return reading, None, _said(reading, found, own if by_name else None)


def _find(plan: Plan, source: Source, own: Own, order: str | None = None) -> tuple[Plan, Found]:
    """(the plan as the first rows bear it out, everything that the lines hold)."""
    found, memory = Found(), Memory(order)
    found.begin(0, own)
    for nth, (block, loose) in enumerate(source.blocks):
        tidied = tidy(block)
        if not nth and own.acct:
            plan = _whose_column(plan, tidied, own)
        _take_in(plan, tidied, loose, found, memory)
    return plan, found


def owners(plan: Plan, source: Source, further: bool) -> list[tuple[int, Own]]:
    """(first row, account) of each account that lines of the file state, in order; none where a column states it.

    `further`: lines inside the table may state more; otherwise the table need not be read.
    """
    own = own_of(source.above) or Own("")
    if not further and "own_acct" not in plan.places:
        return [(0, own)]
    plan, found = _find(plan, source, own)
    return [] if "own_acct" in plan.places else found.sections


def own_cells(stated: Sequence[tuple[int, Own]], row: int) -> dict[str, str]:
    """Account and holder that a row has from the lines above it, as cells: a row on its own would be nobody's."""
    own = next((own for start, own in reversed(stated) if start <= row), Own(""))
    return {header: text for header, text in (("本方账号", own.acct), ("本方户名", own.holder)) if text}


def _own(source: Source, names: Sequence[str]) -> tuple[Own, bool]:
    """(whose account, whether a name says so)."""
    stated = own_of(source.above) or Own("")
    if stated.acct or stated.problem:
        return stated, False
    named = next((own for own in map(own_of_name, names) if own is not None), None)
    if named is None:
        return stated, False
    return replace(stated, acct=named.acct, holder=stated.holder or named.holder), True


def _whose(own: Own) -> Text:
    if own.problem is not None:
        return Text(
            "对账单表头上方的账号尾数已丢失（科学计数），请把账号改为文本后重新导入",
            "the account above the table lost its last digits (scientific notation); write it as text and load again",
        )
    return Text(
        "这是对账单，但表格上方和文件名里都没有本方账号。请在表格上方加一行「账号：……  户名：……」，或把账号写进文件名，再重新导入",
        "this is a statement, but neither the lines above its table nor the file's name tell whose account it is; add a line "
        "“账号：…  户名：…” above the table, or put the account into the file's name, and load again",
    )


def _whose_column(plan: Plan, block: Block, own: Own) -> Plan:
    """Where the lines above name the account and a column 账号 never holds it, the column is the other side's."""
    if "own_acct" not in plan.places or "acct" in plan.places:
        return plan
    held = block.cells[plan.places["own_acct"][0]].unique().to_pylist()
    if own.acct in {normalise_account(text) for text in held} or not any(held):
        return plan
    turned = {"own_acct": "acct"} | ({} if "name" in plan.places else {"own_name": "name"})
    return replace(plan, places={turned.get(role, role): places for role, places in plan.places.items()})


def _take_in(plan: Plan, block: Block, loose: Sequence[Loose], found: Found, memory: Memory) -> None:
    """Read one block into `found`."""
    kind = kinds(block, plan)
    keys = [Line(int(block.rows[i]), cells_of(block, i), block.hashes[i]) for i in np.flatnonzero(kind.key).tolist()]
    for item in loose:
        keys += judge(item, found)
    take_sections(sorted(keys, key=lambda line: line.row), found)
    take_edges(plan, block, kind, found)
    found.idle += int(kind.page.sum())
    found.rejects += [
        reject(int(block.rows[i]), "total-line", block.raw(i)) for i in np.flatnonzero(kind.total).tolist()
    ]
    rows = take(block, ~(kind.page | kind.total))
    if not len(rows.rows):
        return
    mapped = map_block(plan, rows, _owners(rows, found), memory)
    bad = np.zeros(len(rows.rows), dtype=bool)
    for place, reason in mapped.reasons.items():
        bad[place] = True
        found.rejects.append(reject(int(rows.rows[place]), reason, rows.raw(place)))
    table, rejects = type_rows(mapped.layout, take(mapped.block, ~bad))
    found.tables.append(table)
    found.sides.append(_sides(mapped, rows))
    found.rejects += rejects


def _sides(mapped: Mapped, rows: Block) -> pa.Table:
    """What goes with each row beside the template's columns: row, sub-account, fee, and what was derived."""
    derived = {name: pa.array(flags) for name, flags in mapped.derived.items()}
    return pa.table({"row": pa.array(rows.rows, pa.int64()), "sub": mapped.sub, "fee": mapped.fee} | derived)


def _owners(block: Block, found: Found) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Account, holder and currency of the header lines, for each row of a block."""
    starts = np.array([start for start, _ in found.sections])
    which = pa.array(np.searchsorted(starts, block.rows, side="right") - 1)
    owners = [own for _, own in found.sections]
    texts = ([own.acct for own in owners], [own.holder for own in owners], [own.currency for own in owners])
    acct, holder, currency = (pa.array(column, pa.string()).take(which) for column in texts)
    return acct, holder, currency


def _empty(plan: Plan) -> pa.Table:
    texts = pa.array([], pa.string())
    mapped = map_block(
        plan, Block([texts for _ in plan.headers], np.array([], np.int64), [], str), (texts,) * 3, Memory()
    )
    return type_rows(mapped.layout, mapped.block)[0]


def _accounts(table: pa.Table, found: Found, header: Line) -> tuple[pa.Table | None, int]:
    """(the accounts with their holders, how many of the lines they come from are no transactions)."""
    rows: list[tuple[Row, int, str]] = []
    known: set[tuple[str, str]] = set()
    for _, own in found.sections:
        if own.acct and own.holder and (own.acct, own.holder) not in known:
            known.add((own.acct, own.holder))
            told = own.line or header
            cells = {"acct": own.acct, "holder": own.holder, "holder_id": own.holder_id, "bank": own.bank}
            rows.append((Row("accounts", "", own.acct, cells, extra=own.said), told.row, told.sha256))
    lines = len({row for _, row, _ in rows})
    names = ["from_acct", "from_name", "_row", "_row_sha256"]
    held = table.select(names).group_by(names[:2], use_threads=False).aggregate([(name, "first") for name in names[2:]])
    for line in held.to_pylist():
        acct, holder = line["from_acct"], line["from_name"]
        if holder and (acct, holder) not in known:
            rows.append(
                (
                    Row("accounts", "", acct, {"acct": acct, "holder": holder}),
                    line["_row_first"],
                    line["_row_sha256_first"],
                )
            )
    return (typed(rows)["accounts"] if rows else None), lines


def _said(reading: SheetReading, found: Found, named: Own | None) -> Text:
    said = []
    if named is not None:
        tail = named.acct[-4:]
        said.append(
            Text(f"本方账号（尾号 {tail}）取自文件名", f"the account (ending in {tail}) is taken from the file's name")
        )
    said.append(gap_text(reading))
    if unclear := sum(1 for r in reading.rejects if r.reason == "date-order"):
        said.append(
            Text(
                f"{unclear} 行的日期先后不明，指明顺序：--accept 文件=dmy、=mdy 或 =ymd",
                f"{unclear} rows have dates in no clear order; name the order: --accept FILE=dmy, =mdy or =ymd",
            )
        )
    if found.idle:
        said.append(
            Text(
                f"{found.idle} 行不是交易（承前页、过次页、重复表头、说明等）",
                f"{found.idle} lines are no transactions (carried balances, repeated headers, remarks)",
            )
        )
    return join(*said)
