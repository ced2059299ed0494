"""W01: benefits paid after death. All people are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bidding_frames import find, results, roles, told
from frames import data, row

from graphkit.detectors.runner import missing_needs
from graphkit.detectors.w01_dead_recipient import DETECTOR, death_of, month, month_text

P, KIN = "person:gu", "person:wen"
DIED = date(2023, 3, 12)
NEEDED = {"benefit_payments": ("id_no", "scheme", "period", "amount"), "deaths": ("id_no", "date")}


def paid(number: int, **more: Any) -> dict[str, Any]:
    """The payment for a month of 2023."""
    period = date(2023 + (number - 1) // 12, (number - 1) % 12 + 1, 1)
    full = {
        "person_id": P,
        "person_name": "顾虚一",
        "scheme": "resident_pension",
        "region": "990101",
        "period": period,
        "amount_fen": 20_000,
        "acct_id": "acct:1",
        "acct_holder_id": P,
        "paid": period.replace(day=15),
        "eid": f"paid:{number:02d}",
    }
    return row("benefit_payments", **full | more)


def died(day: date = DIED, source: str | None = "police", **more: Any) -> dict[str, Any]:
    return row("deaths", **{"person_id": P, "date": day, "source": source, "eid": f"death:{source}"} | more)


def year(last: int, **more: Any) -> dict[str, Any]:
    return {"benefit_payments": [paid(n, **more) for n in range(1, last + 1)], "deaths": [died()]}


def grace(months: float, **more: Any) -> dict[str, Any]:
    full = {"jurisdiction": "99", "rule": "grace_months", "amount": months, "src": 1}
    return row("thresholds", **full | more)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_worked_example(engine: str) -> None:
    applied, (hit,) = find(DETECTOR, data(engine=engine, files=NEEDED, **year(8)))
    assert applied == 1
    assert hit.subjects == ((P, "recipient"),) and hit.window == "resident_pension"
    assert (hit.colour, hit.klass, hit.amount_fen) == ("red", "认定级", 80_000)
    assert hit.score == pytest.approx(0.85)
    assert [ref.id for ref in hit.evidence] == ["death:police", "paid:05", "paid:06", "paid:07", "paid:08"]
    assert "城乡居民养老待遇仍发放4个月（2023-05至2023-08），共800.00元" in told(DETECTOR, hit)
    assert results(hit) == {
        "same_name": "excluded",
        "death_date": "excluded",
        "alive": "not_checked",
        "funeral_grant": "not_checked",
    }


@pytest.mark.parametrize(("last", "hits"), [(3, 0), (4, 0), (5, 1)])
def test_the_month_of_death_and_one_of_grace_are_due(last: int, hits: int) -> None:
    applied, found = find(DETECTOR, data(**year(last)))
    assert (applied, len(found)) == (1, hits)


@pytest.mark.parametrize(
    ("rows", "months"),
    [
        ([], 4),
        ([grace(3)], 2),
        ([grace(3), grace(0, jurisdiction="990100")], 5),
        ([grace(0, jurisdiction="9901"), grace(4, category="resident_pension")], 1),
        ([grace(3, category="dibao")], 4),
        ([grace(3, jurisdiction="61")], 4),
        ([grace(3, valid_to=date(2022, 12, 31))], 4),
    ],
)
def test_grace_by_place_scheme_and_date(rows: list[dict[str, Any]], months: int) -> None:
    _, (hit,) = find(DETECTOR, data(thresholds=rows, **year(8)))
    assert hit.values["months"] == months


@pytest.mark.parametrize("kind", ["funeral", "transfer"])
def test_funeral_grants_and_transfers_are_due(kind: str) -> None:
    assert find(DETECTOR, data(**year(8, kind=kind))) == (1, ())


def test_only_an_identical_id_number_counts() -> None:
    assert find(DETECTOR, data(**year(8, grade="scoped_name"))) == (0, ())
    views = year(8) | {"deaths": [died(grade="name_only")]}
    assert find(DETECTOR, data(**views)) == (1, ())
    assert find(DETECTOR, data(**year(8) | {"deaths": [died(person_id="person:other")]})) == (1, ())


def test_of_a_payment_for_several_months_only_those_beyond_count() -> None:
    half = paid(1, period_to=date(2023, 6, 30), amount_fen=120_000, paid=date(2023, 6, 15))
    _, (hit,) = find(DETECTOR, data(benefit_payments=[half], deaths=[died()]))
    assert (hit.values["months"], hit.amount_fen) == (2, 40_000)
    advance = half | {"paid": DIED}
    assert find(DETECTOR, data(benefit_payments=[advance], deaths=[died()])) == (1, ())


def test_reversed_payments_are_netted() -> None:
    views = year(8)
    views["benefit_payments"] += [paid(n, amount_fen=-20_000, eid=f"back:{n}") for n in range(5, 9)]
    assert find(DETECTOR, data(**views)) == (1, ())


def test_the_best_source_gives_the_date() -> None:
    rows = [died(date(2023, 3, 20), "medical"), died(date(2023, 3, 12), "police"), died(date(2023, 3, 1), "cremation")]
    assert death_of(rows, DETECTOR.defaults).day == date(2023, 3, 12)
    assert death_of(rows[:1] + rows[2:], DETECTOR.defaults).day == date(2023, 3, 1)


@pytest.mark.parametrize(("day", "colour"), [(date(2023, 4, 12), "red"), (date(2023, 4, 13), "yellow")])
def test_sources_more_than_31_days_apart_are_for_a_human(day: date, colour: str) -> None:
    views = year(8) | {"deaths": [died(), died(day, "medical")]}
    _, (hit,) = find(DETECTOR, data(**views))
    assert hit.colour == colour
    assert results(hit)["death_date"] == ("excluded" if colour == "red" else "possible")
    assert hit.score == pytest.approx(0.85 if colour == "red" else 0.425)


def test_a_village_report_alone_is_yellow_and_an_unnamed_source_is_not() -> None:
    assert find(DETECTOR, data(**year(8) | {"deaths": [died(source="village")]}))[1][0].colour == "yellow"
    assert find(DETECTOR, data(**year(8) | {"deaths": [died(source=None)]}))[1][0].colour == "red"


@pytest.mark.parametrize(
    ("checked", "channel", "colour", "result"),
    [
        (date(2023, 5, 1), "face", "yellow", "possible"),
        (date(2023, 5, 1), "proxy", "red", "excluded"),
        (date(2023, 1, 1), "face", "red", "excluded"),
        (None, None, "red", "not_checked"),
    ],
)
def test_a_face_check_after_the_death_puts_the_record_in_doubt(
    checked: date | None, channel: str | None, colour: str, result: str
) -> None:
    record = row("beneficiaries", person_id=P, scheme="resident_pension", last_check=checked, channel=channel, eid="r")
    _, (hit,) = find(DETECTOR, data(beneficiaries=[record], **year(8)))
    assert (hit.colour, results(hit)["alive"]) == (colour, result)
    assert hit.evidence[1].id == "r"


def test_another_holder_of_the_account_is_a_subject() -> None:
    _, (hit,) = find(DETECTOR, data(**year(8, acct_holder_id=KIN)))
    assert roles(hit, "account_holder") == [KIN]
    _, (hit,) = find(DETECTOR, data(**year(8, acct_holder_id="person:name:bank:顾虚一")))
    assert roles(hit, "account_holder") == []
    _, (hit,) = find(DETECTOR, data(**year(8, acct_holder_id="person:name:bank:温虚二")))
    assert roles(hit, "account_holder") == ["person:name:bank:温虚二"]


def test_each_scheme_is_one_finding_and_the_scan_date_limits_it() -> None:
    views = year(8)
    views["benefit_payments"] += [paid(n, scheme="dibao", eid=f"dibao:{n}") for n in (6, 7)]
    _, hits = find(DETECTOR, data(**views))
    assert {hit.window: hit.values["months"] for hit in hits} == {"resident_pension": 4, "dibao": 2}
    assert find(DETECTOR, data(as_of=date(2023, 4, 30), **year(8))) == (1, ())
    assert find(DETECTOR, data(as_of=date(2023, 3, 1), **year(8))) == (1, ())


def test_the_score_stops_at_one() -> None:
    _, (hit,) = find(DETECTOR, data(**year(24)))
    assert hit.score == 1.0 and hit.values["months"] == 20


def test_months_round_trip() -> None:
    assert month_text(month(date(2023, 12, 31))) == "2023-12"
    assert month(date(2024, 1, 1)) - month(date(2023, 12, 31)) == 1


def test_row_order_does_not_matter() -> None:
    views = year(8) | {"deaths": [died(), died(date(2023, 3, 30), "medical")]}
    first = find(DETECTOR, data(**views))
    assert all(find(DETECTOR, data(shuffle=seed, **views)) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    assert missing_needs(DETECTOR, data(files={"deaths": NEEDED["deaths"]}).has) == ("benefit_payments",)
