"""B03 报价呈规律性差异 · Bids of one lot differ by a rule

方法
    总价：同一标段的报价升序排列（n ≥ 3），差 d、比 r。等差：cv(d) ≤ 0.02；等比：cv(r−1) ≤ 0.02（cv：总体标准差）。
    分项：两家共有 m ≥ 10 个分项时，拟合 b = α·a + β：α > 0、R² ≥ 0.999 且 ≥ 90% 的残差 ≤ 0.5%；或固定倍数
    cv(b/a) ≤ 0.005。分项相符的两家相连成组。
    p 值（总价）：若报价彼此无关，k 个间隔均匀分布时 cv 不超过观察值的概率
    V(k−1)·(cv/√k)^(k−1)·(k−1)!/√k，V 为单位球体积；两种检验取倍。
    红色认定级（须经评审复核）；只有 n = 3 的总价为黄色线索级。得分：分项 0.95，总价 n ≥ 4 为 0.9，n = 3 为 0.5；
    综合评分办法下总价减 0.1（评分公式可能把报价拉向基准价）。分母：可判断总价或分项的标段数。
示例
    98.00、98.98、99.9698、100.9695：cv(r−1) = 9e-7，等比，提示。100、105、110、115：cv(d) = 0，等差，提示。
    100、104、112、131：cv 分别为 0.61、0.57，不提示。
为何是疑点
    不同投标人的投标报价呈规律性差异，法律视为串通投标；独立报价几乎不会排成等差、等比数列。
法律
    招标投标法实施条例第 40 条（四）。
排除
    受邀未投、撤回的投标；终止的项目；报价全部相同（见 B14）。
无辜解释
    评分公式使报价趋近基准价；招标文件要求按统一清单价下浮报价。

Method
    Totals: submitted bids of one lot in ascending order (n ≥ 3), gaps d and ratios r. Arithmetic if cv(d) ≤ 0.02,
    geometric if cv(r−1) ≤ 0.02 (cv with the population standard deviation).
    Item lines: for two bidders with m ≥ 10 shared lines fit b = α·a + β: α > 0, R² ≥ 0.999 and ≥ 90 % of residuals
    ≤ 0.5 %; or a constant factor, cv(b/a) ≤ 0.005. Matching pairs are joined to groups.
    p-value (totals): chance of a cv no larger than the one seen when k gaps are uniform,
    V(k−1)·(cv/√k)^(k−1)·(k−1)!/√k with V the volume of the unit ball, doubled for two tests.
    Red and deemed by law after review; three totals alone are yellow. Score: lines 0.95, totals 0.9 from n = 4, 0.5 for
    n = 3; under a scoring method totals lose 0.1. Denominator: lots whose totals or lines could be judged.
Example
    98.00, 98.98, 99.9698, 100.9695: cv(r−1) = 9e-7, geometric, flagged. 100, 105, 110, 115: cv(d) = 0, flagged.
    100, 104, 112, 131: cv 0.61 and 0.57, not flagged.
Why it is a red flag
    Prices of different bidders that differ by a rule are deemed collusion; independent bids hardly ever form a series.
Law
    Implementing regulation of the Bidding Law art. 40(4).
Exclusions
    Invitations, withdrawn bids, cancelled tenders; equal bids (see B14).
Innocent explanations
    A scoring formula that pulls bids to a base price; tender documents that ask for one discount on a common list.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from graphkit.detectors.bidding import Pair, bare, capped, clusters, names, of_submitted, submitted
from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Ref, Result
from graphkit.detectors.insiders import Row, check, read
from graphkit.errors import Text
from graphkit.types import Check, fen_text

Prices = npt.NDArray[np.float64]
_BIDDER = ("lot_id", "tender_id", "bidder_id", "bidder_name", "bidder_grade")


def cv(values: Prices) -> float:
    """Population standard deviation over the mean; infinite unless the mean is positive."""
    mean = float(values.mean())
    return float(values.std()) / mean if mean > 0 else math.inf


def regularity(amounts: Sequence[float]) -> tuple[float, float]:
    """cv of the gaps and cv of ratio − 1 of the ascending amounts (at least three, positive)."""
    ordered = np.sort(np.asarray(amounts, dtype=np.float64))
    return cv(np.diff(ordered)), cv(ordered[1:] / ordered[:-1] - 1)


def chance(coefficient: float, gaps: int) -> float:
    """Probability that `gaps` uniform spacings have a cv of at most `coefficient`, at most 1; exact for small cv."""
    k = gaps
    ball = math.pi ** ((k - 1) / 2) / math.gamma((k + 1) / 2)
    return min(1.0, float(ball) * (coefficient / math.sqrt(k)) ** (k - 1) * math.factorial(k - 1) / math.sqrt(k))


def proportional(a: Prices, b: Prices, params: Mapping[str, Any]) -> bool:
    """Whether unit prices `b` are a fixed factor of `a`, or a line through them within the tolerances."""
    if cv(b / a) <= params["max_cv_factor"]:
        return True
    spread = float(a.std())
    if spread == 0 or float(b.std()) == 0:
        return False
    slope = float(((a - a.mean()) * (b - b.mean())).mean()) / spread**2
    residual = b - (b.mean() + slope * (a - a.mean()))
    r_squared = 1 - float((residual**2).mean()) / float(b.var())
    close = float((np.abs(residual) <= params["max_residual"] * b).mean())
    return slope > 0 and r_squared >= params["min_r2"] and close >= params["min_close"]


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Lots with regular totals or item prices; `applied` counts lots with enough bids or shared lines to judge."""
    criteria = {row["id"]: row["criteria"] for row in read(data.view("tenders").select("id", "criteria"))}
    bids = _by_lot(read(submitted(data).filter(nw.col("amount_fen") > 0).select(*_BIDDER, "amount_fen", "eid")))
    judged: set[str] = set()
    hits = []
    for lot, rows in sorted(bids.items()):
        if len({row["bidder_id"] for row in rows}) >= params["min_bids"]:
            judged.add(lot)
            hit = _totals(data, rows, criteria.get(rows[0]["tender_id"]), params)
            hits += [hit] if hit else []
    lines = of_submitted(data, data.view("bid_lines")).filter(
        nw.col("unit_price_fen") > 0, ~nw.col("line_no").is_null()
    )
    lines = lines.select(*_BIDDER, "bid_id", "line_no", "unit_price_fen", "src")
    for lot, rows in sorted(_by_lot(read(lines)).items()):
        pairs, shared = _matching(rows, params)
        judged |= {lot} if shared else set()
        for members, _, joined in clusters(pairs, 1.0):
            hits.append(_items(rows, members, joined, bids.get(lot, []), params))
    return Result(len(judged), tuple(hits))


def _by_lot(rows: Sequence[Row]) -> dict[str, list[Row]]:
    lots: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        lots[row["lot_id"]].append(row)
    return lots


def _totals(data: Data, rows: Sequence[Row], criteria: str | None, params: Mapping[str, Any]) -> Hit | None:
    """The hit of regular totals of one lot, if any; of several bids of one bidder the lowest counts."""
    ordered = sorted(rows, key=lambda r: (r["amount_fen"], r["bidder_id"], r["eid"]))
    first: dict[str, Row] = {}
    for row in ordered:
        first.setdefault(row["bidder_id"], row)
    ordered = list(first.values())
    gaps, ratios = regularity([row["amount_fen"] for row in ordered])
    best, n = min(gaps, ratios), len(ordered)
    if best > params["max_cv"]:
        return None
    red = n >= params["red_bids"]
    score = (0.9 if red else 0.5) - (0.1 if criteria == "score" else 0.0)
    amounts = ", ".join(fen_text(row["amount_fen"]) for row in ordered)
    zh, en = ("等差", "arithmetic") if gaps <= ratios else ("等比", "geometric")
    return Hit(
        subjects=_subjects(first, ordered[0]["tender_id"]),
        score=score,
        evidence=capped(row["eid"] for row in ordered),
        values=names(ordered)
        | {"lot": bare(ordered[0]["lot_id"])}
        | {"rule_zh": f"{n}个总价近似{zh}数列（{amounts}元），离散系数{best:.2g}"}
        | {"rule_en": f"{n} totals form a nearly {en} series ({amounts} yuan), coefficient of variation {best:.2g}"},
        grades=tuple(row["bidder_grade"] for row in ordered),
        checks=(_formula(data, criteria), _review()),
        colour="red" if red else "yellow",
        klass="认定级" if red else "线索级",
        window=ordered[0]["lot_id"],
        p_value=min(1.0, 2 * chance(best, n - 1)),
        amount_fen=ordered[0]["amount_fen"],
    )


def _matching(rows: Sequence[Row], params: Mapping[str, Any]) -> tuple[dict[Pair, float], bool]:
    """Pairs of bidders whose shared lines are proportional (weight 1), and whether any pair shared enough lines."""
    prices: dict[str, dict[int, float]] = defaultdict(dict)
    for row in sorted(rows, key=lambda r: r["src"]):
        prices[row["bidder_id"]].setdefault(row["line_no"], float(row["unit_price_fen"]))
    pairs: dict[Pair, float] = {}
    enough = False
    for a, b in combinations(sorted(prices), 2):
        common = sorted(prices[a].keys() & prices[b].keys())
        if len(common) >= params["min_lines"]:
            enough = True
            left, right = (np.array([prices[x][line] for line in common]) for x in (a, b))
            if proportional(left, right, params) or proportional(right, left, params):
                pairs[a, b] = 1.0
    return pairs, enough


def _items(
    rows: Sequence[Row], members: frozenset[str], pairs: Sequence[Pair], bids: Sequence[Row], params: Mapping[str, Any]
) -> Hit:
    mine = sorted((r for r in rows if r["bidder_id"] in members), key=lambda r: (-r["unit_price_fen"], r["src"]))
    offers = sorted((b for b in bids if b["bidder_id"] in members), key=lambda b: (b["amount_fen"], b["eid"]))
    everyone = {row["bidder_id"] for row in rows}
    lines = len({row["line_no"] for row in mine})
    return Hit(
        subjects=_subjects(members, mine[0]["tender_id"]),
        score=0.95,
        evidence=capped([*(b["eid"] for b in offers), *(Ref(row["bid_id"], row["src"]) for row in mine)]),
        values=names(mine)
        | {"lot": bare(mine[0]["lot_id"])}
        | {"rule_zh": f"{lines}个分项的单价两两成固定比例或直线关系（{len(pairs)}对）"}
        | {"rule_en": f"unit prices of {lines} lines are a fixed factor or a line of each other ({len(pairs)} pairs)"},
        grades=tuple(row["bidder_grade"] for row in mine),
        checks=(_discount(everyone == set(members)), _review()),
        colour="red",
        window=mine[0]["lot_id"],
        amount_fen=offers[0]["amount_fen"] if offers else 0,
    )


def _subjects(members: Mapping[str, Row] | frozenset[str], tender: str) -> tuple[tuple[str, str], ...]:
    return (*((member, "bidder") for member in sorted(members)), (tender, "tender"))


def _formula(data: Data, criteria: str | None) -> Check:
    if criteria == "lowest":
        return check(
            "score_formula", "excluded", "最低评标价法，没有基准价", "lowest price wins, there is no base price"
        )
    if criteria is None or not data.has("tenders", "criteria"):
        return check("score_formula", "not_checked", "评标办法不详", "the award criteria are not on record")
    return check(
        "score_formula",
        "possible",
        "评分办法可能使报价趋近基准价",
        "a scoring formula may pull bids to a base price",
    )


def _discount(everyone: bool) -> Check:
    if everyone:
        return check(
            "common_price_list",
            "possible",
            "全部投标人的分项都成比例，可能是招标文件要求按统一清单价下浮",
            "lines of every bidder are proportional: the documents may have asked for one discount on a common list",
        )
    return check(
        "common_price_list",
        "excluded",
        "其他投标人的分项不成比例，不是统一下浮",
        "lines of other bidders are not proportional, so no common discount was asked for",
    )


def _review() -> Check:
    return check(
        "panel_review",
        "not_checked",
        "是否构成规律性差异须经评审复核",
        "whether the difference is regular needs the panel's review",
    )


DETECTOR = Detector(
    id="B03",
    name="regular_price_difference",
    title=Text("报价呈规律性差异", "Bids differ by a rule"),
    message=Text(
        "标段{lot}：{bidders_zh}的报价呈规律性差异：{rule_zh}。",
        "Lot {lot}: bids of {bidders_en} differ by a rule: {rule_en}.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("bids", ("project_no", "bidder", "amount", "status"), any_of="bids.project_no"),
        Need("bid_lines", ("project_no", "bidder", "line_no", "unit_price"), any_of="bid_lines.project_no"),
    ),
    find=find,
    params=(
        Param("min_bids", 3, "家 / bids", Text("判断总价的最少报价数", "fewest bids whose totals are judged")),
        Param("red_bids", 4, "家 / bids", Text("总价可为红色的最少报价数", "fewest bids whose totals may be red")),
        Param("max_cv", 0.02, "", Text("差或比的离散系数上限", "largest coefficient of variation of gaps or ratios")),
        Param("min_lines", 10, "项 / lines", Text("最少共有分项数", "fewest shared lines")),
        Param("min_r2", 0.999, "", Text("直线拟合 R² 下限", "smallest R² of the line")),
        Param(
            "max_residual",
            0.005,
            "",
            Text("单项残差占单价的上限", "largest residual of a line, as a share of its price"),
        ),
        Param("min_close", 0.9, "", Text("残差达标分项的最低占比", "smallest share of lines within the residual")),
        Param("max_cv_factor", 0.005, "", Text("倍数离散系数上限", "largest coefficient of variation of the factor")),
    ),
    law_refs=("招标投标法实施条例 40(4)",),
    refutes=(
        Text("招标文件规定按统一清单价下浮报价", "the tender documents asked for one discount on a common price list"),
        Text("评标公式使理性报价集中于基准价", "the scoring formula draws rational bids to the base price"),
        Text("各投标人独立的成本测算底稿", "each bidder's own cost calculation"),
    ),
)
