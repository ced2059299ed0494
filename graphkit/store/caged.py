"""Runs as a process of its own (`python -I caged.py`): one query of an analyst, behind walls. Standard library, then the engine.

stdin: one JSON job. stdout: one JSON answer, `{"columns", "rows"}` or `{"error": class name, "message"}`. Order matters: limits,
Landlock, and only then the import of the engine, whose threads would otherwise stand outside (RELIABILITY, fact 2).
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import resource
import signal
import sys
import sysconfig
import threading
from pathlib import Path
from typing import Any

STACK = 512 << 20
MEMORY = 3 << 30


def runtime_paths() -> list[str]:
    """What Python and the engine read: the interpreter, its libraries, time zones, processor counts."""
    paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    system = {
        "/usr/lib",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/usr/share/zoneinfo",
        "/etc/localtime",
        "/dev/urandom",
        "/sys/fs/cgroup",
    }
    return sorted({p for p in paths if p not in ("/", "/usr")} | system)


def close_the_cage(graph_file: str, cpu_seconds: int) -> None:
    """Limits on memory, processor, files; then Landlock. Raises `OSError` when a wall does not stand."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    spec = importlib.util.spec_from_file_location("landlock", Path(__file__).with_name("landlock.py"))
    if spec is None or spec.loader is None:
        raise OSError("landlock.py is missing")
    landlock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(landlock)
    landlock.restrict_to_reading([*runtime_paths(), graph_file])


def tagged(value: object) -> object:
    """JSON for a date or datetime that the parent can turn back."""
    if isinstance(value, dt.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    return str(value)


def untagged(value: dict[str, object]) -> object:
    """The inverse of `tagged`, as a JSON object hook."""
    if value.keys() == {"$datetime"}:
        return dt.datetime.fromisoformat(str(value["$datetime"]))
    if value.keys() == {"$date"}:
        return dt.date.fromisoformat(str(value["$date"]))
    return value


def answer(job: dict[str, Any]) -> dict[str, object]:
    """Open the file, run the query, and give rows or the engine's refusal.

    The alarm ends the process when the engine does not mind its own timeout (a `reduce` does not: QUERIES 2).
    """
    import kglite

    kglite.set_query_warning_policy("silent")
    try:
        graph = kglite.load(job["file"])
        graph.read_only(True)
        signal.setitimer(signal.ITIMER_REAL, job["timeout_ms"] / 1000 + 0.5)
        view: Any = graph.cypher(
            job["cypher"],
            params=job["params"],
            timeout_ms=job["timeout_ms"],
            max_work_units=job["work_units"],
            row_limit=job["row_limit"],
            disabled_passes=job["disabled_passes"],
            hide_structural_keys=True,
        )
        if isinstance(view, str):
            return {"error": "CypherSyntaxError", "message": "FORMAT is not available"}
        return {"columns": list(view.columns), "rows": [list(row.values()) for row in view.to_list()]}
    except (kglite.KgError, ValueError, TypeError, MemoryError) as error:
        return {"error": type(error).__name__, "message": str(error)}


def main() -> None:
    """Read the job, close the cage, answer."""
    job = json.load(sys.stdin, object_hook=untagged)
    close_the_cage(job["file"], job["cpu_seconds"])
    result: list[dict[str, object]] = []
    threading.stack_size(STACK)
    worker = threading.Thread(target=lambda: result.append(answer(job)))
    worker.start()
    worker.join()
    json.dump(result[0], sys.stdout, default=tagged, ensure_ascii=False)


if __name__ == "__main__":
    main()
