"""Shape 5: a benefit handler keeps the dead on the list and doubles the living; a village head's brother supplies."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, contract, pay
from graphkit.generate.names import county_name
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County, benefit, die, enrol
from graphkit.generate.world import World

_MONTHS = [date(2023, month, 1) for month in range(1, 13)]


def plant(w: World, h: Hospital, c: County, nest_id: str) -> Nest:
    """Five dead recipients paid on, two living ones doubled, all to accounts of kin; three village contracts to kin."""
    rng = w.stream(f"nest/{nest_id}")
    place, c.planted = c.planted, c.planted + 1
    handler, cadre, village = c.handlers[place], c.village_staff[2 * place], c.villages[place]
    wife, brother = w.spouse(rng, handler), w.relative(rng, handler, "SB")
    kinsman = w.relative(rng, cadre, "SB", sex="M")
    for number in range(5):
        one = w.person(rng, c.region, (78, 92))
        enrol(w, rng, c, one, "resident_pension", handler, village, date(2021, 8, 2), "proxy")
        die(w, one, date(2023, 1 + number % 3, 4 + number), "cremation" if number == 4 else "police")
        for month in _MONTHS:
            benefit(w, one, "resident_pension", c.region, month, holder=(wife, wife, kinsman)[number % 3])
    for _ in range(2):
        one = w.person(rng, c.region, (64, 80))
        for scheme, holder in (("resident_pension", one), ("employee_pension", brother)):
            enrol(w, rng, c, one, scheme, handler, village, date(2022, 2, 15), "proxy")
            for month in _MONTHS:
                benefit(
                    w, one, scheme, c.region, month, holder=holder, fen=230_000 if scheme == "employee_pension" else 0
                )
    firm = w.firm(rng, ("乡村建设服务有限公司",), c.region, kinsman, founded=date(2019, 11, 5))
    unit = Hospital(90 + 2 * c.number + place, village)
    for number in range(3):
        signed = date(2022, 2, 14) + timedelta(days=200 * number + rng.randrange(20))
        fen = rng.randint(18, 42) * 1_000_000
        plan = Plan(
            "村道维修工程", "B02000000", f"一事一议-{signed.year}-{number}", signed, [(firm, fen)], method="inquiry"
        )
        deal = contract(w, rng, unit, plan, signed)
        w.tables.add(
            "approvals",
            contract_no=deal.contract_no,
            org=village.name,
            person=cadre.name,
            id_no=cadre.id_no,
            action="approve",
            date=signed - timedelta(days=3),
        )
        for day, paid in pay(w, rng, unit, deal, (100,)):
            w.pay(day + timedelta(days=5), kinsman.acct, cadre.acct, paid * 6 // 100, "往来")
    for month_no in range(2, 12, 2):
        w.pay(date(2023, month_no, 25), wife.acct, cadre.acct, rng.randint(20, 35) * 10_000, "代办费")
        w.pay(date(2023, month_no, 20), kinsman.acct, handler.acct, rng.randint(12, 24) * 10_000, "往来")
        w.pay(date(2023, month_no, 26), brother.acct, wife.acct, rng.randint(30, 45) * 10_000, "往来")
    return Nest(
        nest_id,
        5,
        f"{county_name(c.number)}待遇经办人死亡冒领、重复领取与村级工程",
        c.centre.name,
        ("W01", "W02", "K02"),
        member_list(
            [
                (handler, "benefit handler"),
                (wife, "wife, account holder"),
                (brother, "brother, account holder"),
                (cadre, "village head"),
                (kinsman, "village head's brother, account holder and owner"),
                (firm, "village supplier"),
            ]
        ),
    )
