"""What people's judgements come to: classes of ids that are one, pairs that are not, and what may not be judged.

Pure functions of the set of judgements in force: order, dates and undone judgements leave no trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from graphkit.identity.references import REFERENCES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

Statement = tuple[str, str, str]
"""(same | different, a, b), as `graphkit.records.judgements` gives them."""

_STAFF = re.compile(r"person:name:(?P<unit>.*):[^:#]+#(?P<no>.+)\Z", re.DOTALL)

JUDGED_GRADE = "scoped_name"
"""Grade of a link that rests on a person's judgement: never as strong as a number or a registered name (CONTRACT 3)."""


def kind(identifier: str) -> str:
    """`person` or `org`, else empty: only these are judged."""
    head = identifier.partition(":")[0]
    return head if head in ("person", "org") else ""


def numbered(identifier: str) -> bool:
    """True when the id stands for a valid ID number or 统一社会信用代码, not for a name."""
    return not identifier.startswith(("person:name:", "org:name:"))


def numbers(ids: Iterable[str]) -> dict[str, set[str]]:
    """Kind of identifier → the different ones that some ids stand for; a staff number's kind is its unit."""
    found: dict[str, set[str]] = {}
    for identifier in ids:
        if numbered(identifier):
            found.setdefault(kind(identifier), set()).add(identifier)
        elif match := _STAFF.match(identifier):
            found.setdefault(f"staff {match['unit']}", set()).add(match["no"])
    return found


def classes(statements: Iterable[Statement]) -> dict[str, frozenset[str]]:
    """Id → everybody who is the same, itself among them, for every id that a `same` names."""
    leader: dict[str, str] = {}

    def find(one: str) -> str:
        leader.setdefault(one, one)
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for verb, a, b in statements:
        if verb == "same":
            leader[find(a)] = find(b)
    members: dict[str, set[str]] = {}
    for one in leader:
        members.setdefault(find(one), set()).add(one)
    return {one: frozenset(group) for group in members.values() for one in group}


def canonical(statements: Iterable[Statement]) -> dict[str, str]:
    """Id → the one that stands for it, for ids that another stands for: numbers before names, then the smallest."""
    found = {}
    for one, members in classes(statements).items():
        chosen = min(members, key=lambda i: (not numbered(i), i))
        if chosen != one:
            found[one] = chosen
    return found


def apart(statements: Iterable[Statement]) -> set[frozenset[str]]:
    """Pairs of canonical ids that somebody judged different."""
    statements = list(statements)
    stands = canonical(statements)
    return {frozenset((stands.get(a, a), stands.get(b, b))) for verb, a, b in statements if verb == "different"}


def apply(con: Connection, held: Mapping[str, set[str]]) -> None:
    """Rewrite the ids in `held_<template>` as judged; `held` is template → columns that hold values.

    Reads `rec_judged`; makes `id_same(id, canonical)`. Without a `same` nothing is touched.
    """
    from graphkit.identity.texts import quoted

    stands = canonical(con.execute("SELECT verb, a, b FROM rec_judged").fetchall())
    con.execute("CREATE OR REPLACE TEMP TABLE id_same (id VARCHAR, canonical VARCHAR)")
    if not stands:
        return
    con.executemany("INSERT INTO id_same VALUES (?, ?)", [list(pair) for pair in sorted(stands.items())])
    for template, columns in held.items():
        for r in REFERENCES.get(template, ()):
            if columns.isdisjoint({r.column, r.number}):
                continue
            ref, grade = quoted(r.column + "_ref"), quoted(r.column + "_grade")
            con.execute(
                f"""UPDATE held_{template} SET {ref} = s.canonical, {grade} = '{JUDGED_GRADE}'
                    FROM id_same s WHERE s.id = held_{template}.{ref}"""  # noqa: S608
            )


def drop_different(con: Connection) -> None:
    """Take the pairs that somebody judged different out of `edge_SIMILAR`."""
    pairs = apart(con.execute("SELECT verb, a, b FROM rec_judged").fetchall())
    if pairs:
        con.execute(
            "DELETE FROM edge_SIMILAR WHERE [from_id, to_id].list_sort() IN (SELECT unnest(?::VARCHAR[][]))",
            [[sorted(pair) for pair in pairs]],
        )
