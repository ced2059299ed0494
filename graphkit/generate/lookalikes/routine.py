"""Look-alikes about procedure: framework call-offs, approved single source, benefits within grace."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, contract, pay, tender
from graphkit.generate.goods import EQUIPMENT, EQUIPMENT_CODE, fair
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import LookAlike
from graphkit.generate.welfare import County, benefit, die, enrol
from graphkit.generate.world import World


def framework(w: World, h: Hospital, c: County) -> LookAlike:
    """Call-offs of a framework."""
    rng = w.stream("like/framework")
    firm = h.bidders[1]
    for number in range(4):
        signed = date(2022, 2, 15) + timedelta(days=60 * number)
        fen = rng.randint(185, 198) * 1_000_000
        plan = Plan(
            "药品框架协议第二阶段订单",
            "A11000000",
            "药品-2022-框架",
            signed,
            [(firm, fen)],
            method="framework",
            framework=True,
        )
        pay(w, rng, h, contract(w, rng, h, plan, signed), (100,))
    return LookAlike(
        "framework",
        "call-offs of one framework, each just below the open-tender amount",
        member_list([(firm, "supplier")]),
    )


def single_source(w: World, h: Hospital, c: County) -> LookAlike:
    """Approved, published single-source purchases."""
    rng = w.stream("like/single_source")
    firm = h.bidders[2 % len(h.bidders)]
    for number in range(2):
        published = date(2022, 3, 14) + timedelta(days=70 * number)
        unit = fair(rng, "SB05")
        plan = Plan(
            f"{EQUIPMENT[4][0]}配套采购项目",
            EQUIPMENT_CODE,
            "设备购置-2022-单一来源",
            published,
            [(firm, unit)],
            [("SB05", 1, unit)],
            method="direct",
            approved=True,
        )
        deal = tender(w, rng, h, plan)
        w.tables.add(
            "notices",
            project_no=deal.contract_no.removeprefix("HT-"),
            lot="1",
            kind="single_source",
            published=published,
            ended=published + timedelta(days=8),
            supplier=firm.name,
        )
        pay(w, rng, h, deal)
    return LookAlike(
        "single_source",
        "approved and published single-source purchases of one budget item",
        member_list([(firm, "supplier")]),
    )


def back_payment(w: World, h: Hospital, c: County) -> LookAlike:
    """Benefits paid after a death, lawfully."""
    rng = w.stream("like/back_payment")
    one = w.person(rng, c.region, (76, 88))
    child = w.relative(rng, one, "CH")
    enrol(w, rng, c, one, "resident_pension", c.handlers[-1], c.villages[-1])
    die(w, one, date(2023, 5, 20))
    for month in range(1, 5):
        benefit(w, one, "resident_pension", c.region, date(2023, month, 1), holder=one)
    benefit(w, one, "resident_pension", c.region, date(2023, 5, 1), holder=one, kind="补发", paid=date(2023, 7, 20))
    benefit(w, one, "resident_pension", c.region, date(2023, 6, 1), holder=one)
    benefit(
        w,
        one,
        "resident_pension",
        c.region,
        date(2023, 8, 1),
        holder=child,
        kind="丧葬费",
        paid=date(2023, 8, 25),
        fen=160_000,
    )
    return LookAlike(
        "back_payment",
        "paid after death, but for the month of death, within the month of grace, and a funeral grant",
        member_list([(one, "deceased recipient"), (child, "child")]),
    )


def transfer_month(w: World, h: Hospital, c: County) -> LookAlike:
    """Two regions pay one month."""
    rng = w.stream("like/transfer_month")
    one = w.person(rng, c.region, (63, 75))
    for region, months in ((c.region, range(1, 7)), ("999901", range(6, 13))):
        enrol(w, rng, c, one, "resident_pension", c.handlers[-1], c.villages[-1], region=region)
        for month in months:
            benefit(w, one, "resident_pension", region, date(2023, month, 1), holder=one)
    return LookAlike(
        "transfer_month",
        "moved in June: both regions paid for that one month of grace",
        member_list([(one, "recipient")]),
    )
