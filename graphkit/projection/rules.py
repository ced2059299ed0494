"""Which facts make the edges between persons and organizations (CATALOGUE N01), as data."""

# ruff: noqa: S608 — SQL fragments come from this package, never from data
from __future__ import annotations

from graphkit.projection.bidding import BID_FIRM, BIDDING_RULES
from graphkit.projection.rule import Rule, direct, select

PARTY_ACCOUNTS = Rule(
    """CREATE TEMP TABLE party_acct AS
       SELECT to_id AS acct, from_id AS party, min(id) AS eid, max({grade}) AS grade FROM
         (SELECT id, from_id, to_id, grade FROM edge_HOLDS_ACCOUNT UNION ALL
          SELECT id, from_id, to_id, grade FROM edge_OPERATES_ACCOUNT) GROUP BY ALL"""
)
"""`party_acct`: who holds or operates an account; every kind of projection reads it."""
_DEALING = Rule(
    """CREATE TEMP TABLE dealing AS
       WITH signed AS (
         SELECT DISTINCT a.to_id AS supplier, u.to_id AS lot
         FROM edge_UNDER u JOIN edge_AWARDED_TO a ON a.from_id = u.from_id)
       SELECT a.from_id AS about, i.to_id AS buyer, a.to_id AS supplier, a.id AS eid, a.from_date AS day,
              coalesce(a.amount_fen, 0) AS amount, greatest({grade_a}, {grade_i}) AS grade, [i.id] AS support
       FROM edge_AWARDED_TO a JOIN edge_ISSUED_BY i ON i.from_id = a.from_id
       UNION ALL
       SELECT h.from_id, i.to_id, a.to_id, a.id, a.from_date,
              CASE WHEN s.lot IS NULL THEN coalesce(a.amount_fen, 0) ELSE 0 END,
              greatest({grade_a}, {grade_i}), [f.id, h.id, i.id]
       FROM edge_AWARDED_TO a
       JOIN edge_FOR_LOT f ON f.from_id = a.from_id
       JOIN edge_HAS_LOT h ON h.to_id = f.to_id
       JOIN edge_ISSUED_BY i ON i.from_id = h.from_id
       LEFT JOIN signed s ON s.supplier = a.to_id AND s.lot = f.to_id"""
)
HELPERS: tuple[Rule, ...] = (BID_FIRM, _DEALING)
"""Tables that several rules read: who bid where and when, who sold what to whom.

An award whose contract is there too counts once: its amount is the contract's.
"""

_LASTING = (
    direct("KIN_OF", "pow(0.7, coalesce(degree, 2))"),
    direct("ASSOCIATE_OF"),
    direct("LEGAL_REP_OF"),
    direct("DIRECTS"),
    direct("OWNS"),
    direct("NOMINEE_FOR"),
    direct("CONTROLS"),
    direct("EMPLOYED_BY"),
    direct("SHARES_CONTACT", "1 / ln(greatest(coalesce(hub_size, 2), 2) + 5)"),
)
_PAID = Rule(
    select(
        "PAID",
        "a.party",
        "b.party",
        "p.id",
        """edge_PAID p JOIN party_acct a ON a.acct = p.from_id JOIN party_acct b ON b.acct = p.to_id
           WHERE a.party <> b.party""",
        day="coalesce(p.from_date, p.ts::DATE)",
        amount="coalesce(p.amount_fen, 0)",
        grade="greatest(a.grade, b.grade)",
        support="[a.eid, b.eid]",
    )
)
_SPONSORED = Rule(
    select(
        "SPONSORED",
        "from_id",
        "to_id",
        "id",
        "edge_SPONSORED",
        day="from_date",
        amount="coalesce(amount_fen, 0)",
        grade="{grade}",
    )
)
_OPERATOR = Rule(
    select(
        "OPERATES_ACCOUNT",
        "o.from_id",
        "h.from_id",
        "o.id",
        "edge_OPERATES_ACCOUNT o JOIN edge_HOLDS_ACCOUNT h ON h.to_id = o.to_id",
        grade="greatest({grade_o}, {grade_h})",
        support="[h.id]",
    )
)
_AWARD = Rule(
    select(
        "AWARDED_TO",
        "buyer",
        "supplier",
        "eid",
        "dealing",
        day="day",
        amount="amount",
        grade="grade",
        support="support",
    )
)
_SUBCONTRACT = Rule(
    select(
        "SUBCONTRACTED_TO",
        "a.to_id",
        "e.to_id",
        "e.id",
        "edge_SUBCONTRACTED_TO e JOIN edge_AWARDED_TO a ON a.from_id = e.from_id",
        day="e.from_date",
        amount="coalesce(e.amount_fen, 0)",
        grade="greatest({grade_a}, {grade_e})",
        support="[a.id]",
    )
)


def _decision(kind: str) -> Rule:
    """A person who decided on a purchase, and its supplier; one who signs for everybody says less of each."""
    return Rule(
        f"""WITH d AS (
              SELECT DISTINCT e.from_id AS person, d.supplier, e.id, list_append(d.support, d.eid) AS support,
                     e.from_date AS day,
                     greatest({{grade_e}}, d.grade) AS grade
              FROM edge_{kind} e JOIN dealing d ON d.about = e.to_id),
            wide AS (SELECT person, count(DISTINCT supplier) AS n FROM d GROUP BY person) """
        + select(
            kind,
            "d.person",
            "d.supplier",
            "d.id",
            "d JOIN wide USING (person)",
            day="d.day",
            strength="1 / sqrt(wide.n)",
            grade="d.grade",
            support="d.support",
        )
    )


_HANDLED = Rule(
    """WITH h AS (
         SELECT e.to_id AS handler, r.from_id AS person, e.id, r.id AS rid, r.from_date AS day,
                greatest({grade_e}, {grade_r}) AS grade
         FROM edge_HANDLED_BY e JOIN edge_RECEIVES r ON r.to_id = e.from_id),
       wide AS (SELECT handler, count(DISTINCT person) AS n FROM h GROUP BY handler) """
    + select(
        "HANDLED_BY",
        "h.person",
        "h.handler",
        "h.id",
        "h JOIN wide USING (handler)",
        day="h.day",
        strength="1 / sqrt(wide.n)",
        grade="h.grade",
        support="[h.rid]",
    )
)
_BENEFIT = Rule(
    """WITH b AS (
         SELECT DISTINCT r.from_id AS person, h.party, p.id, r.id AS rid, h.eid AS hid, p.from_date AS day,
                coalesce(n.amount_fen, 0) AS amount, greatest({grade_r}, h.grade) AS grade
         FROM edge_PAID_TO_ACCOUNT p JOIN edge_RECEIVES r ON r.to_id = p.from_id JOIN party_acct h ON h.acct = p.to_id
         LEFT JOIN node_Benefit n ON n.id = p.from_id WHERE h.party <> r.from_id),
       wide AS (SELECT party, count(DISTINCT person) AS n FROM b GROUP BY party) """
    + select(
        "PAID_TO_ACCOUNT",
        "b.person",
        "b.party",
        "b.id",
        "b JOIN wide USING (party)",
        day="b.day",
        amount="b.amount",
        strength="1 / sqrt(wide.n)",
        grade="b.grade",
        support="[b.rid, b.hid]",
    )
)

PEOPLE_RULES: tuple[Rule, ...] = (
    *_LASTING,
    _PAID,
    _SPONSORED,
    _OPERATOR,
    _AWARD,
    _SUBCONTRACT,
    *BIDDING_RULES,
    *(_decision(kind) for kind in ("EVALUATED", "REQUESTED", "APPROVED", "ACCEPTED", "SETTLED")),
    _HANDLED,
    _BENEFIT,
)
"""One rule an edge type, or two; rows that tie a node to itself are dropped by the builder."""
