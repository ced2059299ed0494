"""What a rule of a projection is: SQL that selects facts and names the two ends they tie (CATALOGUE N01)."""

# ruff: noqa: S608 — SQL fragments come from this package, never from data
from __future__ import annotations

from dataclasses import dataclass

COLUMNS = "src, dst, type, grp, eid, from_date, to_date, amount, strength, confidence, grade, support"
"""What a rule selects, one row per fact.

The two ends, the edge type, a group key (facts of one group become one edge), the id of the fact, its dates, its
amount in fen, a strength in 0–1 (a hub size, a degree or a similarity already folded in), its confidence, the rank of
its identity grade, and the ids of the further facts that join it to both ends (fact and support form one chain).
"""

BIDDER_CAP = 30
"""A lot, a device or a deposit account shared by more bidders says nothing about two of them."""

PUBLIC_KINDS = ("hospital", "agency", "school", "village", "government", "insurer", "bank")
"""`organizations.type` of hubs of public life: never candidates, never passed through."""

NO_SUPPORT = "[]::VARCHAR[]"


@dataclass(frozen=True, slots=True)
class Rule:
    """`{grade}` and `{grade_x}` in the SQL stand for the rank of `grade` and `x.grade`."""

    sql: str


def direct(kind: str, strength: str = "1.0") -> Rule:
    """Each fact of a type that already joins persons and organizations is an edge of its own."""
    return Rule(
        f"""SELECT from_id AS src, to_id AS dst, '{kind}' AS type, id AS grp, id AS eid, from_date, to_date,
                   0::BIGINT AS amount, {strength}::DOUBLE AS strength, confidence, {{grade}} AS grade,
                   {NO_SUPPORT} AS support
            FROM edge_{kind}"""
    )


def select(
    kind: str,
    src: str,
    dst: str,
    eid: str,
    body: str,
    *,
    day: str = "NULL::DATE",
    amount: str = "0",
    strength: str = "1.0",
    grade: str = "0",
    support: str = NO_SUPPORT,
) -> str:
    """One SELECT of an aggregated rule: all facts between two ends become one edge."""
    return f"""SELECT {src} AS src, {dst} AS dst, '{kind}' AS type, '' AS grp, {eid} AS eid, {day} AS from_date,
                      {day} AS to_date, ({amount})::BIGINT AS amount, ({strength})::DOUBLE AS strength,
                      1.0::DOUBLE AS confidence, {grade} AS grade, {support} AS support
               FROM {body}"""
