"""Who is there: counties, hospitals with staff and families, suppliers with owners and employees, shops, experts."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from graphkit.generate import names
from graphkit.generate.objects import Hospital, Org, Post
from graphkit.generate.world import World

_KINDS = ("人民医院", "中医医院", "妇幼保健院", "第二人民医院")
_ADMIN = (
    ("院办", "president", 1),
    ("院办", "vice_president", 2),
    ("设备科", "equipment", 2),
    ("药剂科", "pharmacy", 2),
    ("采购办", "purchasing", 2),
    ("信息科", "it", 1),
    ("财务科", "finance", 2),
    ("检验科", "lab", 2),
)
_OFFICES = {
    "院办": ("行政", "采购"),
    "设备科": ("设备", "采购;验收"),
    "药剂科": ("药剂", "采购;用药"),
    "采购办": ("采购", "采购"),
    "信息科": ("信息", "统方"),
    "财务科": ("财务", "结算"),
    "检验科": ("检验", "用药"),
}


def region_of(county: int) -> str:
    """The six digits of a county: 99 is no province, so none of them exists."""
    return f"99{county // 90 + 1:02d}{county % 90 + 1:02d}"


def populate(w: World, hospitals: int) -> None:
    """Fill the world with everybody who does nothing wrong."""
    counties = (hospitals + 1) // 2
    shared = w.stream("shared")
    for number in range(3):
        boss = w.person(shared, "990101", (35, 60))
        w.agents.append(w.org(shared, "agency", "990101", f"云麓{'正平公'[number]}信招标代理有限公司", boss=boss))
    for number in range(2):
        w.insurers.append(w.org(shared, "insurer", "990101", f"云麓{'安泰'[number]}担保保险股份有限公司"))
    w.experts += [w.person(shared, "990101", (38, 62)) for _ in range(8 + 2 * hospitals)]
    for _ in range(4 + hospitals // 2):
        w.makers.append(w.firm(shared, names.MAKER_KINDS, "990101", w.person(shared, "990101", (35, 62))))
    for index in range(hospitals):
        county = index % counties
        rng = w.stream(f"place/{index}")
        region, place = region_of(county), names.county_name(county)
        for _ in range(6):
            w.suppliers.append(_supplier(w, rng, region))
        w.shops += [w.firm(rng, names.SHOP_KINDS, region, w.person(rng, region, (30, 60))) for _ in range(3)]
        org = w.org(
            rng,
            "hospital",
            region,
            place + _KINDS[index // counties % 4],
            founded=date(1975 + rng.randrange(30), 6, 1),
            level="二级",
        )
        w.hospitals.append(Hospital(index, org))
    for hospital in w.hospitals:
        _staff(w, w.stream(f"staff/{hospital.index}"), hospital)
        own = hospital.index * 6
        hospital.bidders = [w.suppliers[(own + k) % len(w.suppliers)] for k in range(min(11, len(w.suppliers)))]


def _supplier(w: World, rng: Random, region: str) -> Org:
    firm = w.firm(rng, names.SUPPLIER_KINDS, region, w.person(rng, region, (30, 62)), share=str(rng.randint(51, 100)))
    for kind, ages in (("manager", (30, 55)), ("accountant", (28, 55)), ("employee", (24, 45)), ("employee", (24, 45))):
        w.role(firm, w.person(rng, region, ages), kind, since=date(2019, 6, 1) + timedelta(days=rng.randrange(400)))
    return firm


def _staff(w: World, rng: Random, hospital: Hospital) -> None:
    org, region = hospital.org, hospital.org.region
    wards = rng.sample(names.DEPARTMENTS, 6)
    plan = [(dept, role, number == 0) for dept, role, count in _ADMIN for number in range(count)]
    plan += [(ward, "clinical_head", True) for ward in wards] + [(ward, "head_nurse", False) for ward in wards[:4]]
    plan += [(rng.choice(wards), "doctor", False) for _ in range(12)] + [
        (rng.choice(wards), "nurse", False) for _ in range(6)
    ]
    ages = {"president": (50, 58), "vice_president": (45, 58), "doctor": (28, 55), "nurse": (23, 45)}
    for number, (dept, role, head) in enumerate(plan, start=1):
        person = w.person(rng, region, ages.get(role, (36, 56)), sex="F" if role in {"nurse", "head_nurse"} else "")
        post = Post(person, dept, role, f"{hospital.index + 1:02d}{number:03d}")
        hospital.posts.append(post)
        add_post(w, org, post, head=head, since=date(rng.randint(2008, 2019), rng.randint(1, 12), 1))
        _family(w, rng, post)
    for office in dict.fromkeys(dept for dept, _, _ in plan):
        kind, powers = _OFFICES.get(office, ("临床", "用药"))
        boss = next(p for p in hospital.posts if p.dept == office)
        w.tables.add("departments", org=org.name, dept=office, kind=kind, head=boss.person.name, powers=powers)


def add_post(w: World, org: Org, post: Post, *, head: bool, since: date, until: date | None = None) -> None:
    """A row in `staff`."""
    w.tables.add(
        "staff",
        staff_no=post.number,
        id_no=post.person.id_no,
        name=post.person.name,
        org=org.name,
        dept=post.dept,
        role_code=post.role,
        party_member=len(post.number) % 2 == 0 or head,
        head=head,
        from_date=since,
        to_date=until,
    )


def _family(w: World, rng: Random, post: Post) -> None:
    one = post.person
    age = 2023 - one.birth.year
    if rng.random() < (0.75 if age > 30 else 0.3):
        spouse = w.relative(rng, one, "SP")
        if rng.random() < 0.25:
            w.relative(rng, spouse, "SB")
        if age > 32 and rng.random() < 0.4:
            w.relative(rng, one, "CH")
        if rng.random() < 0.4:
            employer = rng.choice(w.shops)
            w.tables.add(
                "employment",
                id_no=spouse.id_no,
                name=spouse.name,
                employer=employer.name,
                kind="regular",
                from_date=date(2018, 3, 1),
                wage=f"{rng.randint(35, 70) * 100}.00",
            )
    if rng.random() < 0.25:
        w.relative(rng, one, "PA")
    if rng.random() < 0.2:
        w.relative(rng, one, "SB")
