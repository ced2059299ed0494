"""The shipped samples as workspaces, each made once whatever the number of worker processes; to be copied, never opened in place."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphkit.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2024, 12, 31)
KEY = "0" * 64
"""The same in every test, so that ids are equal from test to test."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as loaded, and as loaded and scanned at `AS_OF`, with what the two verbs reported."""

    place: Path

    def copy(self, to: Path, *, scanned: bool = True) -> Path:
        """A workspace folder of one's own at `to`."""
        return Path(shutil.copytree(self.place / ("scanned" if scanned else "loaded"), to))

    def report(self, verb: str) -> dict[str, Any]:
        """The answer of `load` (into an empty workspace) or of `scan`."""
        answer: dict[str, Any] = json.loads((self.place / f"{verb}.json").read_text("utf-8"))
        return answer


@contextmanager
def equal_keys(folder: Path) -> Iterator[None]:
    """The key and the name that every test has, for what is made outside of a test."""
    (folder / "key").write_text(KEY, "ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKIT_KEY_FILE", str(folder / "key"))
        patch.setenv("GRAPHKIT_USER", "tester")
        yield


def once(base: Path, name: str, make: Callable[[Path], None]) -> Path:
    """`base/name`, filled by `make`; the first process that asks makes it, the others wait for it."""
    place, part = base / name, base / f"{name}.part"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            make(part)
            part.rename(place)
    return place


def prepared(base: Path, name: str) -> Sample:
    """The sample `name` of `sample_graphs/`."""
    return Sample(once(base, f"sample-{name}", lambda place: _make(place, ROOT / "sample_graphs" / name / "files")))


def _make(place: Path, files: Path) -> None:
    with equal_keys(place):
        with Workspace(place / "loaded", lang="zh") as ws:
            (place / "load.json").write_text(json.dumps(ws.load(files), ensure_ascii=False), "utf-8")
        shutil.copytree(place / "loaded", place / "scanned")
        with Workspace(place / "scanned", lang="zh") as ws:
            (place / "scan.json").write_text(json.dumps(ws.scan(as_of=AS_OF), ensure_ascii=False), "utf-8")


def shared_by_workers(base: Path) -> Path:
    """The folder of the whole run, given that of this process."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
