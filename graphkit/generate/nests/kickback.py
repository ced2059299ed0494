"""Shape 1: an equipment chief, his wife's brother's firm, and money back to the wife through a mule account."""

from __future__ import annotations

from datetime import date, timedelta

from graphkit.generate.buying import Plan, offers, pay, tender
from graphkit.generate.goods import EQUIPMENT, EQUIPMENT_CODE, fair
from graphkit.generate.names import SUPPLIER_KINDS
from graphkit.generate.objects import Hospital, member_list
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def plant(w: World, h: Hospital, c: County, nest_id: str) -> Nest:
    """Three tenders won, six payments, and after each about a tenth of it to the wife within a fortnight."""
    rng = w.stream(f"nest/{nest_id}")
    chief = h.free("equipment").person
    wife = w.spouse(rng, chief)
    brother = w.relative(rng, wife, "SB", sex="M")
    firm = w.firm(rng, SUPPLIER_KINDS, h.org.region, brother, share="90", founded=date(2018, 5, 10))
    mule = w.person(rng, h.org.region, (24, 34))
    rate = rng.randint(90, 115)
    for number, item in enumerate((1, 5, 1)):
        unit = fair(rng, f"SB{item:02d}")
        published = date(2021, 5, 11) + timedelta(days=250 * number + rng.randrange(20))
        bids = offers(rng, [firm, *rng.sample(h.bidders, 3)], 2 * unit)
        plan = Plan(
            f"{EQUIPMENT[item - 1][0]}采购项目",
            EQUIPMENT_CODE,
            f"设备购置-{published.year}-专项{number}",
            published,
            bids,
            [(f"SB{item:02d}", 2, unit)],
            approvers={"request": chief, "accept": chief},
        )
        for day, fen in pay(w, rng, h, tender(w, rng, h, plan), (60, 40)):
            back = fen * rate // 1000 // 10_000 * 10_000
            out = day + timedelta(days=rng.randint(3, 12))
            w.pay(out, firm.acct, mule.acct, back, rng.choice(("运输服务费", "安装服务费", "技术服务费")))
            w.pay(out + timedelta(days=1), mule.acct, wife.acct, back * 98 // 100, "往来")
    w.pay(date(2022, 10, 3), brother.acct, wife.acct, rng.randint(30, 60) * 100_000, "装修款")
    w.pay(date(2023, 1, 12), firm.acct, wife.acct, rng.randint(20, 50) * 100_000, "咨询费")
    return Nest(
        nest_id,
        1,
        "设备科长—妻弟的公司—过桥账户—妻子",
        h.org.name,
        ("K02", "F01", "F02"),
        member_list(
            [
                (chief, "equipment chief"),
                (wife, "wife"),
                (brother, "wife's brother, owner"),
                (firm, "supplier"),
                (mule, "mule"),
            ]
        ),
    )
