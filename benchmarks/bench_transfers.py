"""A hundred thousand transfers: what loading, scanning and expanding cost against a bare pass over the same files.

Every step runs in a process of its own; ratios are to the bare `csv.reader` pass over the accounts and transfers, memory
is ru_maxrss of that process. "load" takes those two files, "load province" all thirty-two that come with them.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.child import step, table


def make(folder: str, rows: str) -> dict[str, Any]:
    """Write a province of twelve hospitals with about `rows` transfers."""
    from graphkit.generate import generate

    start = time.perf_counter()
    generate(Path(folder) / "in", transactions_per_hospital=int(rows) * 10 // 118)
    return {"seconds": time.perf_counter() - start}


def _statements(folder: str) -> tuple[Path, Path]:
    return Path(folder) / "in" / "files" / "accounts.csv", Path(folder) / "in" / "files" / "transactions.csv"


def bare(folder: str) -> dict[str, Any]:
    """Read every cell and do nothing with it."""
    start = time.perf_counter()
    rows = 0
    for path in _statements(folder):
        with path.open(encoding="utf-8", newline="") as handle:
            rows += sum(1 for _ in csv.reader(handle)) - 1
    return {"seconds": time.perf_counter() - start, "rows": rows}


def networkx(folder: str) -> dict[str, Any]:
    """Read the same file into a `MultiDiGraph`, amounts and times as text."""
    import networkx as nx

    start = time.perf_counter()
    graph = nx.MultiDiGraph()
    with _statements(folder)[1].open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            graph.add_edge(row["from_acct"], row["to_acct"], key=row["tx"], ts=row["ts"], amount=row["amount"])
    return {"seconds": time.perf_counter() - start, "rows": graph.number_of_edges()}


def load(folder: str) -> dict[str, Any]:
    """Load accounts and transfers into a new workspace: records, graph, store."""
    return _load(folder, "ws-transfers", *_statements(folder))


def load_province(folder: str) -> dict[str, Any]:
    """Load the whole folder into a new workspace."""
    return _load(folder, "ws", Path(folder) / "in" / "files")


def _load(folder: str, workspace: str, *paths: Path) -> dict[str, Any]:
    import graphkit

    with graphkit.open(Path(folder) / workspace) as ws:
        start = time.perf_counter()
        report = ws.load(*paths)
        return {"seconds": time.perf_counter() - start, "rows": sum(f["rows_read"] for f in report["files"])}


def scan(folder: str) -> dict[str, Any]:
    """Run every detector."""
    import graphkit

    with graphkit.open(Path(folder) / "ws") as ws:
        start = time.perf_counter()
        report = ws.scan()
        return {"seconds": time.perf_counter() - start, "rows": report["findings"]}


def expand(folder: str) -> dict[str, Any]:
    """Expand from the first member of the first nest, the projection being built."""
    return _expand(folder, 1)


def expand_again(folder: str) -> dict[str, Any]:
    """The same question with everything warm."""
    return _expand(folder, 2)


def _expand(folder: str, times: int) -> dict[str, Any]:
    import graphkit

    truth = json.loads((Path(folder) / "in" / "truth.json").read_text("utf-8"))
    seed = truth["nests"][0]["members"][0]["id_no"]
    with graphkit.open(Path(folder) / "ws") as ws:
        for _ in range(times):
            start = time.perf_counter()
            answer = ws.expand([seed], top=20)
            seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": len(answer["candidates"])}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "make": make,
    "bare": bare,
    "networkx": networkx,
    "load": load,
    "load province": load_province,
    "reload": load_province,
    "scan": scan,
    "expand": expand,
    "expand again": expand_again,
}


def main(args: Sequence[str] = ()) -> None:
    """Print the table; `--rows` sets the number of transfers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks transfers")
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args(args).rows
    with TemporaryDirectory() as folder:
        step("benchmarks.bench_transfers", "make", folder, str(rows))
        runs = {name: step("benchmarks.bench_transfers", name, folder) for name in STEPS if name != "make"}
        size = sum(path.stat().st_size for path in _statements(folder)) / 1e6
    base = runs["bare"].seconds
    table(
        f"{rows:,} transfers, {size:.1f} MB",
        ["step", "seconds", "x bare csv.reader", "x NetworkX build", "peak MB", "rows"],
        [
            [
                name,
                run.seconds,
                run.seconds / base,
                run.seconds / runs["networkx"].seconds,
                run.peak_mb,
                run.answer["rows"],
            ]
            for name, run in runs.items()
        ],
    )
