"""Look-alikes about persons: a shared name, kin elsewhere, an old post, a recusal, money within a family."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from graphkit.generate.buying import Plan, offers, pay, tender
from graphkit.generate.goods import CONSUMABLE_CODE, basket, total
from graphkit.generate.names import SUPPLIER_KINDS
from graphkit.generate.objects import Hospital, Org, Post, member_list
from graphkit.generate.province import add_post
from graphkit.generate.truth import LookAlike
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def _wins(w: World, h: Hospital, firm: Org, published: date, tag: str) -> None:
    rng = w.stream(f"likewins/{tag}/{h.index}")
    lines = basket(rng, rng.randint(60, 110) * 1_000_000)
    bids = offers(rng, [firm, *rng.sample(h.bidders, min(3, len(h.bidders)))], total(lines))
    plan = Plan("医用耗材补充采购项目", CONSUMABLE_CODE, f"专用材料-{published.year}-{tag}", published, bids, lines)
    pay(w, rng, h, tender(w, rng, h, plan))


def same_name(w: World, h: Hospital, c: County) -> LookAlike:
    """A supplier whose owner, known by name only, is called like a doctor of the buyer."""
    rng = w.stream("like/same_name")
    staff = h.free("clinical_head", "doctor").person
    stranger = w.person(rng, h.org.region, (30, 60), sex=staff.sex, name=staff.name)
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, replace(stranger, id_no=""))
    _wins(w, h, firm, date(2022, 4, 12), "same")
    return LookAlike(
        "same_name",
        "owner of a supplier and a doctor of the buyer share a name; no number links them",
        member_list([(staff, "doctor"), (stranger, "namesake"), (firm, "supplier")]),
    )


def kin_elsewhere(w: World, h: Hospital, c: County) -> LookAlike:
    """A sibling of a member of staff works for a firm that never dealt with this hospital."""
    rng = w.stream("like/kin_elsewhere")
    staff = h.free("finance", "lab").person
    sibling = w.relative(rng, staff, "SB")
    firm = next((one for one in w.suppliers if one not in h.bidders), w.shops[0])
    w.role(firm, sibling, "employee", since=date(2020, 3, 1))
    for month in range(1, 10):
        w.pay(date(2022, month, 15), firm.acct, sibling.acct, 520_000 + month * 1_000, "工资", "batch")
    w.pay(date(2022, 9, 1), sibling.acct, staff.acct, 1_500_000, "父母住院费分摊")
    return LookAlike(
        "kin_elsewhere",
        "a sibling works for a firm that never dealt with this hospital",
        member_list([(staff, "staff"), (sibling, "sibling")]),
    )


def former_post(w: World, h: Hospital, c: County) -> LookAlike:
    """A supplier of a man who left this hospital in 2017."""
    rng = w.stream("like/former_post")
    one = w.person(rng, h.org.region, (45, 58))
    post = Post(one, "药剂科", "pharmacy", f"{h.index + 1:02d}901")
    add_post(w, h.org, post, head=True, since=date(2009, 3, 1), until=date(2017, 6, 30))
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, one, founded=date(2020, 10, 12))
    _wins(w, h, firm, date(2022, 6, 20), "former")
    w.pay(date(2023, 1, 16), firm.acct, one.acct, 8_000_000, "股东分红")
    return LookAlike(
        "former_post",
        "the owner left this hospital more than three years before the firm was founded",
        member_list([(one, "former pharmacy head, owner"), (firm, "supplier")]),
    )


def recused(w: World, h: Hospital, c: County) -> LookAlike:
    """A supplier of a sibling, disclosed and recused, with no part taken."""
    rng = w.stream("like/recused")
    staff = h.free("lab", "it").person
    sibling = w.relative(rng, staff, "SB")
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, sibling, founded=date(2018, 8, 1))
    for kind, day in (("disclosed", date(2021, 1, 8)), ("recused", date(2022, 2, 10))):
        w.tables.add(
            "recusals",
            person=staff.name,
            id_no=staff.id_no,
            org=h.org.name,
            counterparty=firm.name,
            kind=kind,
            date=day,
            reason="近亲属为供应商股东",
        )
    _wins(w, h, firm, date(2022, 3, 7), "recused")
    return LookAlike(
        "recused",
        "kin own a supplier; disclosed a year before, recused, took part in nothing",
        member_list([(staff, "recused staff"), (sibling, "sibling, owner"), (firm, "supplier")]),
    )


def family_transfers(w: World, h: Hospital, c: County) -> LookAlike:
    """A parent pays for a flat."""
    rng = w.stream("like/family_transfers")
    staff = h.free("equipment", "vice_president", "doctor").person
    parent = w.relative(rng, staff, "PA")
    for day, amount in ((date(2022, 2, 8), 200_000), (date(2022, 3, 8), 200_000), (date(2022, 4, 8), 180_000)):
        w.pay(day, parent.acct, staff.acct, amount * 100, "购房款")
    return LookAlike(
        "family_transfers",
        "large transfers from a parent who has nothing to do with any supplier",
        member_list([(staff, "staff"), (parent, "parent")]),
    )
