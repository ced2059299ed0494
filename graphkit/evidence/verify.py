"""`graphkit verify`: the stand-alone check, with errors of ours for a path that is no pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphkit.errors import Text, UsageError, Where
from graphkit.evidence.standalone import check


def verify(path: Path) -> dict[str, Any]:
    """`verify` of CONTRACT 2. Raises `UsageError` when nothing lies at `path`."""
    if not path.exists():
        raise UsageError(
            "no-such-pack",
            Text("证据包不存在", "there is no such pack"),
            Text("检查路径", "check the path"),
            Where(file=str(path)),
        )
    return check(path)
