"""Weights of CATALOGUE N01, number by number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.model import EDGES
from graphkit.projection.weights import BASE, EVENTS, LASTING, edge_weights

TYPES = tuple(EDGES)


def weight(kind: str, strength: float = 1.0, fen: int = 0, confidence: float = 1.0) -> float:
    code = np.array([TYPES.index(kind)], np.uint8)
    return float(edge_weights(TYPES, code, np.array([strength]), np.array([fen]), np.array([confidence]))[0])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("OWNS", 1.0),
        ("LEGAL_REP_OF", 1.0),
        ("NOMINEE_FOR", 1.0),
        ("DIRECTS", 0.9),
        ("KIN_OF", 0.9),
        ("ASSOCIATE_OF", 0.6),
        ("EMPLOYED_BY", 0.1),
        ("CO_BID", 0.3),
        ("SUBMITTED_VIA", 0.8),
        ("DEPOSIT_FROM", 0.8),
        ("AWARDED_TO", 0.15),
    ],
)
def test_base_weights(kind: str, expected: float) -> None:
    assert weight(kind) == pytest.approx(expected)


@pytest.mark.parametrize(("yuan", "expected"), [(1_000, math.log(2) / 10), (120_000, math.log(121) / 10)])
def test_payments_grow_with_the_logarithm_of_their_sum(yuan: int, expected: float) -> None:
    assert weight("PAID", fen=yuan * 100) == pytest.approx(expected)
    assert weight("SPONSORED", fen=yuan * 100) == pytest.approx(expected)


def test_a_huge_sum_is_capped_and_an_empty_one_still_counts() -> None:
    assert weight("PAID", fen=10**13) == 1.0
    assert weight("PAID", fen=0) > 0


def test_confidence_and_strength_multiply() -> None:
    assert weight("KIN_OF", strength=0.49, confidence=0.5) == pytest.approx(0.9 * 0.49 * 0.5)


@given(st.sampled_from(sorted(BASE)), st.floats(0, 1), st.integers(0, 10**14), st.floats(0, 1))
def test_weights_stay_in_the_half_open_unit_interval(kind: str, strength: float, fen: int, confidence: float) -> None:
    assert 0 < weight(kind, strength, fen, confidence) <= 1


def test_every_type_either_lasts_or_happens() -> None:
    assert not EVENTS & LASTING
    assert set(EDGES) == EVENTS | LASTING
    assert {"KIN_OF", "OWNS", "EMPLOYED_BY", "CONTROLS"} <= LASTING
    assert {"PAID", "AWARDED_TO", "SPONSORED"} <= EVENTS
