"""One nest, one lead; public bodies tie nothing; green never stands alone; scores show their parts (CATALOGUE 2.8)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.leads.fold import fold
from graphkit.leads.score import WEIGHT, combined, parts_of, subject_scores
from graphkit.types import Check, Colour, Finding, Subject

HOSPITAL = Subject("org:h", "Hospital", "虚构医院", "buyer")


def finding(
    number: int, detector: str, colour: Colour, people: str, score: float = 1.0, checks: tuple[Check, ...] = ()
) -> Finding:
    subjects = (HOSPITAL, *(Subject(f"person:{p}", "Person", f"虚{p}", "insider") for p in people))
    return Finding(
        f"{number:016x}", detector, "1", detector[0], {"zh": detector, "en": detector}, {"zh": f"事实{number}", "en": f"fact {number}"}, colour,
        "线索级", score, None, subjects, (), {}, (), checks, "snap",
    )  # fmt: skip


def public(identifier: str) -> bool:
    return identifier == "org:h"


def test_findings_that_share_a_person_are_one_lead() -> None:
    leads = fold(
        [finding(1, "K02", "red", "ab"), finding(2, "F01", "red", "bc"), finding(3, "K01", "red", "x")], public, {}
    )
    assert [sorted(lead.members) for lead in leads] == [["person:a", "person:b", "person:c"], ["person:x"]]
    assert leads[0].families == ("F", "K")


def test_a_hospital_ties_nobody_together() -> None:
    assert len(fold([finding(1, "K02", "red", "a"), finding(2, "K02", "red", "b")], public, {})) == 2


@pytest.mark.parametrize(
    ("findings", "leads"),
    [
        ([("K02", "red")], 1),
        ([("K03", "yellow")], 0),
        ([("K03", "yellow"), ("K07", "yellow")], 0),
        ([("K03", "yellow"), ("B06", "yellow")], 1),
        ([("P11", "red")], 0),
        ([("P11", "red"), ("B06", "yellow")], 1),
        ([("B17", "green"), ("F05", "green")], 0),
    ],
)
def test_what_proposes_a_lead(findings: list[tuple[str, Colour]], leads: int) -> None:
    assert len(fold([finding(i, d, c, "a") for i, (d, c) in enumerate(findings)], public, {})) == leads


def test_green_joins_a_lead_and_adds_little() -> None:
    alone = fold([finding(1, "K02", "red", "a")], public, {})[0]
    joined = fold([finding(1, "K02", "red", "a"), finding(2, "B17", "green", "a")], public, {})[0]
    assert len(joined.findings) == 2 and alone.score < joined.score < alone.score + 0.05


def test_score_is_noisy_or_with_family_damping() -> None:
    """1 − (1 − .6)(1 − .6·.3)(1 − .25) for two red of one family and a yellow of another."""
    parts = parts_of([finding(1, "K01", "red", "a"), finding(2, "K02", "red", "a"), finding(3, "B06", "yellow", "a")])
    assert combined(parts) == pytest.approx(1 - 0.4 * 0.82 * 0.75)
    assert [p.weight for p in parts] == [0.6, 0.18, 0.25]


def test_what_would_refute_lists_open_explanations_only() -> None:
    checks = (
        Check("a", "excluded", "已排除项", "out"),
        Check("b", "possible", "可能项", "open"),
        Check("c", "not_checked", "未查项", "unchecked"),
    )
    lead = fold([finding(1, "K02", "red", "a", checks=checks)], public, {"F01": ("transactions",)})[0]
    assert [t["zh"] for t in lead.refuting] == ["[K02] 可能：可能项", "[K02] 未核查：未查项"]
    assert lead.missing == ({"zh": "F01 未运行，缺少 transactions", "en": "F01 did not run, missing transactions"},)


cases = st.lists(
    st.tuples(
        st.sampled_from(["K01", "K02", "B01", "F02", "P01", "W01"]),
        st.sampled_from(list(WEIGHT)),
        st.text("abcdefgh", min_size=1, max_size=3),
        st.floats(0, 1),
    ),
    max_size=12,
)


@given(cases, st.integers(0, 9))
def test_order_does_not_matter_and_nothing_is_counted_twice(
    rows: list[tuple[str, Colour, str, float]], seed: int
) -> None:
    findings = [finding(i, d, c, people, s) for i, (d, c, people, s) in enumerate(rows)]
    shuffled = random.Random(seed).sample(findings, len(findings))
    leads = fold(findings, public, {})
    assert fold(shuffled, public, {}) == leads
    strong = [f for lead in leads for f in lead.findings if next(x for x in findings if x.id == f).colour != "green"]
    assert len(strong) == len(set(strong))
    assert all(0 <= lead.score <= 1 for lead in leads)
    assert [s["rank"] for s in subject_scores(findings)] == list(
        range(1, len({x.id for f in findings for x in f.subjects}) + 1)
    )


@given(cases)
def test_more_findings_never_lower_a_score(rows: list[tuple[str, Colour, str, float]]) -> None:
    findings = [finding(i, d, c, "a", s) for i, (d, c, _, s) in enumerate(rows)]
    scores = [combined(parts_of(findings[:n])) for n in range(len(findings) + 1)]
    assert scores[-1] >= max((combined(parts_of([f])) for f in findings), default=0) - 1e-9


def test_a_reason_stands_once_per_detector_with_its_count() -> None:
    lead = fold(
        [finding(1, "K02", "red", "a", 0.4), finding(2, "K02", "red", "a"), finding(3, "F01", "red", "a", 0.1)],
        public,
        {},
    )[0]
    assert [t["zh"] for t in lead.reasons] == ["[K02] 事实2（同类另有 1 项）", "[F01] 事实3"]
