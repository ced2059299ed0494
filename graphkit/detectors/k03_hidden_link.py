"""K03 隐性关联 · Hidden link between an insider and a supplier

方法
    单位 h 的任职人员（或其亲属、特定关系人）与供应商 s（或其登记人员）在同一时期共用电话、地址、邮箱、微信、
    设备或账户。
    每个共用对象的使用者数 n 不超过 20；得分 = Σ 1/ln(n+5)（封顶 1）；得分 ≥ 0.5，或共用两种以上即命中。
    账户：一方持有、另一方实际操作，n = 2。任职、亲属、企业角色与联系方式的区间须同时包含 h 与 s 的某次往来日期。
    分母：所在单位有采购往来、且有联系方式或账户记录的（人员，单位）对数。
示例（虚构）
    科长与某公司年报电话相同，仅此两方使用：1/ln 7 = 0.5139，命中。三方共用一个号码 1/ln 8 = 0.4809，单独不命中；
    再有一个二十方共用的地址 1/ln 25 = 0.3107，两种，合计 0.7916，命中。
为何是疑点
    登记上没有关系的双方共用私人联系方式或账户，说明可能存在特定关系人或隐名利益。
法律
    政务处分法第 33 条（三）。线索级，不作认定。
排除
    单位 h 自身的号码、地址、设备；白名单对象；双方已有登记的任职、出资或亲属关系（属 K01、K02）不在此重复；
    使用者超过 20 个的对象（代办、园区）。
无辜解释
    宿舍、家属院或园区地址；号码换过机主；单位公用电话。

Method
    Staff of body h (or their kin or associates) and supplier s (or people recorded in it) share a phone, address,
    e-mail, WeChat number, device or account at one time. Each shared thing has n ≤ 20 users;
    score = Σ 1/ln(n+5), at most 1; flagged at ≥ 0.5 or with two kinds.
    An account held by one side and operated by the other has n = 2.
    Post, kinship, role and contact must all hold on the day of some dealing between h and s.
    Denominator: (person, body) posts at bodies with dealings whose holder has a contact or account on record.
Example (invented)
    A section head has the phone of a firm's annual report, and nobody else has: 1/ln 7 = 0.5139, flagged. A number of
    three users, 1/ln 8 = 0.4809, is not; with an address of twenty, 1/ln 25 = 0.3107, two kinds, 0.7916: flagged.
Why it is a red flag
    Private contacts or accounts shared by parties without a recorded relation point to associates or hidden interests.
Law
    Law on Administrative Discipline art. 33(3). A reason to look, no proof.
Exclusions
    Numbers, addresses and devices of body h itself; whitelisted ones; pairs with a recorded post, share or kinship
    (K01, K02); things with more than 20 users (registration agents, parks).
Innocent explanations
    Dormitories, family compounds, parks; a phone number that changed hands; a unit's common telephone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Detector, Hit, Need, Param, Result
from graphkit.detectors.insiders import (
    Row,
    Sides,
    Tie,
    buyers_and_suppliers,
    chain_refs,
    check,
    covers,
    dealings,
    dealt_fen,
    hub_score,
    insider_keys,
    insider_side,
    names_of,
    rank,
    read,
    span,
    supplier_side,
)
from graphkit.errors import Text
from graphkit.types import Check, Grade, fen_text

_COMMUNAL = re.compile("宿舍|家属院|家属楼|家属区|公寓|孵化|产业园|园区|写字楼|大厦")


@dataclass(frozen=True, slots=True)
class _Use:
    """One subject's use of a contact, device or account."""

    subject: str
    thing: str
    kind: str
    value: str
    users: int
    eid: str
    grade: Grade
    row: Row


@dataclass(frozen=True, slots=True)
class _Share:
    """One thing in use on both sides."""

    insider: Tie
    mine: _Use
    supplier: Tie
    theirs: _Use
    deals: tuple[Row, ...]

    @property
    def grades(self) -> tuple[Grade, ...]:
        """Identity grades of all links that make the shared use."""
        surest: Grade = min((d["grade"] for d in self.deals), key=lambda g: rank([g]))
        return (*self.insider.grades, self.mine.grade, self.theirs.grade, *self.supplier.grades, surest)

    @property
    def eids(self) -> tuple[str, ...]:
        """Edges in reading order: insider, contact, contact, supplier."""
        return (*self.insider.eids, self.mine.eid, self.theirs.eid, *reversed(self.supplier.eids))


def find(data: Data, params: Mapping[str, Any]) -> Result:
    """Contacts, devices and accounts in use on both sides, one hit per (person, buyer, supplier)."""
    pairs = buyers_and_suppliers(data)
    theirs = supplier_side(data, params["owner_pct"], params["hub_cap"], {s for _, s in pairs})
    ours = insider_side(data, 0.0, params["hub_cap"])
    uses = _uses(data, params["hub_cap"], _own_things(data))
    judged = _judged(data, ours, {buyer for buyer, _ in pairs})
    shared: dict[tuple[str, str, str], list[tuple[Tie, _Use, Tie, _Use]]] = defaultdict(list)
    for users in uses.values():
        for mine in users:
            for tie in ours.get(mine.subject, ()):
                for other in users:
                    if other.subject != mine.subject:
                        for far in theirs.get(other.subject, ()):
                            if (tie.org, far.root) in pairs and not _recorded(
                                tie.root, mine, far.root, other, ours, theirs
                            ):
                                shared[tie.root, tie.org, far.root].append((tie, mine, far, other))
    deals = dealings(data, {(org, supplier) for _, org, supplier in shared})
    hits = []
    names = names_of(data, {supplier for _, _, supplier in shared})
    for (_, org, supplier), found in sorted(shared.items()):
        hit = _judge(params, found, deals[org, supplier], names[supplier])
        if hit is not None:
            hits.append(hit)
    return Result(applied=judged, hits=tuple(hits))


def _judge(
    params: Mapping[str, Any], found: Sequence[tuple[Tie, _Use, Tie, _Use]], deals: Sequence[Row], name: str
) -> Hit | None:
    """The hit of one person, buyer and supplier from what both sides share, or None below the threshold."""
    best: dict[str, _Share] = {}
    for tie, mine, far, other in found:
        spans = [*tie.spans, *far.spans, span(mine.row), span(other.row)]
        share = _Share(tie, mine, far, other, tuple(d for d in deals if covers(spans, d["date"])))
        if share.deals and (mine.thing not in best or _order(share) < _order(best[mine.thing])):
            best[mine.thing] = share
    shares = sorted(best.values(), key=lambda s: (-hub_score(s.mine.users), s.mine.kind, s.mine.thing))
    kinds = {share.mine.kind for share in shares}
    score = min(1.0, sum(hub_score(share.mine.users) for share in shares))
    if not shares or (score < params["min_score"] and len(kinds) < params["min_kinds"]):
        return None
    tie = shares[0].insider
    met = {deal["eid"]: deal for share in shares for deal in share.deals}
    largest = sorted(met.values(), key=lambda d: (-(d["amount_fen"] or 0), d["eid"]))
    fen = dealt_fen(largest)
    head = [eid for share in shares for eid in share.eids]
    return Hit(
        subjects=((tie.root, "insider"), (shares[0].supplier.root, "supplier"), (tie.org, "buyer")),
        score=round(score, 6),
        evidence=chain_refs(head, (deal["eid"] for deal in largest)),
        values={
            "insider": tie.root_name or tie.root,
            "buyer": tie.org_name or tie.org,
            "supplier": name,
            "shared": str(len(shares)),
            "kinds_zh": "、".join(_KINDS[kind].zh for kind in sorted(kinds)),
            "kinds_en": ", ".join(_KINDS[kind].en for kind in sorted(kinds)),
            "dealings": str(len(largest)),
            "amount": fen_text(fen),
        },
        grades=tuple(grade for share in shares for grade in share.grades),
        checks=_checks(shares),
        amount_fen=fen,
    )


def _order(share: _Share) -> tuple[int, int, tuple[str, ...]]:
    return rank(share.grades), len(share.eids), share.eids


def _recorded(person: str, mine: _Use, supplier: str, other: _Use, ours: Sides, theirs: Sides) -> bool:
    """Whether a recorded tie already explains the shared use: one of the two users stands on both sides."""
    both = any(tie.root == supplier for tie in theirs.get(mine.subject, ()))
    return both or any(tie.root == person for tie in ours.get(other.subject, ()))


def _uses(data: Data, hub_cap: int, excluded: set[str]) -> dict[str, list[_Use]]:
    """thing → its users: contacts within the hub cap, devices of bids, accounts with another operator."""
    uses: dict[str, dict[tuple[str, str], _Use]] = defaultdict(dict)

    def add(subject: str | None, thing: str, kind: str, users: int, row: Row) -> None:
        value = str(row.get("value") or row["id"])
        if subject and thing not in excluded and not listed & {thing, value}:
            use = _Use(subject, thing, kind, value, users, row["eid"], row["grade"], row)
            uses[thing].setdefault((subject, row["eid"]), use)

    listed = _whitelist(data)
    near = data.view("contacts").join(insider_keys(data), left_on="subject_id", right_on="party", how="semi")
    near = near.select("contact_id").unique()
    capped = data.view("contacts").filter(nw.col("hub_size") >= 2, nw.col("hub_size") <= hub_cap)
    capped = capped.join(near, on="contact_id", how="semi")
    bidders = {r["id"]: r["bidder_id"] for r in read(data.view("bids").select("id", "bidder_id"))}
    devices = data.view("artifacts").filter(nw.col("hub_size") <= hub_cap, nw.col("kind").is_in(_DEVICES))
    devices = devices.join(near, left_on="device_id", right_on="contact_id", how="semi")
    for row in _sorted(read(capped)):
        kind = "device" if row["kind"] in _DEVICES else row["kind"]
        add(bidders.get(row["subject_id"], row["subject_id"]), row["contact_id"], kind, row["hub_size"], row)
    for row in _sorted(read(devices)):
        open_ended = row | {"grade": row["bidder_grade"], "from_date": None, "to_date": None}
        add(row["bidder_id"], row["device_id"], "device", max(2, row["hub_size"] or 2), open_ended)
    for row in _sorted(read(data.view("accounts").filter(~nw.col("operator_id").is_null()))):
        if row["operator_id"] != row["holder_id"]:
            open_ended = row | {"grade": row["holder_grade"], "from_date": None, "to_date": None}
            add(row["holder_id"], row["id"], "account", 2, open_ended)
            add(row["operator_id"], row["id"], "account", 2, open_ended)
    return {thing: list(users.values()) for thing, users in sorted(uses.items())}


def _own_things(data: Data) -> set[str]:
    """Contacts that bodies with staff use themselves: a hospital's own number, address or device."""
    employers = data.view("posts").select("org_id").unique()
    own = data.view("contacts").join(employers, left_on="subject_id", right_on="org_id", how="semi")
    return {row["contact_id"] for row in read(own.select("contact_id").unique())}


def _whitelist(data: Data) -> set[str]:
    """Ids (or values, as they were written) of things that the user exempted for this detector on `as_of`."""
    valid = [
        row
        for row in read(data.view("whitelists"))
        if row["detector"] in (None, "", "K03") and covers([(row["valid_from"], row["valid_to"])], data.as_of)
    ]
    return {row[column] for row in valid for column in ("subject_id", "value") if row[column]}


def _judged(data: Data, ours: Sides, buyers: set[str]) -> int:
    accounts = data.view("accounts")
    frames = [data.view("contacts").select(party="subject_id"), accounts.select(party="holder_id")]
    frames.append(accounts.select(party="operator_id"))
    posts = data.view("posts").select("person_id").unique()
    known = nw.concat(frames).unique().join(posts, left_on="party", right_on="person_id", how="semi")
    ties = (tie for row in read(known) for tie in ours.get(row["party"], ()))
    return len({(tie.root, tie.org) for tie in ties if tie.via == "self" and tie.org in buyers})


def _sorted(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: str(row["eid"]))


def _checks(shares: Sequence[_Share]) -> tuple[Check, ...]:
    communal = any(share.mine.kind == "address" and _COMMUNAL.search(share.mine.value) for share in shares)
    dated = all(s.mine.row["from_date"] and s.theirs.row["from_date"] for s in shares)
    return (
        check("dormitory", "possible", "地址像宿舍、家属院或园区", "the address looks like a dormitory or a park")
        if communal
        else check("dormitory", "excluded", "不含宿舍或园区地址", "no dormitory or park address among them"),
        check("own_number", "excluded", "不是单位自己登记的联系方式", "not a contact on record of the body itself"),
        check("changed_hands", "excluded", "双方使用期间重叠", "both used it in overlapping time")
        if dated
        else check("changed_hands", "not_checked", "记录没有启用日期", "the records do not say since when"),
    )


_DEVICES = ("mac", "cpu", "disk", "ip", "ca_cert", "lock_no")
_KINDS: Mapping[str, Text] = {
    "phone": Text("电话", "phone"),
    "email": Text("邮箱", "e-mail"),
    "address": Text("地址", "address"),
    "wechat": Text("微信", "WeChat"),
    "device": Text("设备", "device"),
    "account": Text("账户", "account"),
}

DETECTOR = Detector(
    id="K03",
    name="hidden_link",
    title=Text("隐性关联", "Hidden link between an insider and a supplier"),
    message=Text(
        "{buyer}的{insider}一方与{supplier}一方共用{shared}个{kinds_zh}；同期该企业与该单位往来{dealings}笔，金额{amount}元。",
        "The side of {insider} at {buyer} and the side of {supplier} share {shared} contacts ({kinds_en}); in that "
        "time the two had {dealings} dealings worth {amount} yuan.",
    ),
    colour="yellow",
    klass="线索级",
    needs=(
        Need("staff", ("name", "org")),
        Need("contacts", ("subject", "kind", "value")),
        Need("contracts", ("buyer", "supplier")),
    ),
    find=find,
    params=(
        Param("hub_cap", 20, "个 / subjects", Text("一个联系方式的使用者上限", "most users of one shared contact")),
        Param("min_score", 0.5, "0..", Text("命中所需的得分", "score from which a hit is made")),
        Param("min_kinds", 2, "种 / kinds", Text("或共用的种类数", "or kinds of shared things")),
        Param("owner_pct", 5.0, "%", Text("视为企业一方的出资比例", "share from which an owner is on the firm's side")),
    ),
    law_refs=("政务处分法 33(3)",),
    refutes=(
        Text("运营商证明号码在往来期间属于他人", "the carrier shows that the number was somebody else's at that time"),
        Text("地址是集体宿舍或办公园区", "the address is a dormitory or an office park"),
        Text("号码是单位公用电话", "the number is a common telephone of the body"),
    ),
)
