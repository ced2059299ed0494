"""Shape 3: a vice president owns a supplier behind a classmate; its sales agent pays the pharmacist and the wife."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, offers, pay, tender
from graphkit.generate.goods import CONSUMABLE_CODE, basket, total
from graphkit.generate.names import SUPPLIER_KINDS
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def plant(w: World, h: Hospital, c: County, nest_id: str) -> Nest:
    """Three tenders won; consultancy fees to the wife, monthly thanks to the pharmacist; one phone and flat shared."""
    rng = w.stream(f"nest/{nest_id}")
    chief, pharmacist = h.free("vice_president").person, h.free("pharmacy").person
    wife = w.spouse(rng, chief)
    age = 2023 - chief.birth.year
    nominee = w.person(rng, h.org.region, (age, age + 1))
    w.relate(chief, nominee, "特定关系人", "谈话", "同学")
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, nominee, share="30", founded=date(2019, 9, 2))
    w.role(firm, chief, "beneficial_owner", "70", since=date(2019, 9, 2))
    agent = w.person(rng, h.org.region, (28, 42))
    w.role(firm, agent, "employee", since=date(2019, 10, 8))
    desk = w.firm(rng, ("健康咨询有限公司",), h.org.region, agent, founded=date(2020, 7, 1))
    phone, flat = w.phone(), f"{h.org.region}区听澜苑3幢1802"
    for one in (pharmacist, agent):
        for kind, value in (("手机", phone), ("住址", flat)):
            w.tables.add(
                "contacts",
                subject=one.name,
                subject_id=one.id_no,
                kind=kind,
                value=value,
                from_date=date(2020, 3, 1),
                source="运营商实名" if kind == "手机" else "物业登记",
            )
    for number in range(3):
        lines = basket(rng, rng.randint(110, 170) * 1_000_000)
        published = date(2021, 3, 9) + timedelta(days=240 * number + rng.randrange(25))
        plan = Plan(
            "医用耗材配送项目",
            CONSUMABLE_CODE,
            f"专用材料-{published.year}-配送{number}",
            published,
            offers(rng, [firm, *rng.sample(h.bidders, 3)], total(lines)),
            lines,
            approvers={"request": pharmacist, "approve": chief},
        )
        for day, fen in pay(w, rng, h, tender(w, rng, h, plan), (60, 40)):
            w.pay(day + timedelta(days=5), firm.acct, desk.acct, fen * 14 // 100, "咨询服务费")
            w.pay(day + timedelta(days=7), desk.acct, wife.acct, fen * 9 // 100, "咨询费")
    w.pay(date(2022, 6, 8), firm.acct, wife.acct, rng.randint(20, 50) * 100_000, "顾问费")
    for month in range(9):
        w.pay(date(2022, 3 + month, 21), agent.acct, pharmacist.acct, rng.randint(6, 10) * 100_000, "劳务")
    return Nest(
        nest_id,
        3,
        "副院长请同学代持供应商，销售代表打点药剂科",
        h.org.name,
        ("K01", "K03", "F02"),
        member_list(
            [
                (chief, "vice president"),
                (wife, "wife"),
                (pharmacist, "pharmacy head"),
                (nominee, "nominee"),
                (firm, "supplier"),
                (agent, "sales agent"),
                (desk, "consultancy"),
            ]
        ),
    )
