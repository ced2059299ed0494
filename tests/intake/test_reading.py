"""Walking folders, choosing loaders, reading rows again."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.errors import InputRefused, UsageError
from graphkit.intake.loader import loaders
from graphkit.intake.read import read_path, reread_row, row_bytes, walk
from graphkit.shipped import shipped
from tests.intake.conftest import HEADER, ROW, Load, table

OWN = """
from graphkit.errors import Text
from graphkit.intake.loader import Loader, RawRow
from graphkit.intake.reading import OK, FileReading

def read(path, name, accept):
    return FileReading(path, name, "0" * 64, 0, "mine", "1", None, "ok", OK, ())

LOADER = Loader("{id}", "1", Text("我的", "mine"), lambda path, head: path.suffix == ".mine", read, lambda path, sheet, row: RawRow({{}}, b""))
"""


def test_walk_is_recursive_sorted_and_skips_hidden_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.csv", "a/甲 乙.csv", ".hidden/x.csv", "~$lock.xlsx", "Thumbs.db", ".DS_Store", "-x.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [name for _, name in walk([tmp_path])] == ["-x.csv", "a/z.csv", "a/甲 乙.csv", "b.csv"]
    assert [name for _, name in walk([tmp_path / "b.csv", tmp_path / "a"])] == ["b.csv", "z.csv", "甲 乙.csv"]
    assert walk([tmp_path / "b.csv", tmp_path / "b.csv"]) == [(tmp_path / "b.csv", "b.csv")]


def test_walk_names_a_missing_path(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as error:
        walk([tmp_path / "gone"])
    assert error.value.code == "no-such-path" and "gone" in error.value.message.zh


def test_unknown_formats_are_refused_with_a_sentence(load: Load) -> None:
    for data, name in ((b"%PDF-1.7", "a.pdf"), (b"{}", "truth.json"), (b"\x00\x01", "x.bin")):
        reading = load(data, name)
        assert reading.status == "refused" and "CSV" in reading.message.zh and "CSV" in reading.message.en
        assert reading.sha256 == sha256(data).hexdigest()


def test_shipped_loaders_are_found_by_looking() -> None:
    assert {"ocds", "templates_csv", "templates_sheet"} <= set(loaders())
    assert all(loader.title.zh and loader.title.en and loader.version for loader in loaders().values())
    assert len(loaders()) == len([p for p in shipped("loaders").glob("*.py") if not p.name.startswith("_")])


def test_own_loader_is_used_and_edits_count(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN.format(id="mine"))
    file = tmp_path / "x.mine"
    file.write_bytes(b"")
    assert read_path(file, "x.mine").status == "refused"
    assert loaders((tmp_path,))["mine"].id == "mine"


def test_duplicate_ids_and_broken_modules_stop(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN.format(id="ocds"))
    with pytest.raises(UsageError, match="loader-twice"):
        loaders((tmp_path,))
    for broken in ("def", "import nothing_of_that_name", "x = 1"):
        (tmp_path / "own.py").write_text(broken)
        with pytest.raises(UsageError, match="loader-broken"):
            loaders((tmp_path,))


def test_a_loader_can_be_named_or_is_unknown(load: Load) -> None:
    assert load(f"{HEADER}\n{ROW}\n", "x.dat").status == "refused"
    assert len(table(load(f"{HEADER}\n{ROW}\n", "transactions.dat", loader="templates_csv"))) == 1
    with pytest.raises(UsageError, match="no-such-loader"):
        load("x", "x.csv", loader="nothing")


def test_rows_of_an_original_without_suffix(load: Load, tmp_path: Path) -> None:
    reading = load(f"{HEADER}\n{ROW}\n\n{ROW}x\n")
    original = reading.path.rename(tmp_path / reading.sha256)
    assert reread_row(original, None, 4, "templates_csv")["purpose"] == "货款x"
    assert row_bytes(original, None, 2) == ROW.encode()
    for row in (0, 3, 9):
        with pytest.raises(InputRefused, match="no-such-row"):
            row_bytes(original, None, row, "templates_csv")


def test_the_same_bytes_give_the_same_reading_anywhere(load: Load) -> None:
    first, second = load(f"{HEADER}\n{ROW}\n", "transactions.csv"), load(f"{HEADER}\n{ROW}\n", "银行流水 2.csv")
    assert first.sha256 == second.sha256 and table(first) == table(second)


@given(st.binary(max_size=200), st.sampled_from(["x.csv", "transactions.csv", "x.xls", "x.json", "x.jsonl"]))
def test_no_bytes_make_reading_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(data)
    reading = read_path(path, name)
    assert reading.status in {"ok", "refused", "needs_decision"}
    assert reading.status == "ok" or (reading.message.zh and reading.message.en)
    assert reading.rows_read == len(reading.rejects) + sum(
        t.num_rows for s in reading.sheets for t in s.tables.values()
    ) or name.startswith("x.j")


def test_extra_columns_are_real_json(load: Load) -> None:
    reading = load(f'{HEADER},"引 号"\n{ROW},"a""b,\n\\"\n')
    assert json.loads(table(reading)[0]["_extra"]) == {"引 号": 'a"b,\n\\'}
