"""What each view must hold, worked out from the CSV rows alone: (values, the lines that say so)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from tests.views.county import County, Place, acct, contact, day, fen, moment, person, shown, truth, up_to, weakest

Told = Iterator[tuple[tuple[Any, ...], Place]]
Oracle = Callable[[County, date], Told]

POWER = {
    "president": 1.0, "vice_president": 0.9, "equipment": 0.9, "pharmacy": 0.9, "purchasing": 0.9, "it": 0.6, "finance": 0.6, "clinical_head": 0.8,
    "head_nurse": 0.5, "lab": 0.6, "doctor": 0.4, "nurse": 0.3, "expert": 0.7, "village_head": 1.0, "village_accountant": 0.7, "principal": 1.0,
    "canteen": 0.8, "handler": 0.8, "official": 0.6, "other": 0.3,
}  # fmt: skip
DEGREE = {"SP": 0, "PA": 1, "CH": 1, "SB": 2}
TURNED = {"SP": "SP", "PA": "CH", "CH": "PA", "SB": "SB"}


def orgs(c: County, as_of: date) -> Told:
    for at, r in c.placed("organizations"):
        insured = int(r["insured_count"]) if r["insured_count"] else None
        values = (
            f"org:{r['uscc']}",
            r["name"],
            r["uscc"],
            r["type"],
            r["level"] or None,
            r["region"],
            day(r["founded"]),
            r["status"],
        )
        yield (*values, fen(r["capital"]), insured, "identifier"), at


def people(c: County, as_of: date) -> Told:
    for at, r in c.placed("persons"):
        yield (person(r["id_no"]), r["name"], day(r["birth"]), r["sex"], r["region"], "identifier"), at


def posts(c: County, as_of: date) -> Told:
    for at, r in c.placed("staff"):
        if up_to(as_of, day(r["from_date"])):
            org, grade = c.org(r["org"])
            values = (
                person(r["id_no"]),
                r["name"],
                org,
                c.names[org],
                r["dept"] or None,
                r["role_code"],
                POWER[r["role_code"]],
                truth(r["head"]),
            )
            yield (*values, day(r["from_date"]), day(r["to_date"]), weakest("identifier", grade)), at


def kin(c: County, as_of: date) -> Told:
    for at, r in c.placed("kinship"):
        a, b, code = person(r["id_no_a"]), person(r["id_no_b"]), r["code"]
        yield (a, b, code, DEGREE[code], 1.0, False, "identifier"), at
        yield (b, a, TURNED[code], DEGREE[code], 1.0, False, "identifier"), at


def links(c: County, as_of: date) -> Told:
    for at, r in c.placed("organizations"):
        if r["legal_rep"]:
            org, number = f"org:{r['uscc']}", r["legal_rep_id_no"]
            rep, known = (person(number), "identifier") if number else c.named(org, r["legal_rep"])
            yield (rep, org, r["name"], "legal_rep", None, None, known), at
    for at, r in c.placed("roles"):
        if up_to(as_of, day(r["from_date"])):
            org, grade = c.org(r["company"])
            holder, known = c.party(r["holder"], r["holder_id"]) if r["holder_id"] else c.named(org, r["holder"])
            share = float(r["share_pct"]) if r["share_pct"] else None
            yield (holder, org, c.names[org], r["kind"], share, day(r["from_date"]), weakest(grade, known)), at
    for at, r in c.placed("employment"):
        if up_to(as_of, day(r["from_date"])):
            org, grade = c.org(r["employer"])
            yield (person(r["id_no"]), org, c.names[org], "employee", None, day(r["from_date"]), grade), at


def employment(c: County, as_of: date) -> Told:
    for at, r in c.placed("employment"):
        if up_to(as_of, day(r["from_date"])):
            yield (person(r["id_no"]), c.org(r["employer"])[0], r["kind"], day(r["from_date"])), at


def contacts(c: County, as_of: date) -> Told:
    for at, r in c.placed("organizations"):
        for kind, value in (("phone", r["phone"]), ("address", r["reg_addr"])):
            if value:
                yield (
                    (
                        f"org:{r['uscc']}",
                        "Organization",
                        kind,
                        shown(kind, value),
                        contact(kind, value),
                        None,
                        "identifier",
                    ),
                    at,
                )
    for at, r in c.placed("persons"):
        for kind, value in (("phone", r["phone"]), ("address", r["address"])):
            if value:
                yield (
                    (person(r["id_no"]), "Person", kind, shown(kind, value), contact(kind, value), None, "identifier"),
                    at,
                )
    for at, r in c.placed("contacts"):
        if up_to(as_of, day(r["from_date"])):
            subject, grade = c.party(r["subject"], r["subject_id"])
            label = "Person" if subject.startswith("person:") else "Organization"
            yield (
                (
                    subject,
                    label,
                    r["kind"],
                    shown(r["kind"], r["value"]),
                    contact(r["kind"], r["value"]),
                    day(r["from_date"]),
                    grade,
                ),
                at,
            )
    for at, r in c.placed("bids"):
        subject, grade = c.named(c.org(r["bidder"], r["bidder_uscc"])[0], r["contact"])
        yield (
            (
                subject,
                "Person",
                "phone",
                shown("phone", r["contact_phone"]),
                contact("phone", r["contact_phone"]),
                None,
                grade,
            ),
            at,
        )


def tenders(c: County, as_of: date) -> Told:
    for at, r in c.placed("tenders"):
        if up_to(as_of, day(r["published"])):
            no, (buyer, grade), agent = r["project_no"], c.org(r["buyer"]), c.org(r["agent"])[0] if r["agent"] else None
            values = (
                f"tender:{no}",
                no,
                r["title"],
                buyer,
                grade,
                agent,
                r["method"],
                truth(r["method_approved"]),
                fen(r["budget"]),
            )
            dates = (day(r["published"]), moment(r["deadline"]), moment(r["opened"]))
            yield (
                (
                    *values,
                    r["budget_item"],
                    r["category"],
                    *dates,
                    r["criteria"],
                    r["status"],
                    r["jurisdiction"],
                    r["budget_level"],
                ),
                at,
            )


def lots(c: County, as_of: date) -> Told:
    published = {r["project_no"]: day(r["published"]) for r in c.of("tenders")}
    for at, r in c.placed("lots"):
        if up_to(as_of, published[r["project_no"]]):
            no = r["project_no"]
            yield (f"lot:{no}/{r['lot']}", f"tender:{no}", r["lot"], fen(r["amount"]), r["category"], r["status"]), at


def bid_id(c: County, r: dict[str, str]) -> tuple[str, str, str, str]:
    """Ids of bid, lot, tender and bidder of a row that names them."""
    org, lot = c.org(r["bidder"])[0], r["lot"] or "1"
    return f"bid:{r['project_no']}/{lot}/{org}", f"lot:{r['project_no']}/{lot}", f"tender:{r['project_no']}", org


def bids(c: County, as_of: date) -> Told:
    published = {r["project_no"]: day(r["published"]) for r in c.of("tenders")}
    for at, r in c.placed("bids"):
        received = moment(r["received"])
        if up_to(as_of, published[r["project_no"]], received):
            bid, lot, tender, org = bid_id(c, r)
            who = c.named(org, r["contact"])[0]
            yield (
                (
                    bid,
                    lot,
                    tender,
                    org,
                    r["bidder"],
                    "identifier",
                    fen(r["amount"]),
                    r["status"],
                    received,
                    int(r["rank"]),
                    who,
                ),
                at,
            )


def artifacts(c: County, as_of: date) -> Told:
    for at, r in c.placed("bid_artifacts"):
        if up_to(as_of, moment(r["recorded"])):
            device = f"device:{r['kind']}:{r['value']}"
            yield (
                (
                    *bid_id(c, r),
                    r["bidder"],
                    "identifier",
                    r["kind"],
                    r["value"],
                    device,
                    r["stage"],
                    moment(r["recorded"]),
                ),
                at,
            )


def deposits(c: County, as_of: date) -> Told:
    known = {r["acct"]: r for r in c.of("accounts")}
    for at, r in c.placed("bid_deposits"):
        if up_to(as_of, moment(r["ts"])):
            account = known[r["acct"]]
            holder, _ = c.holder(r["acct"])
            payer = holder if r["payer"] == account["holder"] else c.org(r["payer"])[0]
            held = (acct(r["acct"]), account["kind"], holder, account["holder"], payer)
            yield (*bid_id(c, r), r["bidder"], "identifier", *held, fen(r["amount"]), moment(r["ts"]), r["form"]), at


def awards(c: County, as_of: date) -> Told:
    buyers = {r["project_no"]: c.org(r["buyer"]) for r in c.of("tenders")}
    for at, r in c.placed("awards"):
        if up_to(as_of, day(r["date"])):
            no, (org, grade), buyer = r["project_no"], c.org(r["supplier"]), buyers[r["project_no"]]
            yield (
                (
                    f"award:{no}/{r['lot']}/{org}",
                    f"lot:{no}/{r['lot']}",
                    f"tender:{no}",
                    org,
                    grade,
                    fen(r["amount"]),
                    day(r["date"]),
                    r["status"],
                    *buyer,
                ),
                at,
            )


def contracts(c: County, as_of: date) -> Told:
    bought = {r["project_no"]: r for r in c.of("tenders")}
    for at, r in c.placed("contracts"):
        if up_to(as_of, day(r["signed"])):
            no = r["project_no"]
            tender: dict[str, str] = bought.get(no, {})
            (buyer, buyer_grade), (org, grade) = c.org(r["buyer"]), c.org(r["supplier"])
            where = (f"tender:{no}", f"lot:{no}/{r['lot']}") if no else (None, None)
            values = (
                f"contract:{r['contract_no']}",
                r["contract_no"],
                *where,
                buyer,
                c.names[buyer],
                buyer_grade,
                org,
                c.names[org],
                grade,
            )
            kind = (r["category"], r["budget_item"] or tender.get("budget_item"), r["method"] or tender.get("method"))
            yield (
                (
                    *values,
                    fen(r["amount"]),
                    day(r["signed"]),
                    *kind,
                    truth(tender.get("method_approved", "")),
                    truth(r["framework"]),
                    day(r["accepted"]),
                ),
                at,
            )


def contract_lines(c: County, as_of: date) -> Told:
    signed = {r["contract_no"]: r for r in c.of("contracts")}
    known = {r["item"]: r for r in c.of("items")}
    for at, r in c.placed("contract_lines"):
        deal, item = signed[r["contract_no"]], known.get(r["item"], {})
        if up_to(as_of, day(deal["signed"])):
            parties = (*c.org(deal["buyer"]), *c.org(deal["supplier"]), day(deal["signed"]))
            names = (r["item"], item.get("name", r["item"]), item.get("udi_di"), item.get("spec"), item.get("reg_no"))
            yield (f"contract:{r['contract_no']}", *parties, *names, float(r["qty"]), fen(r["unit_price"])), at


def prices(c: County, as_of: date) -> Told:
    for at, r in c.placed("prices"):
        if up_to(as_of, day(r["from_date"])):
            yield (r["item"], r["source"], fen(r["price"]), r["region"], day(r["from_date"]), None), at


def evaluations(c: County, as_of: date) -> Told:
    published = {r["project_no"]: day(r["published"]) for r in c.of("tenders")}
    for at, r in c.placed("evaluators"):
        if up_to(as_of, published[r["project_no"]]):
            yield (person(r["id_no"]), f"tender:{r['project_no']}", r["role"], None, None, "identifier"), at


def approvals(c: County, as_of: date) -> Told:
    projects = {r["contract_no"]: r["project_no"] for r in c.of("contracts")}
    for at, r in c.placed("approvals"):
        if up_to(as_of, day(r["date"])):
            deal = r["contract_no"]
            no = projects[deal] if deal else r["project_no"]
            target = (f"tender:{no}" if no else None, f"contract:{deal}" if deal else None)
            yield (person(r["id_no"]), *target, r["action"], day(r["date"]), "identifier"), at


def recusals(c: County, as_of: date) -> Told:
    for at, r in c.placed("recusals"):
        if up_to(as_of, day(r["date"])):
            yield (person(r["id_no"]), c.org(r["counterparty"])[0], None, r["kind"], day(r["date"]), None), at


def accounts(c: County, as_of: date) -> Told:
    for at, r in c.placed("accounts"):
        yield (acct(r["acct"]), *c.party(r["holder"], r["holder_id"]), r["kind"], r["bank"], None), at


def payments(c: County, as_of: date) -> Told:
    held = {r["acct"]: c.party(r["holder"], r["holder_id"]) for r in c.of("accounts")}
    for at, r in c.placed("transactions"):
        ts = moment(r["ts"])
        if up_to(as_of, ts) and ts is not None:
            (payer, payer_grade), (payee, payee_grade) = held[r["from_acct"]], held[r["to_acct"]]
            deal = f"contract:{r['contract_no']}" if r["contract_no"] else None
            values = (
                r["tx"],
                ts,
                (ts.date() - date(1970, 1, 1)).days,
                acct(r["from_acct"]),
                acct(r["to_acct"]),
                payer,
                payee,
                payer_grade,
                payee_grade,
            )
            yield (*values, fen(r["amount"]), r["channel"], r["purpose"], deal), at


def deals(c: County, as_of: date) -> Told:
    for v, at in contracts(c, as_of):
        yield (v[4], v[7], v[11], v[10], "contract", v[9], v[2], v[0]), at
    for v, at in awards(c, as_of):
        yield (v[8], v[3], v[6], v[5], "award", v[4], v[2], None), at
    public = {
        f"org:{r['uscc']}"
        for r in c.of("organizations")
        if r["type"] in ("hospital", "school", "village", "government")
    }
    public |= {c.org(r["org"])[0] for r in c.of("staff")} | {
        c.org(r["buyer"])[0] for t in ("contracts", "tenders") for r in c.of(t)
    }
    for v, at in payments(c, as_of):
        if v[5] in public and v[6].startswith("org:"):
            yield (v[5], v[6], v[1].date(), v[9], "payment", v[8], None, v[12]), at


def sponsorships(c: County, as_of: date) -> Told:
    for at, r in c.placed("sponsorships"):
        if up_to(as_of, day(r["date"])):
            (payer, payer_grade), (payee, payee_grade) = (
                c.party(r["payer"], r["payer_id"]),
                c.party(r["payee"], r["payee_id"]),
            )
            yield (
                (payer, payee, fen(r["amount"]), day(r["date"]), r["kind"], r["purpose"], payer_grade, payee_grade),
                at,
            )


def usage(c: County, as_of: date) -> Told:
    for at, r in c.placed("usage"):
        if up_to(as_of, moment(r["ts"])):
            org = c.org(r["org"])[0]
            yield (
                (
                    org,
                    f"item:{r['item']}",
                    float(r["qty"]),
                    fen(r["price"]),
                    c.staff_no[org, r["doctor"]],
                    r["dept"],
                    moment(r["ts"]),
                ),
                at,
            )


def beneficiaries(c: County, as_of: date) -> Told:
    for at, r in c.placed("beneficiaries"):
        if up_to(as_of, day(r["approved"])):
            agency = c.org(r["agency"])[0]
            workers = (person(r["handler_id_no"]), c.named(agency, r["reviewer"])[0])
            yield (
                (
                    person(r["id_no"]),
                    r["scheme"],
                    r["region"],
                    day(r["approved"]),
                    agency,
                    *workers,
                    day(r["last_check"]),
                    r["channel"],
                    r["status"],
                ),
                at,
            )


def benefit_payments(c: County, as_of: date) -> Told:
    for at, r in c.placed("benefit_payments"):
        if up_to(as_of, day(r["period"]), day(r["paid"])):
            values = (
                person(r["id_no"]),
                r["name"],
                r["scheme"],
                r["region"],
                day(r["period"]),
                None,
                r["kind"],
                fen(r["amount"]),
            )
            yield (*values, acct(r["acct"]), c.holder(r["acct"])[0], day(r["paid"]), "identifier"), at


def deaths(c: County, as_of: date) -> Told:
    for at, r in c.placed("deaths"):
        if up_to(as_of, day(r["date"])):
            yield (person(r["id_no"]), day(r["date"]), r["source"], "identifier"), at


def thresholds(c: County, as_of: date) -> Told:
    for at, r in c.placed("thresholds"):
        yield (r["jurisdiction"], None, None, r["rule"], float(r["amount"]), day(r["valid_from"]), None), at


def exclusive_schemes(c: County, as_of: date) -> Told:
    for at, r in c.placed("exclusive_schemes"):
        yield (r["scheme_a"], r["scheme_b"], int(r["grace_months"])), at


def whitelists(c: County, as_of: date) -> Told:
    for at, r in c.placed("whitelists"):
        yield (r["detector"], r["kind"], f"尾号{r['value'][-4:]}", acct(r["value"]), day(r["valid_from"]), None), at


ORACLES: dict[str, tuple[str, Oracle]] = {
    "orgs": ("id,name,uscc,kind,level,region,founded,status,capital_fen,insured_count,grade", orgs),
    "people": ("id,name,birth,sex,region,grade", people),
    "posts": ("person_id,person_name,org_id,org_name,dept,role_code,power,head,from_date,to_date,grade", posts),
    "kin": ("a_id,b_id,code,degree,confidence,derived,grade", kin),
    "links": ("holder_id,company_id,company_name,kind,share_pct,from_date,grade", links),
    "employment": ("person_id,employer_id,kind,from_date", employment),
    "contacts": ("subject_id,subject_label,kind,value,contact_id,from_date,grade", contacts),
    "tenders": (
        "id,project_no,name,buyer_id,buyer_grade,agent_id,method,method_approved,budget_fen,budget_item,category,published,deadline,opened,criteria,status,jurisdiction,budget_level",
        tenders,
    ),
    "lots": ("id,tender_id,lot_no,amount_fen,category,status", lots),
    "bids": ("id,lot_id,tender_id,bidder_id,bidder_name,bidder_grade,amount_fen,status,received,rank,contact_id", bids),
    "artifacts": (
        "bid_id,lot_id,tender_id,bidder_id,bidder_name,bidder_grade,kind,value,device_id,stage,recorded",
        artifacts,
    ),
    "deposits": (
        "bid_id,lot_id,tender_id,bidder_id,bidder_name,bidder_grade,acct_id,acct_kind,holder_id,holder_name,payer_id,amount_fen,ts,form",
        deposits,
    ),
    "awards": ("id,lot_id,tender_id,supplier_id,supplier_grade,amount_fen,date,status,buyer_id,buyer_grade", awards),
    "contracts": (
        "id,contract_no,tender_id,lot_id,buyer_id,buyer_name,buyer_grade,supplier_id,supplier_name,supplier_grade,amount_fen,signed,category,budget_item,method,method_approved,framework,accepted",
        contracts,
    ),
    "contract_lines": (
        "contract_id,buyer_id,buyer_grade,supplier_id,supplier_grade,signed,item,item_name,udi_di,spec,reg_no,qty,unit_price_fen",
        contract_lines,
    ),
    "prices": ("item,source,price_fen,region,from_date,to_date", prices),
    "evaluations": ("person_id,tender_id,role,bidder_id,score,grade", evaluations),
    "approvals": ("person_id,tender_id,contract_id,action,date,grade", approvals),
    "recusals": ("person_id,counterparty_id,tender_id,kind,date,to_date", recusals),
    "accounts": ("id,holder_id,holder_grade,kind,bank,operator_id", accounts),
    "payments": (
        "tx,ts,day,from_acct,to_acct,from_party,to_party,from_grade,to_grade,amount_fen,channel,purpose,contract_id",
        payments,
    ),
    "deals": ("buyer_id,supplier_id,date,amount_fen,kind,grade,tender_id,contract_id", deals),
    "sponsorships": ("payer_id,payee_id,amount_fen,date,kind,purpose,payer_grade,payee_grade", sponsorships),
    "usage": ("org_id,item_id,qty,price_fen,doctor_id,dept,ts", usage),
    "beneficiaries": (
        "person_id,scheme,region,approved,agency_id,handler_id,reviewer_id,last_check,channel,status",
        beneficiaries,
    ),
    "benefit_payments": (
        "person_id,person_name,scheme,region,period,period_to,kind,amount_fen,acct_id,acct_holder_id,paid,grade",
        benefit_payments,
    ),
    "deaths": ("person_id,date,source,grade", deaths),
    "thresholds": ("jurisdiction,budget_level,category,rule,amount,valid_from,valid_to", thresholds),
    "exclusive_schemes": ("scheme_a,scheme_b,grace_months", exclusive_schemes),
    "whitelists": ("detector,kind,value,subject_id,valid_from,valid_to", whitelists),
}
"""View → the columns compared, and what they must hold."""

NO_LINE = frozenset({"orgs", "people", "tenders", "lots", "prices"})
"""Views whose rows carry no evidence id of an edge."""
MERGED = frozenset({"contacts"})
"""Views in which several lines that say the same make one row."""
