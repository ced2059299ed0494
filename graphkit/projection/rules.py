"""Which facts make which edges of a projection, as SQL over the fact tables of one snapshot (CATALOGUE N01).

Every rule selects one row per underlying fact with the columns of `ROW`: the two ends, the edge type, a group key
(rows of one group become one edge), the id of the fact, its dates, its amount in fen, a strength in 0–1 (a hub
size, a degree or a similarity already folded in), its confidence, the rank of its identity grade and `support`,
the ids of the further edges that join it to both ends. SQL fragments come from this package, never from data.
"""

from __future__ import annotations

from dataclasses import dataclass

ROW = "src, dst, type, grp, eid, from_date, to_date, amount, strength, confidence, grade, support"

BIDDER_CAP = 30
"""A lot, a device or a deposit account shared by more bidders says nothing about two of them."""

PUBLIC_KINDS = ("hospital", "agency", "school", "village", "government", "insurer", "bank")
"""`organizations.type` of hubs of public life: never candidates, never passed through."""

_OPEN = "NULL::DATE"


@dataclass(frozen=True, slots=True)
class Rule:
    """`tables` are the fact tables the SQL reads (edge types, or labels with a leading `:`)."""

    tables: tuple[str, ...]
    sql: str


def _direct(kind: str, strength: str = "1.0") -> Rule:
    return Rule(
        (kind,),
        f"""SELECT from_id AS src, to_id AS dst, '{kind}' AS type, id AS grp, id AS eid, from_date, to_date, 0::BIGINT AS amount,
                   {strength}::DOUBLE AS strength, confidence, {{grade}} AS grade, []::VARCHAR[] AS support
            FROM edge_{kind}""",  # noqa: S608
    )


def _row(
    kind: str,
    src: str,
    dst: str,
    eid: str,
    support: str,
    body: str,
    day: str = _OPEN,
    amount: str = "0",
    strength: str = "1.0",
    grade: str = "0",
) -> str:
    return (
        f"SELECT {src} AS src, {dst} AS dst, '{kind}' AS type, '' AS grp, {eid} AS eid, {day} AS from_date, {day} AS to_date, "  # noqa: S608
        f"({amount})::BIGINT AS amount, ({strength})::DOUBLE AS strength, 1.0::DOUBLE AS confidence, {grade} AS grade, "
        f"{support} AS support FROM {body}"
    )


HELPERS: tuple[Rule, ...] = (
    Rule(
        ("HOLDS_ACCOUNT", "OPERATES_ACCOUNT"),
        """CREATE TEMP TABLE party_acct AS
           SELECT to_id AS acct, from_id AS party, min(id) AS eid, max({grade}) AS grade FROM
             (SELECT id, from_id, to_id, grade FROM edge_HOLDS_ACCOUNT UNION ALL
              SELECT id, from_id, to_id, grade FROM edge_OPERATES_ACCOUNT) GROUP BY ALL""",
    ),
    Rule(
        ("BID_BY", "FOR_LOT", "HAS_LOT", ":Bid", ":Tender"),
        """CREATE TEMP TABLE bid_firm AS
           SELECT b.from_id AS bid, b.to_id AS firm, min(b.id) AS eid, max({grade_b}) AS grade, min(f.to_id) AS lot,
                  min(f.id) AS lot_eid, coalesce(min(h.from_id), min(f.to_id), b.from_id) AS tender,
                  min(coalesce(n.received::DATE, t.deadline::DATE, t.published)) AS day
           FROM edge_BID_BY b LEFT JOIN edge_FOR_LOT f ON f.from_id = b.from_id LEFT JOIN edge_HAS_LOT h ON h.to_id = f.to_id
           LEFT JOIN node_Bid n ON n.id = b.from_id LEFT JOIN node_Tender t ON t.id = h.from_id
           WHERE coalesce(n.status, 'valid') NOT IN ('withdrawn', 'invited') GROUP BY b.from_id, b.to_id""",
    ),
    Rule(
        ("AWARDED_TO", "ISSUED_BY", "FOR_LOT", "HAS_LOT", "UNDER"),
        """CREATE TEMP TABLE dealing AS
           WITH under_lot AS (SELECT a.to_id AS supplier, u.to_id AS lot FROM edge_UNDER u JOIN edge_AWARDED_TO a ON a.from_id = u.from_id)
           SELECT a.from_id AS about, i.to_id AS buyer, a.to_id AS supplier, a.id AS eid, a.from_date AS day, coalesce(a.amount_fen, 0) AS amount,
                  greatest({grade_a}, {grade_i}) AS grade, [i.id] AS support
           FROM edge_AWARDED_TO a JOIN edge_ISSUED_BY i ON i.from_id = a.from_id
           UNION ALL
           SELECT h.from_id, i.to_id, a.to_id, a.id, a.from_date, CASE WHEN u.lot IS NULL THEN coalesce(a.amount_fen, 0) ELSE 0 END,
                  greatest({grade_a}, {grade_i}), [f.id, h.id, i.id]
           FROM edge_AWARDED_TO a JOIN edge_FOR_LOT f ON f.from_id = a.from_id JOIN edge_HAS_LOT h ON h.to_id = f.to_id
           JOIN edge_ISSUED_BY i ON i.from_id = h.from_id
           LEFT JOIN (SELECT DISTINCT supplier, lot FROM under_lot) u ON u.supplier = a.to_id AND u.lot = f.to_id""",
    ),
)
"""Tables that several rules read: who moves an account, who bid where and when, who sold what to whom."""

_DIRECT = (
    _direct("KIN_OF", "pow(0.7, coalesce(degree, 2))"),
    *(
        _direct(kind)
        for kind in ("ASSOCIATE_OF", "LEGAL_REP_OF", "DIRECTS", "OWNS", "NOMINEE_FOR", "CONTROLS", "EMPLOYED_BY")
    ),
    _direct("SHARES_CONTACT", "1 / ln(greatest(coalesce(hub_size, 2), 2) + 5)"),
)

_PAID = Rule(
    ("PAID",),
    _row(
        "PAID",
        "a.party",
        "b.party",
        "p.id",
        "[a.eid, b.eid]",
        "edge_PAID p JOIN party_acct a ON a.acct = p.from_id JOIN party_acct b ON b.acct = p.to_id WHERE a.party <> b.party",
        "coalesce(p.from_date, p.ts::DATE)",
        "coalesce(p.amount_fen, 0)",
        grade="greatest(a.grade, b.grade)",
    ),
)
_SPONSORED = Rule(
    ("SPONSORED",),
    _row(
        "SPONSORED",
        "from_id",
        "to_id",
        "id",
        "[]::VARCHAR[]",
        "edge_SPONSORED WHERE from_id <> to_id",
        "from_date",
        "coalesce(amount_fen, 0)",
        grade="{grade}",
    ),
)
_CO_BID = Rule(
    ("BID_BY",),
    f"""WITH b AS (SELECT tender, firm, lot, min(bid) AS bid, min(eid) AS eid, min(lot_eid) AS lot_eid, min(day) AS day, max(grade) AS grade
                   FROM bid_firm GROUP BY tender, firm, lot),
             small AS (SELECT lot FROM b WHERE lot IS NOT NULL GROUP BY lot HAVING count(DISTINCT firm) BETWEEN 2 AND {BIDDER_CAP}),
             seen AS (SELECT firm, count(DISTINCT tender) AS n FROM b GROUP BY firm),
             pair AS (SELECT x.firm AS a, y.firm AS b, x.tender, min(x.eid) AS eid_a, min(y.eid) AS eid_b, min(x.lot_eid) AS lot_a,
                             min(y.lot_eid) AS lot_b, min(coalesce(x.day, y.day)) AS day, max(greatest(x.grade, y.grade)) AS grade
                      FROM b x JOIN small s ON s.lot = x.lot JOIN b y ON y.lot = x.lot AND x.firm < y.firm GROUP BY ALL),
             score AS (SELECT a, b, count(*) AS n FROM pair GROUP BY ALL)
        SELECT p.a AS src, p.b AS dst, 'CO_BID' AS type, '' AS grp, unnest([p.eid_a, p.eid_b]) AS eid, p.day AS from_date, p.day AS to_date,
               0::BIGINT AS amount, least(1, s.n / 3) * s.n / (u.n + v.n - s.n) AS strength, 1.0::DOUBLE AS confidence, p.grade,
               [p.lot_a, p.lot_b] AS support
        FROM pair p JOIN score s ON s.a = p.a AND s.b = p.b JOIN seen u ON u.firm = p.a JOIN seen v ON v.firm = p.b""",  # noqa: S608
)
_DEVICE = Rule(
    ("SUBMITTED_VIA", ":Device"),
    f"""WITH d AS (SELECT v.to_id AS device, b.firm, min(v.id) AS eid, arg_min(b.eid, v.id) AS bid_eid, min(coalesce(v.recorded::DATE, b.day)) AS day,
                          max(b.grade) AS grade, any_value(coalesce(v.kind, '')) AS kind
                   FROM edge_SUBMITTED_VIA v JOIN bid_firm b ON b.bid = v.from_id GROUP BY v.to_id, b.firm),
             hub AS (SELECT device, count(*) AS n FROM d GROUP BY device HAVING count(*) BETWEEN 2 AND {BIDDER_CAP})
        SELECT x.firm AS src, y.firm AS dst, 'SUBMITTED_VIA' AS type, '' AS grp, unnest([x.eid, y.eid]) AS eid, x.day AS from_date, x.day AS to_date,
               0::BIGINT AS amount, ln(7) / ln(hub.n + 5) * CASE WHEN x.kind = 'ip' THEN 0.4 ELSE 1 END AS strength, 1.0::DOUBLE AS confidence,
               greatest(x.grade, y.grade) AS grade, [x.bid_eid, y.bid_eid] AS support
        FROM d x JOIN d y ON y.device = x.device AND x.firm < y.firm JOIN hub ON hub.device = x.device""",  # noqa: S608
)
_DEPOSIT_FIRMS = f"""SELECT v.to_id AS acct, b.firm, min(v.id) AS eid, arg_min(b.eid, v.id) AS bid_eid, min(coalesce(v.ts::DATE, b.day)) AS day,
                            max(b.grade) AS grade, count(*) OVER (PARTITION BY v.to_id) AS n
                     FROM edge_DEPOSIT_FROM v JOIN bid_firm b ON b.bid = v.from_id LEFT JOIN node_Account a ON a.id = v.to_id
                     WHERE coalesce(a.kind, '') <> 'pool' AND coalesce(v.form, 'transfer') = 'transfer'
                     GROUP BY v.to_id, b.firm QUALIFY n <= {BIDDER_CAP}"""
_DEPOSIT = Rule(
    ("DEPOSIT_FROM", ":Account"),
    f"""WITH d AS ({_DEPOSIT_FIRMS})
        SELECT x.firm AS src, y.firm AS dst, 'DEPOSIT_FROM' AS type, '' AS grp, unnest([x.eid, y.eid]) AS eid, x.day AS from_date, x.day AS to_date,
               0::BIGINT AS amount, ln(7) / ln(x.n + 5) AS strength, 1.0::DOUBLE AS confidence, greatest(x.grade, y.grade) AS grade,
               [x.bid_eid, y.bid_eid] AS support
        FROM d x JOIN d y ON y.acct = x.acct AND x.firm < y.firm
        UNION ALL
        SELECT d.firm, h.party, 'DEPOSIT_FROM', '', d.eid, d.day, d.day, 0::BIGINT, ln(7) / ln(d.n + 5), 1.0::DOUBLE, greatest(d.grade, h.grade),
               [d.bid_eid, h.eid]
        FROM d JOIN party_acct h ON h.acct = d.acct WHERE h.party <> d.firm""",  # noqa: S608
)
_AWARD = Rule(
    ("AWARDED_TO",),
    _row(
        "AWARDED_TO",
        "buyer",
        "supplier",
        "eid",
        "support",
        "dealing WHERE buyer <> supplier",
        "day",
        "amount",
        grade="grade",
    ),
)


def _decision(kind: str) -> Rule:
    """A person who decided on a purchase, and its supplier; one who signs for everybody says less of each."""
    return Rule(
        (kind,),
        f"""WITH d AS (SELECT DISTINCT e.from_id AS person, d.supplier, e.id, d.eid AS award, e.from_date AS day, greatest({{grade_e}}, d.grade) AS grade
                       FROM edge_{kind} e JOIN dealing d ON d.about = e.to_id),
                 wide AS (SELECT person, count(DISTINCT supplier) AS n FROM d GROUP BY person) """  # noqa: S608
        + _row(
            kind,
            "d.person",
            "d.supplier",
            "d.id",
            "[d.award]",
            "d JOIN wide USING (person)",
            "d.day",
            "0",
            "1 / sqrt(wide.n)",
            "d.grade",
        ),
    )


def _agent(kind: str) -> Rule:
    return Rule(
        (kind,),
        _row(
            kind,
            "e.to_id",
            "b.firm",
            "e.id",
            "[b.eid]",
            f"edge_{kind} e JOIN bid_firm b ON b.bid = e.from_id",
            "b.day",
            grade="greatest({grade_e}, b.grade)",
        ),
    )


_OPERATOR = Rule(
    ("OPERATES_ACCOUNT", "HOLDS_ACCOUNT"),
    _row(
        "OPERATES_ACCOUNT",
        "o.from_id",
        "h.from_id",
        "o.id",
        "[h.id]",
        "edge_OPERATES_ACCOUNT o JOIN edge_HOLDS_ACCOUNT h ON h.to_id = o.to_id WHERE o.from_id <> h.from_id",
        grade="greatest({grade_o}, {grade_h})",
    ),
)
_SUBCONTRACT = Rule(
    ("SUBCONTRACTED_TO",),
    _row(
        "SUBCONTRACTED_TO",
        "a.to_id",
        "e.to_id",
        "e.id",
        "[a.id]",
        "edge_SUBCONTRACTED_TO e JOIN edge_AWARDED_TO a ON a.from_id = e.from_id WHERE a.to_id <> e.to_id",
        "e.from_date",
        "coalesce(e.amount_fen, 0)",
        grade="greatest({grade_a}, {grade_e})",
    ),
)
_HANDLED = Rule(
    ("HANDLED_BY", "RECEIVES"),
    """WITH h AS (SELECT e.to_id AS handler, r.from_id AS person, e.id, r.id AS rid, r.from_date AS day, greatest({grade_e}, {grade_r}) AS grade
                  FROM edge_HANDLED_BY e JOIN edge_RECEIVES r ON r.to_id = e.from_id WHERE e.to_id <> r.from_id),
            wide AS (SELECT handler, count(DISTINCT person) AS n FROM h GROUP BY handler) """
    + _row(
        "HANDLED_BY",
        "h.person",
        "h.handler",
        "h.id",
        "[h.rid]",
        "h JOIN wide USING (handler)",
        "h.day",
        "0",
        "1 / sqrt(wide.n)",
        "h.grade",
    ),
)
_BENEFIT = Rule(
    ("PAID_TO_ACCOUNT", "RECEIVES", ":Benefit"),
    _row(
        "PAID_TO_ACCOUNT",
        "r.from_id",
        "h.party",
        "p.id",
        "[r.id, h.eid]",
        "edge_PAID_TO_ACCOUNT p JOIN edge_RECEIVES r ON r.to_id = p.from_id JOIN party_acct h ON h.acct = p.to_id "
        "LEFT JOIN node_Benefit n ON n.id = p.from_id WHERE h.party <> r.from_id",
        "p.from_date",
        "coalesce(n.amount_fen, 0)",
        grade="greatest({grade_r}, h.grade)",
    ),
)

PEOPLE_RULES: tuple[Rule, ...] = (
    *_DIRECT,
    _PAID,
    _SPONSORED,
    _CO_BID,
    _DEVICE,
    _DEPOSIT,
    _AWARD,
    *(_decision(kind) for kind in ("EVALUATED", "REQUESTED", "APPROVED", "ACCEPTED", "SETTLED")),
    *(_agent(kind) for kind in ("BID_CONTACT", "PROJECT_MEMBER")),
    _OPERATOR,
    _SUBCONTRACT,
    _HANDLED,
    _BENEFIT,
)
"""Edges between persons and organizations."""
