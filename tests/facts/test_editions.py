"""Facts made by older rules do not stay behind: they may hold what newer rules leave out."""

from __future__ import annotations

from pathlib import Path

from graphkit.workspace import Workspace
from tests.conftest import person, write_tables


def test_facts_of_older_rules_go_when_the_new_ones_are_made(tmp_path: Path) -> None:
    with Workspace(tmp_path / "ws") as ws:
        ws.records.load([write_tables(tmp_path / "in", {"persons": [{"id_no": person(1), "name": "张三"}]})])
        older = tmp_path / "ws" / "graph" / ws.snapshot[:16] / "facts-1-00000000"
        unfinished = older.with_name("facts-1-11111111.part")
        for folder in (older, unfinished):
            folder.mkdir(parents=True)
        made = ws.facts_dir
    assert sorted(p.name for p in older.parent.glob("facts-*")) == sorted([made.name, unfinished.name])
