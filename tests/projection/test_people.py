"""The people-and-firms projection: which facts become which ties, and with what behind them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import networkx as nx
import pytest
from tiny_facts import FactsFolder, nest

from graphkit.projection import OPEN_FROM, OPEN_TO, Projection, as_date, project


def edges(p: Projection, kind: str) -> dict[tuple[str, str], int]:
    """Position of each edge of a type by its ends."""
    codes = [e for e in range(p.m) if p.type(e) == kind]
    return {(p.id(int(p.src[e])), p.id(int(p.dst[e]))): e for e in codes}


def made(f: FactsFolder, tmp_path: Path, as_of: date | None = None) -> Projection:
    return project(f.write(tmp_path / "snap" / "facts"), as_of=as_of)


@pytest.fixture
def case(tmp_path: Path) -> tuple[Projection, dict[str, str]]:
    f, ids = nest()
    return made(f, tmp_path), ids


def test_nodes_are_the_sorted_persons_and_organizations(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    assert list(p.ids) == sorted(ids.values())
    assert all(p.index(node) == i for i, node in enumerate(p.ids))
    assert p.name(p.index(ids["wife"])) == "王妻"
    assert p.label(p.index(ids["firm"])) == "Organization"
    assert p.second(p.index(ids["firm"])) == "Company"
    assert {p.id(i) for i in range(p.n) if p.public[i]} == {ids["hospital"]}
    assert {p.id(i) for i in range(p.n) if p.staff[i]} == {ids["chief"], ids["clerk"]}
    assert {p.id(i) for i in range(p.n) if p.has_account[i]} == {ids["firm"], ids["mule"], ids["wife"], ids["hospital"]}
    assert p.snapshot == "snap"


def test_payments_are_summed_over_holder_and_operator(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    paid = edges(p, "PAID")
    assert set(paid) == {
        (ids["hospital"], ids["firm"]),
        (ids["firm"], ids["mule"]),
        (ids["firm"], ids["wife"]),
    }
    back = paid[ids["firm"], ids["mule"]]
    assert int(p.amount_fen[back]) == 180_000_00
    assert int(p.count[back]) == 4
    assert as_date(p.from_day[back]) == date(2021, 5, 2)
    assert as_date(p.to_day[back]) == date(2021, 8, 2)
    a, b = p.part_ptr[back : back + 2]
    assert p.part_amount[a:b].tolist() == [60_000_00, 50_000_00, 40_000_00, 30_000_00]
    assert len(p.facts(back)) == 4
    assert len(p.facts(back, limit=3)) == 3
    assert {eid.split(":")[0] for eid in p.support(back)} == {"HOLDS_ACCOUNT"}
    assert "OPERATES_ACCOUNT" in {eid.split(":")[0] for eid in p.support(paid[ids["firm"], ids["wife"]])}


def test_facts_up_to_a_day_keep_their_order(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    back = edges(p, "PAID")[ids["firm"], ids["mule"]]
    until = (date(2021, 6, 30) - date(1970, 1, 1)).days
    assert p.facts(back, until) == p.facts(back)[:2]
    assert p.facts(back, 0) == []


def test_who_moves_the_account_of_another_is_tied_to_the_holder(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    assert set(edges(p, "OPERATES_ACCOUNT")) == {(ids["wife"], ids["mule"])}


def test_joint_tenders_give_one_tie_with_a_similarity(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    joint = edges(p, "CO_BID")
    close = joint[tuple(sorted((ids["firm"], ids["rival"])))]
    far = joint[tuple(sorted((ids["firm"], ids["other"])))]
    assert float(p.weight[close]) == pytest.approx(0.3)
    assert float(p.weight[far]) == pytest.approx(0.3 * (1 / 3) * (1 / 3))
    assert int(p.count[close]) == 3
    assert {eid.split(":")[0] for eid in p.facts(close)} == {"BID_BY"}


def test_a_lot_with_more_than_thirty_bidders_ties_nobody(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital = f.org("H", second="Hospital")
    firms = [f.org(f"F{i:02d}") for i in range(31)]
    f.tender("T", hospital, firms)
    f.tender("S", hospital, firms[:30])
    p = made(f, tmp_path)
    assert len(edges(p, "CO_BID")) == 30 * 29 // 2
    assert all(int(p.count[e]) == 1 for e in edges(p, "CO_BID").values())


def test_an_award_and_its_contract_count_once(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    (edge,) = edges(p, "AWARDED_TO").values()
    assert int(p.amount_fen[edge]) == 3 * 500_000_00
    assert (p.id(int(p.src[edge])), p.id(int(p.dst[edge]))) == (ids["hospital"], ids["firm"])
    assert float(p.weight[edge]) == pytest.approx(0.15)
    assert "ISSUED_BY" in {eid.split(":")[0] for eid in p.support(edge)}


def test_an_award_without_a_contract_counts_by_itself(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital, firm = f.org("H", second="Hospital"), f.org("F")
    f.tender("T", hospital, [firm])
    award = f.node("Award", "award:T/1/F", "F")
    f.edge("FOR_LOT", award, "lot:T/1")
    f.edge("AWARDED_TO", award, firm, "2021-05-01", "2021-05-01", amount_fen=700_00)
    p = made(f, tmp_path)
    (edge,) = edges(p, "AWARDED_TO").values()
    assert int(p.amount_fen[edge]) == 700_00
    assert {eid.split(":")[0] for eid in p.support(edge)} == {"FOR_LOT", "HAS_LOT", "ISSUED_BY"}


def test_similar_is_never_an_edge(tmp_path: Path) -> None:
    f, ids = nest()
    f.edge("SIMILAR", ids["wife"], ids["clerk"], basis="same_name")
    folder = f.write(tmp_path / "snap" / "facts")
    assert not edges(project(folder), "SIMILAR")
    assert not edges(project(folder, "whole"), "SIMILAR")


def test_a_shared_machine_ties_two_bidders_an_address_ties_them_less(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital = f.org("H", second="Hospital")
    a, b, c = (f.org(x) for x in "ABC")
    ids = f.tender("T", hospital, [a, b, c])
    for kind, firms in (("mac", (a, b)), ("ip", (b, c))):
        device = f.node("Device", f"device:{kind}:1", "1", kind=kind)
        for firm in firms:
            f.edge("SUBMITTED_VIA", ids[f"bid {firm}"], device, kind=kind)
    p = made(f, tmp_path)
    ties = edges(p, "SUBMITTED_VIA")
    assert float(p.weight[ties[a, b]]) == pytest.approx(0.8)
    assert float(p.weight[ties[b, c]]) == pytest.approx(0.32)
    assert len(p.facts(ties[a, b])) == 1


def test_a_deposit_account_ties_bidders_and_its_holder_but_a_pool_does_not(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital, payer, insurer = f.org("H", second="Hospital"), f.person("payer"), f.org("I", second="", kind="insurer")
    a, b, c = (f.org(x) for x in "ABC")
    ids = f.tender("T", hospital, [a, b, c])
    own, pool = f.account("x", payer), f.account("pool", insurer, kind="pool")
    for firm, acct in ((a, own), (b, own), (b, pool), (c, pool)):
        f.edge("DEPOSIT_FROM", ids[f"bid {firm}"], acct, amount_fen=100, form="transfer")
    ties = edges(made(f, tmp_path), "DEPOSIT_FROM")
    assert set(ties) == {(a, b), (a, payer), (b, payer)}


@pytest.mark.parametrize("kind", ["REQUESTED", "APPROVED", "ACCEPTED", "SETTLED"])
def test_deciding_on_a_purchase_ties_a_person_to_its_supplier(tmp_path: Path, kind: str) -> None:
    f, ids = nest()
    f.edge(kind, ids["clerk"], "contract:T1", "2021-03-01", "2021-03-01")
    p = made(f, tmp_path)
    tie = edges(p, kind)[ids["clerk"], ids["firm"]]
    assert float(p.weight[tie]) == pytest.approx(0.1)


def test_one_who_decides_for_many_suppliers_is_tied_less_to_each(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital, boss = f.org("H", second="Hospital"), f.person("boss", staff=True)
    for i in range(4):
        firm = f.org(f"F{i}")
        f.tender(f"T{i}", hospital, [firm], firm)
        f.edge("APPROVED", boss, f"tender:T{i}", "2021-01-01", "2021-01-01")
    p = made(f, tmp_path)
    assert {round(float(p.weight[e]), 6) for e in edges(p, "APPROVED").values()} == {0.05}


def test_benefits_tie_recipient_handler_and_the_holder_of_the_account(tmp_path: Path) -> None:
    f = FactsFolder()
    old, handler, cousin = f.person("old"), f.person("handler", staff=True), f.person("cousin")
    acct = f.account("c", cousin)
    benefit = f.node("Benefit", "benefit:1", "1", amount_fen=900_00)
    f.edge("RECEIVES", old, benefit, "2021-01-01", "2021-01-31")
    f.edge("HANDLED_BY", benefit, handler, role="handler")
    paid = f.edge("PAID_TO_ACCOUNT", benefit, acct, "2021-01-05", "2021-01-05")
    p = made(f, tmp_path)
    tie = edges(p, "PAID_TO_ACCOUNT")[old, cousin]
    assert p.facts(tie) == [paid]
    assert int(p.amount_fen[tie]) == 900_00
    assert float(p.weight[tie]) == pytest.approx(0.6)
    assert set(edges(p, "HANDLED_BY")) == {(old, handler)}


def test_subcontracts_and_bid_contacts_tie(tmp_path: Path) -> None:
    f, ids = nest()
    sub, agent = f.org("S"), f.person("agent")
    f.edge("SUBCONTRACTED_TO", "contract:T1", sub, "2021-04-01", "2021-04-01", amount_fen=50_000_00)
    f.edge("BID_CONTACT", f"bid:T1/1/{ids['rival']}", agent)
    p = made(f, tmp_path)
    assert int(p.amount_fen[edges(p, "SUBCONTRACTED_TO")[ids["firm"], sub]]) == 50_000_00
    assert set(edges(p, "BID_CONTACT")) == {(agent, ids["rival"])}


@pytest.mark.parametrize(
    ("as_of", "kinds"),
    [
        ("2017-01-01", set()),
        ("2018-06-01", {"LEGAL_REP_OF", "EMPLOYED_BY"}),
        ("2021-03-01", {"LEGAL_REP_OF", "EMPLOYED_BY", "AWARDED_TO"}),
        ("2021-05-31", {"LEGAL_REP_OF", "EMPLOYED_BY", "AWARDED_TO", "PAID"}),
    ],
)
def test_as_of_keeps_what_was_valid_or_had_happened(tmp_path: Path, as_of: str, kinds: set[str]) -> None:
    f, _ = nest()
    p = made(f, tmp_path, date.fromisoformat(as_of))
    seen = {p.type(e) for e in range(p.m)}
    assert seen & {"LEGAL_REP_OF", "EMPLOYED_BY", "AWARDED_TO", "PAID"} == kinds
    assert "KIN_OF" in seen


def test_as_of_sums_only_the_payments_made_by_then(tmp_path: Path) -> None:
    f, ids = nest()
    p = made(f, tmp_path, date(2021, 6, 30))
    assert int(p.amount_fen[edges(p, "PAID")[ids["firm"], ids["mule"]]]) == 110_000_00
    assert p.as_of == date(2021, 6, 30)


def test_an_ended_post_is_no_tie_later(tmp_path: Path) -> None:
    f = FactsFolder()
    hospital, former = f.org("H", second="Hospital"), f.person("former")
    f.edge("EMPLOYED_BY", former, hospital, "2010-01-01", "2015-12-31")
    assert made(f, tmp_path / "a", date(2015, 12, 31)).m == 1
    assert made(f, tmp_path / "b", date(2016, 1, 1)).m == 0
    p = made(f, tmp_path / "c")
    assert (as_date(p.from_day[0]), as_date(p.to_day[0])) == (date(2010, 1, 1), date(2015, 12, 31))


def test_open_dates_stay_open(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    kin = edges(p, "KIN_OF")[ids["chief"], ids["wife"]]
    assert (int(p.from_day[kin]), int(p.to_day[kin])) == (OPEN_FROM, OPEN_TO)
    post = edges(p, "EMPLOYED_BY")[ids["chief"], ids["hospital"]]
    assert as_date(p.from_day[post]) == date(2018, 1, 1)
    assert as_date(p.to_day[post]) is None


def test_an_aggregated_tie_has_its_weakest_grade(tmp_path: Path) -> None:
    f = FactsFolder()
    a, b = f.person("a"), f.person("b")
    x, y = f.node("Account", "acct:x"), f.node("Account", "acct:y")
    f.edge("HOLDS_ACCOUNT", a, x)
    f.edge("HOLDS_ACCOUNT", b, y, grade="scoped_name")
    f.pay(x, y, "2021-01-01T00:00:00", 10)
    p = made(f, tmp_path)
    assert p.grade.tolist() == [2]


def test_two_periods_of_one_role_are_two_edges(tmp_path: Path) -> None:
    f = FactsFolder()
    a, firm = f.person("a"), f.org("F")
    f.edge("OWNS", a, firm, "2010-01-01", "2012-01-01", share_pct=30.0)
    f.edge("OWNS", a, firm, "2015-01-01", None, share_pct=60.0)
    p = made(f, tmp_path)
    assert p.m == 2
    assert p.count.tolist() == [1, 1]


def test_years_with_payments_are_known_even_when_the_other_side_is_not(tmp_path: Path) -> None:
    f = FactsFolder()
    a = f.person("a")
    x = f.account("x", a)
    f.pay(x, f.node("Account", "acct:nobody"), "2019-07-01T00:00:00", 10)
    p = made(f, tmp_path)
    assert p.pay_years.tolist() == [p.index(a) * 10000 + 2019]
    assert p.m == 0


def test_ends_that_no_node_table_describes_still_exist(tmp_path: Path) -> None:
    f = FactsFolder()
    f.edge("OWNS", "person:x", "org:y", share_pct=10.0)
    p = made(f, tmp_path)
    assert [(p.id(i), p.label(i), p.name(i)) for i in range(p.n)] == [
        ("org:y", "Organization", "org:y"),
        ("person:x", "Person", "person:x"),
    ]


@pytest.mark.parametrize(
    ("second", "kind", "public"),
    [
        ("Hospital", "hospital", True),
        ("Agency", "agency", True),
        ("School", "school", True),
        ("Village", "village", True),
        ("", "government", True),
        ("", "bank", True),
        ("", "insurer", True),
        ("Company", "company", False),
        ("", "other", False),
        ("", None, False),
    ],
)
def test_which_organizations_are_hubs_of_public_life(
    tmp_path: Path, second: str, kind: str | None, public: bool
) -> None:
    f = FactsFolder()
    f.org("x", second=second, kind=kind)
    assert made(f, tmp_path).public.tolist() == [public]


def test_a_buyer_known_only_from_its_tenders_is_public_a_supplier_that_buys_is_not(tmp_path: Path) -> None:
    f = FactsFolder()
    buyer, firm = f.org("B", second=""), f.org("F", second="")
    f.tender("T", buyer, [firm], firm)
    f.edge("ISSUED_BY", f.node("Tender", "tender:S"), firm)
    p = made(f, tmp_path)
    assert [bool(p.public[p.index(x)]) for x in (buyer, firm)] == [True, False]


def test_nothing_loaded_gives_an_empty_projection(tmp_path: Path) -> None:
    p = made(FactsFolder(), tmp_path)
    assert (p.n, p.m, p.loaded) == (0, 0, frozenset())


def test_what_was_loaded_is_named(case: tuple[Projection, dict[str, str]]) -> None:
    p, _ = case
    assert {"KIN_OF", "PAID", "Person"} <= p.loaded
    assert "HAS_CONTACT" not in p.loaded


def test_the_first_fact_and_its_support_lead_from_end_to_end(tmp_path: Path) -> None:
    f, ids = nest()
    agent, sub, payer = f.person("agent"), f.org("S"), f.person("payer")
    device, deposit = f.node("Device", "device:mac:1", kind="mac"), f.account("deposit", payer)
    for firm in (ids["firm"], ids["rival"]):
        f.edge("SUBMITTED_VIA", f"bid:T2/1/{firm}", device)
        f.edge("DEPOSIT_FROM", f"bid:T2/1/{firm}", deposit, amount_fen=1)
    f.edge("BID_CONTACT", f"bid:T1/1/{ids['rival']}", agent)
    f.edge("SUBCONTRACTED_TO", "contract:T1", sub, "2021-04-01", "2021-04-01", amount_fen=1)
    f.edge("APPROVED", ids["clerk"], "tender:T1", "2021-02-01", "2021-02-01")
    f.edge("ACCEPTED", ids["clerk"], "contract:T2", "2021-05-01", "2021-05-01")
    f.edge("SPONSORED", ids["firm"], ids["clerk"], "2021-05-01", "2021-05-01", amount_fen=1)
    benefit = f.node("Benefit", "benefit:1")
    f.edge("RECEIVES", agent, benefit)
    f.edge("HANDLED_BY", benefit, ids["clerk"])
    f.edge("PAID_TO_ACCOUNT", benefit, deposit, "2021-05-01", "2021-05-01")
    p = made(f, tmp_path)
    known = {eid: row for table in f.edges.values() for eid, row in table.items()}
    assert {p.type(e) for e in range(p.m)} >= {"SUBMITTED_VIA", "DEPOSIT_FROM", "APPROVED", "PAID_TO_ACCOUNT", "CO_BID"}
    for e in range(p.m):
        facts = (*p.facts(e, limit=1), *p.support(e, limit=1))
        chain = nx.Graph([(known[eid]["from_id"], known[eid]["to_id"]) for eid in facts])
        assert nx.has_path(chain, p.id(int(p.src[e])), p.id(int(p.dst[e]))), p.type(e)
