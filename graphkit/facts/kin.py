"""Kinship composed from at most three recorded edges, by table (CONTRACT 3; 政府采购法实施条例 art. 9(4))."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa
from duckdb import DuckDBPyConnection

from graphkit.facts.rules import GRADE_NAME, GRADE_RANK
from graphkit.model import KIN_DEGREE

INVERSE: Mapping[str, str] = MappingProxyType(
    {
        "SP": "SP",
        "PA": "CH",
        "CH": "PA",
        "GP": "GC",
        "GC": "GP",
        "SB": "SB",
        "UN": "NE",
        "NE": "UN",
        "CO": "CO",
        "IL1": "IL1",
        "IL2": "IL2",
    }
)
"""What A is to B, when B is `code` to A."""

COMPOSED: Mapping[tuple[str, ...], str] = MappingProxyType(
    {
        ("SP", "PA"): "IL1", ("SP", "SB"): "IL1", ("CH", "SP"): "IL1", ("SB", "SP"): "IL1", ("SP", "CH"): "CH",
        ("PA", "PA"): "GP", ("CH", "CH"): "GC", ("PA", "CH"): "SB", ("SB", "PA"): "PA", ("CH", "SB"): "CH", ("SB", "SB"): "SB",
        ("PA", "SP"): "PA", ("PA", "SB"): "UN", ("SB", "CH"): "NE", ("UN", "CH"): "CO",
        ("PA", "SB", "CH"): "CO", ("SP", "SB", "SP"): "IL2", ("CH", "SP", "PA"): "IL2", ("SP", "PA", "CH"): "IL1",
        ("SP", "CH", "SP"): "IL1", ("PA", "PA", "CH"): "UN", ("PA", "CH", "CH"): "NE", ("PA", "CH", "SP"): "IL1",
        ("SB", "CH", "SP"): "IL1",
    }
)  # fmt: skip
"""Chains of recorded codes → what the last person is to the first."""


def compose_kin(con: DuckDBPyConnection) -> None:
    """Add `derived` KIN_OF edges; each is valid only while all its parts are, and never replaces a recorded one."""
    con.register("kin_inverse", pa.table({"code": list(INVERSE), "inverse": list(INVERSE.values())}))
    chains = [
        (*chain, *([None] * (3 - len(chain))), code, KIN_DEGREE[code], len(chain))
        for chain, code in sorted(COMPOSED.items())
    ]
    names = ["c1", "c2", "c3", "code", "degree", "steps"]
    con.register("kin_chain", pa.table({n: [row[i] for row in chains] for i, n in enumerate(names)}))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE kin_both AS
          SELECT from_id AS a, to_id AS b, code, from_date, to_date, confidence, {GRADE_RANK.format("grade")} AS g, id FROM edge_KIN_OF
          UNION ALL
          SELECT to_id, from_id, inverse, from_date, to_date, confidence, {GRADE_RANK.format("grade")}, id FROM edge_KIN_OF JOIN kin_inverse USING (code);
        CREATE OR REPLACE TEMP TABLE kin_path AS
          WITH two AS (
            SELECT x.a, y.b AS c, x.b AS via1, NULL::VARCHAR AS via2, x.code AS c1, y.code AS c2, NULL::VARCHAR AS c3,
                   greatest(x.from_date, y.from_date) AS f, least(x.to_date, y.to_date) AS t, x.confidence * y.confidence AS confidence,
                   greatest(x.g, y.g) AS g, [x.id, y.id] AS parts
            FROM kin_both x JOIN kin_both y ON x.b = y.a WHERE x.a <> y.b),
          three AS (
            SELECT x.a, y.b AS c, x.via1, x.c AS via2, x.c1, x.c2, y.code AS c3, greatest(x.f, y.from_date) AS f,
                   least(x.t, y.to_date) AS t, x.confidence * y.confidence AS confidence, greatest(x.g, y.g) AS g, list_append(x.parts, y.id) AS parts
            FROM two x JOIN kin_both y ON x.c = y.a WHERE y.b <> x.a AND y.b <> x.via1)
          SELECT p.*, k.code, k.degree, k.steps FROM (SELECT * FROM two UNION ALL SELECT * FROM three) p
          JOIN kin_chain k ON k.c1 = p.c1 AND k.c2 = p.c2 AND k.c3 IS NOT DISTINCT FROM p.c3
          WHERE p.a < p.c AND (p.f IS NULL OR p.t IS NULL OR p.f <= p.t)
            AND NOT EXISTS (SELECT 1 FROM kin_both d WHERE d.a = p.a AND d.b = p.c);
        INSERT INTO edge_KIN_OF BY NAME
          SELECT 'KIN_OF:' || a || '>' || c || '#' || substr(md5(array_to_string(parts, '|')), 1, 12) AS id, a AS from_id, c AS to_id,
                 f AS from_date, t AS to_date, confidence, true AS derived, {GRADE_NAME.format("g")} AS grade, NULL::BIGINT AS src, parts, code, degree,
                 'derived' AS origin
          FROM kin_path
          QUALIFY row_number() OVER (PARTITION BY a, c ORDER BY degree, steps, array_to_string(parts, '|')) = 1
        """  # noqa: S608
    )
    con.unregister("kin_inverse")
    con.unregister("kin_chain")
