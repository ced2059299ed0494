"""Which rows describe which nodes (CATALOGUE 1.1, 1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from graphkit.facts.rules import (
    AWARD,
    BID,
    CONTRACT,
    LOT,
    NO_FILE,
    PLAIN_KIND,
    TENDER,
    Mention,
    NodeRule,
    lot_no,
    shown,
    tail,
)
from graphkit.identity.references import ACCOUNTS, REFERENCES
from graphkit.model import ORG_SECOND, ROLE_POWER


def _case(column: str, mapping: dict[str, object], default: str) -> str:
    whens = " ".join(f"WHEN '{key}' THEN {value!r}" for key, value in mapping.items())
    return f"CASE {column} {whens} ELSE {default} END"


POWER = _case("t.role_code", dict(ROLE_POWER), "0.3")
_ORG_SECOND = _case("t.type", dict(ORG_SECOND), f"CASE WHEN t.type IS NULL THEN '' ELSE '{PLAIN_KIND}' END")
_BIRTH = "coalesce(t.birth, CASE WHEN t.name_grade = 'identifier' THEN try_strptime(substr(t.id_no, 7, 8), '%Y%m%d')::DATE END)"
_SEX = "coalesce(t.sex, CASE WHEN t.name_grade = 'identifier' THEN CASE WHEN substr(t.id_no, 17, 1) IN ('1', '3', '5', '7', '9') THEN 'M' ELSE 'F' END END)"

NODE_RULES: tuple[NodeRule, ...] = (
    NodeRule(
        "Organization", "organizations", "t.name_ref", shown("t.name"), "t.name_grade", _ORG_SECOND, 0,
        columns={
            "uscc": "CASE WHEN t.name_grade = 'identifier' THEN upper(trim(t.uscc)) END", "kind": "t.type", "region": "t.region",
            "founded": "t.founded", "closed": "t.closed", "status": "t.status", "capital_fen": "t.capital",
            "paid_capital_fen": "t.paid_capital", "insured_count": "t.insured_count", "level": "t.level", "beds": "t.beds",
            "scope": "t.scope", "industry": "t.industry", "country": "t.country",
        },
    ),
    NodeRule("Organization", "roles", "t.company_ref", shown("t.company"), "t.company_grade", "'Company'", 6),
    NodeRule("Organization", "bids", "t.bidder_ref", shown("t.bidder"), "t.bidder_grade", "'Company'", 6,
             columns={"uscc": "CASE WHEN t.bidder_ref NOT LIKE 'org:name:%' THEN substr(t.bidder_ref, 5) END"}),
    NodeRule("Organization", "contracts", "t.supplier_ref", shown("t.supplier"), "t.supplier_grade", "'Company'", 7),
    NodeRule("Organization", "awards", "t.supplier_ref", shown("t.supplier"), "t.supplier_grade", "'Company'", 7),
    NodeRule(
        "Person", "persons", "t.name_ref", shown("t.name"), "t.name_grade", priority=0,
        columns={"birth": _BIRTH, "sex": _SEX, "region": "t.region", "death_date": "t.death_date", "id_last4": "right(t.id_no, 4)"},
    ),
    NodeRule("Person", "staff", "t.name_ref", shown("t.name"), "t.name_grade", "'Staff'", 1, columns={"id_last4": "right(t.id_no, 4)"}),
    NodeRule("Department", "departments", f"'dept:' || {tail('t.org_ref')} || '/' || t.dept", "t.dept", columns={"kind": "t.kind", "powers": "t.powers"}),
    NodeRule("Department", "staff", f"'dept:' || {tail('t.org_ref')} || '/' || t.dept", "t.dept", priority=5, where="t.dept IS NOT NULL"),
    NodeRule(
        "Position", "staff", f"'post:' || {tail('t.org_ref')} || '/' || coalesce(t.role_code, 'other')",
        "t.org || ' ' || coalesce(t.role_code_text, t.role_code, '')", columns={"role_code": "t.role_code", "power": POWER},
        where="t.role_code IS NOT NULL",
    ),
    NodeRule(
        "Account", "accounts", "t.acct_ref", "coalesce(t.bank, '账户') || ' 尾号' || t.acct_last4", priority=0,
        columns={
            "acct_last4": "t.acct_last4", "bank": "t.bank", "kind": "t.kind", "opened": "t.opened", "closed": "t.closed",
            "holder_id": "t.holder_ref", "holder_grade": "t.holder_grade", "operator_id": "t.operator_ref",
        },
    ),
    NodeRule(
        "Tender", "tenders", TENDER, "coalesce(t.title, t.project_no)",
        columns={
            "project_no": "t.project_no", "method": "t.method", "method_zh": "t.method_text", "budget_fen": "t.budget",
            "budget_item": "t.budget_item", "category": "t.category", "published": "t.published", "deadline": "t.deadline",
            "criteria": "t.criteria", "status": "t.status", "opened": "t.opened", "buyer_id": "t.buyer_ref",
            "buyer_grade": "t.buyer_grade", "agent_id": "t.agent_ref", "method_approved": "t.method_approved",
            "jurisdiction": "t.jurisdiction", "budget_level": "t.budget_level", "framework": "t.framework", "spec_text": "t.spec_text",
        },
    ),
    NodeRule("Lot", "lots", LOT, f"coalesce(t.title, t.project_no || '/' || {lot_no()})",
             columns={"lot_no": lot_no(), "amount_fen": "t.amount", "category": "t.category", "status": "t.status", "tender_id": TENDER}),
    *(
        NodeRule("Lot", template, LOT, f"t.project_no || '/' || {lot_no()}", priority=5,
                 columns={"lot_no": lot_no(), "tender_id": TENDER}, where="t.project_no IS NOT NULL")
        for template in ("bids", "awards", "bid_artifacts", "bid_deposits", "bid_lines", "contracts")
    ),
    *(
        NodeRule("Tender", template, TENDER, "t.project_no", priority=5, columns={"project_no": "t.project_no"},
                 where="t.project_no IS NOT NULL")
        for template in ("lots", "bids", "awards", "bid_artifacts", "bid_deposits", "bid_lines", "contracts", "evaluators", "approvals", "notices")
    ),
    NodeRule(
        "Bid", "bids", BID, shown("t.bidder"), where="t.bidder_ref IS NOT NULL",
        columns={
            "amount_fen": "t.amount", "status": "coalesce(t.status, CASE WHEN t.amount IS NOT NULL THEN 'valid' END)",
            "received": "t.received", "rank": "t.rank", "score": "t.score", "reject_reason": "t.reject_reason", "lot_id": LOT,
            "tender_id": TENDER, "bidder_id": "t.bidder_ref", "bidder_grade": "t.bidder_grade", "contact_id": "t.contact_ref",
            "contact_phone": "(SELECT c.id FROM id_contact c WHERE c.kind = 'phone' AND c.raw = t.contact_phone)", "pm_id": "t.pm_ref",
        },
    ),
    *(
        NodeRule("Bid", template, BID, shown("t.bidder"), priority=5, where="t.bidder_ref IS NOT NULL",
                 columns={"lot_id": LOT, "tender_id": TENDER, "bidder_id": "t.bidder_ref", "bidder_grade": "t.bidder_grade"})
        for template in ("bid_artifacts", "bid_deposits", "bid_lines")
    ),
    *(
        NodeRule(
            "Award", "awards", AWARD, f"t.project_no || '/' || {lot_no()} || ' 中标'", priority=priority,
            where=f"t.supplier_ref IS NOT NULL AND {when}",
            columns={
                "amount_fen": "t.amount", "date": "t.date", "status": "coalesce(t.status, 'active')", "lot_id": LOT, "tender_id": TENDER,
                "supplier_id": "t.supplier_ref", "supplier_grade": "t.supplier_grade",
            },
        )
        for priority, when in ((1, "coalesce(t.status, 'active') <> 'pending'"), (2, "t.status = 'pending'"))
    ),
    NodeRule(
        "Contract", "contracts", CONTRACT, "coalesce(t.title, t.contract_no)",
        columns={
            "contract_no": "t.contract_no", "amount_fen": "t.amount", "signed": "t.signed", "accepted": "t.accepted", "category": "t.category",
            "tender_id": f"CASE WHEN t.project_no IS NOT NULL THEN {TENDER} END", "lot_id": f"CASE WHEN t.project_no IS NOT NULL THEN {LOT} END",
            "buyer_id": "t.buyer_ref", "buyer_grade": "t.buyer_grade", "supplier_id": "t.supplier_ref", "supplier_grade": "t.supplier_grade",
            "budget_item": "t.budget_item", "method": "t.method", "framework": "t.framework",
        },
    ),
    *(
        NodeRule("Contract", template, CONTRACT, "t.contract_no", priority=6, columns={"contract_no": "t.contract_no"}, where="t.contract_no IS NOT NULL")
        for template in ("contract_changes", "subcontracts", "invoices", "approvals")
    ),
    NodeRule("Amendment", "contract_changes", "'amendment:' || t.contract_no || '/' || coalesce(t.seq::VARCHAR, substr(t._key, 1, 8))",
             "t.contract_no || ' 变更'", columns={"seq": "t.seq", "delta_fen": "t.delta", "reason": "t.reason", "date": "t.date"}),
    NodeRule("Invoice", "invoices", "'invoice:' || t.invoice_no", "t.invoice_no",
             columns={"invoice_no": "t.invoice_no", "amount_fen": "t.amount", "date": "t.date", "status": "t.status"}),
    NodeRule(
        "Item", "items", "'item:' || t.item", "t.name", priority=0,
        columns={"udi_di": "t.udi_di", "reg_no": "t.reg_no", "spec": "t.spec", "brand": "t.brand", "category": "t.category",
                 "item_class": "t.item_class", "vbp": "t.vbp"},
    ),
    NodeRule("Item", "contract_lines", "'item:' || t.item", "t.item", priority=5, columns={"spec": "t.spec", "reg_no": "t.reg_no"}),
    NodeRule("Item", "prices", "'item:' || t.item", "t.item", priority=6),
    NodeRule("Item", "usage", "'item:' || t.item", "t.item", priority=6),
    NodeRule("Item", "authorisations", "'item:' || t.item", "t.item", priority=6, where="t.item IS NOT NULL"),
    NodeRule("Usage", "usage", "'usage:' || substr(t._key, 1, 16)", "t.item || ' × ' || t.qty::VARCHAR",
             columns={"qty": "t.qty", "price_fen": "t.price", "ts": "t.ts", "dept": "t.dept", "org_id": "t.org_ref",
                      "item_id": "'item:' || t.item", "doctor_id": "t.doctor_ref"}),
    NodeRule(
        "Beneficiary", "beneficiaries", f"'beneficiary:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || t.region", "coalesce(t.name, '') || ' ' || t.scheme_text",
        columns={"scheme": "t.scheme", "region": "t.region", "approved": "t.approved", "status": "t.status", "last_check": "t.last_check",
                 "channel": "t.channel", "person_id": "t.name_ref", "agency_id": "t.agency_ref", "handler_id": "t.handler_ref", "reviewer_id": "t.reviewer_ref"},
    ),
    NodeRule(
        "Benefit", "benefit_payments",
        f"'benefit:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || strftime(t.period, '%Y-%m') || '#' || substr(t._key, 1, 8)",
        "coalesce(t.name, '') || ' ' || strftime(t.period, '%Y-%m')",
        columns={
            "scheme": "t.scheme", "region": "t.region", "period": "t.period", "amount_fen": "t.amount", "paid": "t.paid", "kind": "t.kind",
            "person_id": "t.name_ref", "person_grade": "t.name_grade", "period_to": "t.period_to", "acct_id": "t.acct_ref", "acct_holder_id": "t.acct_holder_ref",
        },
    ),
    NodeRule("StatusFact", "deaths", f"'fact:death/' || {tail('t.name_ref')} || '/' || coalesce(t.source, '') || '/' || t.date::VARCHAR", "'死亡 ' || t.date::VARCHAR",
             columns={"kind": "'death'", "value": "t.source", "from_date": "t.date", "person_id": "t.name_ref", "person_grade": "t.name_grade"}),
    NodeRule("StatusFact", "custody", f"'fact:custody/' || {tail('t.name_ref')} || '/' || t.from_date::VARCHAR", "'服刑羁押 ' || t.from_date::VARCHAR",
             columns={"kind": "'custody'", "from_date": "t.from_date", "to_date": "t.to_date", "person_id": "t.name_ref", "person_grade": "t.name_grade"}),
    NodeRule("StatusFact", "assets", f"'fact:asset/' || {tail('t.name_ref')} || '/' || substr(t._key, 1, 12)", "t.kind_text",
             columns={"kind": "'asset'", "value": "t.detail", "from_date": "t.from_date", "to_date": "t.to_date", "person_id": "t.name_ref", "person_grade": "t.name_grade"}),
    NodeRule("RuralContract", "rural_contracts", "'rural:' || coalesce(t.contract_no, substr(t._key, 1, 12))", "t.asset",
             columns={"asset": "t.asset", "kind": "t.kind", "area": "t.area", "rent_fen": "t.rent", "years": "t.years", "signed": "t.signed"}),
    NodeRule("Document", "recusals", "'document:recusal/' || substr(t._key, 1, 12)", "coalesce(t.kind_text, '回避') || ' ' || t.date::VARCHAR",
             columns={"kind": "coalesce(t.kind, 'recused')", "published": "t.date", "to_date": "t.to_date", "person_id": "t.person_ref",
                      "counterparty_id": "t.counterparty_ref", "tender_id": f"CASE WHEN t.project_no IS NOT NULL THEN {TENDER} END"}),
    NodeRule("Document", "notices", "'document:notice/' || substr(t._key, 1, 12)", "t.kind_text || ' ' || t.published::VARCHAR",
             columns={"kind": "t.kind", "published": "t.published"}),
    NodeRule("Lead", "leads", "'lead:' || t.lead_no", "coalesce(t.summary, t.lead_no)",
             columns={"lead_no": "t.lead_no", "received": "t.received", "status": "t.status", "origin": "t.source", "amount_fen": "t.amount"}),
    NodeRule("Lead", "cases", "'lead:' || t.lead_no", "t.lead_no", priority=5, columns={"lead_no": "t.lead_no"}, where="t.lead_no IS NOT NULL"),
    NodeRule("Case", "cases", "'case:' || t.case_no", "t.case_no",
             columns={"case_no": "t.case_no", "filed": "t.filed", "outcome": "t.outcome", "amount_fen": "t.amount", "confirmed": "t.confirmed"}),
)  # fmt: skip


def mentions(template: str) -> tuple[Mention, ...]:
    """Everybody and every account that rows of a template name: they exist even if no file describes them."""
    found = []
    for r in REFERENCES.get(template, ()) if template != "whitelists" else ():  # an exemption is no mention
        by_account = template in ("transactions", "benefit_payments") and r.scope is not None
        where = NO_FILE.format(f"t.{str(r.scope)[1:]}_ref") if by_account else "true"
        found.append(Mention(f't."{r.column}_ref"', f't."{r.column}"', f't."{r.column}_grade"', where))
    found += [Mention(f't."{c}_ref"', f't."{c}_last4"') for c in ACCOUNTS.get(template, ())]
    return tuple(found)


MENTIONED: Mapping[str, NodeRule] = MappingProxyType(
    {
        "Organization": NodeRule("Organization", "mention", "t.id", shown("t.text"), "t.grade", priority=9, where="t.id LIKE 'org:%'"),
        "Person": NodeRule("Person", "mention", "t.id", shown("t.text"), "t.grade", priority=9, where="t.id LIKE 'person:%'"),
        "Account": NodeRule("Account", "mention", "t.id", "'账户 尾号' || t.text", "t.grade", priority=9, where="t.id LIKE 'acct:%'",
                            columns={"acct_last4": "t.text"}),
    }
)  # fmt: skip
"""Label → what its nodes are by mention alone, from `res_mention(id, text, grade, _src)`: every description says more."""
