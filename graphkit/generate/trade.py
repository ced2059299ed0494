"""The honest business of a hospital: ten open tenders, nine small purchases, and how they are paid."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, contract, offers, pay, tender
from graphkit.generate.goods import CONSUMABLE_CODE, EQUIPMENT, EQUIPMENT_CODE, basket, fair, total
from graphkit.generate.objects import Hospital
from graphkit.generate.tables import yuan
from graphkit.generate.world import World

_SERVICES = (("物业管理服务", "C21040000"), ("医疗设备维保服务", "C05030000"), ("医疗废物处置服务", "C16050000"))


def day_in(rng_days: int, start: date = date(2021, 1, 25)) -> date:
    """A day so many days after the first notice that leaves time to buy and to pay before the end of 2023."""
    return start + timedelta(days=rng_days)


def buy(w: World, h: Hospital) -> None:
    """Everything a hospital buys lawfully in three years."""
    rng = w.stream(f"trade/{h.index}")
    for number in range(10):
        firms = rng.sample(h.bidders, min(rng.randint(3, 7), len(h.bidders)))
        published = day_in(85 * number + rng.randrange(60))
        if number % 10 in {1, 4, 7}:
            item = rng.randrange(len(EQUIPMENT)) + 1
            code, name = f"SB{item:02d}", EQUIPMENT[item - 1][0]
            qty = rng.randint(1, 2)
            unit = fair(rng, code)
            plan = Plan(
                f"{name}采购项目",
                EQUIPMENT_CODE,
                f"设备购置-{published.year}-{number}",
                published,
                offers(rng, firms, qty * unit),
                [(code, qty, unit)],
            )
        elif number == 9:
            name, category = rng.choice(_SERVICES)
            fen = rng.randint(30, 120) * 1_000_000
            plan = Plan(
                f"{name}采购项目", category, f"运行经费-{published.year}-{number}", published, offers(rng, firms, fen)
            )
        else:
            lines = basket(rng, rng.randint(60, 180) * 1_000_000)
            plan = Plan(
                "医用耗材采购项目",
                CONSUMABLE_CODE,
                f"专用材料-{published.year}-{number}",
                published,
                offers(rng, firms, total(lines)),
                lines,
            )
        deal = tender(w, rng, h, plan)
        pay(w, rng, h, deal, (60, 40) if number % 2 else (70, 20, 10))
    for number in range(9):
        firm = rng.choice(h.bidders)
        signed = date(2021 + number // 3, 2 + number % 3 * 3, rng.randint(1, 28))
        fen = rng.randint(20, 150) * 100_000
        small = Plan(
            f"零星物资采购{number + 1}",
            "A07000000",
            f"办公经费-{signed.year}-{number}",
            signed,
            [(firm, fen)],
            method="inquiry",
        )
        deal = contract(w, rng, h, small, signed)
        pay(w, rng, h, deal, (100,))
    rules = {"open_tender": 2_000_000, "procurement_limit": 200_000, "grace_months": 1}
    for rule, amount in rules.items() if h.index == 0 else ():
        w.tables.add(
            "thresholds",
            jurisdiction="99",
            rule=rule,
            amount=amount,
            valid_from=date(2019, 1, 1),
            source="云麓省（虚构）限额标准",
        )


def use(w: World, h: Hospital) -> None:
    """A modest sample of billed consumables, one training donation of a maker to the hospital."""
    rng = w.stream(f"use/{h.index}")
    doctors = [p for p in h.posts if p.role in {"doctor", "clinical_head"}]
    for number in range(40):
        post = rng.choice(doctors)
        item = f"HC{rng.randint(1, 10):02d}"
        day = date(2023, 1, 1) + timedelta(days=rng.randrange(365))
        w.tables.add(
            "usage",
            org=h.org.name,
            patient_hash=f"p{h.index:02d}{rng.randrange(16**8):08x}",
            dx_group=f"DX{rng.randint(1, 30):02d}",
            item=item,
            qty=rng.randint(1, 3),
            price=yuan(fair(rng, item)),
            doctor=post.number,
            dept=post.dept,
            ts=f"{day.isoformat()} {8 + number % 10:02d}:{number * 7 % 60:02d}:00",
        )
    maker = rng.choice(w.makers)
    w.tables.add(
        "sponsorships",
        payer=maker.name,
        payer_id=maker.uscc,
        payee=h.org.name,
        payee_id=h.org.uscc,
        kind="training",
        amount=yuan(rng.randint(20, 80) * 100_000),
        date=date(2022, rng.randint(3, 11), 15),
        purpose="公开学术培训",
    )
