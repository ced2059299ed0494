"""Views of money: accounts with their holders, payments between parties, every dealing of a buyer with a supplier."""

from __future__ import annotations

from collections.abc import Mapping

from graphkit.facts.rules import GRADE_RANK

MONEY_VIEWS: Mapping[str, str] = {
    "accounts": f"""SELECT a.id, coalesce(a.holder_id, h.holder) AS holder_id, coalesce(a.holder_grade, h.grade) AS holder_grade, a.kind, a.bank,
                          a.operator_id, h.eid
                   FROM n_Account a LEFT JOIN (
                     SELECT to_id, arg_min(from_id, (rank, id)) AS holder, arg_min(grade, (rank, id)) AS grade, arg_min(id, (rank, id)) AS eid
                     FROM (SELECT *, {GRADE_RANK.format("grade")} AS rank FROM e_HOLDS_ACCOUNT) GROUP BY to_id) h ON h.to_id = a.id""",  # noqa: S608
    "payments": """SELECT e.id AS eid, e.tx, e.ts, date_diff('day', DATE '1970-01-01', e.ts::DATE)::BIGINT AS day, e.from_id AS from_acct,
                          e.to_id AS to_acct, f.holder_id AS from_party, t.holder_id AS to_party, f.holder_grade AS from_grade,
                          t.holder_grade AS to_grade, e.amount_fen, e.channel, e.purpose, e.contract_id
                   FROM e_PAID e JOIN view_accounts f ON f.id = e.from_id JOIN view_accounts t ON t.id = e.to_id WHERE e.ts::DATE <= as_of()
                   UNION ALL
                   SELECT a.id, c.tx, c.ts, date_diff('day', DATE '1970-01-01', c.ts::DATE)::BIGINT, CASE WHEN c.out THEN a.id END,
                          CASE WHEN NOT c.out THEN a.id END, CASE WHEN c.out THEN a.holder_id END, CASE WHEN NOT c.out THEN a.holder_id END,
                          CASE WHEN c.out THEN a.holder_grade END, CASE WHEN NOT c.out THEN a.holder_grade END, c.amount, 'cash', c.purpose, c.contract_id
                   FROM (SELECT *, (from_acct_ref IS NOT NULL) = (coalesce(direction, 'D') <> 'C') AS out FROM w_transactions) c
                   JOIN view_accounts a ON a.id = coalesce(c.from_acct_ref, c.to_acct_ref) WHERE c.ts::DATE <= as_of()""",
    "deals": """SELECT buyer_id, supplier_id, signed AS date, amount_fen, 'contract' AS kind, supplier_grade AS grade, eid, tender_id, id AS contract_id
                FROM view_contracts WHERE buyer_id IS NOT NULL
                UNION ALL
                SELECT buyer_id, supplier_id, date, amount_fen, 'award', supplier_grade, eid, tender_id, NULL FROM view_awards
                WHERE buyer_id IS NOT NULL AND status = 'active'
                UNION ALL
                SELECT p.from_party, p.to_party, p.ts::DATE, p.amount_fen, 'payment', p.to_grade, p.eid, NULL, p.contract_id FROM view_payments p
                JOIN n_Organization o ON o.id = p.from_party
                WHERE p.to_party LIKE 'org:%' AND (o.kind IN ('hospital', 'school', 'village', 'government')
                  OR o.id IN (SELECT to_id FROM e_EMPLOYED_BY WHERE kind = 'staff') OR o.id IN (SELECT buyer_id FROM view_contracts)
                  OR o.id IN (SELECT buyer_id FROM view_awards))""",
    "sponsorships": """SELECT from_id AS payer_id, to_id AS payee_id, amount_fen, date, kind, purpose, payer_grade, payee_grade, id AS eid
                       FROM e_SPONSORED WHERE date IS NULL OR date <= as_of()""",
}
