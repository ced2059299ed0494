"""P02 价格虚高 · Paid far above the market, the price list or the supplier's own cost

方法
    产品同一性：UDI-DI；否则注册证号加规格；否则产品编码加规格（只有品名的只能为黄色）。三种比较，任一成立即提示：
    （a）单价 / 其他采购人前后 12 个月单价的中位数 ≥ 1.3，稳健 z = 0.6745·(x − 中位数)/MAD ≥ 3.5，其他采购人的明细
        n ≥ 5；MAD = 0 时改用名次：高于全部其他单价；
    （b）单价高于签订日有效的挂网价、集采价或中选价（同一来源有几行时取较高者，几种来源取最低者）；
    （c）单价 / 供应商自己购入该产品的发票单价（前后 12 个月的中位数）≥ 1.5。
    同一（采购人，供应商，产品）合为一条，以最大倍数计：≥ 2 倍红色，否则黄色；得分 = 0.5 + 0.25 ×（倍数 − 1），封顶 1。
    金额 = Σ（单价 − 参照价）× 数量。分母：至少有一种参照价的合同明细行数。
示例
    CT 29,490,000 元对 14,287,000 元：2.06 倍；直线加速器 35,200,000 元对 15,000,000 元：2.35 倍，均红色；
    插入中间商 3.61 倍、1.68 倍（前者红色，后者黄色）。
为何是疑点
    差价往往就是回扣的来源；向亲友经营的单位明显高于市场价格采购可构成犯罪。
法律
    药品管理法第 88 条；刑法第 166 条（修正案十二）。
排除
    采购日之外的价格；本采购人自己的其他采购；面议的市场询价不作上限。
无辜解释
    配置、包装单位不同；含服务、维保、运费；采购量很小。请同类比较。

Method
    Same product: UDI-DI, else registration number and spec, else item key and spec (a bare name stays yellow). Any of:
    (a) unit price / median unit price of other buyers within ±12 months ≥ 1.3 and robust z = 0.6745·(x − median)/MAD
        ≥ 3.5 with n ≥ 5 lines of other buyers; if MAD = 0 by rank: above every other price;
    (b) above the listed, VBP or selected price in force when signed (the higher of several rows of one source, the
        lowest of several sources);
    (c) unit price / median price at which the supplier bought it itself (invoices within ±12 months) ≥ 1.5.
    One finding per (buyer, supplier, product) by its largest ratio: ≥ 2 red, else yellow; score 0.5 + 0.25·(ratio − 1),
    at most 1. Amount = Σ (price − reference) × quantity. Denominator: contract lines with any reference.
Example
    CT 29,490,000 against 14,287,000 yuan: 2.06; linac 35,200,000 against 15,000,000: 2.35, both red; inserted middle
    firms 3.61 (red) and 1.68 (yellow).
Why it is a red flag
    The difference often pays the kickback; buying from relatives' firms far above the market can be a crime.
Law
    Drug Administration Law art. 88; Criminal Law art. 166 as amended.
Exclusions
    Prices not in force on the day; the buyer's own other purchases; market quotations are no ceiling.
Innocent explanations
    Another configuration or pack; service, maintenance or freight included; a tiny quantity. Compare like with like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from graphkit.detectors.bidding import capped, place_prefix
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Ref, Result
from graphkit.detectors.insiders import Row, check, read
from graphkit.errors import Text
from graphkit.types import Check, fen_text

_CEILINGS = ("listed", "vbp", "selected")
_EPOCH = date(1970, 1, 1)
_BASIS = {
    "peers": ("其他采购人的中位价", "the median of other buyers"),
    "ceiling": ("挂网或中选价", "the listed or selected price"),
    "cost": ("供应商自己的购入价", "the supplier's own purchase price"),
}


@dataclass(frozen=True, slots=True)
class Excess:
    """A line above one reference: `basis` peers, ceiling or cost; `price` the reference in fen; evidence for it."""

    line: Row
    basis: str
    price: float
    refs: tuple[Ref, ...]

    @property
    def ratio(self) -> float:
        """Unit price over the reference, both in fen."""
        return float(self.line["unit_price_fen"] / self.price)


def product(line: Row) -> str:
    """Key of the product of a contract line, comparable across buyers."""
    if line["udi_di"]:
        return f"udi:{line['udi_di']}"
    if line["reg_no"] and line["spec"]:
        return f"reg:{line['reg_no']}|{line['spec']}"
    return f"item:{line['item']}|{line['spec'] or ''}"


def robust_z(price: float, others: npt.NDArray[np.float64]) -> float:
    """0.6745·(x − median)/MAD; infinite when MAD is 0 and the price is above every other, else 0."""
    median = float(np.median(others))
    mad = float(np.median(np.abs(others - median)))
    if mad == 0:
        return float("inf") if price > float(others.max()) else 0.0
    return 0.6745 * (price - median) / mad


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Overpriced products by (buyer, supplier); `applied` counts contract lines with a reference price."""
    lines = data.view("contract_lines").filter(nw.col("signed") <= data.as_of, nw.col("unit_price_fen") > 0)
    by_product: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(read(lines), key=lambda r: (r["signed"], r["src"])):
        by_product[product(row)].append(row)
    ceilings, costs = _ceilings(data), _costs(data)
    regions = {row["id"]: row["region"] for row in read(data.view("orgs").select("id", "region"))}
    judged = 0
    found: dict[tuple[str, str, str], list[Excess]] = defaultdict(list)
    for key, rows in sorted(by_product.items()):
        peers = _peers(rows, params)
        for row, peer in zip(rows, peers, strict=True):
            ceiling = _ceiling(row, ceilings.get(row["item"], ()), regions.get(row["buyer_id"]))
            cost = _cost(row, costs.get((row["supplier_id"], row["item"]), ()), params)
            references = [x for x in (peer, ceiling, cost) if x]
            judged += bool(references)
            over = [x for x in references if _flagged(x, rows, params)]
            if over:
                found[row["buyer_id"], row["supplier_id"], key].append(max(over, key=lambda x: x.ratio))
    contracts = _contracts(data, {x.line["contract_id"] for over in found.values() for x in over})
    hits = (_hit(data, key, over, by_product[key[2]], contracts, params) for key, over in sorted(found.items()))
    return Result(judged, tuple(hits))


def _peers(rows: Sequence[Row], params: Mapping[str, Any]) -> list[Excess | None]:
    """For each line of one product (by date): the median of other buyers near in time, if there are enough."""
    days = np.array([(row["signed"] - _EPOCH).days for row in rows])
    prices = np.array([row["unit_price_fen"] for row in rows], dtype=np.float64)
    buyers = np.unique([row["buyer_id"] for row in rows], return_inverse=True)[1]
    found: list[Excess | None] = []
    for place, row in enumerate(rows):
        window = slice(
            int(np.searchsorted(days, days[place] - params["window_days"])),
            int(np.searchsorted(days, days[place] + params["window_days"], side="right")),
        )
        others = np.flatnonzero(buyers[window] != buyers[place]) + window.start
        if len(others) < params["min_peers"]:
            found.append(None)
            continue
        median = float(np.median(prices[others]))
        near = sorted((int(i) for i in others), key=lambda i: (abs(prices[i] - median), i))[: params["min_peers"]]
        refs = tuple(Ref(rows[i]["contract_id"], rows[i]["src"]) for i in sorted(near))
        enough = robust_z(prices[place], prices[others]) >= params["min_z"]
        found.append(Excess(row, "peers" if enough else "within", median, refs))
    return found


def _ceilings(data: Data) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    prices = data.view("prices").filter(nw.col("source").is_in(_CEILINGS), nw.col("price_fen") > 0)
    for row in sorted(read(prices), key=lambda r: r["src"]):
        found[row["item"]].append(row)
    return found


def _ceiling(line: Row, rows: Sequence[Row], region: str | None) -> Excess | None:
    """The lowest of the price lists in force for a line; if the buyer's region is unknown, those of any region."""
    best: dict[str, Row] = {}
    for row in rows:
        in_force = (row["from_date"] or date.min) <= line["signed"] <= (row["to_date"] or date.max)
        here = not row["region"] or not region or region.startswith(place_prefix(row["region"]))
        if in_force and here and row["price_fen"] > best.get(row["source"], {"price_fen": 0})["price_fen"]:
            best[row["source"]] = row
    if not best:
        return None
    row = min(best.values(), key=lambda r: (r["price_fen"], r["src"]))
    return Excess(line, "ceiling", row["price_fen"], (Ref(f"item:{row['item']}", row["src"]),))


def _costs(data: Data) -> dict[tuple[str, str], list[Row]]:
    suppliers = data.view("contract_lines").select("supplier_id").unique()
    lines = data.view("invoice_lines").filter(nw.col("unit_price_fen") > 0, nw.col("date") <= data.as_of)
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    bought = lines.join(suppliers, left_on="buyer_id", right_on="supplier_id", how="semi")
    for row in sorted(read(bought), key=lambda r: (r["date"], r["src"])):
        found[row["buyer_id"], row["item"]].append(row)
    return found


def _cost(line: Row, rows: Sequence[Row], params: Mapping[str, Any]) -> Excess | None:
    reach = timedelta(days=params["window_days"])
    near = [row for row in rows if abs(row["date"] - line["signed"]) <= reach and row["seller_id"] != line["buyer_id"]]
    if not near:
        return None
    median = float(np.median([row["unit_price_fen"] for row in near]))
    return Excess(line, "cost", median, tuple(Ref(row["id"], row["src"]) for row in near[:10]))


def _flagged(excess: Excess, rows: Sequence[Row], params: Mapping[str, Any]) -> bool:
    if excess.basis == "ceiling":
        return excess.ratio > float(params["max_ceiling_ratio"])
    limits: dict[str, float] = {"peers": params["min_ratio"], "cost": params["min_cost_ratio"]}
    return excess.ratio >= limits.get(excess.basis, float("inf"))


def _contracts(data: Data, wanted: set[str]) -> dict[str, Row]:
    if not wanted:
        return {}
    rows = read(data.view("contracts").filter(nw.col("id").is_in(sorted(wanted))))
    return {row["id"]: row for row in rows}


def _hit(
    data: Data,
    key: tuple[str, str, str],
    over: Sequence[Excess],
    rows: Sequence[Row],
    contracts: Mapping[str, Row],
    params: Mapping[str, Any],
) -> Hit:
    buyer, supplier, name = key
    ordered = sorted(over, key=lambda x: (-(x.line["unit_price_fen"] - x.price) * (x.line["qty"] or 1), x.line["src"]))
    worst = max(ordered, key=lambda x: x.ratio)
    small = _small_order(worst.line, rows)
    by_name = name.startswith("item:") and worst.line["item_name"] in (None, worst.line["item"])
    red = worst.ratio >= params["red_ratio"] and not (by_name and worst.basis == "peers")
    score = min(1.0, 0.5 + 0.25 * (worst.ratio - 1)) * (0.8 if small else 1.0)
    contract = contracts.get(worst.line["contract_id"], {})
    excess = sum((x.line["unit_price_fen"] - x.price) * (x.line["qty"] or 1) for x in over)
    zh, en = _BASIS[worst.basis]
    return Hit(
        subjects=((buyer, "buyer"), (supplier, "supplier")),
        score=score,
        evidence=capped(ref for x in ordered for ref in _chain(x, contracts)),
        values={
            "buyer": contract.get("buyer_name") or buyer,
            "supplier": contract.get("supplier_name") or supplier,
            "item": worst.line["item_name"] or worst.line["item"],
            "price": fen_text(worst.line["unit_price_fen"]),
            "reference": fen_text(round(worst.price)),
            "ratio": f"{worst.ratio:.2f}",
            "basis_zh": zh,
            "basis_en": en,
            "lines": len(over),
            "excess": fen_text(round(excess)),
        },
        grades=(worst.line["buyer_grade"], worst.line["supplier_grade"]),
        checks=(_same_product(name, by_name), _volume(small, worst.line), _bundle()),
        colour="red" if red else "yellow",
        window=name,
        amount_fen=round(excess),
    )


def _chain(excess: Excess, contracts: Mapping[str, Row]) -> list[str | Ref]:
    line = excess.line
    contract = contracts.get(line["contract_id"], {})
    edges = [contract[name] for name in ("buyer_eid", "eid") if contract.get(name)]
    return [*edges, Ref(line["contract_id"], line["src"]), *excess.refs]


def _small_order(line: Row, rows: Sequence[Row]) -> bool | None:
    """Whether a line is at most a tenth of the median quantity of other buyers; None when quantities are unknown."""
    others = [row["qty"] for row in rows if row["buyer_id"] != line["buyer_id"] and row["qty"]]
    return line["qty"] * 10 <= float(np.median(others)) if line["qty"] and others else None


def _same_product(name: str, by_name: bool) -> Check:
    if not name.startswith("item:"):
        return check("configuration", "excluded", "产品标识与规格相同", "same product identifier and spec")
    if by_name:
        return check(
            "configuration", "possible", "只有品名相同，配置可能不同", "only the name is the same, the build may differ"
        )
    return check("configuration", "possible", "产品编码相同，配置可能不同", "the same item key, the build may differ")


def _volume(small: bool | None, line: Row) -> Check:
    if small is None:
        return check("small_order", "not_checked", "数量不详", "quantities are not on record")
    if small:
        return check(
            "small_order", "possible", "采购量不足他家中位数的十分之一", "less than a tenth of what others order"
        )
    return check("small_order", "excluded", "采购量与他家相当", "the quantity is like that of others")


def _bundle() -> Check:
    return check(
        "bundle",
        "not_checked",
        "是否含服务、维保、运费，包装单位是否一致，须看合同",
        "service, freight, pack size: see the contract",
    )


DETECTOR = Detector(
    id="P02",
    name="overprice",
    title=Text("采购价格虚高", "Price far above its reference"),
    message=Text(
        "{buyer}向{supplier}采购{item}，单价{price}元，是{basis_zh}{reference}元的{ratio}倍；{lines}行明细共高出{excess}元。",
        "{buyer} bought {item} from {supplier} at {price} yuan a unit, {ratio} times {basis_en} ({reference} yuan); "
        "{lines} lines exceed their references by {excess} yuan together.",
    ),
    colour="red",
    klass="线索级",
    needs=(
        Need("contract_lines", ("contract_no", "item", "unit_price")),
        Need("contracts", ("contract_no", "buyer", "supplier", "signed")),
    ),
    find=find,
    params=(
        Param("min_ratio", 1.3, "倍 / ratio", Text("与中位价之比下限", "smallest ratio to the median of others")),
        Param("min_z", 3.5, "", Text("稳健 z 下限", "smallest robust z")),
        Param("min_peers", 5, "行 / lines", Text("其他采购人最少明细行数", "fewest lines of other buyers")),
        Param("window_days", 365, "天 / days", Text("比较的前后天数", "days before and after that are compared")),
        Param(
            "max_ceiling_ratio",
            1.0,
            "倍 / ratio",
            Text("与挂网、中选价之比上限，超过即提示", "ratio to a price list above which it is flagged"),
        ),
        Param(
            "min_cost_ratio", 1.5, "倍 / ratio", Text("与供应商购入价之比下限", "smallest ratio to the supplier's cost")
        ),
        Param("red_ratio", 2.0, "倍 / ratio", Text("红色的倍数下限", "ratio from which a finding is red")),
    ),
    law_refs=("药品管理法 88", "刑法 166"),
    refutes=(
        Text("配置清单表明产品不同", "a parts list showing another product"),
        Text("合同含维保、耗材、运费或安装", "the contract includes maintenance, consumables, freight or installation"),
        Text("计量或包装单位不同", "another unit or pack size"),
    ),
)
