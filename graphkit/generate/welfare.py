"""Benefits of a county: the handling centre and its people, two villages, recipients, payments, deaths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from graphkit.generate.names import county_name
from graphkit.generate.objects import Org, Person, Post
from graphkit.generate.province import add_post, region_of
from graphkit.generate.tables import yuan
from graphkit.generate.world import World

_MONTHS = [date(2023, month, 1) for month in range(1, 13)]
_AMOUNT = {"resident_pension": 19_800, "dibao": 52_000, "senior": 10_000, "disability": 12_000}


@dataclass(slots=True)
class County:
    """Who handles the benefits of a county, two cadres a village; `planted` counts the nests put here."""

    number: int
    region: str
    centre: Org
    handlers: list[Person]
    reviewer: Person
    villages: list[Org]
    village_staff: list[Person]
    planted: int = 0


def county(w: World, number: int) -> County:
    """Build a county's benefits for 2023: 16 recipients, three of whom die and are no longer paid."""
    rng = w.stream(f"welfare/{number}")
    region = region_of(number)
    place = county_name(number)
    centre = w.org(rng, "government", region, f"{place}社会保险经办中心", level="county")
    posts = [
        Post(w.person(rng, region, (30, 56)), dept, role, f"J{number:02d}{place_no}")
        for place_no, (dept, role) in enumerate(
            (
                ("综合股", "official"),
                ("待遇股", "handler"),
                ("待遇股", "handler"),
                ("待遇股", "handler"),
                ("稽核股", "official"),
                ("财务股", "finance"),
            )
        )
    ]
    for post in posts:
        add_post(w, centre, post, head=post.role == "official", since=date(2017, 4, 1))
    villages, cadres = [], []
    for place_no in range(2):
        village = w.org(
            rng, "village", region, f"{place}{'东西'[place_no]}{'坪梁'[place_no]}村股份经济合作社", level="town"
        )
        villages.append(village)
        for role in ("village_head", "village_accountant"):
            post = Post(w.person(rng, region, (38, 60)), "村两委", role, f"C{number:02d}{place_no}{role[8]}")
            cadres.append(post.person)
            add_post(w, village, post, head=role == "village_head", since=date(2018, 1, 1))
    out = County(number, region, centre, [post.person for post in posts[1:4]], posts[4].person, villages, cadres)
    for place_no in range(16):
        one = w.person(rng, region, (62, 90))
        handler = out.handlers[place_no % 3]
        died = _MONTHS[2 + place_no * 2] + timedelta(days=rng.randrange(27)) if place_no < 3 else None
        scheme = rng.choice(("resident_pension", "resident_pension", "dibao"))
        enrol(w, rng, out, one, scheme, handler, villages[place_no % 2])
        if died:
            die(w, one, died)
        for month in _MONTHS:
            if died is None or month <= died:
                benefit(w, one, scheme, region, month, holder=one)
    return out


def enrol(
    w: World,
    rng: Random,
    c: County,
    one: Person,
    scheme: str,
    handler: Person,
    village: Org,
    checked: date | None = date(2023, 3, 20),
    channel: str = "face",
    region: str = "",
) -> None:
    """A row in `beneficiaries`."""
    w.tables.add(
        "beneficiaries",
        id_no=one.id_no,
        name=one.name,
        scheme=scheme,
        region=region or c.region,
        agency=c.centre.name,
        village=village.name,
        approved=date(2018, 1, 1) + timedelta(days=rng.randrange(1200)),
        handler=handler.name,
        handler_id_no=handler.id_no,
        reviewer=c.reviewer.name,
        last_check=checked,
        channel=channel,
        status="active",
    )


def die(w: World, one: Person, day: date, source: str = "police") -> None:
    """A row in `deaths`."""
    w.tables.add("deaths", id_no=one.id_no, name=one.name, date=day, source=source)


def benefit(
    w: World,
    one: Person,
    scheme: str,
    region: str,
    month: date,
    *,
    holder: Person,
    kind: str = "正常",
    paid: date | None = None,
    fen: int = 0,
) -> None:
    """A row in `benefit_payments` for one month, to the account of `holder`."""
    w.tables.add(
        "benefit_payments",
        id_no=one.id_no,
        name=one.name,
        scheme=scheme,
        region=region,
        period=f"{month:%Y-%m}",
        kind=kind,
        amount=yuan(fen or _AMOUNT.get(scheme, 60_000)),
        acct=holder.acct,
        acct_holder=holder.name,
        paid=paid or month + timedelta(days=14),
    )


def exclusions(w: World) -> None:
    """Which benefits exclude one another."""
    for a, b, grace in (
        ("employee_pension", "resident_pension", 1),
        ("resident_pension", "resident_pension", 1),
        ("unemployment", "employed", 1),
    ):
        w.tables.add("exclusive_schemes", scheme_a=a, scheme_b=b, grace_months=grace, source="云麓省（虚构）待遇互斥表")
