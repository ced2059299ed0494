"""How long a small verb takes against an interpreter that does nothing: best of five, a process each."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.child import command, table

VERBS = (("--help",), ("templates", "--json"), ("detectors", "--json"), ("queries", "--json"), ("leads", "--json"))


def main(args: Sequence[str] = ()) -> None:
    """Print the table."""
    with TemporaryDirectory() as folder:
        env = {**os.environ, "GRAPHKIT_WORKSPACE": str(Path(folder) / "ws")}
        command([sys.executable, "-m", "graphkit", "init"], env=env)
        commands = {"python -c pass": ["-c", "pass"], "import typer, rich": ["-c", "import typer, rich.table"]}
        commands |= {f"graphkit {' '.join(verb)}": ["-m", "graphkit", *verb] for verb in VERBS}
        best = {
            name: min((command([sys.executable, *rest], env=env) for _ in range(5)), key=lambda run: run.seconds)
            for name, rest in commands.items()
        }
    base = best["python -c pass"].seconds
    table(
        "start",
        ["command", "seconds", "x bare python", "peak MB"],
        [[name, run.seconds, run.seconds / base, run.peak_mb] for name, run in best.items()],
    )
