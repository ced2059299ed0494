"""Which rows state which relationships (CATALOGUE 1.2, 1.3)."""

from __future__ import annotations

from graphkit.facts.nodes import POWER
from graphkit.facts.rules import AWARD, BID, CONTRACT, LOT, NO_FILE, TENDER, EdgeRule, shown, tail, weaker
from graphkit.model import KIN_DEGREE

_DEGREE = "CASE t.code " + " ".join(f"WHEN '{code}' THEN {degree}" for code, degree in KIN_DEGREE.items()) + " END"
_KIN_CODES = "(" + ", ".join(f"'{code}'" for code in KIN_DEGREE) + ")"
_BOTH = "t.name_a_ref IS NOT NULL AND t.name_b_ref IS NOT NULL AND t.name_a_ref <> t.name_b_ref"
_KIN_GRADE = weaker("t.name_a_grade", "t.name_b_grade")
_ROLE = weaker("t.company_grade", "t.holder_grade")
_ROLE_KINDS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("LEGAL_REP_OF", "t.kind = 'legal_rep'", {}),
    ("DIRECTS", "t.kind IN ('director', 'supervisor', 'manager')", {"kind": "t.kind"}),
    ("OWNS", "t.kind IN ('shareholder', 'beneficial_owner')",
     {"kind": "t.kind", "share_pct": "t.share_pct", "subscribed_fen": "t.subscribed", "paid_fen": "t.paid"}),
    ("EMPLOYED_BY", "t.kind IN ('accountant', 'agent', 'employee')", {"kind": "t.kind"}),
    ("NOMINEE_FOR", "t.kind = 'nominee_for'", {"company": shown("t.company")}),
)  # fmt: skip
_TARGET = f"CASE WHEN t.contract_no IS NOT NULL THEN {CONTRACT} ELSE {TENDER} END"
_ACTIONS = (
    ("REQUESTED", "t.action IN ('request', 'argue', 'publish')"),
    ("APPROVED", "t.action = 'approve'"),
    ("ACCEPTED", "t.action = 'accept'"),
    ("SETTLED", "t.action = 'settle'"),
)
_PAYS = "coalesce(t.direction, 'D') <> 'C'"


def _contact(
    template: str,
    subject: str,
    kind: str,
    value: str,
    grade: str = "'identifier'",
    from_date: str = "NULL::DATE",
    to_date: str = "NULL::DATE",
) -> EdgeRule:
    """HAS_CONTACT of one kind; `id_contact` is made by the builder from the distinct values."""
    return EdgeRule(
        "HAS_CONTACT", template, subject, f"(SELECT c.id FROM id_contact c WHERE c.kind = {kind} AND c.raw = {value})", grade,  # noqa: S608
        where=f"{subject} IS NOT NULL AND {value} IS NOT NULL AND {kind} NOT IN ('ip', 'mac')", columns={"kind": kind}, from_date=from_date, to_date=to_date,
    )  # fmt: skip


CONTACT_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("organizations", "'phone'", "t.phone"),
    ("organizations", "'email'", "t.email"),
    ("organizations", "'address'", "t.reg_addr"),
    ("persons", "'phone'", "t.phone"),
    ("persons", "'address'", "t.address"),
    ("contacts", "t.kind", "t.value"),
    ("bids", "'phone'", "t.contact_phone"),
    ("beneficiaries", "'phone'", "t.phone"),
    ("whitelists", "t.kind", "t.value"),
)
"""Where contacts stand: template, kind, value."""

EDGE_RULES: tuple[EdgeRule, ...] = (
    EdgeRule("EMPLOYED_BY", "staff", "t.name_ref", "t.org_ref", weaker("t.name_grade", "t.org_grade"), "t.from_date", "t.to_date",
             columns={"role_code": "t.role_code", "dept": "t.dept", "kind": "'staff'", "power": POWER, "head": "t.head"}),
    EdgeRule("HOLDS_POST", "staff", "t.name_ref", f"'post:' || {tail('t.org_ref')} || '/' || t.role_code", "t.name_grade", "t.from_date",
             "t.to_date", "t.role_code IS NOT NULL", {"role_code": "t.role_code", "power": POWER}),
    EdgeRule("EMPLOYED_BY", "employment", "t.name_ref", "t.employer_ref", weaker("t.name_grade", "t.employer_grade"), "t.from_date",
             "t.to_date", columns={"kind": "coalesce(t.kind, 'regular')", "origin": "'employment'"}),
    EdgeRule("LEGAL_REP_OF", "organizations", "t.legal_rep_ref", "t.name_ref", weaker("t.name_grade", "t.legal_rep_grade"),
             where="t.legal_rep_ref IS NOT NULL"),
    *(
        EdgeRule(kind, "roles", "t.holder_ref", "t.company_ref", _ROLE, "t.from_date", "t.to_date",
                 f"{when} AND t.holder_ref IS NOT NULL" + (" AND t.holder_ref LIKE 'person:%'" if kind in ("LEGAL_REP_OF", "DIRECTS", "EMPLOYED_BY") else ""),
                 columns)
        for kind, when, columns in _ROLE_KINDS
    ),
    EdgeRule("KIN_OF", "kinship", "t.name_a_ref", "t.name_b_ref", _KIN_GRADE, "t.from_date", "t.to_date", f"{_BOTH} AND t.code IN {_KIN_CODES}",
             {"code": "t.code", "degree": _DEGREE, "origin": "t.source"}),
    EdgeRule("ASSOCIATE_OF", "kinship", "t.name_a_ref", "t.name_b_ref", _KIN_GRADE, "t.from_date", "t.to_date", f"{_BOTH} AND t.code = 'AS'",
             {"basis": "coalesce(t.basis, t.code_text)", "origin": "t.source"}),
    _contact("organizations", "t.name_ref", "'phone'", "t.phone", "t.name_grade"),
    _contact("organizations", "t.name_ref", "'email'", "t.email", "t.name_grade"),
    _contact("organizations", "t.name_ref", "'address'", "t.reg_addr", "t.name_grade"),
    _contact("persons", "t.name_ref", "'phone'", "t.phone", "t.name_grade"),
    _contact("persons", "t.name_ref", "'address'", "t.address", "t.name_grade"),
    _contact("contacts", "t.subject_ref", "t.kind", "t.value", "t.subject_grade", from_date="t.from_date", to_date="t.to_date"),
    EdgeRule("USED_DEVICE", "contacts", "t.subject_ref", "'device:' || t.kind || ':' || trim(t.value)", "t.subject_grade", "t.from_date", "t.to_date",
             "t.kind IN ('ip', 'mac') AND t.subject_ref IS NOT NULL AND t.value IS NOT NULL", {"kind": "t.kind"}),
    _contact("bids", "coalesce(t.contact_ref, t.bidder_ref)", "'phone'", "t.contact_phone", "coalesce(t.contact_grade, t.bidder_grade)"),
    _contact("beneficiaries", "t.name_ref", "'phone'", "t.phone", "t.name_grade"),
    EdgeRule("HOLDS_ACCOUNT", "accounts", "t.holder_ref", "t.acct_ref", "t.holder_grade", "t.opened", "t.closed",
             "t.holder_ref IS NOT NULL AND t.acct_ref IS NOT NULL"),
    EdgeRule("OPERATES_ACCOUNT", "accounts", "t.operator_ref", "t.acct_ref", "t.operator_grade", where="t.operator_ref IS NOT NULL AND t.acct_ref IS NOT NULL"),
    EdgeRule(
        "PAID", "transactions",
        f"CASE WHEN {_PAYS} THEN t.from_acct_ref ELSE t.to_acct_ref END", f"CASE WHEN {_PAYS} THEN t.to_acct_ref ELSE t.from_acct_ref END",
        where="t.from_acct_ref IS NOT NULL AND t.to_acct_ref IS NOT NULL", event=True, from_date="t.ts::DATE", to_date="t.ts::DATE",
        columns={"tx": "t.tx", "ts": "t.ts", "amount_fen": "t.amount", "channel": "t.channel", "purpose": "t.purpose",
                 "credit_side": "coalesce(t.direction, 'D') = 'C'",
                 "contract_id": f"CASE WHEN t.contract_no IS NOT NULL THEN {CONTRACT} END"},
    ),
    EdgeRule("ISSUED_BY", "tenders", TENDER, "t.buyer_ref", "t.buyer_grade", where="t.buyer_ref IS NOT NULL"),
    EdgeRule("AGENT_OF", "tenders", TENDER, "t.agent_ref", "t.agent_grade", where="t.agent_ref IS NOT NULL"),
    *(
        EdgeRule("HAS_LOT", template, TENDER, LOT, where="t.project_no IS NOT NULL")
        for template in ("lots", "bids", "awards", "bid_artifacts", "bid_deposits", "bid_lines", "contracts")
    ),
    *(
        edge
        for template in ("bids", "bid_artifacts", "bid_deposits", "bid_lines")
        for edge in (
            EdgeRule("BID_BY", template, BID, "t.bidder_ref", "t.bidder_grade", where="t.bidder_ref IS NOT NULL"),
            EdgeRule("FOR_LOT", template, BID, LOT, where="t.bidder_ref IS NOT NULL"),
            EdgeRule("HAS_BID", template, LOT, BID, where="t.bidder_ref IS NOT NULL"),
        )
    ),
    EdgeRule("BID_CONTACT", "bids", BID, "t.contact_ref", "t.contact_grade", where="t.bidder_ref IS NOT NULL AND t.contact_ref IS NOT NULL"),
    EdgeRule("PROJECT_MEMBER", "bids", BID, "t.pm_ref", "t.pm_grade", where="t.bidder_ref IS NOT NULL AND t.pm_ref IS NOT NULL"),
    EdgeRule("SUBMITTED_VIA", "bid_artifacts", BID, "'device:' || t.kind || ':' || trim(t.value)", "t.bidder_grade",
             where="t.bidder_ref IS NOT NULL AND t.value IS NOT NULL",
             columns={"kind": "t.kind", "stage": "t.stage", "recorded": "t.recorded"}),
    EdgeRule("DEPOSIT_FROM", "bid_deposits", BID, "t.acct_ref", "t.bidder_grade", where="t.bidder_ref IS NOT NULL AND t.acct_ref IS NOT NULL",
             columns={"amount_fen": "t.amount", "ts": "t.ts", "form": "t.form", "payer_id": "t.payer_ref"}),
    EdgeRule("FOR_LOT", "awards", AWARD, LOT, where="t.supplier_ref IS NOT NULL"),
    EdgeRule("AWARDED_TO", "awards", AWARD, "t.supplier_ref", "t.supplier_grade", where="t.supplier_ref IS NOT NULL", columns={"amount_fen": "t.amount"},
             from_date="t.date", to_date="t.date"),
    EdgeRule("AWARDED_TO", "contracts", CONTRACT, "t.supplier_ref", "t.supplier_grade", where="t.supplier_ref IS NOT NULL",
             columns={"amount_fen": "t.amount"}, from_date="t.signed", to_date="t.signed"),
    EdgeRule("ISSUED_BY", "contracts", CONTRACT, "t.buyer_ref", "t.buyer_grade", where="t.buyer_ref IS NOT NULL", from_date="t.signed", to_date="t.signed"),
    EdgeRule("UNDER", "contracts", CONTRACT, LOT, where="t.project_no IS NOT NULL"),
    EdgeRule("UNDER", "contract_changes", "'amendment:' || t.contract_no || '/' || coalesce(t.seq::VARCHAR, substr(t._key, 1, 8))", CONTRACT),
    EdgeRule("UNDER", "invoices", "'invoice:' || t.invoice_no", CONTRACT, where="t.contract_no IS NOT NULL"),
    EdgeRule("ISSUED_BY", "invoices", "'invoice:' || t.invoice_no", "t.seller_ref", "t.seller_grade", where="t.seller_ref IS NOT NULL"),
    EdgeRule("SUBCONTRACTED_TO", "subcontracts", CONTRACT, "t.subcontractor_ref", "t.subcontractor_grade", "t.date", "t.date",
             "t.subcontractor_ref IS NOT NULL", {"amount_fen": "t.amount", "date": "t.date"}),
    EdgeRule("EVALUATED", "evaluators", "t.person_ref", TENDER, "t.person_grade", where="t.person_ref IS NOT NULL",
             columns={"role": "t.role", "score": "t.score", "bidder": shown("t.bidder"), "bidder_id": "t.bidder_ref"}),
    *(
        EdgeRule(kind, "approvals", "t.person_ref", _TARGET, "t.person_grade", "t.date", "t.date",
                 f"{when} AND t.person_ref IS NOT NULL AND coalesce(t.contract_no, t.project_no) IS NOT NULL",
                 {"action": "t.action", "date": "t.date"})
        for kind, when in _ACTIONS
    ),
    EdgeRule("EVIDENCED_BY", "recusals", "t.person_ref", "'document:recusal/' || substr(t._key, 1, 12)", "t.person_grade", "t.date", "t.to_date"),
    EdgeRule("EVIDENCED_BY", "notices", TENDER, "'document:notice/' || substr(t._key, 1, 12)", from_date="t.published", to_date="t.ended"),
    EdgeRule("MADE_BY", "items", "'item:' || t.item", "t.maker_ref", "t.maker_grade", where="t.maker_ref IS NOT NULL"),
    EdgeRule("SOLD_BY", "authorisations", "'item:' || t.item", "t.supplier_ref", "t.supplier_grade", "t.from_date", "t.to_date",
             "t.item IS NOT NULL AND t.supplier_ref IS NOT NULL"),
    EdgeRule("USED_ITEM", "usage", "'usage:' || substr(t._key, 1, 16)", "'item:' || t.item"),
    EdgeRule("ORDERED_BY", "usage", "'usage:' || substr(t._key, 1, 16)", "t.doctor_ref", "t.doctor_grade", where="t.doctor_ref IS NOT NULL"),
    EdgeRule("USED_IN", "usage", "'usage:' || substr(t._key, 1, 16)", "t.org_ref", "t.org_grade", where="t.org_ref IS NOT NULL"),
    EdgeRule("QUERIED", "his_query_log", "t.user_ref", "t.org_ref", "t.user_grade", "t.ts::DATE", "t.ts::DATE", event=True,
             where="t.user_ref IS NOT NULL AND t.org_ref IS NOT NULL", columns={"report": "t.report", "ts": "t.ts", "rows": "t.rows"}),
    EdgeRule("SPONSORED", "sponsorships", "t.payer_ref", "t.payee_ref", weaker("t.payer_grade", "t.payee_grade"), "t.date", "t.date",
             "t.payer_ref IS NOT NULL AND t.payee_ref IS NOT NULL",
             {"kind": "t.kind", "amount_fen": "t.amount", "date": "t.date", "purpose": "t.purpose", "payer_grade": "t.payer_grade",
              "payee_grade": "t.payee_grade"}, event=True),
    EdgeRule("RECEIVES", "beneficiaries", "t.name_ref", f"'beneficiary:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || t.region", "t.name_grade",
             "t.approved"),
    *(
        EdgeRule("HANDLED_BY", "beneficiaries", f"'beneficiary:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || t.region", f"t.{who}_ref",
                 f"t.{who}_grade", where=f"t.{who}_ref IS NOT NULL", columns={"role": f"'{who}'"})
        for who in ("handler", "reviewer", "recommender")
    ),
    EdgeRule("RECEIVES", "benefit_payments", "t.name_ref",
             f"'benefit:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || strftime(t.period, '%Y-%m') || '#' || substr(t._key, 1, 8)",
             "t.name_grade", "t.period", "coalesce(t.period_to, t.period)"),
    EdgeRule("PAID_TO_ACCOUNT", "benefit_payments",
             f"'benefit:' || {tail('t.name_ref')} || '/' || t.scheme || '/' || strftime(t.period, '%Y-%m') || '#' || substr(t._key, 1, 8)",
             "t.acct_ref", where="t.acct_ref IS NOT NULL", from_date="t.paid", to_date="t.paid"),
    EdgeRule("HOLDS_ACCOUNT", "benefit_payments", "t.acct_holder_ref", "t.acct_ref", "t.acct_holder_grade",
             where=f"t.acct_ref IS NOT NULL AND t.acct_holder_ref IS NOT NULL AND {NO_FILE.format('t.acct_ref')}"),
    *(
        EdgeRule("HOLDS_ACCOUNT", "transactions", f"t.{side}_name_ref", f"t.{side}_acct_ref", f"t.{side}_name_grade",
                 where=f"t.{side}_name_ref IS NOT NULL AND t.{side}_acct_ref IS NOT NULL AND {NO_FILE.format(f't.{side}_acct_ref')}")
        for side in ("from", "to")
    ),
    EdgeRule("EVIDENCED_BY", "deaths", "t.name_ref", f"'fact:death/' || {tail('t.name_ref')} || '/' || coalesce(t.source, '') || '/' || t.date::VARCHAR",
             "t.name_grade", "t.date"),
    EdgeRule("EVIDENCED_BY", "custody", "t.name_ref", f"'fact:custody/' || {tail('t.name_ref')} || '/' || t.from_date::VARCHAR", "t.name_grade",
             "t.from_date", "t.to_date"),
    EdgeRule("EVIDENCED_BY", "assets", "t.name_ref", f"'fact:asset/' || {tail('t.name_ref')} || '/' || substr(t._key, 1, 12)", "t.name_grade",
             "t.from_date", "t.to_date"),
    EdgeRule("AWARDED_TO", "rural_contracts", "'rural:' || coalesce(t.contract_no, substr(t._key, 1, 12))", "t.tenant_ref", "t.tenant_grade",
             "t.signed", "t.signed", "t.tenant_ref IS NOT NULL"),
    EdgeRule("ISSUED_BY", "rural_contracts", "'rural:' || coalesce(t.contract_no, substr(t._key, 1, 12))", "t.village_ref", "t.village_grade",
             "t.signed", "t.signed"),
    EdgeRule("SUSPECT_IN", "leads", "t.subject_ref", "'lead:' || t.lead_no", "t.subject_grade", where="t.subject_ref IS NOT NULL"),
    EdgeRule("SUSPECT_IN", "cases", "t.subject_ref", "'case:' || t.case_no", "t.subject_grade", where="t.subject_ref IS NOT NULL",
             columns={"confirmed": "t.confirmed"}),
    EdgeRule("INSTANCE_OF", "cases", "'lead:' || t.lead_no", "'case:' || t.case_no", where="t.lead_no IS NOT NULL"),
)  # fmt: skip
"""One rule a relationship that rows state; derived ones are in `graphkit.facts.derived`."""
