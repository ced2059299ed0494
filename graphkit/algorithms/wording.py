"""One hop in words, zh and en: what a tie of each type states, as a template over both ends (STYLE 4.7: facts only)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from graphkit.errors import Text

KIN: Mapping[str, Text] = MappingProxyType(
    {
        "SP": Text("配偶", "spouse"),
        "PA": Text("父母", "parent"),
        "CH": Text("子女", "child"),
        "GP": Text("祖父母或外祖父母", "grandparent"),
        "GC": Text("孙子女或外孙子女", "grandchild"),
        "SB": Text("兄弟姐妹", "sibling"),
        "UN": Text("伯叔姑舅姨", "uncle or aunt"),
        "NE": Text("侄甥", "nephew or niece"),
        "CO": Text("堂表兄弟姐妹", "cousin"),
        "IL1": Text("近姻亲", "close in-law"),
        "IL2": Text("儿女亲家", "parent of a child's spouse"),
    }
)
"""What B is to A (CATALOGUE 1.5)."""

DIRECTS: Mapping[str, Text] = MappingProxyType(
    {
        "director": Text("董事", "a director"),
        "supervisor": Text("监事", "a supervisor"),
        "manager": Text("经理", "a manager"),
    }
)
CONTACT: Mapping[str, Text] = MappingProxyType(
    {
        "phone": Text("电话", "phone number"),
        "email": Text("电子邮箱", "e-mail address"),
        "address": Text("地址", "address"),
        "wechat": Text("微信号", "WeChat id"),
    }
)

TEMPLATES: Mapping[str, Text] = MappingProxyType(
    {
        "KIN_OF": Text("{b} 是 {a} 的{what}", "{b} is the {what} of {a}"),
        "ASSOCIATE_OF": Text("{b} 是 {a} 的特定关系人{detail}", "{b} is an associate of {a}{detail}"),
        "LEGAL_REP_OF": Text("{a} 是 {b} 的法定代表人", "{a} is the legal representative of {b}"),
        "DIRECTS": Text("{a} 是 {b} 的{what}", "{a} is {what} of {b}"),
        "OWNS": Text("{a} 持有 {b} 的出资{detail}", "{a} holds a share in {b}{detail}"),
        "NOMINEE_FOR": Text("{a} 代 {b} 持有权益{detail}", "{a} holds an interest as nominee for {b}{detail}"),
        "CONTROLS": Text("{a} 通过出资链控制 {b}{detail}", "{a} controls {b} through a chain of shares{detail}"),
        "EMPLOYED_BY": Text("{a} 任职于 {b}", "{a} is or was employed by {b}"),
        "SHARES_CONTACT": Text("{a} 与 {b} 使用同一{what}", "{a} and {b} use the same {what}"),
        "PAID": Text("{a} 向 {b} 付款 {n} 笔，共 {amount} 元", "{a} paid {b} {amount} yuan in {n} payment(s)"),
        "SPONSORED": Text(
            "{a} 向 {b} 支付赞助、讲课等费用共 {amount} 元", "{a} gave {b} {amount} yuan as sponsorship or fees"
        ),
        "AWARDED_TO": Text("{a} 将采购授予 {b}，共 {amount} 元", "{a} awarded purchases of {amount} yuan to {b}"),
        "CO_BID": Text("{a} 与 {b} 在 {n} 个项目中同场投标", "{a} and {b} bid in the same {n} tender(s)"),
        "SUBMITTED_VIA": Text("{a} 与 {b} 的投标使用同一设备特征", "bids of {a} and {b} carry the same device mark"),
        "DEPOSIT_FROM": Text("{a} 与 {b} 由同一账户缴纳投标保证金相连", "a bid deposit account joins {a} and {b}"),
        "OPERATES_ACCOUNT": Text("{a} 操作 {b} 名下账户", "{a} operates an account held by {b}"),
        "EVALUATED": Text("{a} 评审的项目由 {b} 中标", "{b} won a tender that {a} evaluated"),
        "REQUESTED": Text("{a} 申请或论证的采购由 {b} 成交", "{b} won a purchase that {a} requested"),
        "APPROVED": Text("{a} 审批的采购由 {b} 成交", "{b} won a purchase that {a} approved"),
        "ACCEPTED": Text("{a} 验收 {b} 的供货", "{a} accepted deliveries of {b}"),
        "SETTLED": Text("{a} 办理 {b} 的结算", "{a} settled payments to {b}"),
        "BID_CONTACT": Text("{a} 是 {b} 投标的授权代表", "{a} was the bid contact of {b}"),
        "PROJECT_MEMBER": Text("{a} 是 {b} 投标的项目成员", "{a} was a project member in a bid of {b}"),
        "SUBCONTRACTED_TO": Text("{a} 将合同分包给 {b}", "{a} subcontracted to {b}"),
        "HANDLED_BY": Text("{a} 的待遇由 {b} 经办", "benefits of {a} were handled by {b}"),
        "PAID_TO_ACCOUNT": Text(
            "{a} 的待遇发放至 {b} 名下账户，共 {amount} 元", "benefits of {a}, {amount} yuan, went to an account of {b}"
        ),
    }
)
"""Ties between persons and organizations; `a` and `b` are the ends as the facts state them."""

GENERIC = Text("{a}（{caption}）{b}", "{a} ({caption}) {b}")
"""Any other relationship type, with its caption of `graphkit.model`."""
