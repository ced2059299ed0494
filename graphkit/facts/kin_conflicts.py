"""Kinship rows that cannot all be true: shown to a person, never settled here (CONTRACT 3, `KIN_OF`).

SQL over `e_KIN_OF`, `n_Person` and `as_of()`, as the views speak. Kinds: `mutual` (each is the other's parent, grandparent
or uncle), `two_codes` (two codes for one pair on the same days), `two_spouses` (one person, two marriages at once),
`older_child` (a parent or grandparent born on or after the day of the child), `crowd` (more relatives than `KIN_CAP`:
nothing is composed through this person). Undated rows hold at all times.
"""

from __future__ import annotations

from graphkit.facts.kin import KIN_CAP
from graphkit.facts.kin_table import INVERSE

_INVERSE = "CASE code " + " ".join(f"WHEN '{code}' THEN '{inverse}'" for code, inverse in INVERSE.items()) + " END"
_MEET = (
    "nullif(greatest(x.f, y.f), DATE '0001-01-01') AS from_date, nullif(least(x.t, y.t), DATE '9999-12-31') AS to_date"
)
_MET = "greatest(x.f, y.f) <= least(x.t, y.t)"

KIN_CONFLICTS = f"""
WITH stated AS (SELECT from_id AS a, to_id AS b, code, coalesce(from_date, DATE '0001-01-01') AS f, coalesce(to_date, DATE '9999-12-31') AS t, id
                FROM e_KIN_OF WHERE NOT derived AND (from_date IS NULL OR from_date <= as_of())),
     tie AS (SELECT a, b, code, {_INVERSE} AS inverse, f, t, id FROM stated UNION ALL SELECT b, a, {_INVERSE}, code, f, t, id FROM stated),
     crowd AS (SELECT a, count(DISTINCT b) AS n FROM tie GROUP BY a HAVING n > {KIN_CAP}),
     found AS (
       SELECT CASE WHEN y.code = x.inverse THEN 'mutual' ELSE 'two_codes' END AS kind,
              x.a AS a_id, x.b AS b_id, NULL::VARCHAR AS other_id, x.code, y.code AS other_code, {_MEET}, x.id AS eid, y.id AS other_eid
       FROM tie x JOIN tie y ON x.a = y.a AND x.b = y.b AND x.code < y.code WHERE x.a < x.b AND {_MET}
       UNION ALL
       SELECT 'two_spouses', x.a, x.b, y.b, 'SP', 'SP', {_MEET}, x.id, y.id FROM tie x JOIN tie y ON x.a = y.a AND x.b < y.b
       WHERE x.code = 'SP' AND y.code = 'SP' AND {_MET} AND x.a NOT IN (SELECT a FROM crowd)
       UNION ALL
       SELECT 'older_child', x.a, x.b, NULL, x.code, NULL, nullif(x.f, DATE '0001-01-01'), nullif(x.t, DATE '9999-12-31'), x.id, NULL
       FROM tie x JOIN n_Person young ON young.id = x.a JOIN n_Person old ON old.id = x.b WHERE x.code IN ('PA', 'GP') AND old.birth >= young.birth
       UNION ALL
       SELECT 'crowd', a, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM crowd)
SELECT * FROM found
QUALIFY row_number() OVER (PARTITION BY kind, a_id, b_id, other_id, code, other_code ORDER BY from_date NULLS FIRST, eid, other_eid) = 1
"""  # noqa: S608
"""View `kin_conflicts`: kind, a_id, b_id, other_id, code, other_code (what b, and what the other row, is to a), from_date,
to_date (the days on which both rows hold), eid, other_eid (the rows' edges); one row a contradiction."""

KIN_DOUBTS = f"""
WITH c AS ({KIN_CONFLICTS}), side AS (SELECT eid AS tie, kind, other_eid AS against FROM c WHERE eid IS NOT NULL
                                      UNION SELECT other_eid, kind, eid FROM c WHERE other_eid IS NOT NULL)
SELECT tie, kind, against FROM side
UNION SELECT d.id, kind, against FROM (SELECT id, unnest(parts) AS part FROM e_KIN_OF WHERE derived) d JOIN side ON side.tie = d.part
"""  # noqa: S608
"""View `kin_doubts`: tie (a recorded or composed KIN_OF edge), kind of contradiction, against (the edge of the other row,
NULL where none): what speaks against using this tie."""
