"""Values on their way out of a store."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import neo4j.time
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.store.reading import _shares, edge_starts
from graphkit.store.values import Raw, answer, label_of, money, out, parameter


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (1234.5, "amount_cny", "1234.50"),
        (0, "total_cny", "0.00"),
        (0.005, "r.amount_cny", "0.01"),
        (None, "amount_cny", None),
        ([1.0, None], "parts_cny", ["1.00", None]),
        ({"paid_cny": 2, "n": 2}, "x", {"paid_cny": "2.00", "n": 2}),
        (1.5, "share", 1.5),
        (True, "won", True),
        (float("nan"), "share", None),
        (date(2024, 1, 2), "d", "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4, 5), "t", "2024-01-02T03:04:05"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "t", "2024-01-02T03:04:05"),
        (datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=8))), "t", "2024-01-02T00:00:00+08:00"),
        (neo4j.time.Date(2024, 1, 2), "d", "2024-01-02"),
        (neo4j.time.DateTime(2024, 1, 2, 3, 4, 5), "t", "2024-01-02T03:04:05"),
        (neo4j.time.Duration(months=1, days=2), "p", {"months": 1, "days": 2, "seconds": 0}),
    ],
)
def test_values_become_json(value: object, name: str, expected: object) -> None:
    assert out(value, name) == expected
    json.dumps(out(value, name))


def test_a_node_of_either_engine_has_one_shape() -> None:
    raw = {
        "id": 0,
        "labels": ["Staff", "Person"],
        "properties": {
            "id": "person:a",
            "name": "张",
            "grade": "identifier",
            "title": "person:a",
            "birth": date(1980, 1, 1),
        },
    }
    assert out(raw) == {
        "id": "person:a", "label": "Person", "labels": ["Person", "Staff"], "name": "张", "grade": "identifier", "props": {"birth": "1980-01-01"},
    }  # fmt: skip


@given(st.integers(-(10**13), 10**13))
def test_every_fen_survives_as_text(fen: int) -> None:
    assert Decimal(money(fen / 100)) == Decimal(fen) / 100


def test_rows_are_cut_and_said_to_be() -> None:
    cut = answer(Raw(["x"], [[1], [2], [3]]), 2, 0.5, "embedded")
    assert (cut["rows"], cut["row_count"], cut["truncated"]) == ([[1], [2]], 2, True)


def test_parameters_suit_both_engines() -> None:
    bound = parameter({"t": [datetime(2024, 1, 1)], "m": Decimal("1.50"), "d": date(2024, 1, 1), "s": "x"})
    assert bound == {"t": [datetime(2024, 1, 1, tzinfo=UTC)], "m": 1.5, "d": date(2024, 1, 1), "s": "x"}


def test_labels_follow_from_ids() -> None:
    assert [label_of(i) for i in ("org:name:某公司", "acct:1", "case:9", "what:1", "")] == [
        "Organization",
        "Account",
        "Case",
        None,
        None,
    ]


def test_an_edge_id_gives_its_start_even_when_names_hold_the_sign() -> None:
    assert edge_starts("OWNS:person:a>org:b#1", "OWNS") == ["person:a"]
    assert edge_starts("OWNS:org:name:a>b>org:c#1", "OWNS") == ["org:name:a", "org:name:a>b"]


@given(st.lists(st.integers(0, 500), max_size=12), st.integers(0, 300))
def test_shares_are_fair_and_use_the_whole_limit(counts: list[int], limit: int) -> None:
    shares = _shares(counts, limit)
    assert sum(shares) == min(limit, sum(counts))
    assert all(0 <= share <= n for share, n in zip(shares, counts, strict=True))
    cut = [share for share, n in zip(shares, counts, strict=True) if share < n]
    assert not cut or max(cut) - min(cut) <= max(1, len(counts))
