"""F02 供应商侧直接付给内部人 · Supplier's side pays an insider directly

方法
    C(s)：供应商 s、其登记人员（法定代表人、董监高、员工、出资 ≥ 5% 者）、两条出资边以内的关联企业、
    收过 s 款的推广咨询公司，及这些人实际操作的账户。
    T(h)：单位 h 岗位权重 ≥ 0.4 的人员、其亲属与特定关系人，及其实际操作的账户。
    凡 h 与 s 有采购往来，C(s) 付给 T(h) 同一收款人的付款与捐赠、讲课费减去反向付款后
    ≥ 1,000 元即命中。
    任职、亲属、角色须在付款当日有效。同一笔讲课费既在登记表又在流水中（七日内、同额、同双方）
    只计一次。
    得分 = 0.40，净额每达到一档（1 万、3 万、20 万、300 万元）加 0.15。
    分母：有采购往来且有在册人员的（单位，供应商）对数。
示例（虚构）
    供应商法定代表人三次付给药剂科主任的妻子共 5 万元，她还回 1 万元：净额 4 万元，达到两档，得分 0.70。
为何是疑点
    供应商一方与采购单位人员或其家属之间通常没有付款的理由。
法律
    刑法第 385 条、第 163 条；药品管理法第 88 条；反不正当竞争法第 7 条。
排除
    家庭内部付款（付款人本身是该人员的亲属）；登记为该企业员工者收到的注明工资的款项；反向付款净额后不足 1,000 元的
    （借款归还、退款）。
无辜解释
    借贷；退款；未登记的劳动关系下的工资；公开登记的讲课费。

Method
    C(s): supplier s, people recorded in it (legal rep, directors, managers, employees, owners ≥ 5 %), firms at most
    two ownership edges away, promotion and consulting firms that s paid, and accounts these people operate.
    T(h): staff of body h with power ≥ 0.4, their kin and associates, and accounts they operate.
    Where h and s have dealings: payments and sponsorships from C(s) to one recipient of T(h), less what came back,
    of at least 1,000 yuan. Posts, kinship and roles must hold on the day of the payment. A fee found both in a
    register and in a statement (seven days, same amount, same parties) counts once.
    Score = 0.40, plus 0.15 for each tier the net sum reaches (10,000; 30,000; 200,000; 3,000,000 yuan).
    Denominator: (body, supplier) pairs with dealings whose body has staff on record.
Example (invented)
    A supplier's legal representative pays the wife of a pharmacy head 50,000 yuan in three payments; she returns
    10,000: net 40,000, two tiers, score 0.70.
Why it is a red flag
    The supplier's side has as a rule no reason to pay people of the purchasing body or their families.
Law
    Criminal Law art. 385, 163; Drug Administration Law art. 88; Anti-Unfair Competition Law art. 7.
Exclusions
    Payments within a family (the payer is kin of the insider); payments named wages to a recorded employee of the
    firm; net sums below 1,000 yuan (loans repaid, refunds).
Innocent explanations
    A loan; a refund; wages of an unrecorded employment; a publicly declared speaker fee.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import (
    CSO_WORDS,
    Row,
    Sides,
    Tie,
    add_promoters,
    buyers_and_suppliers,
    chain_refs,
    check,
    closest,
    covers,
    day_of,
    dealings,
    insider_keys,
    insider_side,
    names_of,
    paid_until,
    rank,
    read,
    supplier_side,
    ties_of,
    until,
)
from graphkit.errors import Text
from graphkit.types import Check, Grade, fen_text, weakest

_WORK = frozenset({"employee", "accountant", "agent", "director", "supervisor", "manager", "legal_rep"})
_SAME_DAYS = 7


@dataclass(frozen=True, slots=True)
class Flow:
    """Money from one side to the other: its payments in order, when it left and arrived, fen that arrived."""

    eids: tuple[str, ...]
    start: datetime
    end: datetime
    fen: int
    payer: Tie
    payee: Tie
    grades: tuple[Grade, ...]
    purpose: str = ""
    kind: str = "payment"

    @property
    def all_grades(self) -> tuple[Grade, ...]:
        """Identity grades of the ties and of both ends of the flow."""
        return (*self.payer.grades, *self.grades, *self.payee.grades)


def is_wage(purpose: str | None) -> bool:
    """Whether a payment's purpose calls it a wage."""
    return bool(purpose and re.search("工资|薪酬|薪金|薪资|wage|salary", purpose, re.IGNORECASE))


def supplier_keys(data: Data) -> nw.LazyFrame[Any]:
    """Column `party`: everyone who may stand on a supplier's side (a superset), to cut large views early."""
    cso = data.view("orgs").filter(nw.col("name").str.contains(CSO_WORDS))
    links = data.view("links")
    frames = [data.view("deals").select(party="supplier_id"), cso.select(party="id")]
    return nw.concat([*frames, links.select(party="holder_id"), links.select(party="company_id")]).unique()


def at_end(payments: nw.LazyFrame[Any], keys: nw.LazyFrame[Any], end: str, data: Data) -> nw.LazyFrame[Any]:
    """Payments whose `from` or `to` end is held by one of the keys, or is an account with a recorded operator.

    A payment can come twice; callers read by `eid`.
    """
    held = payments.join(keys, left_on=f"{end}_party", right_on="party", how="semi")
    if not data.has("accounts", "operator"):
        return held
    operated = data.view("accounts").filter(~nw.col("operator_id").is_null()).select(acct="id").unique()
    return nw.concat([held, payments.join(operated, left_on=f"{end}_acct", right_on="acct", how="semi")])


def payments_across(data: Data) -> list[Row]:
    """Payments that may run from a supplier's side to an insiders' side, by `eid`."""
    sent = at_end(paid_until(data), supplier_keys(data), "from", data)
    rows = read(at_end(sent, insider_keys(data), "to", data))
    return [by_eid for _, by_eid in sorted({row["eid"]: row for row in rows}.items())]


def payments_back(data: Data, parties: Collection[str]) -> list[Row]:
    """Payments from some parties (or accounts) of an insiders' side to what may be a supplier's side, by `eid`."""
    held = sorted({party for party in parties if not party.startswith("acct:")})
    operated = sorted({party for party in parties if party.startswith("acct:")})
    rows: dict[str, Row] = {}
    for column, wanted in (("from_party", held), ("from_acct", operated)):
        if wanted:
            sent = paid_until(data).filter(nw.col(column).is_in(wanted))
            rows |= {row["eid"]: row for row in read(at_end(sent, supplier_keys(data), "to", data))}
    return [row for _, row in sorted(rows.items())]


def sponsorships_across(data: Data) -> list[Row]:
    """Sponsorships up to `as_of` in the columns of payments, `kind` being that of the fee."""
    rows = read(until(data.view("sponsorships"), "date", data.as_of))
    return [
        {
            "eid": row["eid"],
            "ts": datetime.combine(row["date"], datetime.min.time()),
            "from_party": row["payer_id"],
            "to_party": row["payee_id"],
            "from_acct": None,
            "to_acct": None,
            "from_grade": row["payer_grade"],
            "to_grade": row["payee_grade"],
            "amount_fen": row["amount_fen"],
            "purpose": row["purpose"] or "",
            "kind": row["kind"],
        }
        for row in sorted(rows, key=lambda r: str(r["eid"]))
        if row["date"] is not None
    ]


def flows_of(rows: Iterable[Row], payers: Sides, payees: Sides, pairs: Iterable[tuple[str, str]]) -> list[Flow]:
    """Flows from C(s) to T(h) for (h, s) in `pairs`: one per payment, supplier and body.

    Each goes to the closest insider of the body; payments within that insider's family or to oneself are left out, as
    are wages of recorded employees.
    """
    known = set(pairs)
    found = []
    for row in rows:
        day = day_of(row["ts"])
        senders = closest(ties_of(payers, row["from_party"], row["from_acct"], day), lambda tie: (tie.root,))
        roots = {tie.root for tie in senders}
        near = ties_of(payees, row["to_party"], row["to_acct"], day) if senders else []
        near = [tie for tie in near if any((tie.org, root) in known for root in roots)]
        receivers = closest(near, lambda tie: (tie.org,))
        for payer in senders:
            for payee in receivers:
                if (payee.org, payer.root) in known and not _innocent(row, payer, payee, payers, payees, day):
                    grades: tuple[Grade, ...] = (row["from_grade"] or "name_only", row["to_grade"] or "name_only")
                    found.append(
                        Flow(
                            (row["eid"],),
                            row["ts"],
                            row["ts"],
                            row["amount_fen"] or 0,
                            payer,
                            payee,
                            grades,
                            row["purpose"] or "",
                            row.get("kind", "payment"),
                        )
                    )
    return found


def returned(rows: Iterable[Row], payers: Sides, payees: Sides) -> dict[tuple[str, str], list[Row]]:
    """(party of T(h), supplier) → payments back from that party to C(s); each payment once."""
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        day = day_of(row["ts"])
        suppliers = sorted({tie.root for tie in ties_of(payers, row["to_party"], row["to_acct"], day)})
        parties = sorted({tie.party for tie in ties_of(payees, row["from_party"], row["from_acct"], day)})
        for party in parties:
            for supplier in suppliers:
                if row["from_party"] != row["to_party"]:
                    found[party, supplier].append(row)
    return found


def once(flows: Sequence[Flow]) -> tuple[list[Flow], list[Flow]]:
    """Flows that count, and register entries of fees that a payment of the same sum within a week repeats."""
    banked = [flow for flow in flows if flow.kind == "payment"]
    counted, repeated = list(banked), []
    for fee in (flow for flow in flows if flow.kind != "payment"):
        twin = next((b for b in banked if b.fen == fee.fen and abs((b.start - fee.start).days) <= _SAME_DAYS), None)
        if twin is None:
            counted.append(fee)
        else:
            banked.remove(twin)
            repeated.append(fee)
    return counted, repeated


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Net payments from a supplier's side to insiders, one hit per (supplier, body, insider, recipient)."""
    fees = sponsorships_across(data)
    pairs = set(buyers_and_suppliers(data))
    insiders = insider_side(data, params["min_power"], params["hub_cap"])
    assumed = not data.has("contracts") and not data.has("transactions")
    if assumed:
        pairs |= {(tie.org, fee["from_party"]) for fee in fees for tie in insiders.get(fee["to_party"], ())}
    suppliers = {supplier for _, supplier in pairs}
    sides = add_promoters(
        data, supplier_side(data, params["owner_pct"], params["hub_cap"], suppliers), params["hub_cap"]
    )
    groups: dict[tuple[str, str, str, str], list[Flow]] = defaultdict(list)
    for flow in flows_of([*payments_across(data), *fees], sides, insiders, pairs):
        groups[flow.payer.root, flow.payee.org, flow.payee.root, flow.payee.party].append(flow)
    back = returned(payments_back(data, {party for _, _, _, party in groups}), sides, insiders)
    deals = dealings(data, {(org, supplier) for supplier, org, _, _ in groups})
    names = names_of(data, {supplier for supplier, _, _, _ in groups})
    hits = []
    for (supplier, org, _, party), flows in sorted(groups.items()):
        hit = _judge(params, flows, back.get((party, supplier), []), deals[org, supplier], names[supplier])
        if hit is not None:
            hits.append(hit)
    staffed = {row["org_id"] for row in read(data.view("posts").select("org_id").unique())}
    return Result(applied=sum(org in staffed for org, _ in pairs), hits=tuple(hits))


def _judge(
    params: Mapping[str, Any], flows: list[Flow], back: Sequence[Row], deals: Sequence[Row], name: str
) -> Hit | None:
    """The hit of one recipient, or None when the net sum stays below the threshold."""
    counted, repeated = once(sorted(flows, key=lambda f: (-f.fen, f.eids)))
    counted.sort(key=lambda f: (-f.fen, f.eids))
    gross = sum(flow.fen for flow in counted)
    came_back = sum(row["amount_fen"] or 0 for row in back)
    net = gross - came_back
    if net < params["min_yuan"] * 100:
        return None
    top = counted[0]
    payee = top.payee
    tiers = sum(net >= tier * 100 for tier in params["tiers_yuan"])
    role = {"kin": "kin", "operator": "account"}.get(payee.via, "recipient")
    recipient = () if payee.via == "self" else ((payee.party, role),)
    largest_back = sorted(back, key=lambda r: (-(r["amount_fen"] or 0), r["eid"]))[:10]
    surest: tuple[Grade, ...] = (min((d["grade"] for d in deals), key=lambda g: rank([g])),) if deals else ()
    return Hit(
        subjects=((payee.root, "insider"), *recipient, (top.payer.root, "supplier"), (payee.org, "buyer")),
        score=round(min(1.0, 0.4 + 0.15 * tiers), 6),
        evidence=chain_refs(
            [*(d["eid"] for d in deals[:1]), *top.payer.eids],
            (eid for flow in [*counted, *repeated] for eid in flow.eids),
            [*reversed(payee.eids), *(row["eid"] for row in largest_back)],
        ),
        values={
            "supplier": name,
            "buyer": payee.org_name or payee.org,
            "insider": payee.root_name or payee.root,
            "recipient": payee.name or payee.party,
            "payments": str(len(counted)),
            "amount": fen_text(gross),
            "returned": fen_text(came_back),
            "net": fen_text(net),
        },
        grades=(*enough_grades(counted, params["min_yuan"] * 100), *surest),
        checks=_checks(counted, gross, came_back),
        colour="red" if deals else "yellow",
        amount_fen=net,
        missing=() if deals else ("contracts.buyer", "contracts.supplier"),
    )


def enough_grades(flows: Sequence[Flow], fen: int) -> tuple[Grade, ...]:
    """The grade up to which the surest flows alone reach a sum: weaker extra flows do not lower it."""
    total = 0
    for flow in sorted(flows, key=lambda f: (rank(f.all_grades), -f.fen, f.eids)):
        total += flow.fen
        if total >= fen:
            return flow.all_grades
    return tuple(weakest(list(flow.all_grades)) for flow in flows)


def _innocent(row: Row, payer: Tie, payee: Tie, payers: Sides, payees: Sides, day: date | None) -> bool:
    """To oneself, within the insider's family, to a firm's own man with the insider's phone, or a recorded wage."""
    if row["from_party"] == row["to_party"]:
        return True
    if any(tie.root == payee.root and tie.via in ("self", "kin") for tie in payees.get(row["from_party"] or "", ())):
        return True
    if payee.via == "contact" and any(tie.root == payer.root for tie in payers.get(payee.party, ())):
        return True
    works = (t for t in payers.get(row["to_party"] or "", ()) if t.root == payer.root and t.via in _WORK)
    return is_wage(row["purpose"]) and any(covers(tie.spans, day) for tie in works)


def _checks(flows: Sequence[Flow], gross: int, came_back: int) -> tuple[Check, ...]:
    both = f"付出 {fen_text(gross)} 元，收回 {fen_text(came_back)} 元"
    both_en = f"{fen_text(gross)} yuan out, {fen_text(came_back)} yuan back"
    wages = any(is_wage(flow.purpose) for flow in flows)
    fees = any(flow.kind != "payment" for flow in flows)
    return (
        check("loan_or_refund", "possible" if came_back else "excluded", both, both_en),
        check("wages", "possible", "摘要写明工资，但没有任职登记", "named wages, but no employment is on record")
        if wages
        else check("wages", "excluded", "没有注明工资的款项", "no payment is named wages"),
        check("declared_fee", "possible", "含登记的讲课费或捐赠", "contains a registered speaker fee or donation")
        if fees
        else check("declared_fee", "excluded", "不含登记的讲课费或捐赠", "no registered fee or donation among them"),
    )


DETECTOR = Detector(
    id="F02",
    name="direct_supplier_to_insider",
    title=Text("供应商侧直接付给内部人", "Supplier's side pays an insider directly"),
    message=Text(
        "{supplier}一方付给{buyer}的{insider}一方（收款人：{recipient}）{payments}笔，共{amount}元，反向{returned}元，"
        "净额{net}元。",
        "The side of {supplier} made {payments} payments worth {amount} yuan to the side of {insider} at {buyer} "
        "(recipient: {recipient}); {returned} yuan came back, net {net} yuan.",
    ),
    colour="red",
    klass="线索级",
    needs=(
        Need("staff", ("name", "org", "role_code")),
        Need("roles", ("company", "holder", "kind")),
        Need("transactions", ("tx", "ts", "from_acct", "to_acct", "amount"), any_of="transactions.tx"),
        Need("sponsorships", ("payer", "payee", "kind", "amount", "date"), any_of="sponsorships.payer"),
        Need("accounts", ("acct", "holder")),
    ),
    find=find,
    params=(
        Param("min_yuan", 1000, "元 / yuan", Text("净额下限", "least net sum")),
        Param(
            "tiers_yuan",
            (10_000, 30_000, 200_000, 3_000_000),
            "元 / yuan",
            Text("净额分档，每档加 0.15", "tiers of the net sum, each adds 0.15"),
        ),
        Param("min_power", 0.4, "0..1", Text("内部人的岗位权重下限", "least power of an insider's post")),
        Param("owner_pct", 5.0, "%", Text("视为企业一方的出资比例", "share from which an owner is on the firm's side")),
        Param("hub_cap", 20, "个 / firms", Text("控制企业或付款方过多者不作桥", "more firms than this make no bridge")),
    ),
    law_refs=("刑法 385", "刑法 163", "药品管理法 88", "反不正当竞争法 7"),
    refutes=(
        Text("借条与还款流水", "a loan agreement and the repayments"),
        Text("劳动合同与工资单", "a labour contract and the payroll"),
        Text("退货或退款凭证", "vouchers of a return or refund"),
    ),
)
