"""The Cypher library: shipped queries and an analyst's own folders, and how one is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.errors import Text, UsageError
from graphkit.shipped import shipped
from graphkit.store.contract import ROW_CAP, GraphStore, QueryAnswer
from graphkit.store.header import QueryFile, bind, read_query
from graphkit.store.lex import tokens

if TYPE_CHECKING:
    from graphkit.store.lint import Problem


def query_paths(query_dirs: Iterable[Path] = ()) -> list[Path]:
    """Every `<folder>/<topic>/<id>.cypher`, shipped ones first, in name order."""
    return [path for folder in (shipped("queries"), *query_dirs) for path in sorted(folder.glob("*/*.cypher"))]


def read_library(query_dirs: Iterable[Path] = ()) -> dict[str, QueryFile]:
    """Query id → file. Raises `UsageError` for a broken file or an id that occurs twice."""
    out: dict[str, QueryFile] = {}
    for path in query_paths(query_dirs):
        query = read_query(path)
        if query.id in out:
            raise UsageError(
                "query-twice",
                Text(f"查询 {query.id} 有两个文件：{out[query.id].path} 与 {path}", f"query {query.id} has two files: {out[query.id].path} and {path}"),
                Text("改名其中一个", "rename one of them"),
            )  # fmt: skip
        out[query.id] = query
    return out


def list_queries(query_dirs: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """The answer of `queries` (CONTRACT 2), by id."""
    return [query.as_json() for _, query in sorted(read_library(query_dirs).items())]


def check_library(query_dirs: Iterable[Path] = ()) -> list[Problem]:
    """The answer of `queries check`: every problem of every file."""
    from graphkit.store.lint import check_file

    return [problem for path in query_paths(query_dirs) for problem in check_file(path)]


def run_query(
    store: GraphStore,
    id_or_text: str,
    params: Mapping[str, Any] | None = None,
    limit: int = 50,
    timeout: float = 30.0,
    query_dirs: Iterable[Path] = (),
) -> dict[str, Any]:
    """Run a library query by id, or an analyst's own text (anything with a blank in it), and answer as CONTRACT 2 says.

    Own text that begins with a header is run with the typed parameters of that header. `limit` 0 means 10,000.
    Raises `UsageError` for an unknown id or parameter, `LimitReached` for time and memory.
    """
    cap = min(limit or ROW_CAP, ROW_CAP)
    if len(id_or_text.split()) > 1:
        answer = _run_own(store, id_or_text, params or {}, cap, timeout)
        return {"id": None, **answer}
    library = read_library(query_dirs)
    query = library.get(id_or_text)
    if query is None:
        near = [known for known in library if known.endswith("/" + id_or_text)]
        if len(near) != 1:
            raise UsageError(
                "unknown-query",
                Text(f"没有查询 {id_or_text}", f"there is no query {id_or_text}"),
                Text(f"可用：{'、'.join(near or library)}", f"known: {', '.join(near or library)}"),
            )
        query = library[near[0]]
    reviewed = query.path.is_relative_to(shipped("queries"))
    answer = store.query(
        query.cypher, _used(query.cypher, bind(query, params or {}, cap + 1)), cap, timeout, library=reviewed
    )
    return {"id": query.id, **answer}


def _run_own(store: GraphStore, text: str, params: Mapping[str, Any], cap: int, timeout: float) -> QueryAnswer:
    if text.lstrip().startswith("// id:"):
        stem = text.split("// id:", 1)[1].splitlines()[0].strip()
        query = read_query(Path("own") / f"{stem}.cypher", text)
        return store.query(query.cypher, _used(query.cypher, bind(query, params, cap + 1)), cap, timeout)
    given = {"limit": cap + 1, **params}
    return store.query(text, _used(text, given), cap, timeout)


def _used(cypher: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the text names. Raises `UsageError` for one that was not given."""
    names = {t.text[1:].strip("`") for t in tokens(cypher) if t.kind == "param"}
    for name in sorted(names - params.keys()):
        raise UsageError(
            "missing-parameter",
            Text(f"缺少参数 {name}", f"parameter {name} is missing"),
            Text(f"加上 --param {name}=…", f"add --param {name}=…"),
            parameter=name,
        )
    return {name: value for name, value in params.items() if name in names}
