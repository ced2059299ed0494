"""Shared fixtures. Everybody in any test is invented; numbers use region 990101, which does not exist."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from graphkit.generate.codes import card, id_no, uscc
from graphkit.workspace import Workspace
from tests.prepared import KEY, ROOT, Sample, equal_keys, prepared, shared_by_workers

# No time limit per example, nor for making one: the machine may be busy.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

Rows = Sequence[Mapping[str, object]]
Tables = Mapping[str, Rows]
REGION = "990101"
SHARED = ROOT.parent / "shared"


def pytest_collection_finish() -> None:
    """What stands after collection stands to the end: a tenth of the time went into looking for garbage in it."""
    gc.collect()
    gc.freeze()


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
        key.write_text(KEY, "ascii")
    monkeypatch.setenv("GRAPHKIT_KEY_FILE", str(key))
    monkeypatch.setenv("GRAPHKIT_USER", "tester")


@pytest.fixture
def make_workspace(tmp_path: Path) -> Iterator[Callable[[Tables], Workspace]]:
    """Load tables into a fresh workspace and give it; its facts and its graph are made when asked for."""
    opened: list[Workspace] = []

    def make(tables: Tables) -> Workspace:
        number = len(opened)
        folder = write_tables(tmp_path / f"files{number}", tables)
        ws = Workspace(tmp_path / f"ws{number}", lang="zh")
        opened.append(ws)
        ws.records.load([folder])
        return ws

    yield make
    for ws in opened:
        ws.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Sample]:
    """`sample(name)`: a shipped sample, loaded and scanned once for all processes of the run."""
    return partial(prepared, shared_by_workers(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def opened_sample(
    sample: Callable[[str], Sample], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Workspace]]:
    """`opened_sample(name)`: a scanned copy for this process; read only, because its tests share it."""
    opened: dict[str, Workspace] = {}

    def give(name: str) -> Workspace:
        if name not in opened:
            base = tmp_path_factory.mktemp(name)
            with equal_keys(base):
                opened[name] = Workspace(sample(name).copy(base / "ws"), lang="zh")
                assert opened[name].key
        return opened[name]

    yield give
    for ws in opened.values():
        ws.close()


@pytest.fixture(scope="session")
def tiny(opened_sample: Callable[[str], Workspace]) -> Workspace:
    """The shipped tiny nest, loaded and scanned; read only."""
    return opened_sample("tiny")


@pytest.fixture(scope="session")
def county(opened_sample: Callable[[str], Workspace]) -> Workspace:
    """The shipped county, loaded and scanned; read only."""
    return opened_sample("county")
