"""Shared fixtures. Everybody in any test is invented; numbers use region 990101, which does not exist."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from graphkit.generate.codes import card, id_no, uscc
from graphkit.workspace import Workspace

Rows = Sequence[Mapping[str, object]]
Tables = Mapping[str, Rows]
REGION = "990101"
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def person(n: int, year: int = 1980) -> str:
    """The ID number of invented person `n`."""
    return id_no(REGION, date(year, 1 + n % 12, 1 + n % 28), 100 + n)


def company(n: int) -> str:
    """The 统一社会信用代码 of invented company `n`."""
    return uscc("91", REGION, f"{n:08d}")


def hospital(n: int) -> str:
    """The 统一社会信用代码 of invented hospital `n`."""
    return uscc("12", REGION, f"{n:08d}")


def account(n: int) -> str:
    """An invented account number."""
    return card(n)


def write_tables(folder: Path, tables: Tables) -> Path:
    """One CSV per template, columns in the order they first appear."""
    folder.mkdir(parents=True, exist_ok=True)
    for template, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{template}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, columns, restval="")
            out.writeheader()
            out.writerows(rows)
    return folder


@pytest.fixture(autouse=True)
def clean_environ(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the machine reaches a test; equal keys, so that ids are equal from test to test."""
    for name in ("GRAPHKIT_WORKSPACE", "GRAPHKIT_LANG", "GRAPHKIT_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    key = tmp_path_factory.getbasetemp() / "key"
    if not key.exists():
        key.write_text("0" * 64, "ascii")
    monkeypatch.setenv("GRAPHKIT_KEY_FILE", str(key))
    monkeypatch.setenv("GRAPHKIT_USER", "tester")


@pytest.fixture
def make_workspace(tmp_path: Path) -> Iterator[Callable[[Tables], Workspace]]:
    """Load tables into a fresh workspace and give it."""
    opened: list[Workspace] = []

    def make(tables: Tables) -> Workspace:
        number = len(opened)
        folder = write_tables(tmp_path / f"files{number}", tables)
        ws = Workspace(tmp_path / f"ws{number}", lang="zh")
        opened.append(ws)
        ws.load(folder)
        return ws

    yield make
    for ws in opened:
        ws.close()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The shipped tiny nest, loaded and scanned once; read only."""
    with pytest.MonkeyPatch.context() as patch:
        key = tmp_path_factory.getbasetemp() / "key"
        key.write_text("0" * 64, "ascii")
        patch.setenv("GRAPHKIT_KEY_FILE", str(key))
        patch.setenv("GRAPHKIT_USER", "tester")
        ws = Workspace(tmp_path_factory.mktemp("tiny") / "ws", lang="zh")
        ws.load(ROOT / "sample_graphs" / "tiny" / "files")
        ws.scan(as_of=date(2024, 12, 31))
        yield ws
        ws.close()
