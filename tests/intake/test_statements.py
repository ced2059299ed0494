"""Ten layouts of one statement: read alike, nothing lost, every line that was left out located, no false gap."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

import pytest

from graphkit.intake.read import read_path, reread_row, row_bytes
from graphkit.intake.reading import FileReading
from tests.intake.conftest import table
from tests.intake.statements import HOLDER, LAYOUTS, OWN, Tx, Written, expected_gaps, invent, write
from tests.repeats import repeats

SEEDS = range(repeats(2, 6))


def read(written: Written) -> FileReading:
    return read_path(written.path, written.path.name)


def gaps(reading: FileReading) -> list[tuple[int, int, int]]:
    """(upper row, lower row, missing fen) of every gap, sorted."""
    return sorted((*gap.rows, gap.missing_fen) for sheet in reading.sheets for gap in sheet.gaps or ())


def left_out(seed: int, count: int, txs: list[Tx], ends: bool) -> list[int]:
    """Places of transactions to leave out; the first and the last only where the statement states its ends."""
    return random.Random(1_000 * seed + count).sample(range(0 if ends else 1, len(txs) - (0 if ends else 1)), count)


@pytest.mark.exhaustive
@pytest.mark.parametrize("deleted", range(4))
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_missing_line_is_located(tmp_path: Path, name: str, deleted: int) -> None:
    layout = LAYOUTS[name]
    for seed in SEEDS if layout.form != "xlsx" else SEEDS[:2]:
        txs = invent(seed, 8 + 5 * seed, fees=name == "F")
        written = write(layout, tmp_path / str(seed), txs, left_out(seed, deleted, txs, layout.states_ends))
        reading = read(written)
        expected = expected_gaps(txs, written)
        assert (reading.loader, reading.status) == ("statement", "ok")
        assert gaps(reading) == expected
        assert bool(expected) == bool(deleted)
        rejects = [r.reason for r in reading.rejects]
        assert rejects == (["total-line"] if name == "G" else [])
        assert len(table(reading)) == len(txs) - deleted
        header_lines = {row["_row"] for row in table(reading, "accounts")} - {row["_row"] for row in table(reading)}
        assert reading.rows_read == len(table(reading)) + len(rejects) + len(header_lines)
        for upper, lower, missing in expected:
            assert f"第 {upper} 行与第 {lower} 行之间缺 {'-' if missing < 0 else '+'}" in reading.message.zh
            assert f"between rows {upper} and {lower}" in reading.message.en


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_transactions_come_out_of_every_layout(tmp_path: Path, name: str) -> None:
    txs = invent(3, 30, fees=name == "F")
    reading = read(write(LAYOUTS[name], tmp_path, txs))
    rows = sorted(table(reading), key=lambda row: int(str(row["_row"])), reverse=LAYOUTS[name].newest_first)
    assert [
        (str(r["ts"])[:10], r["from_acct"], r["to_acct"], r["to_name"], r["direction"], r["amount"]) for r in rows
    ] == [(str(t.when.date()), OWN, t.acct, t.name, "D" if t.delta < 0 else "C", abs(t.delta)) for t in txs]
    assert [r["balance_after"] for r in rows] == [t.balance for t in txs]
    assert {r["from_name"] for r in rows} == {HOLDER}
    assert [(a["acct"], a["holder"]) for a in table(reading, "accounts")] == [(OWN, HOLDER)]
    assert all(str(r["purpose"]).startswith(t.purpose) for r, t in zip(rows, txs, strict=True))
    if any("流水" in title or title in ("日志号", "交易单号") for title, _ in LAYOUTS[name].columns):
        assert [r["tx"] for r in rows] == [t.serial for t in txs]
    else:
        assert len({r["tx"] for r in rows}) == len(txs)
    if not any("时间" in title or name == "E" for title, _ in LAYOUTS[name].columns):
        assert {str(r["ts"])[11:] for r in rows} == {"00:00:00"}
    else:
        assert [r["ts"] for r in rows] == [t.when for t in txs]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_row_leads_back_to_its_line(tmp_path: Path, name: str) -> None:
    txs = invent(4, 9)
    written = write(LAYOUTS[name], tmp_path, txs)
    reading = read(written)
    sheet = reading.sheets[0]
    assert sorted(row["_row"] for row in table(reading)) == sorted(written.lines.values())  # type: ignore[type-var]
    for row in [*table(reading), *table(reading, "accounts")]:
        data = row_bytes(written.path, sheet.sheet, row["_row"], "statement")  # type: ignore[arg-type]
        assert sha256(data).hexdigest() == row["_row_sha256"]
    cells = reread_row(written.path, sheet.sheet, written.lines[2], "statement")
    assert any(cell.strip() == txs[2].acct for cell in cells.values())
    assert {title.rpartition("/")[2] for title, _ in LAYOUTS[name].columns if title != "对方账号/卡号"} <= set(
        cells
    ) | {"卡号"}


def test_the_gap_stands_with_the_row_behind_it(tmp_path: Path) -> None:
    txs = invent(5, 12)
    written = write(LAYOUTS["B"], tmp_path, txs, [6])
    reading = read(written)
    notes = {row["_row"]: row["_notes"] for row in table(reading) if "gap:" in str(row["_notes"])}
    missing = f"{'-' if txs[6].delta < 0 else '+'}{abs(txs[6].delta) / 100:.2f}"
    assert notes == {written.lines[7]: f'{{"balance_after": "gap:{missing}@{written.lines[5]}"}}'}
    assert [gap.as_json() for gap in reading.sheets[0].gaps or ()] == [
        {
            "account": OWN[-4:],
            "rows": [written.lines[5], written.lines[7]],
            "missing": missing,
            "currency": "CNY",
            "quarantined_between": 0,
        }
    ]
    assert OWN not in reading.message.zh + reading.message.en


def test_serials_that_were_made_are_the_same_in_another_export(tmp_path: Path) -> None:
    txs = invent(6, 20)
    whole = table(read(write(LAYOUTS["A"], tmp_path / "whole", txs)))
    later = table(read(write(LAYOUTS["A"], tmp_path / "later", txs, range(8))))
    assert [row["tx"] for row in whole][8:] == [row["tx"] for row in later]
    assert all('"tx": "derived"' in str(row["_notes"]) for row in whole)
