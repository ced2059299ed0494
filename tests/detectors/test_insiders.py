"""The steps K01–K03, F01 and F02 share. All names are invented."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import pytest
from frames import at, data, row
from hypothesis import given
from hypothesis import strategies as st

from graphkit.detectors.insiders import (
    EVIDENCE_CAP,
    Tie,
    chain_refs,
    closest,
    covers,
    dealings,
    dealt_fen,
    hub_score,
    insider_keys,
    insider_side,
    later,
    link_weight,
    names_of,
    power_of,
    rank,
    read,
    supplier_side,
    ties_of,
)

DAY = date(2024, 5, 10)
H, S, P = "org:hospital", "org:jia", "person:gu"


@pytest.mark.parametrize(
    ("spans", "day", "inside"),
    [
        ([], DAY, True),
        ([(None, None)], DAY, True),
        ([(DAY, DAY)], DAY, True),
        ([(DAY + timedelta(1), None)], DAY, False),
        ([(None, DAY - timedelta(1))], DAY, False),
        ([(None, None), (None, DAY - timedelta(1))], DAY, False),
        ([(None, None)], None, True),
        ([(DAY, None)], None, False),
    ],
)
def test_covers(spans: list[Any], day: date | None, inside: bool) -> None:
    assert covers(spans, day) is inside


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(0, 30))
def test_later_keeps_the_calendar_day(day: date, years: int) -> None:
    moved = later(day, years)
    assert moved is not None
    assert moved.year == day.year + years
    assert (moved.month, moved.day) in ((day.month, day.day), (2, 28))
    assert later(None, years) is None


@pytest.mark.parametrize(
    ("kind", "share", "weight"),
    [
        ("legal_rep", None, 1.0),
        ("beneficial_owner", 1.0, 1.0),
        ("shareholder", None, 1.0),
        ("shareholder", 5.0, 1.0),
        ("shareholder", 4.99, 0.4),
        ("supervisor", None, 0.8),
        ("agent", None, 0.4),
        ("nominee_for", None, 0.0),
    ],
)
def test_link_weight(kind: str, share: float | None, weight: float) -> None:
    assert link_weight(kind, share) == weight


def test_power_falls_back_to_the_role() -> None:
    assert power_of({"power": 0.0, "role_code": "president"}) == 0.0
    assert power_of({"power": None, "role_code": "finance"}) == 0.6
    assert power_of({"power": None, "role_code": None}) == power_of({"power": None, "role_code": "unheard of"}) == 0.3


def test_rank_puts_both_sure_grades_first() -> None:
    assert rank(["identifier"]) == rank(["unique_name", "identifier"]) == rank([]) == 0
    assert 0 < rank(["scoped_name"]) < rank(["identifier", "name_only"])


@given(st.integers(2, 10_000))
def test_hub_score_falls_with_the_number_of_users(size: int) -> None:
    assert hub_score(size) > hub_score(size + 1) > 0
    assert hub_score(size) == pytest.approx(1 / math.log(size + 5))


@given(*[st.lists(st.text("abc", min_size=1, max_size=2), max_size=40)] * 3)
def test_chain_refs_keeps_the_ends_and_never_repeats(head: list[str], middle: list[str], tail: list[str]) -> None:
    ids = [ref.id for ref in chain_refs(head, middle, tail)]
    assert len(ids) == len(set(ids)) <= EVIDENCE_CAP
    assert set(head) | set(tail) <= set(ids)


def test_the_same_money_under_three_kinds_is_counted_once() -> None:
    deals = [
        {"kind": "award", "amount_fen": 5},
        {"kind": "contract", "amount_fen": 4},
        {"kind": "contract", "amount_fen": 3},
    ]
    assert dealt_fen(deals) == 7
    assert dealt_fen([{"kind": "award", "amount_fen": None}]) == dealt_fen([]) == 0


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_dealings_come_largest_first_and_only_for_the_pairs_asked(engine: str) -> None:
    deals = [
        row("deals", buyer_id=H, supplier_id=s, date=day, amount_fen=fen, kind="award", eid=eid)
        for s, day, fen, eid in (
            (S, DAY, 1, "a"),
            (S, None, 9, "b"),
            ("org:yi", DAY, 5, "c"),
            (S, date(2026, 1, 1), 99, "future"),
        )
    ]
    found = dealings(data(engine=engine, deals=deals), [(H, S), ("org:other", "org:yi")])
    assert {pair: [d["eid"] for d in rows] for pair, rows in found.items()} == {
        (H, S): ["b", "a"],
        ("org:other", "org:yi"): [],
    }
    assert dealings(data(engine=engine, deals=deals), []) == {}


def link(holder: str, company: str, kind: str = "legal_rep", **more: Any) -> dict[str, Any]:
    return row("links", holder_id=holder, company_id=company, kind=kind, **more)


def side(*links: dict[str, Any], **views: Any) -> dict[str, str]:
    deal = row("deals", buyer_id=H, supplier_id=S, date=DAY, kind="contract")
    found = supplier_side(data(links=list(links), deals=[deal], **views), 5.0, 20, [S])
    return {party: ties[0].via for party, ties in found.items() if ties}


def test_the_suppliers_side() -> None:
    links = [
        link("person:boss", S),
        link("person:worker", S, "employee"),
        link("person:small", S, "shareholder", share_pct=1.0),
        link("person:straw", S, "nominee_for"),
        link("person:boss", "org:second", "shareholder", share_pct=50.0),
        link("person:boss", "org:minor", "shareholder", share_pct=1.0),
        link("person:worker", "org:sideline"),
        link("org:parent", S, "shareholder", share_pct=60.0),
        link("org:parent", "org:sister", "shareholder", share_pct=60.0),
        link(S, "org:daughter", "shareholder", share_pct=100.0),
    ]
    assert side(*links) == {
        S: "self",
        "person:boss": "legal_rep",
        "person:worker": "employee",
        "org:second": "firm",
        "org:parent": "shareholder",
        "org:sister": "firm",
        "org:daughter": "firm",
    }


def test_a_public_employer_is_on_no_suppliers_side() -> None:
    posts = [row("posts", person_id=P, org_id=H, power=0.9)]
    assert side(link(H, S, "shareholder", share_pct=60.0), posts=posts) == {S: "self"}


def test_the_insiders_side_with_spans_and_grades() -> None:
    source = data(
        posts=[row("posts", person_id=P, person_name="顾某甲", org_id=H, power=0.4, from_date=DAY, eid="post")],
        kin=[row("kin", a_id=P, b_id="person:wen", code="SP", grade="scoped_name", eid="kin")],
        associates=[row("associates", a_id=P, b_id="person:friend", basis="同学", to_date=DAY, eid="friend")],
        people=[row("people", id="person:wen", name="温某乙")],
    )
    found = insider_side(source, 0.4)
    assert sorted(found) == ["person:friend", P, "person:wen"]
    (wife,) = found["person:wen"]
    assert (wife.name, wife.root, wife.root_name, wife.eids) == ("温某乙", P, "顾某甲", ("post", "kin"))
    assert (wife.grades, wife.spans) == (("identifier", "scoped_name"), ((DAY, None), (None, None)))
    assert ties_of(found, "person:friend", None, DAY) == found["person:friend"]
    assert ties_of(found, "person:friend", None, DAY + timedelta(1)) == []
    assert insider_side(source, 0.41) == {}


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_insider_keys_hold_everyone_of_the_insiders_side(engine: str) -> None:
    def phone(subject: str) -> dict[str, Any]:
        base = {"subject_label": "Person", "kind": "phone", "contact_id": "c", "value": "1", "hub_size": 2}
        return row("contacts", subject_id=subject, **base)

    source = data(
        engine=engine,
        posts=[row("posts", person_id=P, org_id=H, power=0.9)],
        kin=[row("kin", a_id=P, b_id="person:wen", code="SP")],
        associates=[row("associates", a_id=P, b_id="person:friend")],
        contacts=[phone(P), phone("person:sharer")],
    )
    keys = {r["party"] for r in read(insider_keys(source))}
    assert set(insider_side(source, 0.0, contacts=True)) == keys
    assert "person:sharer" in keys


def test_operated_accounts_stand_on_the_side_of_their_operator() -> None:
    accounts = [
        row("accounts", id="acct:x", holder_id="person:straw", operator_id=P, holder_grade="name_only"),
        row("accounts", id="acct:own", holder_id=P, operator_id=P),
    ]
    found = insider_side(data(posts=[row("posts", person_id=P, org_id=H, power=0.9)], accounts=accounts), 0.4)
    (tie,) = found["acct:x"]
    assert (tie.via, tie.root, tie.grades) == ("operator", P, ("identifier", "name_only"))
    assert "acct:own" not in found


def test_closest_prefers_sure_then_short_then_powerful() -> None:
    def tie(root: str, power: float = 0.5, grade: Any = "identifier", steps: int = 1) -> Tie:
        return Tie("p", "", root, "self", org=H, power=power, eids=("e",) * steps, grades=(grade,))

    def best(*ties: Tie) -> str:
        return closest(ties, lambda t: (t.org,))[0].root

    assert best(tie("weak", 0.9, "name_only"), tie("sure", 0.4)) == "sure"
    assert best(tie("far", 0.9, steps=2), tie("near", 0.4)) == "near"
    assert best(tie("low", 0.4), tie("high", 0.9)) == "high"
    assert [t.root for t in closest([tie("a"), tie("b")], lambda t: (t.root,))] == ["a", "b"]


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_an_organization_outside_the_register_names_itself(engine: str) -> None:
    source = data(engine=engine, orgs=[row("orgs", id=S, name="虚构甲公司")])
    assert names_of(source, [S, "org:unknown"]) == {S: "虚构甲公司", "org:unknown": "org:unknown"}
    assert names_of(source, []) == {}


def test_read_gives_plain_values() -> None:
    (one,) = read(data(payments=[row("payments", ts=at(2024, 5, 10, 9), amount_fen=1)]).view("payments"))
    assert (one["ts"], one["day"], one["from_party"]) == (at(2024, 5, 10, 9), 19853, None)
