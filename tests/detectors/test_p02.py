"""P02: prices far above their reference. All bodies, firms and products are invented."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import numpy as np
import pytest
from bidding_frames import find, results, told
from frames import data, row

from graphkit.detectors.p02_overprice import DETECTOR, product, robust_z
from graphkit.detectors.runner import missing_needs

DAY = date(2023, 6, 1)
NEEDED = {
    "contract_lines": ("contract_no", "item", "unit_price"),
    "contracts": ("contract_no", "buyer", "supplier", "signed"),
}


def line(buyer: str, yuan: float, src: int, **more: Any) -> dict[str, Any]:
    full = {
        "contract_id": f"contract:{buyer}{src}",
        "buyer_id": f"org:{buyer}",
        "supplier_id": "org:s",
        "signed": DAY,
        "item": "CT-1",
        "item_name": "虚构 CT",
        "udi_di": "06999990000018",
        "qty": 1.0,
        "unit_price_fen": round(yuan * 100),
        "src": src,
    }
    return row("contract_lines", **full | more)


def market(yuan: float, *others: float, own: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
    """The line in question and one line of another buyer per further price."""
    number = count(2)
    return [
        line("h", yuan, 1, **(own or {}) | more),
        *(line(f"o{i}", p, next(number), **more) for i, p in enumerate(others)),
    ]


def price(yuan: float, source: str = "listed", **more: Any) -> dict[str, Any]:
    return row("prices", **{"item": "CT-1", "source": source, "price_fen": round(yuan * 100), "src": 90} | more)


PEERS = (14_000_000, 14_200_000, 14_287_000, 14_300_000, 14_500_000)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_confirmed_ct_case_is_red(engine: str) -> None:
    contracts = [
        row("contracts", id="contract:h1", buyer_name="虚构医院", supplier_name="虚构公司", buyer_eid="issued:1")
    ]
    lines = market(29_490_000, *PEERS)
    applied, (hit,) = find(DETECTOR, data(engine=engine, contract_lines=lines, contracts=contracts))
    assert applied == 6, "each of the six lines has five of other buyers"
    assert hit.subjects == (("org:h", "buyer"), ("org:s", "supplier"))
    assert (hit.values["ratio"], hit.colour, hit.klass or DETECTOR.klass) == ("2.06", "red", "线索级")
    assert hit.score == pytest.approx(0.5 + 0.25 * (29_490_000 / 14_287_000 - 1))
    assert hit.amount_fen == (29_490_000 - 14_287_000) * 100
    assert [ref.id for ref in hit.evidence][:3] == ["issued:1", contracts[0]["eid"], "contract:h1"]
    assert [ref.src for ref in hit.evidence][2:] == [1, 2, 3, 4, 5, 6]
    assert "虚构医院向虚构公司采购虚构 CT" in told(DETECTOR, hit)
    assert results(hit) == {"configuration": "excluded", "small_order": "excluded", "bundle": "not_checked"}


@pytest.mark.parametrize(
    ("paid", "reference", "ratio", "colour"),
    [
        (35_200_000, 15_000_000, "2.35", "red"),
        (29_490_000, 14_287_000, "2.06", "red"),
        (361, 100, "3.61", "red"),
        (168, 100, "1.68", "yellow"),
    ],
)
def test_ratios_of_confirmed_cases_by_the_suppliers_own_cost(
    paid: float, reference: float, ratio: str, colour: str
) -> None:
    bought = [
        row("invoice_lines", id="invoice:1", seller_id="org:maker", buyer_id="org:s", date=DAY, item="CT-1", qty=1.0)
        | {"unit_price_fen": round(reference * 100), "src": 50}
    ]
    applied, (hit,) = find(DETECTOR, data(contract_lines=market(paid), invoice_lines=bought))
    assert applied == 1 and (hit.values["ratio"], hit.colour) == (ratio, colour)
    assert [ref.id for ref in hit.evidence] == ["contract:h1", "invoice:1"]


@pytest.mark.parametrize(("yuan", "hits"), [(150, 1), (149.99, 0)])
def test_the_cost_limit_is_inclusive_and_cost_must_be_near_in_time(yuan: float, hits: int) -> None:
    bought = row(
        "invoice_lines",
        id="invoice:1",
        seller_id="org:m",
        buyer_id="org:s",
        date=DAY,
        item="CT-1",
        unit_price_fen=10_000,
    )
    views = {"contract_lines": market(yuan), "invoice_lines": [bought | {"src": 50}]}
    applied, found = find(DETECTOR, data(**views))
    assert (applied, len(found)) == (1, hits)
    views["invoice_lines"][0]["date"] = DAY - timedelta(days=366)
    assert find(DETECTOR, data(**views)) == (0, ())


def test_robust_z() -> None:
    others = np.array([100.0, 101.0, 102.0, 103.0, 104.0])
    assert robust_z(130, others) == pytest.approx(0.6745 * 28 / 1)
    same = np.array([100.0] * 5)
    assert robust_z(100.01, same) == float("inf") and robust_z(100, same) == 0.0


@pytest.mark.parametrize(("yuan", "hits"), [(130, 1), (129.99, 0)])
def test_the_ratio_to_peers_is_inclusive(yuan: float, hits: int) -> None:
    applied, found = find(DETECTOR, data(contract_lines=market(yuan, 100, 100, 100, 100, 100)))
    assert (applied, len(found)) == (6, hits)


def test_wide_spread_four_peers_and_old_prices_are_clear() -> None:
    assert find(DETECTOR, data(contract_lines=market(160, 60, 80, 100, 120, 140)))[1] == ()
    assert find(DETECTOR, data(contract_lines=market(160, 100, 100, 100, 100))) == (0, ())
    old = market(160, 100, 100, 100, 100, 100, own={"signed": DAY + timedelta(days=366)})
    assert find(DETECTOR, data(contract_lines=old)) == (0, ())
    edge = market(160, 100, 100, 100, 100, 100, own={"signed": DAY + timedelta(days=365)})
    assert len(find(DETECTOR, data(contract_lines=edge))[1]) == 1


def test_the_buyers_own_other_purchases_are_no_peers() -> None:
    lines = [line("h", 160, n) for n in range(1, 7)]
    assert find(DETECTOR, data(contract_lines=lines)) == (0, ())


@pytest.mark.parametrize("source", ["listed", "vbp", "selected"])
def test_above_a_price_list_is_yellow_and_at_it_clear(source: str) -> None:
    _, (hit,) = find(DETECTOR, data(contract_lines=market(100.01), prices=[price(100, source)]))
    assert (hit.colour, hit.values["basis_en"]) == ("yellow", "the listed or selected price")
    assert [ref.id for ref in hit.evidence] == ["contract:h1", "item:CT-1"]
    assert find(DETECTOR, data(contract_lines=market(100), prices=[price(100, source)])) == (1, ())


def test_lists_out_of_force_of_other_places_and_market_quotes_do_not_count() -> None:
    home = [row("orgs", id="org:h", region="990101")]

    def judged(*prices: dict[str, Any]) -> int:
        return find(DETECTOR, data(contract_lines=market(120), prices=prices, orgs=home))[0]

    assert judged(price(100, region="99")) == judged(price(100, region="990000")) == judged(price(100)) == 1
    assert judged(price(100, region="61")) == judged(price(100, "market")) == 0
    assert (
        judged(price(100, from_date=DAY + timedelta(days=1)))
        == judged(price(100, to_date=DAY - timedelta(days=1)))
        == 0
    )


def test_of_two_lists_the_lower_source_and_of_one_source_the_higher_row_counts() -> None:
    prices = [price(110, src=1), price(100, src=2), price(90, "selected", src=3)]
    _, (hit,) = find(DETECTOR, data(contract_lines=market(95), prices=prices))
    assert hit.values["reference"] == "90.00"
    assert find(DETECTOR, data(contract_lines=market(105), prices=prices[:2])) == (1, ())


def test_lines_of_one_product_are_one_finding_by_the_worst() -> None:
    lines = [line("h", 150, 1, qty=2.0), line("h", 250, 2, qty=1.0)]
    applied, (hit,) = find(DETECTOR, data(contract_lines=lines, prices=[price(100)]))
    assert applied == 2 and (hit.values["ratio"], hit.colour, hit.values["lines"]) == ("2.50", "red", 2)
    assert hit.amount_fen == 10_000 + 15_000


def test_products_are_compared_by_identifier_then_registration_then_item() -> None:
    whole = line("h", 1, 1, reg_no="虚械注准1", spec="64 排")
    assert product(whole) == "udi:06999990000018"
    assert product(whole | {"udi_di": None}) == "reg:虚械注准1|64 排"
    assert product(whole | {"udi_di": None, "reg_no": None}) == "item:CT-1|64 排"


def test_a_bare_name_stays_yellow() -> None:
    lines = market(300, 100, 100, 100, 100, 100, udi_di=None, item="手套", item_name="手套")
    _, (hit,) = find(DETECTOR, data(contract_lines=lines))
    assert (hit.colour, results(hit)["configuration"]) == ("yellow", "possible")


def test_a_tiny_order_scores_less() -> None:
    lines = market(200, 100, 100, 100, 100, 100, qty=100.0)
    lines[0]["qty"] = 10.0
    _, (hit,) = find(DETECTOR, data(contract_lines=lines))
    assert hit.score == pytest.approx(0.75 * 0.8) and results(hit)["small_order"] == "possible"


def test_row_order_does_not_matter() -> None:
    views = {"contract_lines": [*market(29_490_000, *PEERS), line("h", 40_000_000, 9)], "prices": [price(20_000_000)]}
    first = find(DETECTOR, data(**views))
    assert len(first[1]) == 1
    assert all(find(DETECTOR, data(shuffle=seed, **views)) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    assert missing_needs(DETECTOR, data(files={"contracts": NEEDED["contracts"]}).has) == ("contract_lines",)
