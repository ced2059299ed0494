"""Edges that no row states but several rows together do; each lists its parts (CONTRACT 2, `derived_from`)."""

from __future__ import annotations

from duckdb import DuckDBPyConnection as Connection

from graphkit.facts.kin import compose_kin
from graphkit.facts.rules import weaker, weakest
from graphkit.identity.judged import drop_different

HUB_CAP = 20
"""A contact shared by more subjects is a registration agent, a park, a reception (CATALOGUE 1.4)."""

_BIDDER_CAP = 30
_SAME = "from_id, to_id, amount_fen, from_date"
"""Columns in which the halves of one transfer agree."""

_IN_ORDER = """, line AS (SELECT *, row_number() OVER (PARTITION BY credit_side, {0} ORDER BY ts, id) AS i FROM free)
  SELECT d.id, c.id, c.src FROM line c JOIN line d USING ({0}, i) WHERE c.credit_side AND NOT d.credit_side"""
_NEAREST = f"""SELECT d.id, c.id, c.src FROM free c JOIN free d USING ({_SAME}) WHERE c.credit_side AND NOT d.credit_side
  QUALIFY row_number() OVER (PARTITION BY c.id ORDER BY abs(epoch_us(c.ts) - epoch_us(d.ts)), d.id) = 1
      AND row_number() OVER (PARTITION BY d.id ORDER BY abs(epoch_us(c.ts) - epoch_us(d.ts)), c.id) = 1"""  # noqa: S608

_SIMILAR_CAP = 10


def derive(con: Connection) -> None:
    """Merge the halves of one transfer, then add composed kin, shared contacts, co-bids, control and name candidates."""
    _merge_halves(con)
    compose_kin(con)
    _hub_sizes(con)
    _shared_contacts(con)
    _co_bids(con)
    _control(con)
    _similar_people(con)
    _similar_orgs(con)
    drop_different(con)


def _merge_halves(con: Connection) -> None:
    """The credit line of the payee's statement and the debit line of the payer's are one payment (CONTRACT 3).

    The debit line stays; `also` holds the row references of lines that state the same payment (null elsewhere). Of equal
    payments of one day those with the same serial belong together, then those nearest in time, then in order of time.
    """
    con.execute("ALTER TABLE edge_PAID ADD COLUMN also BIGINT[]")
    if not con.execute("SELECT 1 FROM edge_PAID WHERE credit_side LIMIT 1").fetchall():
        return
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE paid_half AS
          SELECT id, src, tx, ts, credit_side, {_SAME} FROM edge_PAID WHERE ({_SAME}) IN (SELECT ({_SAME}) FROM edge_PAID WHERE credit_side);
        CREATE OR REPLACE TEMP TABLE paid_pair (debit VARCHAR, credit VARCHAR, src BIGINT)
        """  # noqa: S608
    )
    for pairs in (_IN_ORDER.format(f"{_SAME}, tx"), _NEAREST, _IN_ORDER.format(_SAME)):
        con.execute(
            f"""INSERT INTO paid_pair
                WITH free AS (FROM paid_half WHERE id NOT IN (SELECT unnest([debit, credit]) FROM paid_pair)) {pairs}"""  # noqa: S608
        )
    con.execute(
        """
        DELETE FROM edge_PAID WHERE id IN (SELECT credit FROM paid_pair);
        UPDATE edge_PAID SET also = [p.src] FROM paid_pair p WHERE p.debit = edge_PAID.id
        """
    )


def _hub_sizes(con: Connection) -> None:
    for label, edges in (("Contact", "SELECT to_id, from_id FROM edge_HAS_CONTACT"),
                         ("Device", "SELECT e.to_id, b.bidder_id AS from_id FROM edge_SUBMITTED_VIA e JOIN node_Bid b ON b.id = e.from_id "
                                    "UNION ALL SELECT to_id, from_id FROM edge_USED_DEVICE")):  # fmt: skip
        if label == "Device":
            con.execute(
                f"""INSERT INTO node_Device BY NAME
                    SELECT to_id AS id, split_part(to_id, ':', 2) AS kind, substr(to_id, 9 + length(split_part(to_id, ':', 2))) AS name,
                           'identifier' AS grade, '' AS second, arg_min(src, id) AS src
                    FROM (SELECT id, to_id, src FROM edge_SUBMITTED_VIA UNION ALL SELECT id, to_id, src FROM edge_USED_DEVICE)
                    WHERE to_id NOT IN (SELECT id FROM node_{label}) GROUP BY to_id"""  # noqa: S608
            )
        con.execute(
            f"""UPDATE node_{label} SET hub_size = h.n FROM (SELECT to_id, count(DISTINCT from_id) AS n FROM ({edges}) GROUP BY to_id) h
                WHERE h.to_id = node_{label}.id"""  # noqa: S608
        )


def _shared_contacts(con: Connection) -> None:
    con.execute(
        f"""INSERT INTO edge_SHARES_CONTACT BY NAME
            SELECT 'SHARES_CONTACT:' || x.from_id || '>' || y.from_id || '#' || substr(md5(x.to_id), 1, 12) AS id, x.from_id, y.from_id AS to_id,
                   greatest(x.from_date, y.from_date) AS from_date, least(x.to_date, y.to_date) AS to_date, 1.0 AS confidence,
                   true AS derived, {weaker("x.grade", "y.grade")} AS grade, NULL::BIGINT AS src,
                   [x.id, y.id] AS parts, c.kind AS kind, c.hub_size AS hub_size
            FROM edge_HAS_CONTACT x JOIN edge_HAS_CONTACT y ON x.to_id = y.to_id AND x.from_id < y.from_id
            JOIN node_Contact c ON c.id = x.to_id
            WHERE c.hub_size BETWEEN 2 AND {HUB_CAP} AND (x.from_date IS NULL OR y.to_date IS NULL OR x.from_date <= y.to_date)
              AND (y.from_date IS NULL OR x.to_date IS NULL OR y.from_date <= x.to_date)
            QUALIFY row_number() OVER (PARTITION BY x.from_id, y.from_id, x.to_id ORDER BY greatest(x.from_date, y.from_date) NULLS FIRST,
                                       least(x.to_date, y.to_date) DESC NULLS FIRST, x.id, y.id) = 1"""  # noqa: S608
    )


def _co_bids(con: Connection) -> None:
    """Two firms in at least two lots, dated by the last of these: from that day on all that the edge says holds.

    The day of a lot is that of the opening, else the deadline, else the notice, else of the later of the two bids.
    """
    con.execute(
        f"""INSERT INTO edge_CO_BID BY NAME
            WITH b AS (SELECT DISTINCT n.bidder_id AS firm, n.lot_id, e.id AS eid, {weaker("n.bidder_grade")} AS grade,
                              coalesce(t.opened::DATE, t.deadline::DATE, t.published, n.received::DATE) AS day
                       FROM node_Bid n JOIN edge_BID_BY e ON e.from_id = n.id LEFT JOIN node_Tender t ON t.id = n.tender_id
                       WHERE coalesce(n.status, 'valid') NOT IN ('withdrawn', 'invited')),
                 sized AS (SELECT lot_id FROM b GROUP BY lot_id HAVING count(DISTINCT firm) BETWEEN 2 AND {_BIDDER_CAP}),
                 n AS (SELECT firm, count(DISTINCT lot_id) AS lots FROM b GROUP BY firm)
            SELECT 'CO_BID:' || x.firm || '>' || y.firm || '#' || substr(md5(string_agg(x.lot_id, '|' ORDER BY x.lot_id)), 1, 12) AS id,
                   x.firm AS from_id, y.firm AS to_id, max(greatest(x.day, y.day)) AS from_date, max(greatest(x.day, y.day)) AS to_date,
                   1.0 AS confidence, true AS derived, {weakest(weaker("x.grade", "y.grade"))} AS grade, NULL::BIGINT AS src,
                   list_sort(list_concat(list(DISTINCT x.eid), list(DISTINCT y.eid)))[:40] AS parts, count(DISTINCT x.lot_id) AS n,
                   round(count(DISTINCT x.lot_id) / (any_value(p.lots) + any_value(q.lots) - count(DISTINCT x.lot_id)), 6) AS jaccard
            FROM b x JOIN b y ON x.lot_id = y.lot_id AND x.firm < y.firm JOIN sized ON sized.lot_id = x.lot_id
            JOIN n p ON p.firm = x.firm JOIN n q ON q.firm = y.firm
            GROUP BY x.firm, y.firm HAVING count(DISTINCT x.lot_id) >= 2"""  # noqa: S608
    )


def _control(con: Connection) -> None:
    """Effective share through ≤ 6 companies = Σ over simple paths of Π shares; kept from 25 % (CATALOGUE K09).

    A path holds while all its shares are held; where the paths never hold together, the strongest one counts alone.
    """
    con.execute(
        f"""INSERT INTO edge_CONTROLS BY NAME
            WITH RECURSIVE own AS (SELECT from_id, to_id, share_pct / 100 AS s, id AS eid, grade, from_date AS f, to_date AS t
                                   FROM edge_OWNS WHERE share_pct > 0 AND share_pct <= 100 AND from_id <> to_id
                                   QUALIFY row_number() OVER (PARTITION BY from_id, to_id ORDER BY share_pct DESC, t DESC NULLS FIRST, id) = 1),
            chain AS (
              SELECT from_id, to_id, s, [from_id, to_id] AS seen, [eid] AS parts, grade, f, t FROM own WHERE from_id LIKE 'person:%'
              UNION ALL
              SELECT c.from_id, o.to_id, c.s * o.s, list_append(c.seen, o.to_id), list_append(c.parts, o.eid), {weaker("c.grade", "o.grade")},
                     greatest(c.f, o.f), least(c.t, o.t)
              FROM chain c JOIN own o ON o.from_id = c.to_id
              WHERE len(c.seen) <= 6 AND NOT list_contains(c.seen, o.to_id) AND c.s * o.s >= 0.01
                AND coalesce(greatest(c.f, o.f) <= least(c.t, o.t), true)),
            ranked AS (SELECT *, coalesce(max(f) OVER pair <= min(t) OVER pair, true) AS together,
                              row_number() OVER (PARTITION BY from_id, to_id ORDER BY s DESC, parts) AS place
                       FROM chain WINDOW pair AS (PARTITION BY from_id, to_id))
            SELECT 'CONTROLS:' || from_id || '>' || to_id || '#' || substr(md5(round(sum(s), 6)::VARCHAR), 1, 12) AS id, from_id, to_id,
                   max(f) AS from_date, min(t) AS to_date, 1.0 AS confidence, true AS derived, {weakest("grade")} AS grade, NULL::BIGINT AS src,
                   list_distinct(flatten(list(parts ORDER BY parts))) AS parts, round(100 * sum(s), 4) AS eff_pct
            FROM ranked WHERE together OR place = 1 GROUP BY from_id, to_id HAVING sum(s) >= 0.25 AND max(len(parts)) > 1"""  # noqa: S608
    )


def _similar_people(con: Connection) -> None:
    """Same name, not provably the same person: a candidate for a human, never evidence."""
    con.execute(
        f"""INSERT INTO edge_SIMILAR BY NAME
            WITH p AS (SELECT n.id, n.grade, x.norm FROM node_Person n JOIN id_text x ON x.raw = n.name),
                 few AS (SELECT norm FROM p GROUP BY norm HAVING count(*) BETWEEN 2 AND {_SIMILAR_CAP})
            SELECT 'SIMILAR:' || a.id || '>' || b.id || '#' || substr(md5(a.norm), 1, 12) AS id, a.id AS from_id, b.id AS to_id,
                   NULL::DATE AS from_date, NULL::DATE AS to_date, 0.1 AS confidence, true AS derived, 'name_only' AS grade,
                   NULL::BIGINT AS src, [a.id, b.id] AS parts, 'same_name' AS basis
            FROM p a JOIN p b ON a.norm = b.norm AND a.id < b.id JOIN few ON few.norm = a.norm
            WHERE a.grade <> 'identifier' OR b.grade <> 'identifier'"""  # noqa: S608
    )


def _similar_orgs(con: Connection) -> None:
    con.execute(
        """INSERT INTO edge_SIMILAR BY NAME
           SELECT 'SIMILAR:' || n.id || '>' || c.id || '#' || substr(md5(c.norm), 1, 12) AS id, n.id AS from_id, c.id AS to_id,
                  NULL::DATE AS from_date, NULL::DATE AS to_date, 0.1 AS confidence, true AS derived, 'name_only' AS grade,
                  NULL::BIGINT AS src, [n.id, c.id] AS parts, 'ambiguous_name' AS basis
           FROM node_Organization n JOIN id_orgclaim c ON n.id = 'org:name:' || c.norm AND c.id <> n.id
           WHERE c.id IN (SELECT id FROM node_Organization)"""
    )
