"""W02: exclusive benefits drawn at the same time. All people are invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from bidding_frames import find, results, told
from frames import data, row

from graphkit.detectors.runner import missing_needs
from graphkit.detectors.w02_duplicate_cross_region import DETECTOR

P = "person:gu"
PENSION, JOBLESS = "resident_pension", "unemployment"
NEEDED = {
    "benefit_payments": ("id_no", "scheme", "region", "period", "amount"),
    "exclusive_schemes": ("scheme_a", "scheme_b"),
}


def drawn(scheme: str, region: str, months: Iterable[int], fen: int = 20_000, **more: Any) -> list[dict[str, Any]]:
    """One payment for each of some months of 2023."""
    return [
        row(
            "benefit_payments",
            **{"person_id": P, "person_name": "顾虚一", "scheme": scheme, "region": region, "amount_fen": fen}
            | {"period": date(2023, number, 1), "eid": f"{scheme}/{region}/{number:02d}"}
            | more,
        )
        for number in months
    ]


def exclusive(a: str = PENSION, b: str = PENSION, grace: int | None = None) -> list[dict[str, Any]]:
    return [row("exclusive_schemes", scheme_a=a, scheme_b=b, grace_months=grace, src=1)]


def two_places(first: Iterable[int], second: Iterable[int], grace: int | None = None) -> dict[str, Any]:
    payments = drawn(PENSION, "990101", first) + drawn(PENSION, "990202", second, 15_000)
    return {"benefit_payments": payments, "exclusive_schemes": exclusive(grace=grace)}


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_one_scheme_in_two_counties(engine: str) -> None:
    applied, (hit,) = find(DETECTOR, data(engine=engine, files=NEEDED, **two_places(range(1, 7), range(1, 7))))
    assert applied == 1
    assert hit.subjects == ((P, "recipient"),) and hit.window == f"{PENSION}|{PENSION}"
    assert (hit.colour, hit.klass, hit.amount_fen) == ("red", "认定级", 90_000)
    assert hit.score == pytest.approx(0.95)
    assert len(hit.evidence) == 12 and hit.evidence[0].id == "resident_pension/990101/01"
    assert "6个月（2023-01至2023-06）" in told(DETECTOR, hit) and "990101、990202" in told(DETECTOR, hit)
    assert results(hit) == {"back_pay": "not_checked", "transfer_month": "excluded", "late_record": "excluded"}


@pytest.mark.parametrize(("a", "b"), [("employee_pension", PENSION), (PENSION, "employee_pension")])
def test_two_exclusive_schemes_in_either_order_of_the_table(a: str, b: str) -> None:
    payments = drawn(PENSION, "990101", (3, 4)) + drawn("employee_pension", "990101", (4, 5, 6), 300_000)
    views = {"benefit_payments": payments, "exclusive_schemes": exclusive(a, b)}
    _, (hit,) = find(DETECTOR, data(**views))
    assert (hit.values["months"], hit.amount_fen) == (1, 20_000)


def test_schemes_that_the_table_does_not_name_are_not_judged() -> None:
    payments = drawn(PENSION, "990101", (3, 4)) + drawn("dibao", "990101", (3, 4))
    views = {"benefit_payments": payments, "exclusive_schemes": exclusive("employee_pension", "dibao")}
    assert find(DETECTOR, data(**views)) == (1, ())
    assert find(DETECTOR, data(benefit_payments=payments)) == (0, ())


def test_consecutive_months_are_clear() -> None:
    assert find(DETECTOR, data(**two_places(range(1, 4), range(4, 7)))) == (1, ())


@pytest.mark.parametrize(("grace", "hits"), [(None, 1), (1, 1), (2, 0), (3, 0)])
def test_overlap_must_exceed_the_months_of_grace(grace: int | None, hits: int) -> None:
    assert len(find(DETECTOR, data(**two_places(range(1, 5), range(3, 7), grace)))[1]) == hits


def test_a_single_month_of_handing_over_looks_like_a_transfer() -> None:
    _, (hit,) = find(DETECTOR, data(**two_places((1, 2, 3), (3, 4, 5))))
    assert (hit.colour, hit.klass, results(hit)["transfer_month"]) == ("yellow", "线索级", "possible")
    assert hit.score == pytest.approx(0.35)
    _, (hit,) = find(DETECTOR, data(**two_places((1, 2, 3, 4), (2,))))
    assert hit.colour == "red"


@pytest.mark.parametrize("kind", ["backpay", "funeral", "transfer"])
def test_back_pay_funeral_grants_and_transfers_do_not_count(kind: str) -> None:
    views = two_places(range(1, 7), ())
    views["benefit_payments"] += drawn(PENSION, "990202", range(1, 7), kind=kind)
    assert find(DETECTOR, data(**views)) == (1, ())


def test_reversed_months_do_not_count() -> None:
    views = two_places(range(1, 4), range(1, 4))
    views["benefit_payments"] += [
        entry | {"eid": entry["eid"] + "/back"} for entry in drawn(PENSION, "990202", (1, 2), -15_000)
    ]
    _, (hit,) = find(DETECTOR, data(**views))
    assert hit.values["months"] == 1


def test_a_place_and_the_city_around_it_are_one_place() -> None:
    for inside, around in (("990101", "990100"), ("990101", "9901"), ("990101", "990000"), ("990101", "")):
        payments = drawn(PENSION, inside, (1, 2, 3)) + drawn(PENSION, around, (1, 2, 3))
        views = {"benefit_payments": payments, "exclusive_schemes": exclusive()}
        assert find(DETECTOR, data(**views))[1] == ()


def test_a_payment_for_several_months_is_spread() -> None:
    quarter = drawn(PENSION, "990202", (4,), 30_001, period_to=date(2023, 6, 30))
    views = {"benefit_payments": drawn(PENSION, "990101", range(1, 7)) + quarter, "exclusive_schemes": exclusive()}
    _, (hit,) = find(DETECTOR, data(**views))
    assert (hit.values["months"], hit.amount_fen) == (3, 30_001)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
@pytest.mark.parametrize(
    ("job", "months"),
    [
        ({"from_date": date(2023, 2, 1), "to_date": date(2023, 4, 30)}, 3),
        ({"from_date": date(2023, 2, 2), "to_date": date(2023, 4, 29)}, 1),
        ({"from_date": date(2023, 2, 1), "to_date": None}, 5),
        ({"from_date": date(2023, 2, 2), "to_date": date(2023, 3, 30)}, 0),
        ({"from_date": date(2023, 1, 1), "to_date": None, "kind": "public_interest"}, 0),
        ({"from_date": date(2023, 1, 1), "to_date": None, "person_id": "person:other"}, 0),
    ],
)
def test_whole_months_of_a_job_exclude_unemployment_benefit(engine: str, job: dict[str, Any], months: int) -> None:
    jobs = [row("employment", **{"person_id": P, "employer_id": "org:e", "kind": "regular", "eid": "job"} | job)]
    views = {
        "benefit_payments": drawn(JOBLESS, "990101", range(1, 7)),
        "exclusive_schemes": exclusive(JOBLESS, "employed"),
    }
    applied, hits = find(DETECTOR, data(engine=engine, employment=jobs, **views))
    assert applied == 1
    assert [hit.values["months"] for hit in hits] == ([months] if months else [])
    if hits:
        assert hits[0].amount_fen == 20_000 * months and results(hits[0])["late_record"] == "possible"
        assert "job" in [ref.id for ref in hits[0].evidence]


def test_only_an_identical_id_number_counts() -> None:
    views = two_places(range(1, 7), ())
    views["benefit_payments"] += drawn(PENSION, "990202", range(1, 7), grade="scoped_name")
    assert find(DETECTOR, data(**views)) == (1, ())


def test_the_scan_date_limits_what_is_seen() -> None:
    _, (hit,) = find(DETECTOR, data(as_of=date(2023, 2, 28), **two_places(range(1, 7), range(1, 7))))
    assert hit.values["months"] == 2


def test_evidence_is_capped() -> None:
    _, (hit,) = find(DETECTOR, data(**many()))
    assert len(hit.evidence) == 60 and hit.values["months"] == 36


def many() -> dict[str, Any]:
    payments = [
        entry | {"period": entry["period"].replace(year=2021 + n), "eid": f"{n}/{entry['eid']}"}
        for n in range(3)
        for entry in two_places(range(1, 13), range(1, 13))["benefit_payments"]
    ]
    return {"benefit_payments": payments, "exclusive_schemes": exclusive()}


def test_row_order_does_not_matter() -> None:
    first = find(DETECTOR, data(**many()))
    assert all(find(DETECTOR, data(shuffle=seed, **many())) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    lacking = {**NEEDED, "benefit_payments": ("id_no", "scheme", "period", "amount")}
    assert missing_needs(DETECTOR, data(files=lacking).has) == ("benefit_payments.region",)
