"""The audit chain: written before the answer, and every edit, removal, insertion, swap or cut is found where it is."""

from __future__ import annotations

import getpass
import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graphkit.db import Database, open_database
from graphkit.errors import LimitReached
from graphkit.ledger import Ledger, current_user
from graphkit.ledger.chain import GENESIS
from tests.repeats import repeats

TEXTS = (
    "at",
    "by",
    "subject_kind",
    "subject_id",
    "action",
    "from_state",
    "to_state",
    "note",
    "payload",
    "prev_hash",
    "hash",
)


def filled(ledger: Ledger, count: int = 12) -> str:
    for number in range(count):
        ledger.audit("search", {"query": f"姓名{number}", "rows": number}, purpose="核查")
    return str(ledger.verify_chain()["head"])


def change(db: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    connection = sqlite3.connect(db)
    with connection:
        for sql, values in statements:
            connection.execute(sql, values)
    connection.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ws" / "ledger.db"


def test_an_empty_chain_is_whole(ledger: Ledger) -> None:
    assert ledger.verify_chain() == {"ok": True, "records": 0, "head": GENESIS, "problem_at": None, "problem": ""}


def test_a_record_says_who_what_when_why(ledger: Ledger) -> None:
    record = ledger.audit("unmask", {"rows": 3}, purpose="案件 12")
    assert record["by"] == "王调查"
    assert record["at"] == "2024-03-01T01:00:01+00:00"
    assert (record["subject_kind"], record["action"], record["note"], record["payload"]) == (
        "audit",
        "unmask",
        "案件 12",
        '{"rows":3}',
    )
    assert ledger.audit_rows()[0]["hash"] == record["hash"] == ledger.verify_chain()["head"]


def test_the_hash_can_be_recomputed_without_this_package(ledger: Ledger) -> None:
    filled(ledger, 3)
    prev = "0" * 64
    for row in reversed(ledger.audit_rows(0)):
        body = {k: row[k] for k in (*TEXTS, "seq") if k not in ("hash",)}
        body["note"] = "核查"
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert row["prev_hash"] == prev
        assert hashlib.sha256(text.encode()).hexdigest() == row["hash"]
        prev = row["hash"]


def test_newest_records_first_and_details_where_no_reason_was_given(ledger: Ledger) -> None:
    ledger.audit("a", {"x": 1})
    ledger.audit("b")
    ledger.audit("c", purpose="p")
    assert [(r["seq"], r["action"], r["note"]) for r in ledger.audit_rows(2)] == [(3, "c", "p"), (2, "b", "")]
    assert ledger.audit_rows(0)[2]["note"] == '{"x":1}'


def test_the_user_is_the_account_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "somebody else")
    monkeypatch.setenv("LOGNAME", "somebody else")
    monkeypatch.delenv("GRAPHKIT_USER", raising=False)
    assert current_user() != "somebody else"
    monkeypatch.setenv("GRAPHKIT_USER", "李")
    assert current_user() == "李"
    assert getpass.getuser() == "somebody else"


@pytest.mark.parametrize("seed", range(200))
def test_any_single_change_is_found_at_its_record(seed: int, tmp_path: Path, whole_chain: Path) -> None:
    rng = random.Random(seed)
    copy = tmp_path / "ws"
    copy.mkdir()
    (copy / "ledger.db").write_bytes(whole_chain.read_bytes())
    at, other = rng.sample(range(1, 13), 2)
    kind = ("edit", "delete", "insert", "swap", "cut", "renumber")[seed % 6]
    if kind == "edit":
        column = rng.choice(TEXTS)
        statements = [(f"UPDATE events SET {column} = {column} || 'x' WHERE seq = ?", (at,))]
        expected = {at}
    elif kind == "delete":
        statements = [("DELETE FROM events WHERE seq = ?", (at,))]
        expected = {at}
    elif kind == "insert":
        statements = [
            (f"UPDATE events SET seq = -(seq + 1) WHERE seq >= {at}", ()),
            ("UPDATE events SET seq = -seq WHERE seq < 0", ()),
            (f"INSERT INTO events SELECT {at}, {', '.join(TEXTS)} FROM events WHERE seq = ?", (at + 1,)),
        ]
        expected = {at, at + 1}
    elif kind == "swap":
        statements = [("UPDATE events SET seq = ? WHERE seq = ?", pair) for pair in ((0, at), (at, other), (other, 0))]
        expected = {min(at, other)}
    elif kind == "cut":
        statements = [("DELETE FROM events WHERE seq >= ?", (at,))]
        expected = {at}
    else:
        statements = [("UPDATE events SET seq = seq + 1 WHERE seq = 12", ())]
        expected = {12}
    change(copy / "ledger.db", *statements)
    db = open_database(copy)
    answer = Ledger(db).verify_chain()
    db.close()
    assert not answer["ok"], kind
    assert answer["problem_at"] in expected, kind


@pytest.fixture(scope="module")
def whole_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    db = open_database(folder)
    filled(Ledger(db))
    db.close()
    connection = sqlite3.connect(folder / "ledger.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder / "ledger.db"


def test_a_tail_that_was_cut_stays_in_sight_when_writing_goes_on(ledger: Ledger, file: Path) -> None:
    filled(ledger)
    change(file, ("DELETE FROM events WHERE seq > ?", (9,)))
    ledger.audit("after the cut")
    answer = ledger.verify_chain()
    assert (answer["ok"], answer["problem_at"]) == (False, 10)


def test_a_chain_rewritten_as_a_whole_is_found_by_a_head_kept_outside(ledger: Ledger, file: Path) -> None:
    noted = filled(ledger)
    assert ledger.verify_chain(noted)["ok"]
    ledger.audit("more")
    assert ledger.verify_chain(noted)["ok"], "an older head stays part of the chain"
    change(file, ("DELETE FROM events", ()), ("DELETE FROM meta WHERE key LIKE 'chain%'", ()))
    filled(ledger, 11)
    assert ledger.verify_chain()["ok"]
    assert not ledger.verify_chain(noted)["ok"]


def test_a_head_that_was_removed_or_changed_is_a_problem(ledger: Ledger, file: Path) -> None:
    filled(ledger, 3)
    change(file, ("UPDATE meta SET value = 'x' WHERE key = 'chain_head'", ()))
    assert ledger.verify_chain()["problem_at"] == 3
    change(file, ("DELETE FROM meta WHERE key LIKE 'chain%'", ()))
    assert not ledger.verify_chain()["ok"]


def test_the_record_is_on_disk_before_the_call_returns(tmp_path: Path) -> None:
    program = (
        "import os, sys, pathlib; from graphkit.db import open_database; from graphkit.ledger import Ledger\n"
        "Ledger(open_database(pathlib.Path(sys.argv[1]))).audit('export', {'rows': 7}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    db = open_database(tmp_path)
    assert [r["action"] for r in Ledger(db).audit_rows()] == ["export"]
    db.close()


def test_an_action_whose_record_cannot_be_written_does_not_happen(tmp_path: Path) -> None:
    program = (
        "import resource, sys, pathlib; from graphkit.db import open_database; from graphkit.ledger import Ledger\n"
        "from graphkit.errors import LimitReached\n"
        "ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: ledger.audit('export', {'x': 'y' * 100_000}); print('answer')\n"
        "except LimitReached as error: print(error.code)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "disk-full"
    db = open_database(tmp_path)
    assert Ledger(db).verify_chain()["records"] == 0
    db.close()
    assert LimitReached.exit_code == 5


@pytest.mark.exhaustive
def test_many_writers_make_one_unbroken_chain(tmp_path: Path, db: Database) -> None:
    program = (
        "import sys, pathlib; from graphkit.db import open_database; from graphkit.ledger import Ledger\n"
        "ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))\n"
        "for i in range(25): ledger.audit('search', {'i': i})"
    )
    number = repeats(2, 8)
    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "ws")]) for _ in range(number)]
    assert [w.wait(60) for w in writers] == [0] * number
    answer = Ledger(db).verify_chain()
    assert (answer["ok"], answer["records"]) == (True, 25 * number)
