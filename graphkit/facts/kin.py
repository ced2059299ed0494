"""Kinship composed from at most three recorded ties, by the table of `kin_table`, day by day (CONTRACT 3).

On every day the closest chain between two people holds: the smaller degree, then blood before in-law, then the surest
identity, the fewer steps, the higher confidence, and last the ids of its parts. A recorded tie comes before every
chain on the days it covers. So one pair has at most one composed tie on a day, and one for each stretch of days on
which the same chain is the closest.
"""

from __future__ import annotations

import pyarrow as pa
from duckdb import DuckDBPyConnection

from graphkit.facts.kin_table import COMPOSED, INVERSE, KINDS
from graphkit.facts.rules import GRADE_NAME, GRADE_RANK

__all__ = ["COMPOSED", "INVERSE", "KIN_CAP", "compose_kin"]

KIN_CAP = 100
"""More recorded relatives than this are a wrong number or a register's filler: nothing is composed through such a person
(`kin_conflicts` lists them)."""

_START, _END = "DATE '0001-01-01'", "DATE '9999-12-31'"
_OPEN = f"coalesce(from_date, {_START}) AS f, coalesce(to_date, {_END}) AS t"
_MEET = (
    "greatest(x.f, y.f) AS f, least(x.t, y.t) AS t, x.confidence * y.confidence AS confidence, greatest(x.g, y.g) AS g"
)
_MET = "greatest(x.f, y.f) <= least(x.t, y.t)"
_BEST = "CASE WHEN steps = 1 THEN 0 ELSE 1 END, degree, code LIKE 'IL%', g, steps, -confidence, key"


def compose_kin(con: DuckDBPyConnection) -> None:
    """Add `derived` KIN_OF edges to `edge_KIN_OF`, from the smaller id to the larger, each with its parts in order.

    An edge is valid while all its parts are and no closer chain holds; confidence is their product, the grade their
    weakest.
    """
    _register(con)
    _recorded(con)
    _chains(con)
    _stretches(con)
    con.execute(
        f"""INSERT INTO edge_KIN_OF BY NAME
            SELECT 'KIN_OF:' || a || '>' || c || '#' || substr(md5(concat_ws('|', code, s.f::VARCHAR, s.t::VARCHAR, p.key)), 1, 12) AS id,
                   a AS from_id, c AS to_id, nullif(s.f, {_START}) AS from_date, nullif(s.t, {_END}) AS to_date, confidence,
                   true AS derived, {GRADE_NAME.format("g")} AS grade, NULL::BIGINT AS src, parts, code, degree, 'derived' AS origin
            FROM kin_stretch s JOIN kin_path p USING (path)"""  # noqa: S608
    )
    for name in ("kin_inverse", "kin_chain"):
        con.unregister(name)
    for name in ("kin_both", "kin_two", "kin_path", "kin_stretch"):
        con.execute(f"DROP TABLE {name}")


def _register(con: DuckDBPyConnection) -> None:
    con.register("kin_inverse", pa.table({"code": list(INVERSE), "inverse": list(INVERSE.values())}))
    rows = [
        (*chain, *[None] * (3 - len(chain)), KINDS[chain].code, KINDS[chain].degree, len(chain))
        for chain in sorted(KINDS)
    ]
    names = ["c1", "c2", "c3", "code", "degree", "steps"]
    con.register("kin_chain", pa.table({n: [row[i] for row in rows] for i, n in enumerate(names)}))


def _recorded(con: DuckDBPyConnection) -> None:
    """`kin_both`: recorded ties from both ends, the surest row of those that say the same; `crowd`: b has too many."""
    rank = GRADE_RANK.format("grade")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE kin_both AS
            WITH ends AS (
              SELECT from_id AS a, to_id AS b, code, {_OPEN}, confidence, {rank} AS g, id FROM edge_KIN_OF
              UNION ALL SELECT to_id, from_id, inverse, {_OPEN}, confidence, {rank}, id FROM edge_KIN_OF JOIN kin_inverse USING (code)),
            tie AS (
              SELECT a, b, code, f, t, arg_min(confidence, o) AS confidence, min(g) AS g, arg_min(id, o) AS id
              FROM (SELECT *, struct_pack(g, c := -confidence, id) AS o FROM ends WHERE f <= t) GROUP BY a, b, code, f, t),
            crowded AS (SELECT a AS person FROM tie GROUP BY a HAVING count(DISTINCT b) > {KIN_CAP})
            SELECT *, b IN (SELECT person FROM crowded) AS crowd FROM tie"""  # noqa: S608
    )


def _chains(con: DuckDBPyConnection) -> None:
    """`kin_path`: chains of the table between two people, and recorded ties as chains of one step; of those of the same
    kind and days the best."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE kin_two AS
            SELECT x.a, y.b AS c, x.b AS via, x.code AS c1, y.code AS c2, y.crowd, {_MEET}, [x.id, y.id] AS parts
            FROM kin_both x JOIN kin_both y ON x.b = y.a
            SEMI JOIN (SELECT DISTINCT c1, c2 FROM kin_chain) k ON k.c1 = x.code AND k.c2 = y.code
            WHERE x.a <> y.b AND {_MET} AND NOT x.crowd;
        CREATE OR REPLACE TEMP TABLE kin_path AS
            SELECT row_number() OVER (ORDER BY a, c, {_BEST}) AS path, * FROM (
              SELECT *, array_to_string(parts, '|') AS key FROM (
                SELECT a, b AS c, code, NULL AS degree, 1 AS steps, f, t, confidence, g, [id] AS parts FROM kin_both WHERE a < b
                UNION ALL BY NAME
                SELECT x.a, x.c, k.code, k.degree, k.steps, x.f, x.t, x.confidence, x.g, x.parts
                FROM kin_two x JOIN kin_chain k ON k.c1 = x.c1 AND k.c2 = x.c2 AND k.c3 IS NULL WHERE x.a < x.c
                UNION ALL BY NAME
                SELECT x.a, y.b AS c, k.code, k.degree, k.steps, {_MEET}, list_append(x.parts, y.id) AS parts
                FROM kin_two x JOIN kin_both y ON x.c = y.a
                JOIN kin_chain k ON k.c1 = x.c1 AND k.c2 = x.c2 AND k.c3 = y.code
                WHERE x.a < y.b AND y.b <> x.via AND {_MET} AND NOT x.crowd)
              QUALIFY row_number() OVER (PARTITION BY a, c, steps = 1, f, t ORDER BY {_BEST}) = 1)"""  # noqa: S608
    )


def _stretches(con: DuckDBPyConnection) -> None:
    """`kin_stretch(path, f, t)`: the days on which a composed chain is the closest, whole stretches of them."""
    con.execute(
        """CREATE OR REPLACE TEMP TABLE kin_stretch AS
           WITH days AS (SELECT a, c, f AS day FROM kin_path UNION SELECT a, c, t + 1 FROM kin_path),
                piece AS (SELECT a, c, day AS f, lead(day) OVER (PARTITION BY a, c ORDER BY day) - 1 AS t FROM days),
                held AS (SELECT p.a, p.c, p.f, p.t, min(k.path) AS path FROM piece p JOIN kin_path k ON k.a = p.a AND k.c = p.c AND k.f <= p.f AND k.t >= p.t
                         GROUP BY ALL),
                marked AS (SELECT *, f - 1 IS DISTINCT FROM lag(t) OVER (PARTITION BY a, c, path ORDER BY f) AS starts FROM held),
                numbered AS (SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY a, c, path ORDER BY f) AS stretch FROM marked)
           SELECT path, min(f) AS f, max(t) AS t FROM numbered WHERE path IN (SELECT path FROM kin_path WHERE steps > 1)
           GROUP BY path, stretch"""
    )
