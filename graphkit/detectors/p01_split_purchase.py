"""P01 化整为零 · Purchases split to stay clear of open tendering

方法
    按（采购人，财政年度，预算项目，品目）归集采购方式不是公开招标、也未获批准的合同。品目代码取前 3 位。
    合同 ≥ 2 份且合计超过公开招标数额标准 T 即提示（条例用"超过"，故取严格大于）。
    T 取 thresholds 中 open_tender 一行：地区前缀最长、级次和品目最具体、在签订日有效；年内标准变动时取较高者。
    每份合同都低于 T 且签订相隔 ≤ 90 天为"紧密拆分"，得分 1.0，否则 0.8，红色。
    无预算项目的按（采购人，年度，品目，供应商）归集；无品目或采购方式不明的，均为黄色，得分 0.5。
    级次空白时按地区代码推断：末四位 0000 为省，末两位 00 为市，其余为县。分母：有适用标准的归集组数。
示例（虚构）
    某县医院同一预算项目、同一品目，2023 年 3 至 5 月分别与三家签订 150、140、130 万元合同，均为询价，T = 400 万元：
    合计 420 万元 > 400 万元，每份 < T，相隔 61 天：紧密拆分，1.0，红色。合计恰为 400 万元：不提示。
为何是疑点
    把应当公开招标的采购拆成多次以避开公开竞争，是指定供应商的常见手法。
法律
    政府采购法第 28 条；政府采购法实施条例第 28 条。
排除
    经批准采用的非公开方式；框架协议下的订单；终止的项目。
无辜解释
    预算调整；分属不同院区、不同需求；紧急采购。

Method
    Contracts that were neither tendered openly nor approved are grouped by (buyer, fiscal year, budget item, category;
    first 3 characters of a category code). Flagged from 2 contracts whose sum exceeds the open-tender limit T
    (the regulation says "exceeds", hence strictly). T is the open_tender row of `thresholds` with the longest place
    prefix, the most specific level and category, valid on the day signed; the higher one if it changed that year.
    Every part below T and all signed within 90 days is "tight": score 1.0, else 0.8, red.
    Without a budget item the group is (buyer, year, category, supplier); that, a missing category or an unknown method
    is yellow, 0.5. An empty level follows from the place code: …0000 province, …00 city, else county.
    Denominator: groups for which a limit is on file.
Example (invented)
    A county hospital signs 1.5, 1.4 and 1.3 million yuan with three firms from March to May 2023, one budget item, one
    category, all by inquiry, T = 4 million: 4.2 > 4, each < T, 61 days apart: tight, 1.0, red. A sum of exactly 4
    million: nothing.
Why it is a red flag
    Cutting a purchase that had to be tendered openly into several is a usual way to choose the supplier.
Law
    Government Procurement Law art. 28; its implementing regulation art. 28.
Exclusions
    Methods approved by the authority; call-offs of a framework agreement; cancelled tenders.
Innocent explanations
    A budget adjustment; separate sites with needs of their own; an emergency.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import narwhals as nw

from graphkit.detectors.bidding import capped, place_prefix
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import Row, check, prefixed, read
from graphkit.errors import Text
from graphkit.types import Check, fen_text

_OPEN = ("open", "framework")
_KINDS = {"A": "goods", "B": "works", "C": "services"}
_LEVELS = ("province", "city", "county", "town")
_CODE = re.compile(r"[ABC]\d")


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Groups of small contracts above the limit; `applied` counts groups with a limit on file."""
    limits = read(data.view("thresholds").filter(nw.col("rule") == "open_tender"))
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    candidates = _candidates(data)
    for row in candidates:
        row["limit"] = limit_of(limits, row)
        if row["limit"] is not None:
            groups[_group(row)].append(row)
    hits = (_hit(data, key, rows, params) for key, rows in sorted(groups.items(), key=lambda item: str(item[0])))
    missing = ("thresholds.amount",) if candidates and not groups else ()
    return Result(len(groups), tuple(hit for hit in hits if hit), missing)


def _candidates(data: Data) -> list[Row]:
    """Dated contracts outside open tendering, neither approved nor call-offs, with place and level of the purchase."""
    signed = nw.col("c_signed")
    tenders = data.view("tenders").select("id", "jurisdiction", "budget_level", "status")
    orgs = data.view("orgs").select("id", "region", "level")
    frame = prefixed(data.view("contracts"), "c_").filter(signed <= data.as_of, nw.col("c_amount_fen") > 0)
    frame = frame.join(prefixed(tenders, "t_"), left_on="c_tender_id", right_on="t_id", how="left")
    frame = frame.join(prefixed(orgs, "o_"), left_on="c_buyer_id", right_on="o_id", how="left")
    known = data.has("contracts", "method") or data.has("tenders", "method")
    rows = []
    for row in read(frame):
        contract = {name[2:]: value for name, value in row.items() if name.startswith("c_")}
        unknown = contract["method"] is None
        if contract["method"] in _OPEN or (unknown and (contract["tender_id"] or not known)):
            continue
        if contract["method_approved"] or contract["framework"] or row["t_status"] == "cancelled":
            continue
        place = row["t_jurisdiction"] or row["o_region"]
        level = next((x for x in (row["t_budget_level"], row["o_level"]) if x in _LEVELS), None)
        rows.append(contract | {"place": place, "level": level or level_of(place)})
    return sorted(rows, key=lambda r: (-r["amount_fen"], r["id"]))


def level_of(place: str | None) -> str | None:
    """The budget level that a 6-digit place code stands for."""
    if place is None or not re.fullmatch(r"\d{6}", place):
        return None
    return "province" if place.endswith("0000") else "city" if place.endswith("00") else "county"


def limit_of(limits: Sequence[Row], contract: Row) -> int | None:
    """The open-tender limit in fen for a contract (`place`, `level`, `category`, `signed`), or None without a row."""
    fitting = [(fit, row["amount"]) for row in limits if (fit := _fit(row, contract)) is not None]
    return round(max(fitting)[1] * 100) if fitting else None


def _fit(limit: Row, contract: Row) -> tuple[int, int, int, date] | None:
    """How specifically a limit applies to a contract: place, level, category, start; None if it does not."""
    place, category = contract["place"] or "", contract["category"] or ""
    prefix = place_prefix(limit["jurisdiction"])
    if not place.startswith(prefix) or limit["budget_level"] not in (None, "", contract["level"]):
        return None
    own = limit["category"] or ""
    if (
        own
        and own != _KINDS.get(category[:1] if _CODE.match(category) else "", category)
        and not category.startswith(own)
    ):
        return None
    start, end = limit["valid_from"] or date.min, limit["valid_to"] or date.max
    if not start <= contract["signed"] <= end:
        return None
    return (
        len(prefix),
        int(bool(limit["budget_level"])),
        0 if not own else 1 if own in _KINDS.values() else len(own),
        start,
    )


def _group(row: Row) -> tuple[str, int, str, str, str]:
    """(buyer, year, budget item, category, supplier); the supplier only where there is no budget item."""
    category = row["category"] or ""
    category = category[:3] if _CODE.match(category) else category
    item = row["budget_item"] or ""
    return row["buyer_id"], row["signed"].year, item, category, "" if item else row["supplier_id"]


def _hit(data: Data, key: tuple[Any, ...], rows: Sequence[Row], params: Mapping[str, Any]) -> Hit | None:
    buyer, year, item, category, _ = key
    total, limit = sum(r["amount_fen"] for r in rows), max(r["limit"] for r in rows)
    if len(rows) < params["min_contracts"] or total <= limit or not (item or category):
        return None
    days = (max(r["signed"] for r in rows) - min(r["signed"] for r in rows)).days
    tight = all(r["amount_fen"] < limit for r in rows) and days <= params["tight_days"]
    unknown = any(r["method"] is None for r in rows)
    red = bool(item and category) and not unknown
    suppliers = sorted({r["supplier_id"] for r in rows if r["supplier_id"]})
    grades = [r["buyer_grade"] for r in rows]
    return Hit(
        subjects=((buyer, "buyer"), *((supplier, "supplier") for supplier in suppliers)),
        score=(1.0 if tight else 0.8) if red else 0.5,
        evidence=capped(eid for r in rows for eid in (r["buyer_eid"], r["eid"])),
        values={
            "buyer": rows[0]["buyer_name"] or buyer,
            "year": year,
            "item": item or "—",
            "category": category or "—",
            "contracts": len(rows),
            "suppliers": len(suppliers),
            "amount": fen_text(total),
            "limit": fen_text(limit),
            "days": days,
        },
        grades=tuple(grades if item else [*grades, *(r["supplier_grade"] for r in rows)]),
        checks=_checks(data),
        colour="red" if red else "yellow",
        klass="认定级" if red else "线索级",
        window=f"{year}|{item}|{category}",
        amount_fen=total,
        missing=("contracts.method",) if unknown else (),
    )


def _checks(data: Data) -> tuple[Check, ...]:
    approval, framework = data.has("tenders", "method_approved"), ("contracts", "tenders")
    return (
        check("approved_method", "excluded", "没有批准非公开方式的记录", "no approval of the method is on record")
        if approval
        else check("approved_method", "not_checked", "未导入采购方式审批", "approvals of methods were not loaded"),
        check("framework", "excluded", "不是框架协议订单", "no call-offs of a framework agreement")
        if any(data.has(file, "framework") for file in framework)
        else check("framework", "not_checked", "未标明是否框架协议", "whether they are call-offs is not on record"),
        check("budget_adjusted", "not_checked", "未导入预算调整文件", "budget adjustments are not in the data"),
        check(
            "separate_needs",
            "not_checked",
            "是否分属不同院区、不同需求须看采购计划",
            "separate sites or needs: see the plan",
        ),
    )


DETECTOR = Detector(
    id="P01",
    name="split_purchase",
    title=Text("化整为零规避公开招标", "Purchases split below the open-tender limit"),
    message=Text(
        "{buyer}{year}年同一预算项目（{item}）、品目{category}以非公开招标方式签订{contracts}份合同，涉及{suppliers}家"
        "供应商，{days}天内合计{amount}元，超过公开招标数额标准{limit}元。",
        "In {year} {buyer} signed {contracts} contracts with {suppliers} suppliers outside open tendering for one "
        "budget item ({item}), category {category}: {amount} yuan within {days} days, above the "
        "open-tender limit of {limit} yuan.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("contracts", ("contract_no", "buyer", "amount", "signed")),
        Need("thresholds", ("jurisdiction", "rule", "amount", "valid_from")),
    ),
    find=find,
    params=(
        Param("min_contracts", 2, "份 / contracts", Text("最少合同数", "fewest contracts")),
        Param("tight_days", 90, "天 / days", Text("紧密拆分的最长间隔", "longest span of a tight split")),
    ),
    law_refs=("政府采购法 28", "政府采购法实施条例 28"),
    refutes=(
        Text("财政部门批准采用非公开招标方式的文件", "the authority's approval of a method other than open tendering"),
        Text("预算调整文件", "a budget adjustment"),
        Text("各合同属于不同需求、不同院区的采购计划", "procurement plans that show separate needs or sites"),
    ),
)
