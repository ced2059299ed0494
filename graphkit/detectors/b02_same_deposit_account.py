"""B02 保证金同源 · Bid deposits of different bidders come from one source

方法
    同一标段两家以上投标人的保证金：（a）从同一账户转出，权重 1.0；（b）从同一户主的不同账户转出 1.0，或由同一付款人
    缴纳 0.9；（c）缴纳前 5 天内由同一账户向各自账户转入缴纳额 0.9–1.1 倍的资金（一跳；该账户可以是其中一家的缴款
    账户）0.7。（a）（b）为红色认定级，（c）为黄色线索级，经人工核实可升红。户主身份仅凭姓名的按 0.7 计。
    得分取最大权重；投标人两两相连成组，同一项目多个标段的同一组合并为一条。
    分母：至少两家投标人的保证金可核对来源的标段数。
示例（虚构）
    甲、乙各缴 2 万元，均从账号尾号 0919 转出：权重 1.0，红色。丙的账户在缴纳前 3 天收到甲的缴款账户转入 2.1 万元
    （1.05 倍）：0.7，黄色。
为何是疑点
    不同投标人的投标保证金从同一单位或者个人的账户转出，法律直接视为串通投标。
法律
    招标投标法实施条例第 40 条（六）。
排除
    保函、保证保险；专户（归集户）；户主为保险、担保公司或银行的账户；白名单账户、单位。
无辜解释
    保证保险归集账户、平台代收代付账户、集团统一结算：核对户主与缴纳形式。

Method
    Deposits of two or more bidders of one lot: (a) from one account, weight 1.0; (b) from accounts of one holder 1.0,
    or paid by one payer 0.9; (c) their accounts were funded within 5 days before by one account with 0.9–1.1 of the
    deposit (one hop; the account may itself be the paying account of one of them) 0.7. (a) and (b) are red, deemed by
    law; (c) is yellow, a human may raise it. A holder known by name alone weighs 0.7. Score = largest weight; pairs are
    joined to groups, the same group in several lots of one project is one finding.
    Denominator: lots in which the source of at least two bidders' deposits is on record.
Example (invented)
    A and B each paid 20,000 yuan from the account ending 0919: 1.0, red. C's account got 21,000 yuan (1.05) from A's
    account three days before: 0.7, yellow.
Why it is a red flag
    Deposits of different bidders paid out of an account of one unit or person are deemed collusion by statute.
Law
    Implementing regulation of the Bidding Law art. 40(6).
Exclusions
    Guarantees and insurance; pool accounts; accounts held by insurers, guarantors or banks; what is white-listed.
Innocent explanations
    A pooled account of a guarantee insurer, a platform's collecting account, a group's central settlement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

import narwhals as nw

from graphkit.detectors.bidding import (
    Pair,
    bare,
    capped,
    clusters,
    listed,
    names,
    of_submitted,
    offers,
    until_end,
    whitelist,
    whitelist_check,
)
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import Row, check, day_of, paid_until, rank, read
from graphkit.errors import Text
from graphkit.types import Check, Grade, fen_text, weakest

_WEIGHTS = {"account": 1.0, "holder": 1.0, "payer": 0.9, "funder": 0.7}
_WORDS = {
    "account": ("同一账户转出", "paid from one account"),
    "holder": ("同一户主的账户转出", "paid from accounts of one holder"),
    "payer": ("同一付款人缴纳", "paid by one payer"),
    "funder": ("缴纳前由同一账户注资", "funded beforehand by one account"),
}  # fmt: skip
_POOL_HOLDERS = ("insurer", "bank")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a bidder's deposit came from: `kind` of source, its id, who holds it, by which edges and how surely."""

    kind: str
    id: str
    holder: str | None
    deposit: Row
    eids: tuple[str, ...]
    grade: Grade


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Groups of bidders whose deposits have one source; `applied` counts lots with two or more traceable deposits."""
    deposits = _deposits(data)
    by_lot: dict[str, list[_Source]] = defaultdict(list)
    for source in [*_own(deposits), *_funded(data, deposits, params)]:
        by_lot[source.deposit["lot_id"]].append(source)
    found: dict[tuple[str, frozenset[str], bool], dict[str, list[tuple[_Source, _Source]]]] = defaultdict(dict)
    for lot, sources in sorted(by_lot.items()):
        pairs = _pairs(sources)
        weights = {pair: max(_weight(s) for s in shared) for pair, shared in pairs.items()}
        for members, red, joined in clusters(weights, params["red_weight"]):
            links = [s for pair in joined for s in pairs[pair] if (_weight(s) >= params["red_weight"]) == red]
            found[sources[0].deposit["tender_id"], members, red][lot] = links
    bids = offers(data, (lot for by in found.values() for lot in by))
    seen: dict[str, set[str]] = defaultdict(set)
    for row in deposits:
        seen[row["lot_id"]].add(row["bidder_id"])
    applied = sum(len(bidders) >= 2 for bidders in seen.values())
    ordered = sorted(found.items(), key=lambda item: (item[0][0], sorted(item[0][1]), item[0][2]))
    return Result(applied, tuple(_hit(data, key, by, bids) for key, by in ordered))


def _deposits(data: Data) -> list[Row]:
    """Deposits whose source is not by its nature common to many: no guarantees, pools, insurers, white-listed ones."""
    kept = of_submitted(data, until_end(data.view("deposits"), "ts", data.as_of))
    accounts: dict[str, Row] = {}
    held = data.view("accounts").join(kept.select("acct_id").unique(), left_on="id", right_on="acct_id", how="semi")
    for row in sorted(read(held), key=lambda r: (r["holder_id"] is None, str(r["eid"]))):
        accounts.setdefault(row["id"], row)
    orgs = data.view("orgs").filter(nw.col("kind").is_in(_POOL_HOLDERS)).select("id")
    pools = {row["id"] for row in read(orgs)}
    lists = [*whitelist(data, "B02", "account"), *whitelist(data, "B02", "org")]
    rows = []
    for row in sorted(read(kept), key=lambda r: r["eid"]):
        account = accounts.get(row["acct_id"], {})
        kind = row["acct_kind"] or account.get("kind")
        row |= {
            "acct_kind": kind,
            "account_eid": account.get("eid"),
            "holder_grade": account.get("holder_grade") or "name_only",
        }
        known = {row["acct_id"], row["holder_id"], row["payer_id"]} - {None}
        pooled = row["form"] in ("guarantee", "insurance") or kind == "pool" or bool(known & pools)
        if not pooled and not listed(lists, known | {row["holder_name"], bare(row["acct_id"])}, day_of(row["ts"])):
            rows.append(row)
    return rows


def _own(deposits: Sequence[Row]) -> list[_Source]:
    """The account, its holder and the named payer of each deposit."""
    found = []
    for row in deposits:
        if row["acct_id"]:
            found.append(_Source("account", row["acct_id"], row["holder_id"], row, (), "identifier"))
        if row["holder_id"]:
            held = (row["account_eid"],) if row["account_eid"] else ()
            found.append(_Source("holder", row["holder_id"], row["holder_id"], row, held, row["holder_grade"]))
        if row["payer_id"]:
            found.append(_Source("payer", row["payer_id"], row["payer_id"], row, (), _grade_of(row["payer_id"])))
    return found


def _grade_of(party: str) -> Grade:
    """A person known by name is not identified; a body written alike in the files of one project is, inside it."""
    if party.startswith("person:name:"):
        return "name_only"
    return "unique_name" if party.startswith("org:name:") else "identifier"


def _funded(data: Data, deposits: Sequence[Row], params: Mapping[str, Any]) -> list[_Source]:
    """Accounts that put 0.9–1.1 of a deposit into its paying account shortly before, and the paying accounts too."""
    known = {row["eid"]: row for row in deposits}
    frame = data.view("deposits").select(
        nw.col("eid").alias("deposit"), nw.col("acct_id"), nw.col("ts").alias("due"), nw.col("amount_fen").alias("fen")
    )
    inflow = paid_until(data).select("eid", "ts", "from_acct", "to_acct", "from_party", "amount_fen")
    near = frame.join(inflow, left_on="acct_id", right_on="to_acct").filter(
        nw.col("ts") <= nw.col("due"),
        nw.col("ts") >= nw.col("due") - timedelta(days=params["fund_days"]),
        nw.col("amount_fen") <= nw.col("fen") * params["fund_high"],
        ~nw.col("from_acct").is_null(),
    )
    moves: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in sorted(read(near), key=lambda r: (-r["amount_fen"], r["eid"])):
        if row["deposit"] in known and row["from_acct"] != row["acct_id"]:
            moves[row["deposit"], row["from_acct"]].append(row)
    found = [
        _Source("funder", row["acct_id"], row["holder_id"], row, (), "identifier") for row in deposits if row["acct_id"]
    ]
    lists = whitelist(data, "B02", "account")
    pools = {row["id"] for row in read(data.view("accounts").filter(nw.col("kind") == "pool").select("id"))}
    for (deposit, funder), rows in sorted(moves.items()):
        low, high = (known[deposit]["amount_fen"] * params[name] for name in ("fund_low", "fund_high"))
        total, largest = sum(r["amount_fen"] for r in rows), rows[0]["amount_fen"]
        if funder in pools or listed(lists, (funder, bare(funder)), day_of(rows[0]["ts"])):
            continue
        if low <= total <= high or low <= largest <= high:
            eids = tuple(r["eid"] for r in (rows if low <= total <= high else rows[:1]))
            found.append(_Source("funder", funder, rows[0]["from_party"], known[deposit], eids, "identifier"))
    return found


def _pairs(sources: Sequence[_Source]) -> dict[Pair, list[tuple[_Source, _Source]]]:
    """Pairs of bidders of one lot with what they share; each by its strongest kinds, not repeated by weaker ones."""
    owners: dict[tuple[str, str], dict[str, _Source]] = defaultdict(dict)
    for source in sources:
        mine = owners[source.kind, source.id]
        old = mine.get(source.deposit["bidder_id"])
        if old is None or (len(source.eids), source.eids) < (len(old.eids), old.eids):
            mine[source.deposit["bidder_id"]] = source
    pairs: dict[Pair, list[tuple[_Source, _Source]]] = defaultdict(list)
    for (kind, _), mine in sorted(owners.items(), key=lambda item: (list(_WEIGHTS).index(item[0][0]), item[0][1])):
        for a, b in combinations(sorted(mine), 2):
            if kind != "funder" or mine[a].eids or mine[b].eids:
                pairs[a, b].append((mine[a], mine[b]))
    return {pair: _strongest(shared) for pair, shared in pairs.items()}


def _strongest(shared: Sequence[tuple[_Source, _Source]]) -> list[tuple[_Source, _Source]]:
    """One account says more than its holder, payer and what flowed into it."""
    kinds = {pair[0].kind for pair in shared}
    return [pair for pair in shared if "account" not in kinds or pair[0].kind == "account"]


def _weight(link: tuple[_Source, _Source]) -> float:
    full = _WEIGHTS[link[0].kind]
    return full if rank([link[0].grade, link[1].grade]) == 0 else min(full, _WEIGHTS["funder"])


def _hit(
    data: Data,
    key: tuple[str, frozenset[str], bool],
    by_lot: Mapping[str, Sequence[tuple[_Source, _Source]]],
    bids: Sequence[Row],
) -> Hit:
    tender, members, red = key
    edge = {b["id"]: b["eid"] for b in bids}
    links = [link for lot in sorted(by_lot) for link in by_lot[lot]]
    sides = sorted((s for link in links for s in link), key=lambda s: -(s.deposit["amount_fen"] or 0))
    deposits = {s.deposit["eid"]: s.deposit for s in sides}
    holders = sorted({s.holder for s in sides if s.holder} - members)
    kinds = [kind for kind in _WEIGHTS if any(link[0].kind == kind for link in links)]
    amount = sum(d["amount_fen"] or 0 for d in deposits.values())
    return Hit(
        subjects=(
            *((member, "bidder") for member in sorted(members)),
            *((holder, "account_holder") for holder in holders),
            (tender, "tender"),
        ),
        score=max(_weight(link) for link in links),
        evidence=capped(
            eid for s in sides for eid in (edge.get(s.deposit["bid_id"], s.deposit["eid"]), s.deposit["eid"], *s.eids)
        ),
        values=names(deposits.values())
        | {
            "lots": "、".join(bare(lot) for lot in sorted(by_lot)),
            "amount": fen_text(amount),
            "deposits": len(deposits),
        }
        | {"how_zh": "；".join(_WORDS[k][0] for k in kinds), "how_en": "; ".join(_WORDS[k][1] for k in kinds)},
        grades=(*(d["bidder_grade"] for d in deposits.values()), weakest([s.grade for s in sides])),
        checks=(_pool_check(sides), whitelist_check(data)),
        colour="red" if red else "yellow",
        klass="认定级" if red else "线索级",
        window=tender,
        amount_fen=amount,
    )


def _pool_check(sides: Sequence[_Source]) -> Check:
    pool_name = re.compile("保险|担保|银行|insurance|guarant", re.IGNORECASE)
    if any(pool_name.search(s.deposit["holder_name"] or "") for s in sides):
        return check(
            "pool_account",
            "possible",
            "户主名称含保险、担保或银行字样，可能是归集账户",
            "the holder's name reads like an insurer, guarantor or bank: perhaps a pooled account",
        )
    if all(s.deposit["acct_kind"] or s.deposit["form"] == "transfer" for s in sides):
        return check(
            "pool_account",
            "excluded",
            "转账缴纳，账户不是专户或归集户",
            "paid by transfer, the account is no pool account",
        )
    return check(
        "pool_account", "not_checked", "缴纳形式与账户类型不全", "form of payment or kind of account is not on record"
    )


DETECTOR = Detector(
    id="B02",
    name="same_deposit_account",
    title=Text("不同投标人保证金同源", "Deposits of different bidders come from one source"),
    message=Text(
        "标段{lots}：{bidders_zh}的{deposits}笔保证金共{amount}元，{how_zh}。",
        "Lot {lots}: {deposits} deposits of {bidders_en}, {amount} yuan together, were {how_en}.",
    ),
    colour="red",
    klass="认定级",
    needs=(Need("bid_deposits", ("project_no", "bidder", "acct")),),
    find=find,
    params=(
        Param("red_weight", 0.9, "0..1", Text("红色认定级的最低权重", "weight from which a finding is red")),
        Param("fund_days", 5, "天 / days", Text("缴纳前注资的最长天数", "funded at most so long before the deposit")),
        Param("fund_low", 0.9, "倍 / ratio", Text("注资与缴纳额之比下限", "lowest ratio of funding to deposit")),
        Param("fund_high", 1.1, "倍 / ratio", Text("注资与缴纳额之比上限", "highest ratio of funding to deposit")),
    ),
    law_refs=("招标投标法实施条例 40(6)",),
    refutes=(
        Text(
            "该账户是保险、担保机构或平台的归集账户",
            "the account is a pooled account of an insurer, guarantor or platform",
        ),
        Text("银行回单显示实际转出账户不同", "bank slips show that the deposits left different accounts"),
        Text("注资是与投标无关的正常往来", "the funding was an ordinary dealing unrelated to the bid"),
    ),
)
