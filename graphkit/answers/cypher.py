"""`queries` and `query`: the Cypher library and an analyst's own text, audited before the answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.errors import Text, UsageError, Where

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def folders(ws: Workspace) -> tuple[Path, ...]:
    """The analyst's own query folders; relative ones lie in the workspace."""
    return tuple(ws.root / folder for folder in ws.settings.query_dirs)


def queries(ws: Workspace) -> list[Json]:
    """`queries` of CONTRACT 2, by id."""
    from graphkit.store.library import list_queries

    return list_queries(folders(ws))


def query(ws: Workspace, source: str, params: Mapping[str, str], limit: int, timeout: float) -> Json:
    """`query` of CONTRACT 2. `source` is a library id, the path of a `.cypher` file, or the text itself."""
    from graphkit.store.library import run_query

    text = _text_of(source)
    ws.ledger.audit("query", {"query": text, "params": dict(params), "limit": limit})
    answer = run_query(ws.published(), text, params, limit, timeout, folders(ws))
    ws.ledger.audit("query-answered", {"query": answer["id"] or "own", "rows": answer["row_count"]})
    return answer


def _text_of(source: str) -> str:
    """The text of a file when `source` is one; a file's name is told from an id by its ending."""
    if not source.endswith(".cypher") or len(source.split()) > 1:
        return source
    path = Path(source)
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            "query-file",
            Text("查询文件无法读取", "the query file cannot be read"),
            Text("检查路径；文件须为 UTF-8", "check the path; the file must be UTF-8"),
            Where(file=source),
        ) from None
