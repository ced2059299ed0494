"""The parent's side of the cage: start a fresh child for one query, hear its answer, end it at the limit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkit.errors import LimitReached, Text, UsageError
from graphkit.store import caged
from graphkit.store.engine_errors import timed_out, translate
from graphkit.store.landlock import landlock_abi
from graphkit.store.values import Raw

START_SECONDS = 20.0
"""What a child may need to start and open the graph, on top of the query's own time."""

OUTPUT_CAP = 64 << 20


def require_cage() -> None:
    """Raise `UsageError` where the kernel cannot hold a cage: then only library queries run."""
    if landlock_abi() < 1:
        raise UsageError(
            "no-cage",
            Text("本机内核没有 Landlock，嵌入式图库不运行自写查询", "this kernel has no Landlock: the embedded store does not run your own Cypher here"),
            Text("使用查询库（graphkit queries），或把 store.url 指向 Neo4j", "use the query library (graphkit queries), or point store.url at Neo4j"),
        )  # fmt: skip


def run_caged(
    file: Path,
    cypher: str,
    params: Mapping[str, Any],
    row_limit: int,
    timeout: float,
    work_units: int,
    disabled_passes: Sequence[str],
) -> Raw:
    """Rows of `cypher` over the graph in `file`, at most `row_limit`.

    Raises `LimitReached` (time, memory) and `UsageError` (no cage here, or the engine refuses the text).
    """
    require_cage()
    job = {
        "file": str(file.resolve()),
        "cypher": cypher,
        "params": dict(params),
        "row_limit": row_limit,
        "timeout_ms": max(1, int(timeout * 1000)),
        "work_units": work_units,
        "disabled_passes": list(disabled_passes),
        "cpu_seconds": int(4 * (timeout + START_SECONDS)) + 1,
    }
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")}
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(Path(caged.__file__))],
            input=json.dumps(job, default=caged.tagged).encode(),
            capture_output=True,
            timeout=timeout + START_SECONDS,
            env=environment,
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise timed_out(timeout) from None
    if done.returncode == -signal.SIGALRM:
        raise timed_out(timeout)
    if done.returncode != 0 or len(done.stdout) > OUTPUT_CAP:
        raise LimitReached(
            "query-resources",
            Text("查询耗尽了内存、处理器时间或输出额度，已终止", "the query used up its memory, processor time or output, and was ended"),
            Text("缩小范围，或加 LIMIT", "narrow it down, or add LIMIT"),
            stderr=done.stderr.decode(errors="replace")[-500:],
        )  # fmt: skip
    reply = json.loads(done.stdout, object_hook=caged.untagged)
    if "error" in reply:
        raise translate(reply["error"], reply["message"], timeout)
    return Raw(reply["columns"], reply["rows"])
