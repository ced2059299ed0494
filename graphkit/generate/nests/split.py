"""Shape 4: purchases split below the open-tender amount, at twice the price, from kin; the wards are paid."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, contract, pay
from graphkit.generate.goods import CONSUMABLE_CODE, price_of, total
from graphkit.generate.names import SUPPLIER_KINDS
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def plant(w: World, h: Hospital, c: County, nest_id: str) -> Nest:
    """Four inquiry contracts in eleven weeks, each below and together above the amount; the agent pays three wards."""
    rng = w.stream(f"nest/{nest_id}")
    buyer = h.free("purchasing").person
    wards = [h.free(role).person for role in ("clinical_head", "clinical_head", "head_nurse")]
    sister = w.relative(rng, buyer, "SB", sex="F")
    husband = w.spouse(rng, sister)
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, husband, share="80", founded=date(2019, 4, 18))
    agent = w.person(rng, h.org.region, (26, 40))
    w.role(firm, agent, "employee", since=date(2019, 6, 3))
    items = rng.sample(("HC01", "HC03", "HC07", "HC10"), 3)
    start = date(2022, 8, 22) + timedelta(days=rng.randrange(10))
    for number in range(4):
        lines = []
        for item in items:
            unit = price_of(item) * rng.randint(190, 225) // 100
            lines.append((item, rng.randint(19_500_000, 21_500_000) // unit, unit))
        signed = start + timedelta(days=24 * number + rng.randrange(5))
        plan = Plan(
            "高值耗材零星采购",
            CONSUMABLE_CODE,
            f"专用材料-{signed.year}-零购",
            signed,
            [(firm, total(lines))],
            lines,
            method="inquiry",
        )
        deal = contract(w, rng, h, plan, signed)
        for action, day in (("request", signed - timedelta(days=9)), ("approve", signed - timedelta(days=2))):
            w.tables.add(
                "approvals",
                contract_no=deal.contract_no,
                org=h.org.name,
                person=buyer.name,
                id_no=buyer.id_no,
                action=action,
                date=day,
            )
        for day, fen in pay(w, rng, h, deal, (100,)):
            for place, one in enumerate(wards):
                w.pay(day + timedelta(days=4 + place), agent.acct, one.acct, fen * (20 + place) // 1000, "学术劳务")
            w.pay(day + timedelta(days=2), firm.acct, agent.acct, fen * 8 // 100, "业务费")
            w.pay(day + timedelta(days=9), agent.acct, sister.acct, fen * 15 // 1000, "往来")
    return Nest(
        nest_id,
        4,
        "拆分采购、虚高耗材与妹夫的公司，科室分肥",
        h.org.name,
        ("P01", "P02", "K02", "F02"),
        member_list(
            [
                (buyer, "purchasing head"),
                (sister, "sister"),
                (husband, "brother-in-law, owner"),
                (firm, "supplier"),
                (agent, "sales agent"),
                *((one, "ward head") for one in wards),
            ]
        ),
    )
