"""Ties that bids leave between firms: same tenders, same machine, same deposit account, same person in the bid."""

# ruff: noqa: S608 — SQL fragments come from this package, never from data
from __future__ import annotations

from graphkit.projection.rule import BIDDER_CAP, Rule, select

BID_FIRM = Rule(
    """CREATE TEMP TABLE bid_firm AS
       SELECT b.from_id AS bid, b.to_id AS firm, min(b.id) AS eid, max({grade_b}) AS grade, min(f.to_id) AS lot,
              min(f.id) AS lot_eid, coalesce(min(h.from_id), min(f.to_id), b.from_id) AS tender,
              min(coalesce(n.received::DATE, t.deadline::DATE, t.published)) AS day
       FROM edge_BID_BY b
       LEFT JOIN edge_FOR_LOT f ON f.from_id = b.from_id
       LEFT JOIN edge_HAS_LOT h ON h.to_id = f.to_id
       LEFT JOIN node_Bid n ON n.id = b.from_id
       LEFT JOIN node_Tender t ON t.id = h.from_id
       WHERE coalesce(n.status, 'valid') NOT IN ('withdrawn', 'invited')
       GROUP BY b.from_id, b.to_id"""
)
"""Who bid where and when."""

_CO_BID = Rule(
    f"""WITH b AS (
          SELECT tender, firm, lot, min(eid) AS eid, min(lot_eid) AS lot_eid, min(day) AS day, max(grade) AS grade
          FROM bid_firm GROUP BY tender, firm, lot),
        small AS (
          SELECT lot FROM b WHERE lot IS NOT NULL
          GROUP BY lot HAVING count(DISTINCT firm) BETWEEN 2 AND {BIDDER_CAP}),
        seen AS (SELECT firm, count(DISTINCT tender) AS n FROM b GROUP BY firm),
        pair AS (
          SELECT x.firm AS a, y.firm AS b, x.tender, min(x.eid) AS eid_a, min(y.eid) AS eid_b,
                 min(x.lot_eid) AS lot_a, min(y.lot_eid) AS lot_b, min(coalesce(x.day, y.day)) AS day,
                 max(greatest(x.grade, y.grade)) AS grade
          FROM b x JOIN small s ON s.lot = x.lot JOIN b y ON y.lot = x.lot AND x.firm < y.firm GROUP BY ALL),
        score AS (SELECT a, b, count(*) AS n FROM pair GROUP BY ALL) """
    + select(
        "CO_BID",
        "p.a",
        "p.b",
        "p.eid_a",
        """pair p JOIN score s ON s.a = p.a AND s.b = p.b
           JOIN seen u ON u.firm = p.a JOIN seen v ON v.firm = p.b""",
        day="p.day",
        strength="least(1, s.n / 3) * s.n / (u.n + v.n - s.n)",
        grade="p.grade",
        support="[p.eid_b, p.lot_a, p.lot_b]",
    )
)
_DEVICE = Rule(
    f"""WITH d AS (
          SELECT v.to_id AS device, b.firm, min(v.id) AS eid, arg_min(b.eid, v.id) AS bid_eid,
                 min(coalesce(v.recorded::DATE, b.day)) AS day, max(b.grade) AS grade, min(coalesce(v.kind, '')) AS kind
          FROM edge_SUBMITTED_VIA v JOIN bid_firm b ON b.bid = v.from_id GROUP BY v.to_id, b.firm),
        hub AS (SELECT device, count(*) AS n FROM d GROUP BY device HAVING count(*) BETWEEN 2 AND {BIDDER_CAP}) """
    + select(
        "SUBMITTED_VIA",
        "x.firm",
        "y.firm",
        "x.eid",
        "d x JOIN d y ON y.device = x.device AND x.firm < y.firm JOIN hub ON hub.device = x.device",
        day="x.day",
        strength="ln(7) / ln(hub.n + 5) * CASE WHEN x.kind = 'ip' THEN 0.4 ELSE 1 END",
        grade="greatest(x.grade, y.grade)",
        support="[y.eid, x.bid_eid, y.bid_eid]",
    )
)
_FROM_ACCOUNT = f"""WITH d AS (
  SELECT v.to_id AS acct, b.firm, min(v.id) AS eid, arg_min(b.eid, v.id) AS bid_eid,
         min(coalesce(v.ts::DATE, b.day)) AS day, max(b.grade) AS grade, count(*) OVER (PARTITION BY v.to_id) AS n
  FROM edge_DEPOSIT_FROM v JOIN bid_firm b ON b.bid = v.from_id LEFT JOIN node_Account a ON a.id = v.to_id
  WHERE coalesce(a.kind, '') <> 'pool' AND coalesce(v.form, 'transfer') = 'transfer'
  GROUP BY v.to_id, b.firm QUALIFY n <= {BIDDER_CAP}) """
_DEPOSIT = Rule(
    _FROM_ACCOUNT
    + select(
        "DEPOSIT_FROM",
        "x.firm",
        "y.firm",
        "x.eid",
        "d x JOIN d y ON y.acct = x.acct AND x.firm < y.firm",
        day="x.day",
        strength="ln(7) / ln(x.n + 5)",
        grade="greatest(x.grade, y.grade)",
        support="[y.eid, x.bid_eid, y.bid_eid]",
    )
)
_DEPOSIT_HOLDER = Rule(
    _FROM_ACCOUNT
    + select(
        "DEPOSIT_FROM",
        "d.firm",
        "h.party",
        "d.eid",
        "d JOIN party_acct h ON h.acct = d.acct WHERE h.party <> d.firm",
        day="d.day",
        strength="ln(7) / ln(greatest(d.n, 2) + 5)",
        grade="greatest(d.grade, h.grade)",
        support="[d.bid_eid, h.eid]",
    )
)


def _agent(kind: str) -> Rule:
    return Rule(
        select(
            kind,
            "e.to_id",
            "b.firm",
            "e.id",
            f"edge_{kind} e JOIN bid_firm b ON b.bid = e.from_id",
            day="b.day",
            grade="greatest({grade_e}, b.grade)",
            support="[b.eid]",
        )
    )


BIDDING_RULES: tuple[Rule, ...] = (
    _CO_BID,
    _DEVICE,
    _DEPOSIT,
    _DEPOSIT_HOLDER,
    _agent("BID_CONTACT"),
    _agent("PROJECT_MEMBER"),
)
"""Edges between bidders, and between a bidder and the persons or account holders of its bids."""
