"""Ordinary money: wages, households, supply chains, patients; and the statement with running balances.

By construction no money of a supplier's side (firm, owners, employees) reaches hospital staff or their families, not
even over third parties: staff are paid by the hospital and by one another only. What breaks that rule is planted.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from graphkit.generate.objects import Hospital, Org, Person
from graphkit.generate.tables import yuan
from graphkit.generate.world import FIRST_DAY, LAST_DAY, World

_DAYS = (LAST_DAY - FIRST_DAY).days
_WAGES = {"president": 14_000, "vice_president": 12_500, "clinical_head": 11_000, "doctor": 9_000, "nurse": 6_500}


def noise(w: World, h: Hospital, count: int) -> None:
    """About `count` transfers around one hospital."""
    rng = w.stream(f"flows/{h.index}")
    patients = [w.person(rng, h.org.region, (18, 80)) for _ in range(10)]
    around = sorted({firm.uscc: firm for firm in h.bidders}.values(), key=lambda firm: firm.uscc)
    kinds = rng.choices(("wage", "shop", "family", "upstream", "payroll", "patient"), (35, 18, 8, 12, 12, 15), k=count)
    for kind in kinds:
        day = FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
        if kind == "wage":
            post = rng.choice(h.posts)
            fen = _WAGES.get(post.role, 8_000) * rng.randint(85, 115)
            w.pay(
                day.replace(day=10), h.org.acct, post.person.acct, fen, rng.choice(("工资", "绩效", "值班费")), "batch"
            )
        elif kind == "shop":
            who = _household(rng, h, w)
            w.pay(day, who.acct, rng.choice(w.shops).acct, rng.randint(3, 400) * 1_000, "消费", "pos")
        elif kind == "family":
            _family(w, rng, h, day)
        elif kind == "upstream":
            w.pay(day, rng.choice(around).acct, rng.choice(w.makers).acct, rng.randint(20, 900) * 100_000, "采购货款")
        elif kind == "payroll":
            _payroll(w, rng, rng.choice(around), day)
        else:
            w.pay(day, rng.choice(patients).acct, h.org.acct, rng.randint(5, 900) * 1_000, "医疗费", "third_party")


def _household(rng: Random, h: Hospital, w: World) -> Person:
    one = rng.choice(h.posts).person
    return rng.choice([one, *(p for _, p in w.kin.get(one.id_no, ()))])


def _family(w: World, rng: Random, h: Hospital, day: date) -> None:
    one = rng.choice(h.posts).person
    near = [p for code, p in w.kin.get(one.id_no, ()) if code in {"SP", "CH", "PA"}]
    if near:
        pair = [one, rng.choice(near)]
        rng.shuffle(pair)
        w.pay(day, pair[0].acct, pair[1].acct, rng.randint(5, 120) * 10_000, rng.choice(("家用", "生活费", "学费")))


def _payroll(w: World, rng: Random, firm: Org, day: date) -> None:
    workers = [p for kind, p in firm.people if kind in {"employee", "accountant", "manager"}]
    if workers:
        w.pay(day.replace(day=15), firm.acct, rng.choice(workers).acct, rng.randint(40, 90) * 10_000, "工资", "batch")


def statement(w: World) -> None:
    """Sort all transfers by time and write `transactions` with serials, names and the payer's running balance."""
    ordered = sorted(w.transfers, key=lambda t: (t.ts, t.payer, t.payee, t.fen))
    balance: dict[str, int] = {}
    lowest: dict[str, int] = {}
    for one in ordered:
        balance[one.payer] = balance.get(one.payer, 0) - one.fen
        lowest[one.payer] = min(lowest.get(one.payer, 0), balance[one.payer])
        balance[one.payee] = balance.get(one.payee, 0) + one.fen
    running = {acct: 120_000 - lowest.get(acct, 0) for acct in balance}
    for number, one in enumerate(ordered, start=1):
        running[one.payer] -= one.fen
        running[one.payee] += one.fen
        w.tables.add(
            "transactions",
            tx=f"LS{one.ts:%Y%m%d}{number:06d}",
            ts=one.ts,
            from_acct=one.payer,
            from_name=w.holders[one.payer],
            to_acct=one.payee,
            to_name=w.holders[one.payee],
            amount=yuan(one.fen),
            channel=one.channel,
            purpose=one.purpose,
            balance_after=yuan(running[one.payer]),
            contract_no=one.contract_no,
        )
