"""Look-alikes about shared things: pooled deposit accounts, a bid room, a hub address, a switchboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from graphkit.generate.buying import Plan, offers, pay, tender
from graphkit.generate.goods import CONSUMABLE_CODE, basket, total
from graphkit.generate.objects import Hospital, Org, Person, member_list
from graphkit.generate.truth import LookAlike
from graphkit.generate.welfare import County
from graphkit.generate.world import World


def pool(number: int, why: str) -> Callable[[World, Hospital, County], LookAlike]:
    """Deposits out of a guarantee insurer's account; number 0 is a pool by kind, number 1 by whitelist only."""

    def make(w: World, h: Hospital, c: County) -> LookAlike:
        rng = w.stream(f"like/pool/{number}")
        insurer = w.insurers[number]
        acct = w.account(insurer.name, insurer.uscc, "保证保险专户" if number == 0 else "对公", date(2018, 1, 8))
        if number:
            w.tables.add(
                "whitelists",
                detector="B02",
                kind="account",
                value=acct,
                reason="保证保险归集账户",
                valid_from=date(2020, 1, 1),
            )
        firms = rng.sample(h.bidders, min(4, len(h.bidders)))
        lines = basket(rng, rng.randint(60, 110) * 1_000_000)
        published = date(2022, 5, 9 + number)
        plan = Plan(
            "医用耗材年度采购项目",
            CONSUMABLE_CODE,
            f"专用材料-{published.year}-保险{number}",
            published,
            offers(rng, firms, total(lines)),
            lines,
            deposits={firm.name: (acct, insurer.name, "insurance") for firm in firms},
        )
        pay(w, rng, h, tender(w, rng, h, plan))
        kind = "whitelisted_account" if number else "pool_account"
        return LookAlike(
            kind, why, member_list([(insurer, "guarantee insurer"), *((firm, "bidder") for firm in firms)])
        )

    return make


def bid_room(w: World, h: Hospital, c: County) -> LookAlike:
    """Every bidder of three tenders uploads from the agency's network address."""
    rng = w.stream("like/bid_room")
    agent, seen = w.agents[2], dict[str, Org]()
    for number in range(3):
        firms = rng.sample(h.bidders, min(4, len(h.bidders)))
        seen |= {firm.uscc: firm for firm in firms}
        lines = basket(rng, rng.randint(60, 110) * 1_000_000)
        published = date(2021, 8, 16) + timedelta(days=150 * number)
        plan = Plan(
            "医用耗材电子化采购项目",
            CONSUMABLE_CODE,
            f"专用材料-{published.year}-电子{number}",
            published,
            offers(rng, firms, total(lines)),
            lines,
            agent=agent,
            room_ip="10.99.0.8",
        )
        pay(w, rng, h, tender(w, rng, h, plan))
    return LookAlike(
        "bid_room_ip",
        "all bidders uploaded in the agency's bid room: one address of the network, no other shared trace",
        member_list([(agent, "agency"), *((firm, "bidder") for firm in seen.values())]),
    )


def _hub(w: World, subjects: list[Person | Org], kind: str, value: str, source: str) -> None:
    for one in subjects:
        number = one.id_no if isinstance(one, Person) else one.uscc
        w.tables.add(
            "contacts",
            subject=one.name,
            subject_id=number,
            kind=kind,
            value=value,
            from_date=date(2020, 1, 1),
            source=source,
        )


def hub_address(w: World, h: Hospital, c: County) -> LookAlike:
    """An incubator's address with more than twenty users."""
    staff = [h.free("nurse", "doctor").person for _ in range(3)]
    crowd: list[Person | Org] = [*staff, *h.bidders[:9], *w.shops[:3], *w.makers[:4], *w.experts[:10]]
    _hub(w, crowd, "地址", "云麓创业园1号楼集群注册托管地址", "登记机关")
    return LookAlike(
        "hub_address",
        "an incubator's address used by more than twenty subjects, among them staff and suppliers",
        member_list([*((one, "staff") for one in staff), *((firm, "supplier") for firm in h.bidders[:3])]),
    )


def hub_phone(w: World, h: Hospital, c: County) -> LookAlike:
    """A switchboard given as their number by staff and by a supplier."""
    staff = h.free("nurse", "doctor").person
    crowd: list[Person | Org] = [staff, *(post.person for post in h.posts[:24]), h.bidders[-1]]
    _hub(w, list(dict.fromkeys(crowd)), "电话", h.org.phone, "医院总机")
    return LookAlike(
        "hub_phone",
        "the hospital's switchboard is given as their number by its staff and by one supplier",
        member_list([(staff, "staff"), (h.bidders[-1], "supplier")]),
    )
