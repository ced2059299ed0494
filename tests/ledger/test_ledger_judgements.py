"""Judgements are events: only those in force count, contradictions are refused by name, nothing in the chain changes."""

from __future__ import annotations

import sqlite3
import tempfile
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.db import Database, open_database
from graphkit.errors import UsageError
from graphkit.identity import judged
from graphkit.ledger import Ledger
from graphkit.ledger.judgements import judge, undo
from graphkit.records import Records
from graphkit.records.judgements import Statement, decisive, head

AT = "2024-01-02T03:04:05+00:00"
A, B, C, D = (f"person:name:{s}:王伟" for s in "abcd")
N, M = "person:0123456789abcdef", "person:fedcba9876543210"
IDS = sorted([A, B, C, N, M])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["same", "different", "unsure"]), st.sampled_from(list(combinations(IDS, 2)))),
        st.tuples(st.just("undo"), st.integers(1, 12)),
    ),
    max_size=12,
)


def state(records: Records) -> tuple[str, dict[str, str], list[Statement]]:
    """All that judgements do to the data."""
    standing = records.judged()
    return records.snapshot_id(), judged.canonical(standing), standing


@settings(max_examples=15, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_the_state_is_that_of_the_judgements_in_force(steps: list[tuple[str, Any]], rng: Random) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        db = open_database(Path(one))
        for verb, what in steps:
            try:
                if verb == "undo":
                    undo(db, what, "", AT)
                else:
                    a, b = what
                    judge(db, verb, a, b, "because", AT)
            except UsageError:
                pass
        records = Records(Path(one), db)
        made, standing = records.judgements()
        undone = {j.undoes for j in made}
        assert standing == [j for j in made if j.verb != "undo" and j.seq not in undone]
        groups = judged.classes(records.judged())
        for j in standing:
            if j.verb == "different":
                assert groups.get(j.a, j.a) != groups.get(j.b, j.b), "merged over a judgement"
        for members in groups.values():
            assert len({i for i in members if judged.numbered(i)}) <= 1, "two numbers are two people"
        order = list(standing)
        rng.shuffle(order)
        order.sort(
            key=lambda j: j.verb != "unsure"
        )  # what is settled is no more unsure: it is said before or not at all
        again = open_database(Path(two))
        for j in order:
            judge(again, j.verb, j.a, j.b, "", AT)
        assert state(Records(Path(two), again)) == state(records)
        assert Ledger(db).verify_chain()["ok"]
        db.close()
        again.close()


def test_a_judgement_and_its_undo_leave_no_trace_in_the_snapshot(db: Database, tmp_path: Path) -> None:
    records = Records(tmp_path / "ws", db)
    before = records.snapshot_id()
    first, new = judge(db, "same", B, A, "同一电话", AT)
    assert new and (first.seq, first.a, first.b, first.reason) == (1, A, B, "同一电话")
    merged = records.snapshot_id()
    assert merged != before
    assert undo(db, 1, "", AT).undoes == 1
    assert records.snapshot_id() == before
    judge(db, "same", A, B, "另一理由", AT)
    assert records.snapshot_id() == merged
    assert records.judged(before) == []
    assert records.judged(merged) == [("same", A, B)]


def test_unsure_says_nothing_about_who_is_who(db: Database, tmp_path: Path) -> None:
    records = Records(tmp_path / "ws", db)
    before = records.snapshot_id()
    judge(db, "unsure", A, B, "", AT)
    assert records.snapshot_id() == before
    assert [j.verb for j in records.judgements()[1]] == ["unsure"]


def test_the_same_words_are_not_said_twice(db: Database, tmp_path: Path) -> None:
    first, _ = judge(db, "different", A, B, "x", AT)
    assert judge(db, "different", B, A, "y", AT) == (first, False)
    assert len(Records(tmp_path / "ws", db).judgements()[0]) == 1


@pytest.mark.parametrize(
    ("before", "verb", "pair", "code", "named"),
    [
        ([("different", A, B)], "same", (A, B), "contradiction", "第 1 号判断"),
        ([("same", A, B), ("different", A, C)], "same", (B, C), "contradiction", "第 2 号判断"),
        ([("same", A, B)], "different", (A, B), "contradiction", "第 1 号判断"),
        ([("same", A, B), ("same", B, C)], "different", (A, C), "contradiction", "第 2 号判断"),
        ([("same", A, B)], "unsure", (A, B), "contradiction", "第 1 号判断"),
        ([("different", A, B)], "unsure", (A, B), "contradiction", "第 1 号判断"),
        ([], "same", (N, M), "two-numbers", N),
        ([("same", N, A), ("same", M, B)], "same", (A, B), "two-numbers", M),
        ([], "same", ("org:91990101000000019M", "org:919901010000000271"), "two-numbers", "91990101000000019M"),
        ([], "same", (A, "org:name:王伟"), "not-a-pair", A),
        ([], "different", (A, A), "not-a-pair", A),
        ([], "same", ("acct:1", "acct:2"), "not-a-pair", "acct:1"),
        ([], "equal", (A, B), "unknown-judgement", "equal"),
    ],
)
def test_what_contradicts_is_refused_and_named(
    db: Database, tmp_path: Path, before: list[Statement], verb: str, pair: tuple[str, str], code: str, named: str
) -> None:
    for said in before:
        judge(db, *said, "because", AT)
    records = Records(tmp_path / "ws", db)
    known = (state(records), records.judgements())
    with pytest.raises(UsageError) as caught:
        judge(db, verb, *pair, "because", AT)
    assert caught.value.code == code
    assert named in caught.value.message.zh
    assert (state(records), records.judgements()) == known


@pytest.mark.parametrize("seq", [0, 2, 3, 9])
def test_only_a_judgement_in_force_is_taken_back(db: Database, seq: int) -> None:
    judge(db, "same", A, B, "", AT)
    judge(db, "different", A, C, "", AT)
    undo(db, 2, "", AT)
    with pytest.raises(UsageError, match="unknown-judgement"):
        undo(db, seq, "", AT)


def test_what_was_refused_is_allowed_once_the_other_is_taken_back(db: Database) -> None:
    judge(db, "different", A, B, "", AT)
    with pytest.raises(UsageError, match="contradiction"):
        judge(db, "same", A, B, "", AT)
    undo(db, 1, "", AT)
    assert judge(db, "same", A, B, "", AT)[1]


def test_a_judgement_altered_in_the_database_breaks_the_chain(db: Database, tmp_path: Path) -> None:
    judge(db, "different", A, B, "看错了", AT)
    db.close()
    place = tmp_path / "ws" / "ledger.db"
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE events SET action = 'same' WHERE subject_kind = 'identity'")
    connection.close()
    again = open_database(tmp_path / "ws")
    assert Ledger(again).verify_chain()["problem"] == "altered"
    again.close()


def test_the_head_is_empty_without_a_judgement_and_knows_no_order() -> None:
    assert head([]) == "" == head(decisive([]))
    assert head([("same", A, B), ("different", C, D)]) == head([("different", C, D), ("same", A, B)])
    assert head([("same", A, B)]) != head([("different", A, B)])
