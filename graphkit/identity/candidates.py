"""Who may be who: pairs of cards that share something telling, compared field by field. A seam: another engine that
gives pairs (Splink, say) takes the place of `find_pairs` and nothing else changes.

Blocking keeps it near-linear: only cards with a common key meet, keys that more than `BLOCK_CAP` share are no clue, and
two cards with different valid numbers never meet (nobody may merge them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from graphkit.identity.cards import Card, body, read_cards
from graphkit.identity.comparing import Comparison, compare
from graphkit.identity.confusable import bare, core, skeleton
from graphkit.identity.judged import kind, numbered, numbers

BLOCK_CAP = 50
"""A key shared by more cards is a registration agent, a switchboard, a common name in a common year."""

ENOUGH = 2.0
"""Pairs below this score are not listed: one equal name is worth it, one equal phone beside another name is not."""

_SHARED = ("birth", "phone", "address", "email", "wechat", "unit", "kin", "account")


def person_keys(card: Card) -> Iterator[str]:
    """Keys of which a person and his second record share at least one."""
    names = {skeleton(n) for n in card.keys("name")}
    for name in names:
        yield from (f"{name}|{f}|{k}" for f in _SHARED for k in card.keys(f))
        yield from (f"{name}|year|{k[:4]}" for k in card.keys("birth"))
        if len(name) > 2:  # of two characters one is half the name: inside a unit that is a colleague
            rests = [f"{i}{name[:i]}{name[i + 1 :]}" for i in range(len(name))]
            yield from (f"{rest}|{f}|{k}" for rest in rests for f in ("unit", "address") for k in card.keys(f))
    yield from (f"{f}|{k}" for f in ("phone", "email", "wechat", "account") for k in card.keys(f))
    yield from (
        f"{f}|{k}|{day}" for day in card.keys("birth") for f in ("address", "unit", "kin") for k in card.keys(f)
    )
    for number in card.keys("number"):
        if plain := body(number):
            region, day, seq = plain[:6], plain[6:14], plain[14:]
            yield from (f"no|{region}|{day}", f"no|{day}|{seq}")
            yield from (f"{name}|no|{part}" for name in names for part in (f"{region}{seq}", day))


def org_keys(card: Card) -> Iterator[str]:
    """Keys of which a unit and its second record share at least one."""
    names = card.keys("name") | card.keys("alias")
    for name in names:
        yield f"name|{bare(name)}"
        yield f"core|{core(name)}"
    yield from (f"{f}|{k}" for f in ("phone", "address", "email", "account") for k in card.keys(f))
    yield from (f"rep|{k}|{skeleton(name)[:2]}" for k in card.keys("rep") for name in names)
    for code in card.keys("number"):
        parts = code[:6], code[6:12], code[12:]
        yield from (f"code|{i}|{parts[i]}{parts[j]}" for i, j in ((0, 1), (1, 2), (2, 0)))


def find_pairs(con: Connection, label: str) -> set[tuple[str, str]]:
    """Pairs of ids (a < b) that share a key; `label` is person or org. Reads `card`, makes `card_block`."""
    ids = [
        i for (i,) in con.execute("SELECT DISTINCT id FROM card WHERE starts_with(id, ? || ':')", [label]).fetchall()
    ]
    keys = person_keys if label == "person" else org_keys
    cards = read_cards(con, ids)
    # Somebody without a number is on one side of every pair: keys that only numbered cards have are not kept.
    telling = {block for i, card in cards.items() if not numbered(i) for block in keys(card)}
    blocks = [(i, block) for i, card in cards.items() for block in set(keys(card)) if block in telling]
    table = pa.table(
        {
            "id": pa.array([i for i, _ in blocks], pa.string()),
            "block": pa.array([b for _, b in blocks], pa.string()),
            "named": pa.array([not numbered(i) for i, _ in blocks], pa.bool_()),
        }
    )
    con.register("card_block", table)
    rows = con.execute(
        """WITH few AS (SELECT block FROM card_block GROUP BY block HAVING count(*) BETWEEN 2 AND ?)
           SELECT DISTINCT least(x.id, y.id), greatest(x.id, y.id)
           FROM card_block x JOIN few USING (block) JOIN card_block y USING (block)
           WHERE x.named AND x.id <> y.id ORDER BY ALL""",
        [BLOCK_CAP],
    ).fetchall()
    con.unregister("card_block")
    return {(a, b) for a, b in rows}


def ranked(
    cards: Mapping[str, Card], pairs: Iterable[tuple[str, str]], always: Collection[tuple[str, str]] = ()
) -> list[Comparison]:
    """The pairs compared, likeliest first, ties by ids; those below `ENOUGH` only where they stand in `always`."""
    wanted = sorted({*pairs, *always})
    found = [compare(cards[a], cards[b]) for a, b in wanted if possible(a, b)]
    kept = [c for c in found if c.score >= ENOUGH or (c.a, c.b) in always]
    return sorted(kept, key=lambda c: (-c.score, c.a, c.b))


def possible(a: str, b: str) -> bool:
    """False for a person and a unit, and for two different valid numbers: these are never one."""
    return kind(a) == kind(b) != "" and all(len(found) < 2 for found in numbers((a, b)).values())
