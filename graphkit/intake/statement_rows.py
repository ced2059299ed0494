"""Lines of a statement as cells of the template `transactions`, a block at a time, column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.intake import statement_words as words
from graphkit.intake.headers import Layout
from graphkit.intake.statement_header import Plan
from graphkit.intake.statement_lines import BLANK, NOTHING, Flags, amounts, bare, column, matches, money, otherwise
from graphkit.intake.templates import templates
from graphkit.intake.typed import Block
from graphkit.values.money import CURRENCIES

_MINUS = r"^[-−－]|^[(（].*[)）]$|[0-9]-$"


@dataclass(slots=True)
class Memory:
    """What holds for all blocks of a table: the `order` of day, month and year that a person gave, how often a number was
    made for a line without one, and whether debits carry a minus beside their word (None until known).
    """

    order: str | None = None
    serials: Counter[str] = field(default_factory=Counter)
    minus_is_debit: bool | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """A block as the template's columns. By row: `reasons` why it cannot be read, `sub` the sub-account, `fee` on top of
    the amount, as texts, `derived` which of `tx` and `to_acct` the statement does not give.
    """

    layout: Layout
    block: Block
    reasons: Mapping[int, str]
    sub: pa.Array
    fee: pa.Array
    derived: Mapping[str, Flags]


def moment(day: pa.Array, clock: pa.Array) -> pa.Array:
    """Day and time of day as `2023-05-06 10:05:03`; what is written otherwise is joined as it stands."""
    for pattern, form in (
        (r"^([0-9]{4})[/.年]?([0-9]{2})[/.月]?([0-9]{2})日?$", r"\1-\2-\3"),
        (r"^([0-9]{4})[/.年]?([0-9]{2})[/.月]?([0-9]{2})日?\s+([0-9:]{5,8})$", r"\1-\2-\3 \4"),
        (r"^([0-9]{4})([0-9]{2})([0-9]{2})\s?([0-9]{2}):?([0-9]{2}):?([0-9]{2})$", r"\1-\2-\3 \4:\5:\6"),
        (r"^([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{2})\.([0-9]{2})\.([0-9]{2})(\.[0-9]+)?$", r"\1 \2:\3:\4\5"),
    ):
        day = pc.replace_substring_regex(day, pattern, form)
        if pattern.count("[0-9]{2}") > 2 or r"\s+" in pattern:
            clock = pc.replace_substring_regex(clock, pattern, form)
    for pattern, form in (
        (r"^([0-9]{5})$", r"0\1"),
        (r"^([0-9]{2})[.时]?([0-9]{2})[.分]?([0-9]{2})秒?$", r"\1:\2:\3"),
        (r"^([0-9]{2}):?([0-9]{2})$", r"\1:\2:00"),
        (r"^([0-9]:)", r"0\1"),
    ):
        clock = pc.replace_substring_regex(clock, pattern, form)
    whole = pc.or_(pc.match_substring_regex(clock, r"^[0-9]{4}[-/年]"), pc.match_substring_regex(day, BLANK))
    alone = pc.or_(pc.match_substring_regex(clock, BLANK), pc.match_substring_regex(day, r"[0-9]:[0-9]"))
    return pc.if_else(whole, clock, pc.if_else(alone, day, pc.binary_join_element_wise(day, clock, " ")))


def map_block(plan: Plan, block: Block, own: tuple[pa.Array, pa.Array, pa.Array], memory: Memory) -> Mapped:
    """Transactions as columns of the template. `own` = account, holder and currency of the header lines, by row."""
    amount, direction, fee, reasons = _flow(plan, block, memory)
    acct = otherwise(column(block, plan, "own_acct"), own[0])
    name, channel = column(block, plan, "name"), column(block, plan, "channel")
    purpose = _purpose(block, plan)
    said = pc.binary_join_element_wise(purpose, channel, " ")
    to_acct, unnamed = _counterparty(column(block, plan, "acct"), name, acct, said)
    for row in np.flatnonzero(matches(column(block, plan, "status"), words.UNPAID)).tolist():
        reasons[row] = "not-paid"
    columns = {
        "ts": moment(column(block, plan, "date"), column(block, plan, "time")),
        "from_acct": acct,
        "from_name": otherwise(column(block, plan, "own_name"), own[1]),
        "to_acct": to_acct,
        "to_name": name,
        "direction": direction,
        "amount": amount,
        "channel": channel,
        "purpose": purpose,
        "balance_after": money(column(block, plan, "balance"), plan.fen.get("balance", 100)),
        "currency": _currency(otherwise(column(block, plan, "currency"), own[2])),
    }
    columns["tx"], numbered = _serials(column(block, plan, "serial"), columns, memory.serials)
    template, extra = templates()["transactions"], plan.extra
    stated = [c.name for c in template.columns if c.name in columns]
    layout = Layout(
        template,
        {name: len(extra) + place for place, name in enumerate(stated)},
        {},
        {name: place for place, name in enumerate(extra)},
        (),
        len(extra) + len(stated),
        {"ts": memory.order} if memory.order else {},
    )
    cells = [*(block.cells[place] for place in extra.values()), *(columns[name] for name in stated)]
    whole = Block(cells, block.rows, block.hashes, block.raw)
    return Mapped(layout, whole, reasons, column(block, plan, "sub"), fee, {"tx": numbered, "to_acct": unnamed})


def _currency(texts: pa.Array) -> pa.Array:
    """ISO codes of currencies; yuan is left empty, as the template has it."""
    distinct = texts.dictionary_encode()
    codes = [
        "" if text.upper() in words.YUAN else CURRENCIES.get(text.upper(), text)
        for text in distinct.dictionary.to_pylist()
    ]
    return pa.array(codes, pa.string()).take(distinct.indices)


def _purpose(block: Block, plan: Plan) -> pa.Array:
    """摘要, 用途, 附言 and 备注 as one text: those that are filled, each wording once."""
    places = plan.places.get("purpose", ())
    if len(places) < 2:
        return column(block, plan, "purpose")
    first, *rest = (block.cells[place] for place in places)
    whole = first
    for more in rest:
        said = pc.or_(pc.equal(more, ""), pc.or_(pc.equal(more, first), pc.equal(whole, more)))
        joined = pc.if_else(pc.equal(whole, ""), more, pc.binary_join_element_wise(whole, more, "；"))
        whole = pc.if_else(said, whole, joined)
    return whole


def _flow(plan: Plan, block: Block, memory: Memory) -> tuple[pa.Array, pa.Array, pa.Array, dict[int, str]]:
    """(amount, direction, fee on top of it, reasons). A line with nothing but a fee is a payment of the fee.

    A minus turns the direction round (a debit of −100 is a reversal), but where debits as such carry one it says nothing.
    """
    *given, fee = amounts(block, plan)
    nothing = [matches(cell, BLANK) | matches(cell, NOTHING) for cell in given]
    reasons: dict[int, str] = {}
    into = np.ones(len(block.rows), dtype=bool)
    if plan.pair:
        debit, credit = given
        into = nothing[0] & ~nothing[1]
        amount = pc.if_else(pa.array(~nothing[0]), debit, pc.if_else(pa.array(into), credit, otherwise(debit, credit)))
        reasons = dict.fromkeys(np.flatnonzero(~nothing[0] & ~nothing[1]).tolist(), "direction")
    else:
        amount = given[0]
        if "direction" in plan.places:
            wording = bare(column(block, plan, "direction"))
            into, out = matches(wording, words.IN), matches(wording, words.OUT)
            reasons = dict.fromkeys(np.flatnonzero(into == out).tolist(), "direction")
    minus = matches(amount, _MINUS)
    turned = minus
    if plan.pair or "direction" in plan.places:
        if memory.minus_is_debit is None and not into.all():
            memory.minus_is_debit = bool(minus[~into].mean() > 0.5)
        turned = minus & (into | (not memory.minus_is_debit))
    amount = pc.if_else(pa.array(minus), pc.replace_substring_regex(amount, r"[-−－()（）]", ""), amount)
    into = into ^ turned
    only_fee = np.logical_and.reduce(nothing) & ~(matches(fee, BLANK) | matches(fee, NOTHING))
    if only_fee.any():
        mask = pa.array(only_fee)
        amount, fee = pc.if_else(mask, fee, amount), pc.if_else(mask, "", fee)
        into = into & ~only_fee
        reasons = {row: reason for row, reason in reasons.items() if not only_fee[row]}
    return amount, pc.if_else(pa.array(into), "C", "D"), fee, reasons


def _counterparty(acct: pa.Array, name: pa.Array, own: pa.Array, said: pa.Array) -> tuple[pa.Array, Flags]:
    """(the other side's account, where it is not given). Cash is cash; else a code of this account and the name.

    The code keeps what two statements call by one name apart: equal names need not be one person.
    """
    missing = matches(acct, BLANK)
    cash = missing & matches(said, words.CASH) & ~matches(said, words.NOT_CASH)
    shown = pc.if_else(pc.match_substring_regex(name, BLANK), words.UNNAMED, name)
    code = pc.if_else(pc.equal(own, ""), "", pc.binary_join_element_wise(own, shown, "/"))
    return pc.if_else(pa.array(cash), "CASH", pc.if_else(pa.array(missing), code, acct)), missing & ~cash


def _serials(given: pa.Array, columns: Mapping[str, pa.Array], counted: Counter[str]) -> tuple[pa.Array, Flags]:
    """(serial numbers, where the statement has none): then one is made of what the line says, the same in every export."""
    missing = matches(given, BLANK)
    if not missing.any():
        return given, missing
    names = ("from_acct", "ts", "direction", "amount", "balance_after", "to_acct", "purpose")
    lines = pc.binary_join_element_wise(*(columns[name] for name in names), "\x1f").filter(pa.array(missing))
    made: list[str] = []
    for line in lines.to_pylist():
        digest = md5(line.encode(), usedforsecurity=False).hexdigest()[:16]
        counted[digest] += 1
        made.append(f"~{digest}" if counted[digest] == 1 else f"~{digest}-{counted[digest]}")
    return pc.replace_with_mask(given, pa.array(missing), pa.array(made, pa.string())), missing
