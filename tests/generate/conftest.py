"""Provinces made once per session, read back as plain dictionaries with English column names."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from graphkit.generate import generate
from graphkit.generate.tables import CHINESE, COLUMNS

Rows = Mapping[str, list[dict[str, str]]]


def read_folder(folder: Path) -> Rows:
    """Template → rows; Chinese headers are turned into the column names by position among the columns used."""
    out: dict[str, list[dict[str, str]]] = {name: [] for name in COLUMNS}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.reader(handle))
        english = dict(zip(CHINESE.get(path.stem, COLUMNS[path.stem]), COLUMNS[path.stem], strict=True))
        header = [english[cell] for cell in rows[0]]
        blank = dict.fromkeys(COLUMNS[path.stem], "")
        out[path.stem] = [blank | dict(zip(header, row, strict=True)) for row in rows[1:]]
    return out


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`province(seed=…, hospitals=…, nests=…)` → folder, each combination made once."""
    made: dict[tuple[tuple[str, int], ...], Path] = {}

    def make(**kwargs: int) -> Path:
        key = tuple(sorted(kwargs.items()))
        if key not in made:
            made[key] = tmp_path_factory.mktemp("province")
            generate(made[key], **kwargs)
        return made[key]

    return make


@pytest.fixture(scope="session")
def rows_of(province: Callable[..., Path]) -> Callable[..., Rows]:
    """`rows_of(seed=…, hospitals=…, nests=…)` → the rows of that province by template."""
    made: dict[Path, Rows] = {}

    def read(**kwargs: int) -> Rows:
        folder = province(**kwargs) / "files"
        if folder not in made:
            made[folder] = read_folder(folder)
        return made[folder]

    return read
