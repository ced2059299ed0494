"""B03: prices of one lot that differ by a rule. All firms are invented."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from random import Random
from typing import Any

import numpy as np
import pytest
from bidding_frames import LOT, bid, find, results, roles, tied, told
from frames import data, row

from graphkit.detectors.b03_regular_price_difference import DETECTOR, chance, proportional, regularity
from graphkit.detectors.runner import missing_needs

FIRMS = "甲乙丙丁戊"
GEOMETRIC = (98.00, 98.98, 99.9698, 100.9695)
BIDS = {"bids": ("project_no", "bidder", "amount", "status")}
LINES = {"bid_lines": ("project_no", "bidder", "line_no", "unit_price")}
LIST = [round(100 * 1.37**n) for n in range(12)]


def totals(*yuan: float, **tender: Any) -> dict[str, Any]:
    return {
        "bids": [bid(firm, 10_000 * value) for firm, value in zip(FIRMS, yuan, strict=False)],
        "tenders": [row("tenders", id="tender:T1", **tender)],
    }


def lines(**prices: Sequence[float]) -> list[dict[str, Any]]:
    number = count(1)
    return [
        tied("bid_lines", firm, line_no=place, unit_price_fen=round(price), src=next(number))
        for firm, own in prices.items()
        for place, price in enumerate(own, start=1)
    ]


def noisy(seed: int, factor: float = 1.0) -> list[float]:
    rng = Random(seed)
    return [price * factor * rng.uniform(0.9, 1.1) for price in LIST]


def test_vectors_of_the_catalogue() -> None:
    assert f"{regularity(GEOMETRIC)[1]:.0e}" == "9e-07"
    assert regularity((100, 105, 110, 115))[0] == 0
    gaps, ratios = regularity((100, 104, 112, 131))
    assert (round(gaps, 2), round(ratios, 2)) == (0.61, 0.57)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
@pytest.mark.parametrize(("yuan", "zh"), [(GEOMETRIC, "等比"), ((100, 105, 110, 115), "等差")])
def test_regular_totals_of_four_bids_are_red(engine: str, yuan: tuple[float, ...], zh: str) -> None:
    applied, (hit,) = find(DETECTOR, data(engine=engine, **totals(*yuan, criteria="lowest")))
    assert applied == 1
    assert roles(hit, "bidder") == sorted(f"org:{firm}" for firm in FIRMS[:4]) and hit.window == LOT
    assert (hit.score, hit.colour, hit.amount_fen) == (0.9, "red", round(yuan[0] * 1_000_000))
    assert zh in told(DETECTOR, hit) and results(hit)["score_formula"] == "excluded"
    assert len(hit.evidence) == 4 and hit.p_value is not None and hit.p_value < 1e-3


def test_irregular_totals_are_clear() -> None:
    assert find(DETECTOR, data(**totals(100, 104, 112, 131))) == (1, ())


def test_three_totals_are_yellow_and_a_score_formula_lowers() -> None:
    _, (hit,) = find(DETECTOR, data(**totals(100, 105, 110)))
    assert (hit.score, hit.colour, hit.klass) == (0.5, "yellow", "线索级")
    views = data(files={"tenders": ("criteria",)}, **totals(100, 105, 110, 115, criteria="score"))
    _, (hit,) = find(DETECTOR, views)
    assert hit.score == pytest.approx(0.8) and results(hit)["score_formula"] == "possible"


def test_the_threshold_is_inclusive() -> None:
    gaps, _ = regularity((100, 105, 110.2, 115))
    views = data(**totals(100, 105, 110.2, 115))
    assert len(find(DETECTOR, views, max_cv=gaps + 1e-12)[1]) == 1
    assert find(DETECTOR, views, max_cv=gaps * 0.9)[1] == ()


def test_equal_bids_and_two_bids_are_left_to_others() -> None:
    assert find(DETECTOR, data(**totals(100, 100, 100))) == (1, ())
    assert find(DETECTOR, data(**totals(100, 105))) == (0, ())


def test_only_submitted_bids_of_live_tenders_count() -> None:
    views = totals(100, 105, 110)
    views["bids"][2]["status"] = "withdrawn"
    assert find(DETECTOR, data(**views)) == (0, ())
    assert find(DETECTOR, data(**totals(100, 105, 110, status="cancelled"))) == (0, ())
    views = totals(100, 105, 110)
    views["bids"][2]["status"] = "disqualified"
    assert len(find(DETECTOR, data(**views))[1]) == 1


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_lines_in_a_fixed_proportion_join_two_of_three_bidders(engine: str) -> None:
    rows = lines(甲=[p * 100 for p in LIST], 乙=[p * 103.5 for p in LIST], 丙=noisy(3, 100))
    applied, (hit,) = find(DETECTOR, data(engine=engine, bid_lines=rows, bids=[bid("甲", 100), bid("乙", 103)]))
    assert applied == 1 and roles(hit, "bidder") == sorted(["org:甲", "org:乙"])
    assert (hit.score, hit.colour, hit.amount_fen) == (0.95, "red", 10_000)
    assert results(hit)["common_price_list"] == "excluded" and "12个分项" in told(DETECTOR, hit)
    assert [ref.src for ref in hit.evidence[:2]] == [None, None]
    prices = {r["src"]: r["unit_price_fen"] for r in rows}
    shown = [prices[ref.src] for ref in hit.evidence[2:] if ref.src is not None]
    assert len(shown) == 24 and shown == sorted(shown, reverse=True)


def test_a_straight_line_through_the_prices_counts() -> None:
    rows = lines(甲=[p * 100 for p in LIST], 乙=[p * 96 + 700 for p in LIST])
    _, (hit,) = find(DETECTOR, data(bid_lines=rows))
    assert hit.colour == "red" and results(hit)["common_price_list"] == "possible"


def test_nine_shared_lines_are_not_judged_and_independent_ones_are_clear() -> None:
    few = lines(甲=[p * 100 for p in LIST[:9]], 乙=[p * 103 for p in LIST[:9]])
    assert find(DETECTOR, data(bid_lines=few)) == (0, ())
    assert find(DETECTOR, data(bid_lines=lines(甲=noisy(1, 100), 乙=noisy(2, 100)))) == (1, ())


def test_a_falling_line_is_no_rule_of_pricing() -> None:
    a = np.array([float(n) for n in range(100, 112)])
    assert not proportional(a, 400 - a, DETECTOR.defaults)
    assert proportional(a, 400 + a, DETECTOR.defaults)


def test_lines_and_totals_of_the_same_bidders_are_one_episode() -> None:
    rows = lines(**{firm: [p * 100 * (1 + n / 20) for p in LIST] for n, firm in enumerate("甲乙丙丁")})
    _, hits = find(DETECTOR, data(bid_lines=rows, **totals(100, 105, 110, 115)))
    assert len(hits) == 2 and len({(hit.subjects, hit.window) for hit in hits}) == 1


def test_chance_equals_a_simulation() -> None:
    rng = np.random.default_rng(5)
    spacings = rng.dirichlet(np.ones(3), size=200_000)
    seen = float((spacings.std(axis=1) / spacings.mean(axis=1) <= 0.2).mean())
    assert chance(0.2, 3) == pytest.approx(seen, rel=0.05)
    assert chance(0.02, 2) == pytest.approx(0.02)
    assert chance(9.0, 4) == 1.0


def test_row_order_does_not_matter() -> None:
    views = {"bid_lines": lines(甲=[p * 100 for p in LIST], 乙=[p * 103 for p in LIST])} | totals(*GEOMETRIC)
    first = find(DETECTOR, data(**views))
    assert all(find(DETECTOR, data(shuffle=seed, **views)) == first for seed in range(4))


def test_either_file_suffices() -> None:
    assert missing_needs(DETECTOR, data(files=BIDS).has) == () == missing_needs(DETECTOR, data(files=LINES).has)
    assert missing_needs(DETECTOR, data(files={"bids": ("project_no", "bidder")}).has) == ("bid_lines | bids",)
