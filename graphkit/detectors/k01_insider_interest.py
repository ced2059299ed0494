"""K01 本人持股或任职供应商 · Insider holds a stake or a post in a supplier

方法
    对每一名在单位 h 任职（或离任不超过 3 年）的人员，查其本人在企业 c 的任职、法定代表人、董监高、出资（任何比例）
    或穿透控制关系；c 同期向 h 投标、中标、签约或收款即命中。任职区间、企业角色区间与往来日期三者须重叠，
    空白日期视为不限；没有日期的往来只在任职与角色都不限日期时计入。
    得分 = 岗位权重 × 关系权重（法定代表人、实际控制人、出资 ≥ 5% 为 1.0，董监高 0.8，员工或更低出资 0.4）；
    本人还申请、审批、评审、验收或结算过其中任何一笔的为 1.0。
    分母：所在单位有采购往来的在册（任职人员，单位）对数。
示例（虚构）
    设备科长（0.9）持有甲公司 3% 股份（0.4），甲公司 2024 年向其医院供货 260 万元：得分 0.9 × 0.4 = 0.36；
    若他还在该合同验收单上签字，则为 1.0。2021 年 5 月离任者，2024 年 5 月（含当日）以前的往来仍计入。
为何是疑点
    采购人员与供应商有任职或出资关系而不回避，是法定的利害关系。
法律
    政府采购法实施条例第 9 条（一）至（三）；政务处分法第 33 条。条例所称"参加采购活动前 3 年内"的劳动关系须人工再查：
    本规则只取与往来同期的关系。
排除
    名称含"股份"的企业中低于 0.1% 的出资（上市公司零星持股）不计；事先申报或回避且未参与经办的降为绿色；
    其单位本身是该企业股东的（可能受委派任职）降为黄色。
无辜解释
    同名或证件号误录；受单位委派；角色早已结束而登记未变更；已申报并回避。

Method
    For every person who holds a post at body h (or left it at most 3 years ago): the person's own employment, legal
    representation, board or management post, share (any %) or indirect control in firm c, where c bids for, is awarded,
    contracts with or is paid by h in overlapping time. Post, role and dealing must overlap; empty dates are open; an
    undated dealing counts only where post and role are open too.
    Score = power of the post × weight of the link (legal rep, controller, owner ≥ 5 % 1.0; director, supervisor,
    manager .8; employee or smaller share .4); 1.0 if the person also requested, approved, evaluated, accepted or
    settled one of the dealings. Denominator: (person, body) posts at bodies with dealings.
Example (invented)
    An equipment head (0.9) owns 3 % of firm A (0.4), which sold 2.6 M yuan to the hospital in 2024:
    0.9 × 0.4 = 0.36; with a signature on the acceptance sheet 1.0.
    Who left on 2021-05-10 is counted up to and including 2024-05-10.
Why it is a red flag
    A stake or post in a supplier without recusal is a conflict of interest by statute.
Law
    Implementing regulation of the Government Procurement Law art. 9(1)–(3); Law on Administrative Discipline art. 33.
    Employment that ended up to 3 years before the purchase is for a human to check: only overlapping links are read.
Exclusions
    Shares under 0.1 % of a firm whose name says it is a joint-stock company; disclosed or recused beforehand without
    taking part: green; the body itself holds shares in the firm (perhaps delegated): yellow.
Innocent explanations
    A namesake or a mistyped number; a post on behalf of the employer; a role that ended but stands in the register;
    disclosed and recused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import (
    Row,
    buyers_and_suppliers,
    chain_refs,
    check,
    covers,
    day_of,
    dealings,
    dealt_fen,
    link_weight,
    part,
    power_of,
    prefixed,
    rank,
    read,
    span,
    until,
)
from graphkit.errors import Text
from graphkit.types import Check, Colour, fen_text, weakest

LINK_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "legal_rep": Text("法定代表人", "legal representative"),
        "shareholder": Text("股东", "shareholder"),
        "beneficial_owner": Text("实际控制人", "beneficial owner"),
        "control": Text("间接控制人", "indirect owner"),
        "director": Text("董事", "director"),
        "supervisor": Text("监事", "supervisor"),
        "manager": Text("高级管理人员", "manager"),
        "accountant": Text("财务人员", "accountant"),
        "agent": Text("联络员", "agent"),
        "employee": Text("员工", "employee"),
    }
)
"""Words for the kinds of `links` (and `control`) that count."""


def bids_at(data: Data, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Row]]:
    """Bids submitted (pending, valid or disqualified) by some suppliers to some buyers, in the columns of `deals`.

    A bid is dated by its receipt, else by the tender's publication or deadline; its amount is no dealing: 0.
    """
    wanted = set(pairs)
    found: dict[tuple[str, str], list[Row]] = {pair: [] for pair in sorted(wanted)}
    if not wanted:
        return found
    bids = data.view("bids").filter(nw.col("bidder_id").is_in(sorted({s for _, s in wanted})))
    tenders = data.view("tenders").filter(nw.col("buyer_id").is_in(sorted({b for b, _ in wanted})))
    for row in read(prefixed(bids, "b_").join(prefixed(tenders, "t_"), left_on="b_tender_id", right_on="t_id")):
        pair = row["t_buyer_id"], row["b_bidder_id"]
        day = day_of(row["b_received"]) or row["t_published"] or day_of(row["t_deadline"])
        submitted = row["b_status"] in ("pending", "valid", "disqualified") and row["t_status"] != "cancelled"
        if pair in wanted and submitted and (day is None or day <= data.as_of):
            grade = weakest([row["b_bidder_grade"], row["t_buyer_grade"]])
            found[pair].append(
                dict(zip(("buyer_id", "supplier_id"), pair, strict=True))
                | {"date": day, "amount_fen": 0, "kind": "bid", "grade": grade, "eid": row["b_eid"]}
                | {"tender_id": row["b_tender_id"], "contract_id": None}
            )
    return {pair: sorted(rows, key=lambda r: str(r["eid"])) for pair, rows in found.items()}


def acts_of(data: Data, people: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """(person, tender or contract id) → edges of requesting, approving, evaluating, accepting or settling."""
    wanted = sorted(set(people))
    acts: dict[tuple[str, str], list[str]] = defaultdict(list)
    if not wanted:
        return acts
    approvals = until(data.view("approvals"), "date", data.as_of).filter(nw.col("person_id").is_in(wanted))
    evaluations = data.view("evaluations").filter(nw.col("person_id").is_in(wanted))
    for row in [r for r in read(approvals) if r["action"] != "publish"] + read(evaluations):
        for target in {row.get("tender_id"), row.get("contract_id")} - {None}:
            acts[row["person_id"], str(target)].append(row["eid"])
    return {key: sorted(set(eids)) for key, eids in acts.items()}


def recusals_of(data: Data) -> dict[str, list[Row]]:
    """person → recusals and disclosures on record up to `as_of`."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(read(until(data.view("recusals"), "date", data.as_of)), key=lambda r: str(r["eid"])):
        found[row["person_id"]].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the insider did about some dealings: `acted` edges, `records` of recusal, `all_covered` dealings."""

    acted: tuple[str, ...]
    records: tuple[str, ...]
    all_covered: bool


def conduct(
    person: str,
    counterparties: frozenset[str],
    deals: Sequence[Row],
    acts: Mapping[tuple[str, str], Sequence[str]],
    recusals: Mapping[str, Sequence[Row]],
) -> Conduct:
    """Whether a person took part in dealings, and whether each was disclosed or recused beforehand (CONTRACT 3).

    A record covers a dealing on or after its date: with the project named when it names one, else with the
    counterparty.
    """
    targets = sorted({str(t) for d in deals for t in (d["tender_id"], d["contract_id"]) if t})
    acted = sorted({eid for target in targets for eid in acts.get((person, target), ())})
    records, covered = set(), 0
    for deal in deals:
        fitting = [
            r["eid"]
            for r in recusals.get(person, ())
            if (r["counterparty_id"] is None or r["counterparty_id"] in counterparties)
            and (r["tender_id"] is None or r["tender_id"] == deal["tender_id"])
            and (r["counterparty_id"] or r["tender_id"])
            and deal["date"] is not None
            and covers([(r["date"], r["to_date"])], deal["date"])
        ]
        records.update(fitting)
        covered += bool(fitting)
    return Conduct(tuple(acted), tuple(sorted(records)), covered == len(deals) > 0)


def recusal_check(data: Data, done: Conduct) -> Check:
    """The check "disclosed or recused" of K01 and K02."""
    if not data.has("recusals"):
        return check("recused", "not_checked", "没有回避或申报记录", "no records of recusal or disclosure were loaded")
    if not done.records:
        return check("recused", "excluded", "回避记录中没有本人与该企业", "no recusal on record names this firm")
    if done.acted:
        return check(
            "recused", "excluded", "有回避或申报记录，但本人仍参与经办", "recused or disclosed, but still took part"
        )
    if done.all_covered:
        return check("recused", "possible", "全部往来之前已回避或申报", "disclosed or recused before every dealing")
    return check("recused", "excluded", "部分往来没有回避或申报", "some dealings were neither disclosed nor recused")


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Insiders with an own link to a supplier, one hit per (person, buyer, supplier)."""
    buyers = {b for b, _ in buyers_and_suppliers(data)} | {t["buyer_id"] for t in read(_bid_tenders(data))}
    posts = read(data.view("posts").select("person_id", "org_id").unique())
    cases: dict[tuple[str, str, str], list[tuple[Row, Row]]] = defaultdict(list)
    for row in _own_links(data):
        post, link = part(row, "p_"), part(row, "l_")
        if link["company_id"] != post["org_id"] and link_weight(link["kind"], link["share_pct"]) > 0:
            cases[post["person_id"], post["org_id"], link["company_id"]].append((post, link))
    pairs = {(org, company) for _, org, company in cases}
    deals, bids = dealings(data, pairs), bids_at(data, pairs)
    acts, recusals = acts_of(data, {person for person, _, _ in cases}), recusals_of(data)
    delegated = _owned_by_employer(data, pairs)
    hits = []
    for (_, org, company), chains in sorted(cases.items()):
        around = deals[org, company] + bids[org, company]
        hit = _judge(data, params, chains, around, acts, recusals, delegated.get((org, company), ()))
        if hit is not None:
            hits.append(hit)
    return Result(applied=sum(post["org_id"] in buyers for post in posts), hits=tuple(hits))


def _judge(
    data: Data,
    params: Mapping[str, Any],
    chains: list[tuple[Row, Row]],
    deals: list[Row],
    acts: Mapping[tuple[str, str], Sequence[str]],
    recusals: Mapping[str, Sequence[Row]],
    delegated: Sequence[str],
) -> Hit | None:
    """The hit of one person, buyer and supplier, or None when nothing overlaps or only a listed share is held."""
    chains = [(post, link) for post, link in chains if not _listed_share(link, params["listed_pct"])]
    valid = []
    for post, link in chains:
        spans = [span(post, params["years_after"]), span(link)]
        fitting = [deal for deal in deals if covers(spans, deal["date"])]
        if fitting:
            grades = post["grade"], link["grade"], min((d["grade"] for d in fitting), key=lambda g: rank([g]))
            score = power_of(post) * link_weight(link["kind"], link["share_pct"], params["owner_pct"])
            valid.append((rank(grades), -score, post["eid"], link["eid"], post, link, grades, fitting))
    if not valid:
        return None
    valid.sort(key=lambda v: v[:4])
    _, minus_score, _, _, post, link, grades, _ = valid[0]
    used = {deal["eid"]: deal for entry in valid for deal in entry[7]}
    met = sorted(used.values(), key=lambda d: (-(d["amount_fen"] or 0), d["eid"]))
    done = conduct(post["person_id"], frozenset({link["company_id"]}), met, acts, recusals)
    colour: Colour = "red"
    if done.all_covered and not done.acted:
        colour = "green"
    elif delegated and not done.acted:
        colour = "yellow"
    fen = dealt_fen(met)
    head = [eid for entry in valid for eid in (entry[2], entry[3])]
    return Hit(
        subjects=(
            (post["person_id"], "insider"),
            (link["company_id"], "supplier"),
            (post["org_id"], "buyer"),
        ),
        score=1.0 if done.acted else round(-minus_score, 6),
        evidence=chain_refs(head, (d["eid"] for d in met), [*done.acted, *done.records, *delegated]),
        values={
            "insider": post["person_name"] or post["person_id"],
            "buyer": post["org_name"] or post["org_id"],
            "supplier": link["company_name"] or link["company_id"],
            "role_zh": LINK_WORDS[link["kind"]].zh,
            "role_en": LINK_WORDS[link["kind"]].en,
            "dealings": str(len(met)),
            "amount": fen_text(fen),
            "acts": str(len(done.acted)),
        },
        grades=grades,
        checks=(_share_check(link), recusal_check(data, done), _delegation_check(delegated)),
        colour=colour,
        amount_fen=fen,
        missing=("roles.share_pct",) if link["kind"] == "shareholder" and link["share_pct"] is None else (),
    )


def _own_links(data: Data) -> list[Row]:
    """Posts joined with the same person's links to firms; indirect control where no direct link exists."""
    posts = prefixed(data.view("posts"), "p_")
    direct = read(posts.join(prefixed(data.view("links"), "l_"), left_on="p_person_id", right_on="l_holder_id"))
    known = {(row["p_person_id"], row["l_company_id"]) for row in direct}
    indirect = read(posts.join(prefixed(data.view("control"), "l_"), left_on="p_person_id", right_on="l_person_id"))
    absent = {"l_company_name": None, "l_kind": "control", "l_from_date": None, "l_to_date": None}
    new = [
        absent | row | {"l_share_pct": row["l_eff_pct"]}
        for row in indirect
        if (row["p_person_id"], row["l_company_id"]) not in known
    ]
    return sorted(direct + new, key=lambda r: (r["p_eid"], r["l_eid"]))


def _bid_tenders(data: Data) -> nw.LazyFrame[Any]:
    """Buyers of tenders with bids."""
    bids = data.view("bids").select("tender_id").unique()
    tenders = data.view("tenders").join(bids, left_on="id", right_on="tender_id", how="semi")
    return tenders.select("buyer_id").unique()


def _owned_by_employer(data: Data, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(employer, firm) → edges by which the employer itself holds shares in the firm."""
    if not pairs:
        return {}
    links = data.view("links").filter(nw.col("company_id").is_in(sorted({c for _, c in pairs})))
    owned: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in read(links.filter(nw.col("holder_id").is_in(sorted({o for o, _ in pairs})))):
        owned[row["holder_id"], row["company_id"]].append(row["eid"])
    return {pair: tuple(sorted(eids)) for pair, eids in owned.items()}


def _listed_share(link: Row, listed_pct: float) -> bool:
    share = link["share_pct"]
    joint_stock = "股份" in (link["company_name"] or "")
    return bool(link["kind"] == "shareholder" and joint_stock and share is not None and share < listed_pct)


def _share_check(link: Row) -> Check:
    if link["kind"] == "shareholder" and link["share_pct"] is None:
        return check("listed_share", "not_checked", "登记中没有持股比例", "the register gives no share")
    return check("listed_share", "excluded", "不是上市公司零星持股", "not a tiny share of a listed company")


def _delegation_check(delegated: Sequence[str]) -> Check:
    if delegated:
        return check("delegated", "possible", "其单位本身是该企业股东", "the employer itself holds shares in the firm")
    return check("delegated", "excluded", "登记中其单位不是该企业股东", "the register shows no share of the employer")


DETECTOR = Detector(
    id="K01",
    name="insider_interest",
    title=Text("本人持股或任职供应商", "Insider holds a stake or a post in a supplier"),
    message=Text(
        "{insider}在{buyer}任职，同时是{supplier}的{role_zh}；同期该企业与该单位往来{dealings}笔，金额{amount}元，"
        "本人经办{acts}项。",
        "{insider} holds a post at {buyer} and is {role_en} of {supplier}; in that time the two had {dealings} "
        "dealings worth {amount} yuan, {acts} of them handled by this person.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("staff", ("name", "org", "role_code")),
        Need("roles", ("company", "holder", "kind")),
        Need("contracts", ("buyer", "supplier", "signed"), any_of="contracts.buyer"),
        Need("bids", ("project_no", "bidder"), any_of="bids.project_no"),
        Need("transactions", ("ts", "from_acct", "to_acct", "amount"), any_of="transactions.ts"),
    ),
    find=find,
    params=(
        Param(
            "years_after",
            3,
            "年 / years",
            Text("离任后仍计入的年数", "years after leaving the post that still count"),
        ),
        Param("owner_pct", 5.0, "%", Text("视为重要出资人的比例", "share from which an owner weighs 1.0")),
        Param(
            "listed_pct",
            0.1,
            "%",
            Text("股份公司中低于此比例的出资不计", "shares of a joint-stock company below this are left out"),
        ),
    ),
    law_refs=("政府采购法实施条例 9(1)-(3)", "政务处分法 33"),
    refutes=(
        Text("登记机关证明该角色属于另一人", "the registry certifies that the role belongs to another person"),
        Text(
            "往来之前的申报或回避记录，且未参与经办", "a disclosure or recusal before the dealings, and no part in them"
        ),
        Text("单位委派其任职的文件", "a document by which the employer delegated the person"),
    ),
)
