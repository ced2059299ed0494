"""What each line of a statement is: a transaction, a total, or neither; and its cells in the form that the readers know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.intake import statement_words as words
from graphkit.intake.statement_header import Plan
from graphkit.intake.typed import Block

Flags = npt.NDArray[np.bool_]
BLANK = r"^[\s\-—–/]*$"
NOTHING = r"^[+-]?0*(\.0*)?$"
"""A cell that states no amount, and one that states zero."""
_CURRENCY_SIGN = r"^(?:[¥￥]|人民币|RMB|CNY)\s*|\s*(?:元|RMB|CNY)$"


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which lines of a block are what; the rest are transactions. `page`: 承前页, repeated headers, footnotes and the like,
    among them `key` lines (账号：…), `opening`, `top` (承前页) and `closing` balances.
    """

    page: Flags
    total: Flags
    key: Flags
    opening: Flags
    top: Flags
    closing: Flags


def tidy(block: Block) -> Block:
    """Cells without blanks at their ends, and without the marks that keep spreadsheets from touching a number."""
    cells = [pc.utf8_trim_whitespace(cell) for cell in block.cells]
    for place, cell in enumerate(cells):
        if pc.any(pc.match_substring_regex(cell, r"""^(="|['`])""")).as_py():
            cells[place] = pc.replace_substring_regex(cell, r"""^(?:="([^"]*)"|['`](.*))$""", r"\1\2")
    return Block(cells, block.rows, block.hashes, block.raw)


def take(block: Block, keep: Flags) -> Block:
    """Some rows of a block."""
    if keep.all():
        return block
    places = np.flatnonzero(keep).tolist()
    mask = pa.array(keep)
    return Block(
        [cell.filter(mask) for cell in block.cells],
        block.rows[keep],
        [block.hashes[i] for i in places],
        lambda row: block.raw(places[row]),
    )


def flags(mask: pa.Array) -> Flags:
    """A mask of Arrow as one of numpy."""
    found: Flags = np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)
    return found


def matches(texts: pa.Array, pattern: str) -> Flags:
    """Which texts hold a pattern (RE2)."""
    return flags(pc.match_substring_regex(texts, pattern))


def bare(texts: pa.Array) -> pa.Array:
    """Texts without blanks and colons."""
    return pc.replace_substring_regex(texts, r"[\s:：]+", "")


def column(block: Block, plan: Plan, role: str) -> pa.Array:
    """The cells of a role; empty texts when the statement has no such column."""
    if role not in plan.places:
        return pa.array([""] * len(block.rows), pa.string())
    return block.cells[plan.places[role][0]]


def otherwise(texts: pa.Array, other: pa.Array) -> pa.Array:
    """The texts, and the other ones where they are blank."""
    return pc.if_else(pc.match_substring_regex(texts, BLANK), other, texts)


def amounts(block: Block, plan: Plan) -> list[pa.Array]:
    """The amounts of each line: (debit, credit, fee), or (amount, fee) where one column holds both."""
    roles = ("debit", "credit", "fee") if plan.pair else ("amount", "fee")
    return [money(column(block, plan, role), plan.fen.get(role, 100)) for role in roles]


def money(texts: pa.Array, fen: int = 100) -> pa.Array:
    """Amounts in the plain form of the fast reader, in yuan, where that is certain; others as they stand."""
    text = pc.replace_substring_regex(texts, _CURRENCY_SIGN, "")
    text = pc.replace_substring_regex(text, r"^\+", "")
    thousands = pc.match_substring_regex(text, r"^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?$")
    text = pc.if_else(thousands, pc.replace_substring(text, ",", ""), text)
    if fen == 100:
        return text
    if fen == 1:
        whole = pc.match_substring_regex(text, r"^-?[0-9]+(\.0+)?$")
        digits = pc.replace_substring_regex(text, r"\.0+$", "")
        padded = pc.replace_substring_regex(digits, r"^(-?)([0-9]{1,2})$", r"\100\2")  # RE2: \1, then two zeros
        return pc.if_else(whole, pc.replace_substring_regex(padded, r"([0-9]{2})$", r".\1"), text)
    unit = {1_000_000: "万元", 100_000: "千元", 10_000: "百元", 100_000_000: "百万元", 10_000_000_000: "亿元"}.get(
        fen, ""
    )
    named = pc.match_substring_regex(text, r"^-?[0-9]+(\.[0-9]+)?$")
    return pc.if_else(named, pc.binary_join_element_wise(text, unit, ""), text)


def kinds(block: Block, plan: Plan) -> Kinds:
    """Tell the lines that are no transactions, by their words and their empty amounts."""
    size = len(block.rows)
    first = pc.coalesce(*(pc.if_else(pc.equal(cell, ""), pa.scalar(None, pa.string()), cell) for cell in block.cells))
    first = pc.fill_null(first, "")
    said = [bare(first), *(bare(block.cells[place]) for place in plan.places.get("purpose", ()))]
    idle = np.ones(size, dtype=bool)
    for cell in amounts(block, plan):
        idle &= matches(cell, BLANK) | matches(cell, NOTHING)

    def any_says(pattern: str) -> Flags:
        found = matches(said[0], pattern)
        for text in said[1:]:
            found = found | matches(text, pattern)
        return found

    header = np.zeros(size, dtype=np.int64)
    for role in ("date", "time", "balance", "amount", "debit", "credit"):
        for place in plan.places.get(role, ()):
            header += flags(pc.equal(block.cells[place], plan.headers[place].strip()))
    opening, top, closing = any_says(words.OPENING), any_says(words.TOP), any_says(words.CLOSING)
    page = any_says(words.PAGE) | opening | closing | (header > 1) | (matches(first, words.FOOT) & idle)
    total = matches(said[0], words.TOTAL) & ~page
    return Kinds(page, total, matches(first, words.KEY) & idle, opening, top, closing)
