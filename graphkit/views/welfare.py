"""Views of benefits, deaths, custody and of what hospital staff use."""

from __future__ import annotations

from collections.abc import Mapping

WELFARE_VIEWS: Mapping[str, str] = {
    "beneficiaries": """SELECT b.person_id, b.scheme, b.region, b.approved, b.agency_id, b.handler_id, b.reviewer_id, b.last_check, b.channel, b.status,
                               min(e.id) AS eid
                        FROM n_Beneficiary b JOIN e_RECEIVES e ON e.to_id = b.id WHERE b.approved IS NULL OR b.approved <= as_of() GROUP BY ALL""",
    "benefit_payments": """SELECT b.person_id, p.name AS person_name, b.scheme, b.region, b.period, b.period_to, b.kind, b.amount_fen, b.acct_id,
                                  coalesce(a.holder_id, b.acct_holder_id) AS acct_holder_id, b.paid, b.person_grade AS grade, min(e.id) AS eid
                           FROM n_Benefit b JOIN e_RECEIVES e ON e.to_id = b.id JOIN n_Person p ON p.id = b.person_id
                           LEFT JOIN n_Account a ON a.id = b.acct_id WHERE b.period <= as_of() AND (b.paid IS NULL OR b.paid <= as_of()) GROUP BY ALL""",
    "deaths": """SELECT f.person_id, f.from_date AS date, f.value AS source, f.person_grade AS grade, min(e.id) AS eid
                 FROM n_StatusFact f JOIN e_EVIDENCED_BY e ON e.to_id = f.id WHERE f.kind = 'death' AND f.from_date <= as_of() GROUP BY ALL""",
    "custody": """SELECT f.person_id, f.from_date, f.to_date, min(e.id) AS eid
                  FROM n_StatusFact f JOIN e_EVIDENCED_BY e ON e.to_id = f.id WHERE f.kind = 'custody' AND f.from_date <= as_of() GROUP BY ALL""",
    "usage": """SELECT u.org_id, u.item_id, u.qty, u.price_fen, u.doctor_id, u.dept, u.ts, min(e.id) AS eid
                FROM n_Usage u JOIN e_USED_ITEM e ON e.from_id = u.id WHERE u.ts::DATE <= as_of() GROUP BY ALL""",
    "exclusive_schemes": "SELECT scheme_a, scheme_b, grace_months, src FROM w_exclusive_schemes",
}
