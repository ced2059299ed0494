"""The cage with the gate open: what the engine would do, the kernel does not let it."""

from __future__ import annotations

import contextlib
import time
from datetime import date, datetime
from pathlib import Path

import pytest
from graph_facts import node, write

from graphkit.errors import LimitReached, UsageError
from graphkit.store import cage, open_store
from graphkit.store.embedded import DISABLED_PASSES, WORK_UNITS, EmbeddedStore
from graphkit.store.landlock import landlock_abi
from graphkit.store.values import Raw

caged_only = pytest.mark.skipif(landlock_abi() < 1, reason="this kernel has no Landlock")


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    facts = write(tmp_path / "f", [node(f"person:{i}", birth=date(1980, 1, 1 + i)) for i in range(20)], [])
    open_store("embedded", tmp_path).publish(facts, "s1")
    return tmp_path / "graph" / "s1.kgl"


def run(graph: Path, text: str, timeout: float = 10.0, **params: object) -> Raw:
    return cage.run_caged(graph, text, params, 100, timeout, WORK_UNITS, DISABLED_PASSES)


@caged_only
def test_a_question_comes_back_with_typed_values(graph: Path) -> None:
    raw = run(
        graph,
        "MATCH (p:Person) WHERE p.birth > $day RETURN p.id AS id, p.birth AS b, datetime($ts) AS t ORDER BY id LIMIT 1",
        day=date(1980, 1, 15),
        ts="2024-01-01T08:00:00",
    )
    assert raw.columns == ["id", "b", "t"]
    assert raw.rows[0][:2] == ["person:15", date(1980, 1, 16)]
    assert isinstance(raw.rows[0][2], datetime)


@caged_only
@pytest.mark.parametrize("url", ["{path}", "file://{path}"])
def test_a_file_beside_the_graph_cannot_be_read(graph: Path, url: str) -> None:
    canary = graph.parent.parent / "canary.csv"
    canary.write_text("name\nsecret-canary\n")
    text = f"LOAD CSV FROM '{url.format(path=canary)}' AS row RETURN row"
    assert "secret-canary" in str(EmbeddedStore(graph.parent.parent)._run(text, {}, 10, 5.0).rows), (
        "outside the cage it can"
    )
    with pytest.raises(UsageError) as caught:
        run(graph, text)
    assert "secret-canary" not in caught.value.message.en
    assert "ermission denied" in caught.value.message.en


@caged_only
@pytest.mark.parametrize("target", ["/etc/passwd", "/proc/self/environ", "/proc/1/cmdline", "graph/current"])
def test_system_and_workspace_files_cannot_be_read(graph: Path, target: str) -> None:
    path = graph.parent.parent / target
    with pytest.raises(UsageError):
        run(graph, f"LOAD CSV FROM 'file://{path}' AS row RETURN row")


@caged_only
def test_nothing_is_written(graph: Path) -> None:
    before = graph.read_bytes()
    with pytest.raises(UsageError):
        run(graph, "CREATE (p:Person {id: 'person:new'}) RETURN p.id")
    assert graph.read_bytes() == before


@caged_only
def test_memory_doubling_ends_the_child_not_us(graph: Path) -> None:
    started = time.monotonic()
    with pytest.raises(LimitReached):
        run(graph, "RETURN size(reduce(s = 'aaaaaaaaaaaaaaaa', i IN range(1, 40) | s + s)) AS n", timeout=3.0)
    assert time.monotonic() - started < 3.0 + cage.START_SECONDS
    assert run(graph, "MATCH (p:Person) RETURN count(p) AS n").rows == [[20]]


@caged_only
def test_three_hundred_and_fifty_unions_do_no_harm(graph: Path) -> None:
    with contextlib.suppress(UsageError, LimitReached):
        run(graph, " UNION ".join(f"RETURN {i} AS x" for i in range(350)))
    assert run(graph, "RETURN 1 AS x").rows == [[1]]


def test_without_landlock_own_text_is_refused_and_the_library_still_runs(
    graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cage, "landlock_abi", lambda: 0)
    store = open_store("embedded", graph.parent.parent)
    with pytest.raises(UsageError, match="Landlock") as caught:
        store.query("MATCH (p:Person) RETURN count(p) AS n")
    assert "graphkit queries" in caught.value.fix.zh
    assert store.query("MATCH (p:Person) RETURN count(p) AS n", library=True)["rows"] == [[20]]
