"""Shape 2: four bidders on one machine, one purse and one price ladder, behind them the purchasing head's kin."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, pay, tender
from graphkit.generate.goods import CONSUMABLE_CODE, basket, total
from graphkit.generate.names import SUPPLIER_KINDS
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def plant(w: World, h: Hospital, c: County, nest_id: str) -> Nest:
    """Four tenders in which only the ring bids; A, B, C and A win; prices climb by one ratio, to the fen."""
    rng = w.stream(f"nest/{nest_id}")
    head = h.free("purchasing").person
    owner = w.relative(rng, head, "SB")
    straws = [w.person(rng, h.org.region, (26, 60)) for _ in range(3)]
    shares = ("40", "60", "100", "100")
    firms = [
        w.firm(
            rng, SUPPLIER_KINDS, h.org.region, straw, share=share, founded=date(2019, 2, 1) + timedelta(days=90 * place)
        )
        for place, (straw, share) in enumerate(zip((*straws, straws[2]), shares, strict=True))
    ]
    w.role(firms[0], owner, "beneficial_owner", "60", since=date(2019, 3, 1))
    w.role(firms[1], owner, "shareholder", "40", since=date(2019, 6, 1))
    shared = {firm.name: w_mac for w_mac in [w.mac()] for firm in firms}
    purse = {firm.name: (owner.acct, owner.name, "transfer") for firm in firms}
    for number in range(4):
        lines = basket(rng, rng.randint(70, 150) * 1_000_000)
        step = 1 + rng.randint(10, 19) / 1000
        order = firms[number % 3 :] + firms[: number % 3]
        bids = [(firm, round(total(lines) * step**place)) for place, firm in enumerate(order)]
        published = date(2021, 4, 6) + timedelta(days=190 * number + rng.randrange(25))
        plan = Plan(
            "专科耗材采购项目",
            CONSUMABLE_CODE,
            f"专用材料-{published.year}-专科{number}",
            published,
            bids,
            lines,
            macs=shared,
            deposits=purse,
            approvers={"request": head, "approve": head},
        )
        for day, fen in pay(w, rng, h, tender(w, rng, h, plan), (70, 30)):
            w.pay(day + timedelta(days=6), order[0].acct, owner.acct, fen * 12 // 100, "往来款")
    roles = [(firm, f"ring bidder {'ABCD'[place]}") for place, firm in enumerate(firms)]
    return Nest(
        nest_id,
        2,
        "采购办主任的手足幕后控制四家公司围标",
        h.org.name,
        ("B01", "B02", "B03", "K02"),
        member_list(
            [(head, "purchasing head"), (owner, "shadow owner"), *roles, *((one, "straw owner") for one in straws)]
        ),
    )
