"""Tenders from notice to contract: bids, machine traces, deposits, panel, approvals, award, contract, lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import mean, pstdev

from graphkit.generate.objects import Hospital, Org, Person
from graphkit.generate.tables import yuan
from graphkit.generate.world import World

Line = tuple[str, int, int]
"""(item code, quantity, unit price in fen)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is bought and how; `winner` is the first of `offers`, which must also be the lowest."""

    title: str
    category: str
    budget_item: str
    published: date
    offers: Sequence[tuple[Org, int]]
    lines: Sequence[Line] = ()
    method: str = "open"
    agent: Org | None = None
    macs: Mapping[str, str] = field(default_factory=dict)
    room_ip: str = ""
    deposits: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    approved: bool | None = None
    framework: bool = False
    approvers: Mapping[str, Person] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deal:
    """A signed contract, ready to be paid."""

    contract_no: str
    supplier: Org
    fen: int
    accepted: date


def irregular(prices: Sequence[int]) -> bool:
    """Whether neither the gaps nor the ratios of the sorted prices are nearly constant (B03 stays silent)."""
    ordered = sorted(prices)
    gaps = [b - a for a, b in pairwise(ordered)]
    steps = [b / a - 1 for a, b in pairwise(ordered)]
    return len(gaps) < 2 or all(pstdev(x) > 0.15 * mean(x) > 0 for x in (gaps, steps))


def offers(rng: Random, firms: Sequence[Org], lowest: int) -> list[tuple[Org, int]]:
    """Independent-looking prices: the first firm asks `lowest`, each other one a lognormal step more."""
    while True:
        prices = [lowest, *(int(lowest * (1.01 + rng.lognormvariate(-2.6, 0.7))) // 10_000 * 10_000 for _ in firms[1:])]
        if irregular(prices):
            return list(zip(firms, prices, strict=True))


def tender(w: World, rng: Random, h: Hospital, plan: Plan) -> Deal:
    """Write one procurement, lawful in every date and amount, and give back its contract."""
    h.serial += 1
    number = f"YL{plan.published.year}-{h.index + 1:02d}-{h.serial:03d}"
    deadline = datetime.combine(plan.published + timedelta(days=rng.randint(22, 28)), datetime.min.time()).replace(
        hour=9, minute=30
    )
    winner, fen = plan.offers[0]
    budget = fen * rng.randint(104, 112) // 100 // 10_000 * 10_000
    agent = plan.agent or w.agents[h.index % 2]
    competitive = plan.method == "open"
    w.tables.add(
        "tenders",
        project_no=number,
        title=plan.title,
        buyer=h.org.name,
        agent=agent.name,
        method=plan.method,
        method_approved=plan.approved,
        direct_reason="sole" if plan.method == "direct" else "",
        budget=yuan(budget),
        budget_item=plan.budget_item,
        category=plan.category,
        jurisdiction=h.org.region,
        budget_level="county",
        published=plan.published,
        doc_from=plan.published,
        doc_to=plan.published + timedelta(days=7),
        deadline=deadline,
        opened=deadline,
        criteria="score" if competitive else "other",
        status="complete",
        framework=plan.framework or None,
    )
    w.tables.add(
        "lots",
        project_no=number,
        lot="1",
        title=plan.title,
        amount=yuan(budget),
        category=plan.category,
        status="complete",
    )
    for rank, (firm, price) in enumerate(sorted(plan.offers, key=lambda o: o[1]), start=1):
        _bid(w, rng, plan, number, firm, price, rank, deadline, budget)
    panel = rng.sample(w.experts, 4) if competitive else []
    for place, expert in enumerate(panel):
        w.tables.add(
            "evaluators", project_no=number, person=expert.name, id_no=expert.id_no, role="expert" if place else "chair"
        )
    if competitive:
        w.tables.add(
            "notices", project_no=number, lot="1", kind="call", published=plan.published, ended=deadline.date()
        )
    won = deadline.date() + timedelta(days=rng.randint(1, 3))
    w.tables.add(
        "awards",
        project_no=number,
        lot="1",
        supplier=winner.name,
        amount=yuan(fen),
        date=won + timedelta(days=5),
        publicity_from=won,
        publicity_to=won + timedelta(days=4),
        status="active",
    )
    signed = won + timedelta(days=rng.randint(10, 24))
    deal = contract(w, rng, h, plan, signed, number)
    for action, who, day in (
        (
            "request",
            rng.choice([p for p in h.posts if p.role == "clinical_head"]).person,
            plan.published - timedelta(days=20),
        ),
        ("approve", h.first("vice_president").person, plan.published - timedelta(days=5)),
        ("accept", h.first("equipment").person, deal.accepted),
        ("settle", h.first("finance").person, deal.accepted + timedelta(days=5)),
    ):
        who = plan.approvers.get(action, who)
        w.tables.add(
            "approvals", project_no=number, org=h.org.name, person=who.name, id_no=who.id_no, action=action, date=day
        )
    return deal


def contract(w: World, rng: Random, h: Hospital, plan: Plan, signed: date, project_no: str = "") -> Deal:
    """Write a contract with its lines; without `project_no` it carries method, category and budget item itself."""
    if not project_no:
        h.serial += 1
    number = f"HT-{project_no}" if project_no else f"HT-YL{signed.year}-{h.index + 1:02d}-{h.serial:03d}"
    supplier, fen = plan.offers[0]
    delivered = signed + timedelta(days=rng.randint(10, 40))
    accepted = delivered + timedelta(days=rng.randint(3, 10))
    w.tables.add(
        "contracts",
        contract_no=number,
        project_no=project_no,
        lot="1" if project_no else "",
        buyer=h.org.name,
        supplier=supplier.name,
        amount=yuan(fen),
        title=plan.title,
        category=plan.category,
        budget_item=plan.budget_item,
        method="" if project_no else plan.method,
        signed=signed,
        published=signed + timedelta(days=1),
        delivered=delivered,
        accepted=accepted,
        framework=plan.framework or None,
    )
    for place, (item, qty, unit) in enumerate(plan.lines, start=1):
        w.tables.add(
            "contract_lines", contract_no=number, line_no=place, item=item, qty=qty, unit="件", unit_price=yuan(unit)
        )
    return Deal(number, supplier, fen, accepted)


def pay(w: World, rng: Random, h: Hospital, deal: Deal, parts: Sequence[int] = (70, 30)) -> list[tuple[date, int]]:
    """Pay a contract in percentages; gives the days and amounts in fen."""
    out: list[tuple[date, int]] = []
    day = deal.accepted
    for place, part in enumerate(parts):
        day += timedelta(days=rng.randint(12, 25) if place == 0 else rng.randint(50, 80))
        fen = deal.fen - sum(f for _, f in out) if place == len(parts) - 1 else deal.fen * part // 100
        w.pay(day, h.org.acct, deal.supplier.acct, fen, "货款", "online", deal.contract_no)
        out.append((day, fen))
    return out


def _bid(
    w: World, rng: Random, plan: Plan, number: str, firm: Org, price: int, rank: int, deadline: datetime, budget: int
) -> None:
    contact = next((p for kind, p in firm.people if kind == "employee"), firm.boss)
    when = deadline - timedelta(hours=rng.randint(2, 40), minutes=rng.randrange(60))
    w.tables.add(
        "bids",
        project_no=number,
        lot="1",
        bidder=firm.name,
        bidder_uscc=firm.uscc,
        amount=yuan(price),
        status="valid",
        received=when,
        rank=rank,
        contact=contact and contact.name,
        contact_phone=contact and contact.phone,
    )
    if plan.method != "open":
        return
    ip = plan.room_ip or f"10.{int(firm.uscc[9:12]) % 250}.{int(firm.uscc[12:15]) % 250}.{int(firm.uscc[14:16]) % 250}"
    for kind, value in (("mac", plan.macs.get(firm.name, "")), ("ip", ip)):
        w.tables.add(
            "bid_artifacts",
            project_no=number,
            lot="1",
            bidder=firm.name,
            kind=kind,
            value=value or _own_mac(firm),
            stage="uploaded",
            recorded=when,
        )
    acct, payer, form = plan.deposits.get(firm.name, (firm.acct, firm.name, "transfer"))
    w.tables.add(
        "bid_deposits",
        project_no=number,
        lot="1",
        bidder=firm.name,
        acct=acct,
        payer=payer,
        amount=yuan(budget // 100),
        ts=when - timedelta(days=2),
        form=form,
    )


def _own_mac(firm: Org) -> str:
    tail = f"{int(firm.acct) % 16**10:010X}"
    return "-".join(["02", *(tail[i : i + 2] for i in range(0, 10, 2))])
