"""Same seed, same bytes; headers that every loader knows; arguments that make no sense are refused."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import graphkit
from graphkit.generate import generate
from graphkit.generate.tables import CHINESE, COLUMNS, Tables
from graphkit.intake.read import read_path

TEMPLATES = Path(graphkit.__file__).parent / "intake" / "templates.csv"


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        generate(tmp_path / name, hospitals=3, seed=4, nests=2)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    for seed in ("0", "1", "77"):
        place = f"Path({str(tmp_path / seed)!r})"
        code = f"from graphkit.generate import generate; from pathlib import Path; generate({place}, 2, 6, 2)"
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert digest(tmp_path / "0") == digest(tmp_path / "1") == digest(tmp_path / "77")


def test_another_seed_gives_other_rows(province: Callable[..., Path]) -> None:
    a, b = (digest(province(hospitals=2, seed=seed, nests=1)) for seed in (1, 2))
    assert a["files/persons.csv"] != b["files/persons.csv"]


def test_writing_again_replaces_and_leaves_other_files_alone(tmp_path: Path) -> None:
    generate(tmp_path, hospitals=3, seed=1, nests=1)
    (tmp_path / "files" / "notes.txt").write_text("mine")
    generate(tmp_path, hospitals=1, seed=2, nests=0)
    generate(tmp_path / "fresh", hospitals=1, seed=2, nests=0)
    again = digest(tmp_path / "files")
    assert again.pop("notes.txt")
    assert again == digest(tmp_path / "fresh" / "files")


@pytest.mark.parametrize(("hospitals", "nests"), [(0, 0), (2, 3), (3, -1)])
def test_impossible_sizes_are_refused(tmp_path: Path, hospitals: int, nests: int) -> None:
    with pytest.raises(ValueError, match="nests between 0 and hospitals"):
        generate(tmp_path, hospitals=hospitals, nests=nests)
    assert not list(tmp_path.iterdir())


def test_shapes_are_cycled_by_seed_and_sit_in_different_units(province: Callable[..., Path]) -> None:
    for seed in range(5):
        truth = json.loads((province(hospitals=5, seed=seed, nests=5) / "truth.json").read_text("utf-8"))
        assert [nest["shape"] for nest in truth["nests"]] == [(seed + i) % 5 + 1 for i in range(5)]
        assert len({nest["hospital"] for nest in truth["nests"]}) == 5


def test_more_transfers_on_demand(tmp_path: Path) -> None:
    sizes = [generate(tmp_path, hospitals=1, seed=1, nests=0, transactions_per_hospital=n)["rows"] for n in (0, 500)]
    assert isinstance(sizes[1], int) and isinstance(sizes[0], int)
    assert 450 <= sizes[1] - sizes[0] <= 500


def test_the_summary_counts_what_lies_on_disk(province: Callable[..., Path], tmp_path: Path) -> None:
    report = generate(tmp_path, hospitals=2, seed=5, nests=2)
    files = list((tmp_path / "files").iterdir())
    lines = sum(path.read_bytes().count(b"\n") - 1 for path in files)
    assert (report["files"], report["rows"], report["nests"]) == (len(files), lines, 2)


def test_every_header_is_known_to_its_template_and_nothing_required_is_missing() -> None:
    with TEMPLATES.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for file, columns in COLUMNS.items():
        known = {row["column"]: row for row in rows if row["file"] == file}
        assert set(columns) <= set(known), file
        assert {name for name, row in known.items() if row["required"] == "yes"} <= set(columns), file
    for file, headers in CHINESE.items():
        known = {row["column"]: row["aliases_zh"].split("|") for row in rows if row["file"] == file}
        for column, header in zip(COLUMNS[file], headers, strict=True):
            assert [name for name, aliases in known.items() if header in aliases] == [column], (file, header)


def test_every_code_is_in_its_vocabulary(rows_of: Callable[..., Any]) -> None:
    with TEMPLATES.open(encoding="utf-8-sig", newline="") as handle:
        codes = {
            (row["file"], row["column"]): row["meaning"] for row in csv.DictReader(handle) if row["kind"] == "code"
        }
    rows = rows_of(hospitals=5, seed=2, nests=5)
    open_ended = {"region", "category", "jurisdiction", "dx_group"}
    for (file, column), meaning in codes.items():
        elsewhere = re.match(r"as (\w+)\.(\w+)", meaning)
        words = set(re.split(r"[;|,()\s]+", codes[elsewhere[1], elsewhere[2]] if elsewhere else meaning)) | {"employed"}
        for value in {row[column] for row in rows.get(file, ()) if row.get(column)} if column not in open_ended else ():
            assert value in words, (file, column, value)


def test_a_column_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="colour"):
        Tables().add("staff", colour="red")


@pytest.mark.parametrize("size", [{"hospitals": 5, "seed": 2, "nests": 5}, {"hospitals": 2, "seed": 8, "nests": 0}])
def test_every_file_is_read_without_a_complaint(province: Callable[..., Path], size: dict[str, int]) -> None:
    """All rows are typed, no column is unknown, no number is doubted; a month is noted as a month."""
    for path in sorted((province(**size) / "files").iterdir()):
        reading = read_path(path, path.name)
        (sheet,) = reading.sheets
        assert (reading.status, sheet.rejects, sheet.unknown_columns) == ("ok", (), ())
        assert list(sheet.tables) == [path.stem]
        table = sheet.tables[path.stem]
        assert table.num_rows == sheet.rows_read == path.read_bytes().count(b"\n") - 1
        notes = {note for text in table["_notes"].to_pylist() if text for note in json.loads(text).values()}
        assert notes <= {"precision:month"}, path.name
