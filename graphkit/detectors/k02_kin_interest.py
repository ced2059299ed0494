"""K02 亲属经商办企业 · Kin of an insider hold a stake or a post in a supplier

方法
    链条：单位 h 的任职人员 –亲属（回避规定所列的称谓）– p –任职或出资→ 企业 c ←中标、签约、付款– h。
    任职、亲属关系、企业角色三个区间都须包含往来日期（空白视为不限）；未中标的投标不计（见 K01、K06）。
    得分 = 岗位权重 × 亲属权重（0 至 4 等：1、0.9、0.8、0.7、0.6）× 关系权重
    （法定代表人、实际控制人、出资 ≥ 5% 为 1.0，董监高 0.8，员工或更低出资 0.4）。
    同一组（人员、亲属、企业、单位）有几条链时，先取身份最可靠的，再取条例列明的亲属，再取得分最高的。
    分母：所在单位有采购往来、且有亲属记录的（人员，单位）对数。
示例（虚构）
    设备科长（0.9）的妻子（0 等，1.0）是丙公司法定代表人（1.0），丙公司同年向其医院供货 80 万元：
    0.9 × 1.0 × 1.0 = 0.9。若是其兄（2 等，0.8）任丙公司经理（0.8）：0.9 × 0.8 × 0.8 = 0.576。
为何是疑点
    夫妻、直系血亲、三代以内旁系血亲和近姻亲与供应商的关系属法定回避情形，也是国家工作人员为亲友牟利的常见通道。
法律
    政府采购法实施条例第 9 条（四）；刑法第 166 条、第 388 条之一。
排除
    事先申报或回避且未参与经办的降为绿色；
    岗位权重低于 0.4（如护士、后勤）且未参与经办的，视为与采购无关的岗位，降为黄色；
    叔伯姑舅姨、侄甥、堂表兄弟姐妹的配偶只在公务员回避规定的近姻亲之列，政府采购法实施条例没有列明：黄色，不引该条。
无辜解释
    亲属关系录入有误（与另一行亲属记录矛盾的逐条列出）；亲属只是普通员工；岗位与采购无关；已申报并回避。

Method
    Chain: staff of body h –kin (named by a rule of recusal)– p –post or share→ firm c ←award, contract, payment– h.
    Post, kinship and role must each hold on the day of the dealing (empty dates are open); a bid that did not win is
    no dealing here. Score = power of the post × kin weight (degree 0 to 4: 1, .9, .8, .7, .6) × link weight (legal
    rep, controller, owner ≥ 5 % 1.0; director, supervisor, manager .8; employee or smaller share .4).
    Of several chains between the same four, the surest identity comes first, then kin whom the regulation names, then
    the higher score.
    Denominator: (person, body) posts at bodies with dealings whose holder has kin on record.
Example (invented)
    The wife (degree 0, 1.0) of an equipment head (0.9) is legal representative (1.0) of firm C, which sold 800,000 yuan
    to the hospital that year: 0.9 × 1.0 × 1.0 = 0.9. His brother (degree 2, .8) as its manager (.8): 0.576.
Why it is a red flag
    Spouses, lineal kin, collateral kin within three generations and close in-laws in a supplier require recusal by
    statute, and are the common channel for profits to relatives of officials.
Law
    Implementing regulation of the Government Procurement Law art. 9(4); Criminal Law art. 166, 388-1.
Exclusions
    Disclosed or recused beforehand without taking part: green. A post of power below 0.4 (nurse, logistics) whose
    holder took no part in the dealings: unrelated department, yellow. Spouses of uncles, nephews and cousins are close
    in-laws by the rules for civil servants only, the procurement regulation does not name them: yellow, not cited.
Innocent explanations
    A kinship entered wrongly (rows that contradict it are listed); a relative who is a plain employee; a post without a say in purchasing; a recusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import (
    Row,
    buyers_and_suppliers,
    chain_refs,
    check,
    covers,
    dealings,
    dealt_fen,
    link_weight,
    part,
    power_of,
    prefixed,
    rank,
    read,
    span,
)
from graphkit.detectors.k01_insider_interest import LINK_WORDS, acts_of, conduct, recusal_check, recusals_of
from graphkit.errors import Text
from graphkit.facts.kin_law import CIVIL_SERVICE, PROCUREMENT, covering
from graphkit.model import KIN_DEGREE
from graphkit.types import Check, Colour, Grade, fen_text

KIN_WORDS: Mapping[str, Text] = {
    "SP": Text("配偶", "spouse"),
    "PA": Text("父母", "parent"),
    "CH": Text("子女", "child"),
    "GP": Text("祖父母", "grandparent"),
    "GC": Text("孙子女", "grandchild"),
    "SB": Text("兄弟姐妹", "sibling"),
    "UN": Text("伯叔姑舅姨", "uncle or aunt"),
    "NE": Text("侄甥", "nephew or niece"),
    "CO": Text("堂表兄弟姐妹", "cousin"),
    "IL1": Text("近姻亲", "close in-law"),
    "IL2": Text("亲家", "parent of a child's spouse"),
}
"""What the relative is to the insider."""

CONFLICT_WORDS: Mapping[str, Text] = {
    "mutual": Text("两行互称长辈", "two rows each make the other the elder"),
    "two_codes": Text("另一行记为别的亲属", "another row states another relation"),
    "two_spouses": Text("同期有两个配偶", "two spouses at one time"),
    "older_child": Text("晚辈不晚于长辈出生", "the child was born no later than the parent"),
}
"""What contradicts a kinship row (view `kin_conflicts`)."""

_CRIMINAL = ("刑法 166", "刑法 388-1")


@dataclass(frozen=True, slots=True)
class _Chain:
    """One post, one kin tie, one role, with the dealings that fall into all three."""

    post: Row
    kin: Row
    link: Row
    score: float
    deals: tuple[Row, ...]

    @property
    def grades(self) -> tuple[Grade, ...]:
        """Identity grades of the chain's links, with the surest dealing."""
        surest: Grade = min((d["grade"] for d in self.deals), key=lambda g: rank([g]))
        return self.post["grade"], self.kin["grade"], self.link["grade"], surest

    @property
    def eids(self) -> tuple[str, ...]:
        """The chain's edges in reading order."""
        return self.post["eid"], self.kin["eid"], self.link["eid"]

    @property
    def named(self) -> bool:
        """Whether the procurement regulation itself names this relative."""
        return PROCUREMENT in covering(self.kin["code"], self.kin["degree"])


def kin_weight(kin: Row, weights: Sequence[float]) -> float:
    """Weight of a kin tie by its degree; a view without a degree has that of the code."""
    degree = kin["degree"] if kin["degree"] is not None else KIN_DEGREE[kin["code"]]
    return weights[min(int(degree), len(weights) - 1)]


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Kin of insiders behind suppliers, one hit per (person, relative, buyer, supplier)."""
    cases: dict[tuple[str, str, str, str], list[tuple[Row, Row, Row]]] = defaultdict(list)
    kin = prefixed(data.view("kin"), "k_")
    links = prefixed(data.view("links"), "l_")
    joined = prefixed(data.view("posts"), "p_").join(kin, left_on="p_person_id", right_on="k_a_id")
    for row in read(joined.join(links, left_on="k_b_id", right_on="l_holder_id")):
        post, tie, link = part(row, "p_"), part(row, "k_"), part(row, "l_")
        link["holder_id"] = row["k_b_id"]
        if covering(tie["code"], tie["degree"]) and link_weight(link["kind"], link["share_pct"]) > 0:
            key = post["person_id"], link["holder_id"], post["org_id"], link["company_id"]
            cases[key].append((post, tie, link))
    deals = dealings(data, {(org, company) for _, _, org, company in cases if org != company})
    acts, recusals = acts_of(data, {person for person, _, _, _ in cases}), recusals_of(data)
    doubts = _doubts(data, {tie["eid"] for found in cases.values() for _, tie, _ in found})
    hits = []
    for (_, _, org, company), found in sorted(cases.items()):
        chains = [_chain(params, *links_, deals.get((org, company), [])) for links_ in found]
        chains = [chain for chain in chains if chain.deals]
        if chains:
            hits.append(_hit(data, params, chains, acts, recusals, doubts))
    return Result(applied=_judged(data), hits=tuple(hits))


def _chain(params: Mapping[str, Any], post: Row, kin: Row, link: Row, deals: Sequence[Row]) -> _Chain:
    spans = [span(post, params["years_after"]), span(kin), span(link)]
    weight = link_weight(link["kind"], link["share_pct"], params["owner_pct"])
    score = power_of(post) * kin_weight(kin, params["kin_weights"]) * weight
    return _Chain(post, kin, link, round(score, 6), tuple(d for d in deals if covers(spans, d["date"])))


def _hit(
    data: Data,
    params: Mapping[str, Any],
    chains: Sequence[_Chain],
    acts: Mapping[tuple[str, str], Sequence[str]],
    recusals: Mapping[str, Sequence[Row]],
    doubts: Mapping[str, Sequence[Row]],
) -> Hit:
    """The hit of one person, relative, buyer and supplier from all chains between them."""
    chains = sorted(chains, key=lambda c: (rank(c.grades), not c.named, -c.score, c.eids))
    best = chains[0]
    post, kin, link = best.post, best.kin, best.link
    used = {deal["eid"]: deal for chain in chains for deal in chain.deals}
    met = sorted(used.values(), key=lambda d: (-(d["amount_fen"] or 0), d["eid"]))
    done = conduct(post["person_id"], frozenset({link["company_id"], link["holder_id"]}), met, acts, recusals)
    related = power_of(post) >= params["min_power"] or bool(done.acted)
    against = doubts.get(kin["eid"], ())
    colour: Colour = "red" if related and best.named else "yellow"
    if done.all_covered and not done.acted:
        colour = "green"
    fen = dealt_fen(met)
    head = [eid for chain in chains for eid in chain.eids]
    return Hit(
        subjects=(
            (post["person_id"], "insider"),
            (link["holder_id"], "kin"),
            (link["company_id"], "supplier"),
            (post["org_id"], "buyer"),
        ),
        score=best.score,
        evidence=chain_refs(head, (d["eid"] for d in met), [*done.acted, *done.records, *_rows_against(against)]),
        values={
            "insider": post["person_name"] or post["person_id"],
            "kin": link["holder_name"] or link["holder_id"],
            "buyer": post["org_name"] or post["org_id"],
            "supplier": link["company_name"] or link["company_id"],
            "kin_zh": KIN_WORDS[kin["code"]].zh,
            "kin_en": KIN_WORDS[kin["code"]].en,
            "role_zh": LINK_WORDS[link["kind"]].zh,
            "role_en": LINK_WORDS[link["kind"]].en,
            "dealings": str(len(met)),
            "amount": fen_text(fen),
            "acts": str(len(done.acted)),
        },
        grades=best.grades,
        checks=(
            _department_check(post, params["min_power"], bool(done.acted)),
            recusal_check(data, done),
            _scope_check(best.named),
            _register_check(against),
        ),
        colour=colour,
        amount_fen=fen,
        missing=("roles.share_pct",) if link["kind"] == "shareholder" and link["share_pct"] is None else (),
        law_refs=() if best.named else (CIVIL_SERVICE.ref, *_CRIMINAL),
    )


def _judged(data: Data) -> int:
    """Number of (person, body) posts at bodies with dealings whose holder has kin on record whom a recusal rule names."""
    buyers = {buyer for buyer, _ in buyers_and_suppliers(data)}
    posts = read(data.view("posts").select("person_id", "org_id").unique())
    ties = read(data.view("kin").select("a_id", "code", "degree").unique())
    with_kin = {row["a_id"] for row in ties if covering(row["code"], row["degree"])}
    return sum(post["org_id"] in buyers and post["person_id"] in with_kin for post in posts)


def _department_check(post: Row, min_power: float, acted: bool) -> Check:
    if acted:
        return check("department", "excluded", "本人参与过这些往来的经办", "the person took part in these dealings")
    if power_of(post) >= min_power:
        return check("department", "excluded", "岗位对采购有影响力", "the post has a say in purchasing")
    return check(
        "department", "possible", "岗位与采购无关，未见参与经办", "the post has no say in purchasing, no act found"
    )


def _scope_check(named: bool) -> Check:
    if named:
        return check("scope", "excluded", f"属{PROCUREMENT.ref}所列亲属", f"a relative named by {PROCUREMENT.ref}")
    return check(
        "scope",
        "possible",
        f"旁系血亲的配偶：{CIVIL_SERVICE.ref}（公务员回避规定）列为近姻亲，{PROCUREMENT.ref}没有列明",
        f"spouse of a collateral: a close in-law by {CIVIL_SERVICE.ref} (rules on recusal), not named by {PROCUREMENT.ref}",
    )


def _register_check(against: Sequence[Row]) -> Check:
    if not against:
        return check("kinship_rows", "excluded", "没有与之矛盾的亲属记录", "no kinship row contradicts it")
    words = [CONFLICT_WORDS[kind] for kind in dict.fromkeys(row["kind"] for row in against)]
    return check(
        "kinship_rows",
        "possible",
        "所依据的亲属记录与另一行矛盾：" + "、".join(w.zh for w in words),
        "the kinship rows it rests on contradict others: " + ", ".join(w.en for w in words),
    )


def _doubts(data: Data, ties: set[str]) -> dict[str, list[Row]]:
    """Kin edge → what contradicts it, of the edges used here."""
    found: dict[str, list[Row]] = defaultdict(list)
    if ties:
        rows = read(data.view("kin_doubts").filter(nw.col("tie").is_in(sorted(ties))))
        for row in sorted(rows, key=lambda r: (r["tie"], r["kind"], r["against"] or "")):
            found[row["tie"]].append(row)
    return found


def _rows_against(against: Sequence[Row]) -> list[str]:
    return [row["against"] for row in against if row["against"]]


DETECTOR = Detector(
    id="K02",
    name="kin_interest",
    title=Text("亲属经商办企业", "Kin of an insider hold a stake or a post in a supplier"),
    message=Text(
        "{insider}在{buyer}任职，其{kin_zh}{kin}是{supplier}的{role_zh}；同期该企业与该单位往来{dealings}笔，"
        "金额{amount}元，{insider}经办{acts}项。",
        "{insider} holds a post at {buyer}; {kin}, on record as {kin_en}, is {role_en} of {supplier}; in that time the "
        "two had {dealings} dealings worth {amount} yuan, {acts} of them handled by {insider}.",
    ),
    colour="red",
    klass="认定级",
    needs=(
        Need("staff", ("name", "org", "role_code", "id_no")),
        Need("kinship", ("id_no_a", "id_no_b", "code")),
        Need("roles", ("company", "holder", "holder_id", "kind")),
        Need("contracts", ("buyer", "supplier", "signed"), any_of="contracts.buyer"),
        Need("awards", ("project_no", "supplier", "date"), any_of="awards.project_no"),
        Need("transactions", ("ts", "from_acct", "to_acct", "amount"), any_of="transactions.ts"),
    ),
    find=find,
    params=(
        Param(
            "kin_weights",
            (1.0, 0.9, 0.8, 0.7, 0.6),
            "0..1",
            Text("亲属 0 至 4 等的权重", "weights of kin of degree 0 to 4"),
        ),
        Param("owner_pct", 5.0, "%", Text("视为重要出资人的比例", "share from which an owner weighs 1.0")),
        Param(
            "min_power", 0.4, "0..1", Text("对采购有影响的岗位权重", "power from which a post has a say in purchasing")
        ),
        Param(
            "years_after", 0, "年 / years", Text("离任后仍计入的年数", "years after leaving the post that still count")
        ),
    ),
    law_refs=("政府采购法实施条例 9(4)", "刑法 166", "刑法 388-1"),
    refutes=(
        Text("户籍或婚姻登记证明二人并非亲属", "the civil register shows that the two are not related"),
        Text(
            "往来之前的申报或回避记录，且未参与经办", "a disclosure or recusal before the dealings, and no part in them"
        ),
        Text("亲属在往来之前已退出企业", "the relative had left the firm before the dealings"),
    ),
)
