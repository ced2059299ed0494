"""The public data folder beside the checkout, and one loaded workspace per data set.

Tests skip, and say so, where the folder is absent; where it exists they run, on the build server as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import amlsim
import pytest
import tsuchiura
from real_case import Case

import graphkit

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def _case(root: Path, module: Any, as_of: date) -> Iterator[Case]:
    if not (DATA / module.SOURCE).exists():
        pytest.skip(f"public data absent: {DATA / module.SOURCE}")
    written = module.convert(DATA, root / "in")
    with graphkit.open(root / "ws") as ws:
        load = ws.load(root / "in")
        yield Case(root / "in", written, ws, load, ws.scan(as_of=as_of))


@pytest.fixture(scope="session")
def auctions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    yield from _case(tmp_path_factory.mktemp("tsuchiura"), tsuchiura, date(2015, 12, 31))


@pytest.fixture(scope="session")
def transfers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    yield from _case(tmp_path_factory.mktemp("amlsim"), amlsim, date(2030, 12, 31))
