"""THE vocabulary: node labels and relationship types as frozen data (CATALOGUE 1.1, 1.2; CONTRACT 4).

It drives the columns of the fact tables, the constraints and MERGE of the stores, captions in both languages, the
linter of `.cypher` files and the model page of the docs. Kinds of properties: `text`, `money` (int64 fen in tables as
`<name>_fen`, a number in yuan in the graph as `<name>_cny`), `date`, `datetime`, `int`, `number`, `bool`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Kind = Literal["text", "money", "date", "datetime", "int", "number", "bool"]


def _props(text: str) -> Mapping[str, Kind]:
    """`"name:kind …"` as a read-only mapping; a missing kind is text."""
    pairs = (word.partition(":") for word in text.split())
    return MappingProxyType({name: (kind or "text") for name, _, kind in pairs})  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class NodeType:
    """A label: captions, properties, and the labels that may stand beside it."""

    label: str
    zh: str
    en: str
    prefix: str
    props: Mapping[str, Kind] = field(default_factory=dict)
    second: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EdgeType:
    """A relationship type: captions, which labels it joins, properties.

    `travel` is the cost of one hop for path finding (1 = plain), None = never part of a path.
    """

    type: str
    zh: str
    en: str
    from_labels: tuple[str, ...]
    to_labels: tuple[str, ...]
    props: Mapping[str, Kind] = field(default_factory=dict)
    travel: float | None = 1.0


SECOND_LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Staff": ("公职/医务人员", "Staff"),
        "Hospital": ("医院", "Hospital"),
        "Agency": ("代理机构", "Agency"),
        "School": ("学校", "School"),
        "Village": ("村集体", "Village"),
        "Company": ("企业", "Company"),
    }
)

_NODES = (
    NodeType(
        "Person", "自然人", "Person", "person", _props("birth:date sex region death_date:date id_last4"), ("Staff",)
    ),
    NodeType(
        "Organization",
        "单位",
        "Organization",
        "org",
        _props(
            "uscc kind region founded:date closed:date status capital:money paid_capital:money insured_count:int level beds:int scope industry country"
        ),
        ("Hospital", "Agency", "School", "Village", "Company"),
    ),
    NodeType("Department", "科室", "Department", "dept", _props("kind powers")),
    NodeType("Position", "岗位", "Position", "post", _props("role_code power:number")),
    NodeType("Account", "银行账户", "Account", "acct", _props("acct_last4 bank kind opened:date closed:date")),
    NodeType("Contact", "联系方式", "Contact", "contact", _props("kind hub_size:int")),
    NodeType("Device", "数字指纹", "Device", "device", _props("kind hub_size:int")),
    NodeType(
        "Tender",
        "采购项目",
        "Tender",
        "tender",
        _props(
            "project_no method method_zh budget:money budget_item category published:date deadline:datetime criteria status"
        ),
    ),
    NodeType("Lot", "标段", "Lot", "lot", _props("lot_no amount:money category status")),
    NodeType(
        "Bid", "投标", "Bid", "bid", _props("amount:money status received:datetime rank:int score:number reject_reason")
    ),
    NodeType("Award", "中标", "Award", "award", _props("amount:money date:date status")),
    NodeType(
        "Contract",
        "合同",
        "Contract",
        "contract",
        _props("contract_no amount:money signed:date accepted:date category"),
    ),
    NodeType("Amendment", "合同变更", "Amendment", "amendment", _props("seq:int delta:money reason date:date")),
    NodeType("Invoice", "发票", "Invoice", "invoice", _props("invoice_no amount:money date:date status")),
    NodeType("Item", "产品", "Item", "item", _props("udi_di reg_no spec brand category item_class vbp")),
    NodeType("Usage", "使用记录", "Usage", "usage", _props("qty:number price:money ts:datetime dept")),
    NodeType(
        "Beneficiary",
        "待遇享受人",
        "Beneficiary",
        "beneficiary",
        _props("scheme region approved:date status last_check:date channel"),
    ),
    NodeType(
        "Benefit", "待遇发放", "Benefit", "benefit", _props("scheme region period:date amount:money paid:date kind")
    ),
    NodeType("StatusFact", "状态事实", "StatusFact", "fact", _props("kind value from_date:date to_date:date")),
    NodeType(
        "RuralContract",
        "三资合同",
        "RuralContract",
        "rural",
        _props("asset kind area:number rent:money years:number signed:date"),
    ),
    NodeType("Document", "证据材料", "Document", "document", _props("kind published:date")),
    NodeType("Lead", "线索", "Lead", "lead", _props("lead_no received:date status origin amount:money")),
    NodeType("Case", "案件", "Case", "case", _props("case_no filed:date outcome amount:money confirmed:bool")),
)

_P, _O, _A = ("Person",), ("Organization",), ("Account",)
_PO = ("Person", "Organization")
_EDGES = (
    EdgeType("EMPLOYED_BY", "任职于", "employed by", _P, _O, _props("role_code dept kind"), 1.5),
    EdgeType("HOLDS_POST", "担任", "holds post", _P, ("Position",), _props("role_code power:number"), None),
    EdgeType("LEGAL_REP_OF", "法定代表人", "legal representative of", _P, _O),
    EdgeType("DIRECTS", "董监高", "directs", _P, _O, _props("kind")),
    EdgeType("OWNS", "出资", "owns", _PO, _O, _props("share_pct:number subscribed:money paid:money kind")),
    EdgeType("NOMINEE_FOR", "代持", "nominee for", _PO, _PO, _props("company")),
    EdgeType("CONTROLS", "控制", "controls", _P, _O, _props("eff_pct:number")),
    EdgeType("KIN_OF", "亲属", "kin of", _P, _P, _props("code degree:int origin")),
    EdgeType("ASSOCIATE_OF", "特定关系人", "associate of", _P, _P, _props("basis origin")),
    EdgeType("HAS_CONTACT", "使用联系方式", "has contact", (*_PO, "Bid"), ("Contact",), _props("kind"), 1.5),
    EdgeType("USED_DEVICE", "使用设备", "used device", (*_PO, "Bid"), ("Device",), _props("kind"), 1.5),
    EdgeType(
        "SUBMITTED_VIA",
        "制作/上传于",
        "submitted via",
        ("Bid",),
        ("Device",),
        _props("kind stage recorded:datetime"),
        1.5,
    ),
    EdgeType("SHARES_CONTACT", "共用联系方式", "shares contact", _PO, _PO, _props("kind hub_size:int")),
    EdgeType("HOLDS_ACCOUNT", "户主", "holds account", _PO, _A),
    EdgeType("OPERATES_ACCOUNT", "实际操作账户", "operates account", _P, _A),
    EdgeType("PAID", "付款", "paid", _A, _A, _props("tx ts:datetime amount:money channel purpose")),
    EdgeType("ISSUED_BY", "采购人/发包方/开票方", "issued by", ("Tender", "Contract", "RuralContract", "Invoice"), _O),
    EdgeType("AGENT_OF", "代理机构", "agent of", ("Tender",), _O, travel=3.0),
    EdgeType("HAS_LOT", "含标段", "has lot", ("Tender",), ("Lot",)),
    EdgeType("FOR_LOT", "投标/中标标段", "for lot", ("Bid", "Award"), ("Lot",)),
    EdgeType("HAS_BID", "有投标", "has bid", ("Lot",), ("Bid",), travel=None),
    EdgeType("BID_BY", "投标人", "bid by", ("Bid",), _O),
    EdgeType("DEPOSIT_FROM", "保证金来自", "deposit from", ("Bid",), _A, _props("amount:money ts:datetime form")),
    EdgeType("BID_CONTACT", "授权代表", "bid contact", ("Bid",), _P),
    EdgeType("PROJECT_MEMBER", "项目成员", "project member", ("Bid",), _P),
    EdgeType("AWARDED_TO", "授予", "awarded to", ("Award", "Contract", "RuralContract"), _PO, _props("amount:money")),
    EdgeType("UNDER", "依据", "under", ("Contract", "Amendment", "Invoice"), ("Award", "Contract", "Lot", "Tender")),
    EdgeType("SUBCONTRACTED_TO", "分包", "subcontracted to", ("Contract",), _O, _props("amount:money date:date")),
    EdgeType("EVALUATED", "评审", "evaluated", _P, ("Tender",), _props("role score:number bidder"), 1.5),
    EdgeType("REQUESTED", "申请/论证", "requested", _P, ("Tender", "Contract"), _props("action date:date")),
    EdgeType("APPROVED", "审批", "approved", _P, ("Tender", "Contract"), _props("action date:date")),
    EdgeType("ACCEPTED", "验收", "accepted", _P, ("Tender", "Contract"), _props("action date:date")),
    EdgeType("SETTLED", "结算", "settled", _P, ("Tender", "Contract"), _props("action date:date")),
    EdgeType("SOLD_BY", "经销", "sold by", ("Item",), _O),
    EdgeType("MADE_BY", "生产", "made by", ("Item",), _O),
    EdgeType("USED_ITEM", "使用产品", "used item", ("Usage",), ("Item",), travel=2.0),
    EdgeType("ORDERED_BY", "开单", "ordered by", ("Usage",), _P, travel=2.0),
    EdgeType("USED_IN", "使用科室", "used in", ("Usage",), ("Department", "Organization"), travel=None),
    EdgeType(
        "QUERIED", "统方查询", "queried", _P, ("Item", "Organization"), _props("report ts:datetime rows:int"), None
    ),
    EdgeType("SPONSORED", "捐赠/讲课费", "sponsored", _PO, _PO, _props("kind amount:money date:date purpose")),
    EdgeType("CO_BID", "同场投标", "co-bid", _O, _O, _props("n:int jaccard:number"), 2.0),
    EdgeType("BEAT", "胜过", "beat", _O, _O, _props("n:int"), None),
    EdgeType("RECEIVES", "领取", "receives", _P, ("Benefit", "Beneficiary"), travel=2.0),
    EdgeType("HANDLED_BY", "经办", "handled by", ("Benefit", "Beneficiary"), _P, _props("role"), 2.0),
    EdgeType("PAID_TO_ACCOUNT", "发放至", "paid to account", ("Benefit",), _A, travel=2.0),
    EdgeType("SUSPECT_IN", "被反映", "suspect in", _PO, ("Lead", "Case"), travel=None),
    EdgeType(
        "EVIDENCED_BY",
        "依据材料",
        "evidenced by",
        ("Lead", "Case", "Person", "Tender"),
        ("Document", "StatusFact"),
        travel=None,
    ),
    EdgeType("INSTANCE_OF", "属于", "instance of", ("Lead", "Case"), ("Case",), travel=None),
    EdgeType("SIMILAR", "疑似同一（待人工判断）", "similar (for a human to judge)", _PO, _PO, _props("basis"), None),
)

NODES: Mapping[str, NodeType] = MappingProxyType({n.label: n for n in _NODES})
EDGES: Mapping[str, EdgeType] = MappingProxyType({e.type: e for e in _EDGES})

ORG_SECOND: Mapping[str, str] = MappingProxyType(
    {
        "hospital": "Hospital",
        "company": "Company",
        "agency": "Agency",
        "school": "School",
        "village": "Village",
        "person_business": "Company",
    }
)
"""`organizations.type` → second label; every other type stays `kind` on Organization (CONTRACT 3)."""

ROLE_POWER: Mapping[str, float] = MappingProxyType(
    {
        "president": 1.0, "vice_president": 0.9, "equipment": 0.9, "pharmacy": 0.9, "purchasing": 0.9, "it": 0.6,
        "finance": 0.6, "clinical_head": 0.8, "head_nurse": 0.5, "lab": 0.6, "doctor": 0.4, "nurse": 0.3, "expert": 0.7,
        "village_head": 1.0, "village_accountant": 0.7, "principal": 1.0, "canteen": 0.8, "handler": 0.8, "official": 0.6,
        "other": 0.3,
    }
)  # fmt: skip
"""Power weight of a role code (CATALOGUE 1.5; nurse, official, other are ours)."""

KIN_DEGREE: Mapping[str, int] = MappingProxyType(
    {"SP": 0, "PA": 1, "CH": 1, "GP": 2, "GC": 2, "SB": 2, "UN": 3, "NE": 3, "CO": 4, "IL1": 2, "IL2": 3}
)
"""Degree of each kin code (CATALOGUE 1.5; the degree of in-laws is ours: that of the blood relative they stand for).

A composed IL1 has 3 or 4 where it is the spouse of an uncle, nephew or cousin, or such a relative of the spouse."""

CONFLICT_KIN: frozenset[str] = frozenset(KIN_DEGREE)
"""Kin codes in the scope of 政府采购法实施条例 art. 9(4) at the degree of the code; `facts.kin_law` tells text by text."""
