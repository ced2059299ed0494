"""One load or scan at a time: an advisory lock on `<workspace>/.lock` that dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from graphkit.db import storage_guard
from graphkit.errors import Busy, Text

_held: dict[str, tuple[int, int]] = {}
_guard = threading.Lock()


@contextmanager
def workspace_lock(root: Path, verb: str, now: Callable[[], datetime]) -> Iterator[None]:
    """Hold the workspace for the block; entering again in the same thread is allowed.

    Raises `Busy` (exit 75) at once when another process or thread holds it, naming its pid, verb and start.
    """
    place = root / ".lock"
    name, me = str(place.resolve()), threading.get_ident()
    with _guard:
        owner, depth = _held.get(name, (me, 0))
        if owner == me and depth:
            _held[name] = (me, depth + 1)
    if owner == me and depth:
        try:
            yield
        finally:
            with _guard:
                _held[name] = (me, _held[name][1] - 1)
        return
    with storage_guard(root):
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(_holder(descriptor)) from None
        with storage_guard(root):
            os.ftruncate(descriptor, 0)
            note = {"pid": os.getpid(), "verb": verb, "since": now().isoformat(timespec="seconds")}
            os.pwrite(descriptor, json.dumps(note).encode(), 0)
        with _guard:
            _held[name] = (me, 1)
        try:
            yield
        finally:
            with _guard:
                del _held[name]
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> dict[str, object]:
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _busy(holder: dict[str, object]) -> Busy:
    pid, verb, since = (holder.get(k, "?") for k in ("pid", "verb", "since"))
    return Busy(
        "busy",
        Text(
            f"工作区正被进程 {pid} 占用（{verb}，始于 {since}）",
            f"process {pid} holds the workspace ({verb}, since {since})",
        ),
        Text("请等它结束后再运行", "run the command again when it has finished"),
        pid=holder.get("pid"),
        verb=holder.get("verb"),
        since=holder.get("since"),
    )
