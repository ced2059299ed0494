"""Run a step in its own process and learn how long it took and how much memory it needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """Wall seconds, peak memory in MB (ru_maxrss of that one process), and what the step printed as JSON."""

    seconds: float
    peak_mb: float
    answer: dict[str, Any] = field(default_factory=dict)


def command(args: Sequence[str], *, env: dict[str, str] | None = None, ok: tuple[int, ...] = (0,)) -> Run:
    """Run a command with its output thrown away; RuntimeError with the end of stderr unless it ends as expected."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=errors, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in ok:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(args)}: exit {process.returncode}\n{errors.read().decode()[-2000:]}")
    return Run(seconds, usage.ru_maxrss / 1024)


def step(module: str, *args: str) -> Run:
    """Run `module.STEPS[args[0]](*args[1:])` in a new interpreter; the step times itself, imports excluded.

    The step returns a dict with `seconds` and anything else worth printing.
    """
    code = (
        "import importlib, json, resource, sys\n"
        "m = importlib.import_module(sys.argv[1])\n"
        "answer = m.STEPS[sys.argv[2]](*sys.argv[3:])\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "sys.stdout.write('\\n@@' + json.dumps({**answer, 'peak': peak}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, module, *args], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{module} {args}: exit {done.returncode}\n{done.stderr[-2000:]}")
    answer = json.loads(done.stdout.rpartition("@@")[2])
    return Run(answer.pop("seconds"), answer.pop("peak") / 1024, answer)


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns, numbers to three digits."""
    cells = [list(header), *([f"{c:.3g}" if isinstance(c, float) else str(c) for c in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    print(f"\n## {title}")
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
