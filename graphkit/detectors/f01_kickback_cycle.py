"""F01 回扣闭环 · Kickback cycle

方法
    单位 h 向供应商 s 付款（收款 a_k，时间 t_k）之后，s 一方 C(s) 在 45 天内付款给 h 的内部人一方 T(h)。
    C(s)、T(h) 的含义见 F02；此处 T(h) 还含与内部人共用私人电话、邮箱、微信者（Σ 1/ln(n+5) ≥ 0.5 或两种以上）。
    付款可经过至多两个过渡账户（共三跳）：每一跳在上一跳之后 72 小时内转出，且金额为上一跳的 90% 至 100%。
    每个内部人（含其亲属、特定关系人）的付款按时间逐笔对应到最近一笔尚未对应的收款；ρ_k = 付款 ÷ a_k。
    至少对应 2 笔、合计 ≥ 1,000 元即命中。得分 = 0.4·[n≥3] + 0.3·(1−min(1, cv(ρ)/0.5)) + 0.3·[0.02 ≤ ρ 中位数 ≤ 0.5]；
    cv 为样本标准差 ÷ 均值。按量形式：内部人本人开单的某一产品，两次付款之间的用量与付款之比 cv ≤ 0.15（至少 3 次）时，
    以该 cv 代替较大的 cv(ρ)。分母：至少付款 2 次的（单位，供应商）对数。
示例（虚构）
    医院付 100 万、200 万、150 万元，其后 10 天内供应商法定代表人付给设备科长之妻 10 万、20 万、15 万元：
    ρ 均为 0.10，cv = 0，得分 0.4 + 0.3 + 0.3 = 1.0。一例 868,677 元收款对应 35,046 元，ρ = 0.0403。
    两次且 ρ 为 0.10、0.20：cv = 0.0707/0.15 = 0.4714，得分 0 + 0.3 × 0.0572 + 0.3 = 0.3172。
为何是疑点
    回款之后按比例返还，是药品、耗材、设备采购中回扣的基本形态；已查实案件的比例为 4% 至 45%，也有按件计付。
法律
    刑法第 385 条、第 163 条；药品管理法第 88 条；反不正当竞争法第 7 条。线索级，不作认定。
排除
    登记员工收到的注明工资的款项、家庭内部付款不计；反向付款达到对应付款一半以上的（借款归还）降为黄色。双向金额均列明。
无辜解释
    工资；有还款的借贷；亲属间婚庆往来；与采购付款时间的巧合。
局限
    过渡账户按一进一出识别，合并或拆分后转出的不在此列（见 F03、F07、F08）；现金不可追。

Method
    After body h pays supplier s (receipt a_k at t_k), the supplier's side C(s) pays h's insiders T(h) within 45 days.
    C(s) and T(h) as in F02; here T(h) also holds people who share a private phone, e-mail or WeChat number with an
    insider (Σ 1/ln(n+5) ≥ 0.5, or two kinds). A flow may pass at most two accounts (three hops), each passing on
    90–100 % of the sum within 72 hours. The flows to one insider (with kin and associates) are matched in time order,
    each to the latest unmatched receipt; ρ_k = flow / a_k. Flagged from 2 matches worth 1,000 yuan together.
    score = .4·[n ≥ 3] + .3·(1 − min(1, cv(ρ)/.5)) + .3·[.02 ≤ median ρ ≤ .5], cv = sample sd / mean. Per-unit form:
    where flow / units of one item that the insider ordered since the last flow has cv ≤ .15 over at least 3 flows,
    that cv stands for a larger cv(ρ). Denominator: (body, supplier) pairs with at least two payments.
Example (invented)
    The hospital pays 1.0, 2.0 and 1.5 M yuan; within ten days each the supplier's legal representative pays the wife
    of the equipment head 100,000, 200,000 and 150,000: ρ = 0.10 each, cv 0, score 0.4 + 0.3 + 0.3 = 1.0.
    35,046 after 868,677 is ρ = 0.0403. Two flows with ρ 0.10 and 0.20: cv = 0.0707/0.15 = 0.4714, score 0.3172.
Why it is a red flag
    A share paid back after each receipt is the basic form of kickbacks for drugs, consumables and equipment; ratios in
    confirmed cases run from 4 to 45 %, or are a fixed sum per piece.
Law
    Criminal Law art. 385, 163; Drug Administration Law art. 88; Anti-Unfair Competition Law art. 7. A reason to look.
Exclusions
    Wages of recorded employees and payments within a family are left out; where at least half came back (a loan
    repaid) the hit is yellow. Both directions are shown.
Innocent explanations
    Wages; a loan with repayment; wedding gifts among relatives; coincidence in time.
Limits
    A passing account is recognised by one payment in and one out; merged or split amounts are left to F03, F07, F08;
    cash cannot be followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import narwhals as nw
import numpy as np

from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.f02_direct_supplier_to_insider import (
    Flow,
    at_end,
    flows_of,
    is_wage,
    payments_across,
    payments_back,
    returned,
    supplier_keys,
)
from graphkit.detectors.insiders import (
    Row,
    Sides,
    add_promoters,
    chain_refs,
    check,
    insider_keys,
    insider_side,
    names_of,
    paid_until,
    rank,
    read,
    supplier_side,
)
from graphkit.errors import Text
from graphkit.types import Check, Colour, Grade, fen_text

_HOP_COLUMNS = ("eid", "ts", "day", "from_acct", "to_acct", "amount_fen")


@dataclass(frozen=True, slots=True)
class Match:
    """A flow with the receipt it follows; `rho` = fen that arrived / fen received."""

    receipt: Row
    flow: Flow

    @property
    def rho(self) -> float:
        """Share of the receipt that flowed on."""
        return float(self.flow.fen / self.receipt["amount_fen"])


def match(receipts: Sequence[Row], flows: Sequence[Flow], within: timedelta) -> list[Match]:
    """Each flow in time order with the latest receipt not yet matched; the whole flow lies within the time allowed."""
    free = sorted((r for r in receipts if r["amount_fen"]), key=lambda r: (r["ts"], r["eid"]))
    found = []
    for flow in sorted(flows, key=lambda f: (f.start, f.end, f.eids)):
        fitting = [r for r in free if r["ts"] <= flow.start and flow.end <= r["ts"] + within]
        if fitting:
            free.remove(fitting[-1])
            found.append(Match(fitting[-1], flow))
    return found


def cv(values: Sequence[float]) -> float:
    """Coefficient of variation: sample standard deviation over mean; two or more positive values."""
    return float(np.std(values, ddof=1) / np.mean(values))


def kickback_score(rhos: Sequence[float], spread: float, params: Mapping[str, Any]) -> float:
    """`.4·[n ≥ 3] + .3·(1 − min(1, spread/.5)) + .3·[.02 ≤ median ≤ .5]`, 0..1."""
    usual = bool(params["rho_min"] <= float(np.median(rhos)) <= params["rho_max"])
    return 0.4 * (len(rhos) >= 3) + 0.3 * (1 - min(1.0, spread / 0.5)) + 0.3 * usual


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Receipts followed by flows to insiders, one hit per (insider, supplier, body)."""
    pairs = _paying_pairs(data, params["min_matches"])
    insiders = insider_side(data, params["min_power"], params["hub_cap"], contacts=True)
    suppliers = supplier_side(data, params["owner_pct"], params["hub_cap"], {s for _, s in pairs})
    sides = add_promoters(data, suppliers, params["hub_cap"])
    rows = payments_across(data)
    flows = flows_of(rows, sides, insiders, pairs) + _passed_on(data, params, sides, insiders, pairs)
    groups: dict[tuple[str, str, str], list[Flow]] = defaultdict(list)
    for flow in _distinct(flows):
        groups[flow.payee.root, flow.payer.root, flow.payee.org].append(flow)
    groups = {key: found for key, found in groups.items() if len(found) >= params["min_matches"]}
    receipts = _receipts(data, {(org, supplier) for _, supplier, org in groups})
    recipients = {flow.payee.party for found in groups.values() for flow in found}
    back = returned(payments_back(data, recipients), sides, insiders)
    units = _units(data, {person for person, _, _ in groups})
    names = names_of(data, {supplier for _, supplier, _ in groups})
    hits = []
    for (person, supplier, org), found in sorted(groups.items()):
        matches = match(receipts[org, supplier], found, timedelta(days=params["hold_days"]))
        if len(matches) >= params["min_matches"]:
            parties = sorted({m.flow.payee.party for m in matches})
            repaid = {row["eid"]: row for party in parties for row in back.get((party, supplier), ())}
            hit = _judge(params, matches, list(repaid.values()), units.get((person, org), {}), names[supplier])
            hits += [hit] if hit is not None else []
    return Result(applied=len(pairs), hits=tuple(hits))


def _judge(
    params: Mapping[str, Any], matches: list[Match], back: list[Row], units: Mapping[str, Sequence[Row]], name: str
) -> Hit | None:
    """The hit of one insider, supplier and body; None when the matched sum is below the threshold."""
    total = sum(m.flow.fen for m in matches)
    if total < params["min_yuan"] * 100:
        return None
    rhos = [m.rho for m in matches]
    spread, per_unit = cv(rhos), per_unit_form(matches, units, params)
    if per_unit is not None:
        spread = min(spread, per_unit[1])
    came_back = sum(row["amount_fen"] or 0 for row in back)
    repaid = came_back >= params["repaid"] * total
    payee, payer = matches[0].flow.payee, matches[0].flow.payer
    surest = sorted((_grades(m) for m in matches), key=rank)[params["min_matches"] - 1]
    colour: Colour = "yellow" if repaid else "red"
    by_size = sorted(matches, key=lambda m: (-m.flow.fen, m.flow.eids))
    recipients = sorted({m.flow.payee.name or m.flow.payee.party for m in matches})
    return Hit(
        subjects=((payee.root, "insider"), (payer.root, "supplier"), (payee.org, "buyer")),
        score=round(kickback_score(rhos, spread, params), 6),
        evidence=chain_refs(
            by_size[0].flow.payer.eids,
            (eid for m in by_size for eid in (m.receipt["eid"], *m.flow.eids)),
            [*reversed(by_size[0].flow.payee.eids), *sorted(row["eid"] for row in back)[:10]],
        ),
        values={
            "insider": payee.root_name or payee.root,
            "buyer": payee.org_name or payee.org,
            "supplier": name,
            "matches": str(len(matches)),
            "amount": fen_text(total),
            "ratio": f"{float(np.median(rhos)) * 100:.1f}",
            "cv": f"{spread:.2f}",
            "returned": fen_text(came_back),
            "recipients_zh": "、".join(recipients),
            "recipients_en": ", ".join(recipients),
            "hold_days": str(params["hold_days"]),
            "per_unit": f"{per_unit[2]:.2f}" if per_unit else "–",
        },
        grades=surest,
        checks=_checks(matches, total, came_back),
        colour=colour,
        amount_fen=total,
    )


def per_unit_form(
    matches: Sequence[Match], units: Mapping[str, Sequence[Row]], params: Mapping[str, Any]
) -> tuple[str, float, float] | None:
    """(item, cv, yuan per unit) where the flows are a constant sum per unit ordered since the last flow, else None.

    `units`: item → usage rows of the insider; the first flow looks back as far as receipts may lie.
    """
    ends = [m.flow.start for m in matches]
    starts = [ends[0] - timedelta(days=params["hold_days"]), *ends[:-1]]
    found = []
    for item, rows in sorted(units.items()):
        used = [sum(r["qty"] or 0 for r in rows if a < r["ts"] <= b) for a, b in zip(starts, ends, strict=True)]
        if len(used) >= 3 and min(used) > 0:
            rates = [m.flow.fen / 100 / n for m, n in zip(matches, used, strict=True)]
            if cv(rates) <= params["unit_cv"]:
                found.append((cv(rates), item, float(np.median(rates))))
    return (min(found)[1], min(found)[0], min(found)[2]) if found else None


def _passed_on(
    data: Data, params: Mapping[str, Any], sides: Sides, insiders: Sides, pairs: set[tuple[str, str]]
) -> list[Flow]:
    """Flows of two and three hops: every account in between passes on nearly all within the hours allowed."""
    paid = paid_until(data).filter(~nw.col("to_acct").is_null(), ~nw.col("from_acct").is_null())
    first = at_end(paid, supplier_keys(data), "from", data)
    last = at_end(paid, insider_keys(data), "to", data)
    two = _hop(first, last, "1", "2", params)
    three = _hop(_hop(first, paid, "1", "2", params), last, "2", "3", params)
    chains: set[tuple[str, ...]] = {(r["eid1"], r["eid2"]) for r in read(two.select("eid1", "eid2"))}
    chains |= {(r["eid1"], r["eid2"], r["eid3"]) for r in read(three.select("eid1", "eid2", "eid3"))}
    eids = sorted({eid for chain in chains for eid in chain})
    details = {row["eid"]: row for row in read(paid.filter(nw.col("eid").is_in(eids)))} if eids else {}
    flows = []
    for chain in sorted(chains):
        path = [details[eid] for eid in chain]
        between = [key for leg in path[:-1] for key in (leg["to_party"], leg["to_acct"])]
        if not any(key in sides or key in insiders for key in between if key):
            whole = path[-1] | {column: path[0][column] for column in ("from_party", "from_acct", "from_grade")}
            start: datetime = path[0]["ts"]
            flows += [replace(flow, eids=chain, start=start) for flow in flows_of([whole], sides, insiders, pairs)]
    return flows


def _hop(
    before: nw.LazyFrame[Any], after: nw.LazyFrame[Any], leg: str, next_leg: str, params: Mapping[str, Any]
) -> nw.LazyFrame[Any]:
    """Payments in, each with payments out of the same account soon after: equi-join on account and bucket."""
    days = max(1, -(-params["pass_hours"] // 24))
    keep = round(params["pass_share"] * 1000)
    if leg == "1":
        before = before.select(nw.col(c).alias(f"{c}1") for c in _HOP_COLUMNS)
    after = after.select(nw.col(c).alias(f"{c}{next_leg}") for c in _HOP_COLUMNS)
    after = after.with_columns(bucket=nw.col(f"day{next_leg}") // days)
    early = before.with_columns(bucket=nw.col(f"day{leg}") // days)
    early = nw.concat([early, early.with_columns(bucket=nw.col("bucket") + 1)])
    joined = early.join(after, left_on=[f"to_acct{leg}", "bucket"], right_on=[f"from_acct{next_leg}", "bucket"])
    ts, later, fen, next_fen = (f"{c}{n}" for c in ("ts", "amount_fen") for n in (leg, next_leg))
    return joined.filter(
        nw.col(later) >= nw.col(ts),
        nw.col(later) <= nw.col(ts) + timedelta(hours=params["pass_hours"]),
        nw.col(next_fen) <= nw.col(fen),
        nw.col(next_fen) * 1000 >= nw.col(fen) * keep,
    ).with_columns(nw.col(f"to_acct{leg}").alias(f"from_acct{next_leg}"))


def _distinct(flows: Sequence[Flow]) -> list[Flow]:
    """One flow per last payment, supplier and body: the shortest, then the one that left last."""
    best: dict[tuple[str, str, str], Flow] = {}
    for flow in sorted(flows, key=lambda f: (-len(f.eids), f.start, f.eids)):
        best[flow.eids[-1], flow.payer.root, flow.payee.org] = flow
    return [best[key] for key in sorted(best)]


def _receipts(data: Data, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], list[Row]]:
    """(body, supplier) → payments from the body to the supplier itself."""
    found: dict[tuple[str, str], list[Row]] = {pair: [] for pair in pairs}
    if pairs:
        paid = paid_until(data).filter(
            nw.col("from_party").is_in(sorted({org for org, _ in pairs})),
            nw.col("to_party").is_in(sorted({supplier for _, supplier in pairs})),
        )
        for row in read(paid):
            if (row["from_party"], row["to_party"]) in found:
                found[row["from_party"], row["to_party"]].append(row)
    return found


def _units(data: Data, people: set[str]) -> dict[tuple[str, str], dict[str, list[Row]]]:
    """(person, body) → item → usage ordered by that person there."""
    found: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    if people:
        for row in read(data.view("usage").filter(nw.col("doctor_id").is_in(sorted(people)))):
            if row["ts"] is not None and row["ts"].date() <= data.as_of:
                found[row["doctor_id"], row["org_id"]][row["item_id"]].append(row)
    return found


def _paying_pairs(data: Data, least: int) -> set[tuple[str, str]]:
    """(body with staff on record, organization) pairs with at least `least` payments to it."""
    employers = data.view("posts").select("org_id").unique()
    paid = paid_until(data).join(employers, left_on="from_party", right_on="org_id", how="semi")
    paid = paid.filter(nw.col("to_party").str.starts_with("org:"), nw.col("from_party") != nw.col("to_party"))
    counts = paid.group_by("from_party", "to_party").agg(n=nw.len()).filter(nw.col("n") >= least)
    return {(row["from_party"], row["to_party"]) for row in read(counts)}


def _grades(found: Match) -> tuple[Grade, ...]:
    receipt: tuple[Grade, ...] = (found.receipt["from_grade"] or "name_only", found.receipt["to_grade"] or "name_only")
    return (*receipt, *found.flow.all_grades)


def _checks(matches: Sequence[Match], total: int, came_back: int) -> tuple[Check, ...]:
    wages = any(is_wage(m.flow.purpose) for m in matches)
    family = any(m.flow.payee.via in ("kin", "associate", "contact") for m in matches)
    note = f"付出 {fen_text(total)} 元，收回 {fen_text(came_back)} 元"
    note_en = f"{fen_text(total)} yuan out, {fen_text(came_back)} yuan back"
    return (
        check("loan", "possible" if came_back else "excluded", note, note_en),
        check("wages", "possible", "摘要写明工资，但没有任职登记", "named wages, but no employment is on record")
        if wages
        else check("wages", "excluded", "没有注明工资的款项", "no payment is named wages"),
        check("family_gift", "excluded", "付款人不是该人员的登记亲属", "no payer is recorded kin of the insider")
        if not family
        else check("family_gift", "possible", "收款人是亲属或关系人", "the recipient is kin or an associate"),
    )


DETECTOR = Detector(
    id="F01",
    name="kickback_cycle",
    title=Text("回扣闭环", "Kickback cycle"),
    message=Text(
        "{buyer}付款给{supplier}后{hold_days}天内，{supplier}一方有{matches}次付款到{insider}一方"
        "（收款人：{recipients_zh}），共{amount}元，为对应收款的{ratio}%（中位数，离散系数{cv}；每单位{per_unit}元）；反向{returned}元。",
        "Within {hold_days} days after {buyer} paid {supplier}, the supplier's side made {matches} payments to the "
        "side of {insider} (recipients: {recipients_en}), {amount} yuan in all, {ratio} % of the receipts "
        "(median, cv {cv}; {per_unit} yuan per unit); {returned} yuan came back.",
    ),
    colour="red",
    klass="线索级",
    needs=(
        Need("transactions", ("tx", "ts", "from_acct", "to_acct", "amount")),
        Need("accounts", ("acct", "holder")),
        Need("staff", ("name", "org", "role_code")),
        Need("roles", ("company", "holder", "kind")),
    ),
    find=find,
    params=(
        Param("hold_days", 45, "天 / days", Text("收款后计入的天数", "days after a receipt that count")),
        Param("min_matches", 2, "次 / flows", Text("最少对应次数", "least number of matched flows")),
        Param("min_yuan", 1000, "元 / yuan", Text("对应付款合计下限", "least sum of the matched flows")),
        Param("rho_min", 0.02, "0..1", Text("常见比例下限", "lower end of usual ratios")),
        Param("rho_max", 0.5, "0..1", Text("常见比例上限", "upper end of usual ratios")),
        Param("unit_cv", 0.15, "0..1", Text("按量形式的离散系数上限", "largest cv of the per-unit form")),
        Param("pass_hours", 72, "小时 / hours", Text("过渡账户转出时限", "hours within which an account passes on")),
        Param("pass_share", 0.9, "0..1", Text("过渡账户转出比例下限", "least share that an account passes on")),
        Param(
            "repaid", 0.5, "0..1", Text("反向付款占比，达到即降为黄色", "share that came back from which it is yellow")
        ),
        Param("min_power", 0.4, "0..1", Text("内部人的岗位权重下限", "least power of an insider's post")),
        Param("owner_pct", 5.0, "%", Text("视为企业一方的出资比例", "share from which an owner is on the firm's side")),
        Param(
            "hub_cap", 20, "个 / subjects", Text("使用者或企业过多者不作桥", "more users or firms than this: no bridge")
        ),
    ),
    law_refs=("刑法 385", "刑法 163", "药品管理法 88", "反不正当竞争法 7"),
    refutes=(
        Text("借条与还款流水", "a loan agreement and the repayments"),
        Text("劳动合同与工资单", "a labour contract and the payroll"),
        Text("付款另有对价（如房屋买卖）的凭证", "vouchers of another consideration, such as a house sale"),
    ),
)
