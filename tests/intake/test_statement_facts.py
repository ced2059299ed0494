"""Statements end to end: one transfer in two statements is one payment; layouts give equal facts; corrected rows come back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from graphkit.workspace import Workspace
from tests.conftest import account
from tests.intake.statements import HOLDER, LAYOUTS, OWN, Tx, invent, write

Load = Callable[[Path], tuple[Workspace, dict[str, Any]]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a folder into a workspace that closes with the test."""

    def _load(folder: Path) -> tuple[Workspace, dict[str, Any]]:
        ws = Workspace(tmp_path / f"ws-{folder.name}", lang="zh")
        return ws, ws.load(folder)

    return _load


def edges(ws: Workspace, kind: str) -> list[dict[str, Any]]:
    return pq.read_table(ws.facts_dir / "edges" / f"{kind}.parquet").to_pylist()  # type: ignore[no-any-return]


def payments(ws: Workspace) -> list[tuple[object, ...]]:
    return sorted((str(e["from_date"]), e["amount_fen"], e["from_id"], e["to_id"]) for e in edges(ws, "PAID"))


def other_side(txs: list[Tx], acct: str, name: str) -> list[Tx]:
    """What the statement of one counterparty says of the same transfers, a second later, with serials of its own."""
    balance, made = 90_000_000_00, []
    for number, tx in enumerate(t for t in txs if t.acct == acct):
        balance -= tx.delta
        made.append(
            replace(
                tx,
                when=tx.when + timedelta(seconds=1),
                delta=-tx.delta,
                acct=OWN,
                name=HOLDER,
                serial=f"B{number:08d}",
                balance=balance,
            )
        )
    return made


@pytest.mark.parametrize("pair", ["AC", "GJ"])
def test_the_two_halves_of_a_transfer_are_one_payment(tmp_path: Path, load: Load, pair: str) -> None:
    txs = invent(8, 18)
    partner, name = txs[0].acct, txs[0].name
    mirrored = other_side(txs, partner, name)
    write(LAYOUTS[pair[0]], tmp_path / "both", txs)
    write(LAYOUTS[pair[1]], tmp_path / "both", mirrored, own=partner, holder=name)
    ws, report = load(tmp_path / "both")
    assert [f["status"] for f in report["files"]] == ["loaded", "loaded"]
    assert [f["gaps"] for f in report["files"]] == [[], []]
    sent = {e["to_id"] for e in edges(ws, "HOLDS_ACCOUNT") if e["from_id"] == f"org:name:{HOLDER}"}
    paid = sorted((str(e["from_date"]), e["amount_fen"], e["from_id"] in sent) for e in edges(ws, "PAID"))
    assert paid == sorted((str(t.when.date()), abs(t.delta), t.delta < 0) for t in txs)
    holders = {(e["from_id"], e["to_id"]) for e in edges(ws, "HOLDS_ACCOUNT")}
    assert len(holders) == len({t.acct for t in txs}) + 1
    ws.close()


def test_layouts_give_the_same_payments(tmp_path: Path, load: Load) -> None:
    txs = invent(9, 15)
    found = []
    for name in ("A", "E", "J"):
        write(LAYOUTS[name], tmp_path / name, txs)
        ws, _ = load(tmp_path / name)
        found.append(payments(ws))
        ws.close()
    assert len(found[0]) == len(txs) and all(other == found[0] for other in found)


def test_a_statement_inside_another_adds_nothing(tmp_path: Path, load: Load) -> None:
    txs = invent(10, 20)
    write(LAYOUTS["B"], tmp_path / "f" / "1", txs)
    write(LAYOUTS["B"], tmp_path / "f" / "2", txs, range(9))
    ws, report = load(tmp_path / "f")
    first, second = report["files"]
    assert (first["loaded"], second["loaded"], second["duplicate"]) == (21, 0, 12)
    assert len(edges(ws, "PAID")) == 20
    ws.close()


def test_a_gap_is_kept_with_the_records(tmp_path: Path, load: Load) -> None:
    txs = invent(11, 12)
    written = write(LAYOUTS["H"], tmp_path / "f", txs, [4])
    ws, report = load(tmp_path / "f")
    (gap,) = report["files"][0]["gaps"]
    assert gap["rows"] == [written.lines[3], written.lines[5]] and float(gap["missing"]) * 100 == txs[4].delta
    with ws.records.connect() as con:
        notes = con.execute("SELECT _notes FROM rec_transactions WHERE _notes LIKE '%gap:%'").fetchall()
    assert notes == [(f'{{"balance_after": "gap:{gap["missing"]}@{written.lines[3]}"}}',)]
    ws.close()


def test_a_corrected_row_still_belongs_to_its_account(tmp_path: Path, load: Load) -> None:
    text = (
        f"账号：{OWN}  户名：{HOLDER}\n交易日期,摘要,借方,贷方,余额,对方账号\n"
        f"2023-01-02,货款,10.00,,90.00,{account(920)}\n2023-01-03,货款,十元,,80.00,{account(920)}\n"
    )
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "x.csv").write_text(text, "utf-8")
    ws, report = load(tmp_path / "f")
    assert (report["files"][0]["loaded"], report["files"][0]["reasons"]) == (2, {"money": 1})
    ws.records.quarantine.export(tmp_path / "fix.xlsx", "zh")
    with zipfile.ZipFile(tmp_path / "fix.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(tmp_path / "fixed.xlsx", "w") as book:
        for name, data in parts.items():
            book.writestr(name, data.replace("十元".encode(), b"10.00"))
    mended = ws.load(tmp_path / "fixed.xlsx")
    assert (mended["files"][0]["loader"], mended["files"][0]["status"], mended["retried"]) == ("statement", "loaded", 1)
    assert len(edges(ws, "PAID")) == 2 and len({e["from_id"] for e in edges(ws, "PAID")}) == 1
    ws.close()
