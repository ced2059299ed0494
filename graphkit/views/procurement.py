"""Views of procurement: tenders, bids, what bidders left behind, awards, contracts, prices, limits."""

from __future__ import annotations

from collections.abc import Mapping

_BIDDER = "b.id AS bid_id, b.lot_id, b.tender_id, b.bidder_id, b.name AS bidder_name, b.bidder_grade"

PROCUREMENT_VIEWS: Mapping[str, str] = {
    "tenders": """SELECT t.id, t.project_no, t.name, t.buyer_id, t.buyer_grade, t.agent_id, t.method, t.method_approved, t.budget_fen,
                         t.budget_item, t.category, t.published, t.deadline, t.opened, t.criteria, t.status,
                         coalesce(t.jurisdiction, o.region) AS jurisdiction, coalesce(t.budget_level, o.level) AS budget_level, t.framework,
                         t.spec_text
                  FROM n_Tender t LEFT JOIN n_Organization o ON o.id = t.buyer_id WHERE t.published IS NULL OR t.published <= as_of()""",
    "lots": """SELECT l.id, l.tender_id, l.lot_no, l.amount_fen, coalesce(l.category, t.category) AS category, l.status
               FROM n_Lot l LEFT JOIN n_Tender t ON t.id = l.tender_id WHERE t.published IS NULL OR t.published <= as_of()""",
    "bids": """SELECT b.id, b.lot_id, b.tender_id, b.bidder_id, b.name AS bidder_name, b.bidder_grade, b.amount_fen, b.status, b.received,
                      b.rank, b.score, b.reject_reason, b.contact_id, b.contact_phone, b.pm_id, e.id AS eid
               FROM n_Bid b JOIN e_BID_BY e ON e.from_id = b.id LEFT JOIN n_Tender t ON t.id = b.tender_id
               WHERE (t.published IS NULL OR t.published <= as_of()) AND (b.received IS NULL OR b.received::DATE <= as_of())""",
    "awards": """SELECT a.id, a.lot_id, a.tender_id, a.supplier_id, a.supplier_grade, a.amount_fen, a.date, a.status, t.buyer_id, t.buyer_grade,
                        arg_min(e.id, e.id) AS eid
                 FROM n_Award a JOIN e_AWARDED_TO e ON e.from_id = a.id LEFT JOIN n_Tender t ON t.id = a.tender_id
                 WHERE a.date IS NULL OR a.date <= as_of() GROUP BY ALL""",
    "contracts": """SELECT c.id, c.contract_no, c.tender_id, c.lot_id, c.buyer_id, b.name AS buyer_name, c.buyer_grade, c.supplier_id,
                           s.name AS supplier_name, c.supplier_grade, c.amount_fen, c.signed, coalesce(c.category, l.category, t.category) AS category,
                           coalesce(c.budget_item, t.budget_item) AS budget_item, coalesce(c.method, t.method) AS method, t.method_approved,
                           coalesce(c.framework, t.framework) AS framework, c.accepted, min(e.id) AS eid, min(i.id) AS buyer_eid
                    FROM n_Contract c JOIN e_AWARDED_TO e ON e.from_id = c.id JOIN e_ISSUED_BY i ON i.from_id = c.id
                    LEFT JOIN n_Tender t ON t.id = c.tender_id LEFT JOIN n_Lot l ON l.id = c.lot_id
                    LEFT JOIN n_Organization b ON b.id = c.buyer_id LEFT JOIN n_Organization s ON s.id = c.supplier_id
                    WHERE c.signed IS NULL OR c.signed <= as_of() GROUP BY ALL""",
    "contract_lines": """SELECT l.contract_id, c.buyer_id, c.buyer_grade, c.supplier_id, c.supplier_grade, c.signed, l.item,
                                coalesce(i.name, l.item) AS item_name, i.udi_di, coalesce(l.spec, i.spec) AS spec, coalesce(l.reg_no, i.reg_no) AS reg_no,
                                l.qty, l.unit_price AS unit_price_fen, l.src
                         FROM w_contract_lines l JOIN n_Contract c ON c.id = l.contract_id LEFT JOIN n_Item i ON i.id = 'item:' || l.item
                         WHERE c.signed IS NULL OR c.signed <= as_of()""",
    "prices": "SELECT item, source, price AS price_fen, region, from_date, to_date, src FROM w_prices WHERE from_date IS NULL OR from_date <= as_of()",
    "invoice_lines": """SELECT id, seller_id, buyer_id, date, item, qty, unit_price AS unit_price_fen, batch_no, src FROM w_invoices
                        WHERE date IS NULL OR date <= as_of()""",
    "artifacts": f"""SELECT {_BIDDER}, e.kind, d.name AS value, e.to_id AS device_id, d.hub_size, e.stage, e.recorded, e.id AS eid
                     FROM e_SUBMITTED_VIA e JOIN n_Bid b ON b.id = e.from_id JOIN n_Device d ON d.id = e.to_id
                     WHERE e.recorded IS NULL OR e.recorded::DATE <= as_of()""",  # noqa: S608
    "deposits": f"""SELECT {_BIDDER}, e.to_id AS acct_id, a.kind AS acct_kind, a.holder_id, coalesce(p.name, o.name) AS holder_name,
                           e.payer_id, e.amount_fen, e.ts, e.form, e.id AS eid
                    FROM e_DEPOSIT_FROM e JOIN n_Bid b ON b.id = e.from_id LEFT JOIN view_accounts a ON a.id = e.to_id
                    LEFT JOIN n_Person p ON p.id = a.holder_id LEFT JOIN n_Organization o ON o.id = a.holder_id
                    WHERE e.ts IS NULL OR e.ts::DATE <= as_of()""",  # noqa: S608
    "bid_lines": """SELECT bid_id, lot_id, tender_id, bidder_id, bidder AS bidder_name, bidder_grade, line_no, item, qty,
                           unit_price AS unit_price_fen, src
                    FROM w_bid_lines""",
    "evaluations": """SELECT e.from_id AS person_id, e.to_id AS tender_id, e.role, e.bidder_id, e.score, e.grade, e.id AS eid
                      FROM e_EVALUATED e LEFT JOIN n_Tender t ON t.id = e.to_id WHERE t.published IS NULL OR t.published <= as_of()""",
    "approvals": " UNION ALL ".join(
        f"""SELECT e.from_id AS person_id, CASE WHEN e.to_id LIKE 'tender:%' THEN e.to_id ELSE c.tender_id END AS tender_id,
                   CASE WHEN e.to_id LIKE 'contract:%' THEN e.to_id END AS contract_id, e.action, e.date, e.grade, e.id AS eid
            FROM e_{kind} e LEFT JOIN n_Contract c ON c.id = e.to_id WHERE e.date IS NULL OR e.date <= as_of()"""  # noqa: S608
        for kind in ("REQUESTED", "APPROVED", "ACCEPTED", "SETTLED")
    ),
    "recusals": """SELECT d.person_id, d.counterparty_id, d.tender_id, d.kind, d.published AS date, d.to_date, e.id AS eid
                   FROM n_Document d JOIN e_EVIDENCED_BY e ON e.to_id = d.id WHERE d.id LIKE 'document:recusal/%' AND d.published <= as_of()""",
    "thresholds": "SELECT jurisdiction, budget_level, category, rule, amount, valid_from, valid_to, src FROM w_thresholds",
    "whitelists": "SELECT detector, kind, value, subject_id, valid_from, valid_to, src FROM w_whitelists",
}
