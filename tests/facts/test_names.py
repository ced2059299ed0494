"""What somebody is called whom rows call differently: the registering file, then most rows, then the smaller text; never chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from graphkit.workspace import Workspace
from tests.conftest import company, person, write_tables
from tests.repeats import repeats

pytestmark = pytest.mark.exhaustive
TRIES = repeats(2, 3)
"""Loads with other bytes in every file and in another order: if a file's hash or arrival decided, some would differ."""

File = tuple[str, Sequence[Mapping[str, object]]]


def shown(
    base: Path, files: Sequence[File], label: str, identifier: Callable[[Workspace], str]
) -> list[tuple[str, str, int]]:
    """(name, file, line of the row that the node shows) of one node, of each try."""
    found = []
    for salt in range(TRIES):
        with Workspace(base / f"ws{salt}", lang="zh") as ws:
            for number, (template, rows) in list(enumerate(files))[:: -1 if salt % 2 else 1]:
                salted = [{**row, "memo": f"{salt}-{number}"} for row in rows]
                ws.records.load([write_tables(base / f"{salt}-{number}", {template: salted})])
            path = ws.facts_dir / "nodes" / f"{label}.parquet"
            ((name, src),) = duckdb.execute(f"SELECT name, src FROM '{path}' WHERE id = ?", [identifier(ws)]).fetchall()
            source = ws.records.sources([src])[src]
            found.append((name, source.file, source.row))
    return found


def staff(*names: str) -> File:
    return "staff", [
        {"org": f"虚构{i}院", "name": name, "id_no": person(1), "role_code": "医师"} for i, name in enumerate(names)
    ]


def kin(name: str, *others: int) -> File:
    return "kinship", [{"id_no_a": person(1), "name_a": name, "id_no_b": person(n), "code": "子女"} for n in others]


def registered(name: str) -> File:
    return "persons", [{"id_no": person(1), "name": name}]


@pytest.mark.parametrize(
    ("files", "name", "place"),
    [
        ([staff("张三"), staff("张叁"), staff("张三", "李四")], "张三", "staff.csv"),  # a typo in one file renames nobody
        ([staff("张叁"), staff("张三"), kin("张叁", 2, 3)], "张叁", "staff.csv"),  # what most rows say, mentions too
        ([registered("张叁"), staff("张三", "张三"), kin("张三", 2, 3)], "张叁", "persons.csv"),  # a register comes before mentions
        ([registered("张叁"), registered("张三"), kin("张叁", 2)], "张叁", "persons.csv"),
        ([staff("张叁"), staff("张三")], min("张叁", "张三"), "staff.csv"),  # as many of either: the smaller text
        ([kin("张叁", 2), kin("张三", 3, 4)], "张三", "kinship.csv"),
    ],
)  # fmt: skip
def test_the_name_of_a_number(tmp_path: Path, files: Sequence[File], name: str, place: str) -> None:
    found = shown(tmp_path, files, "Person", lambda ws: ws.the(person(1)))
    assert {(called, file) for called, file, _ in found} == {(name, place)}
    assert len(set(found)) == 1


def test_the_row_that_a_node_shows_carries_its_name(tmp_path: Path) -> None:
    """The second line of the file: the first calls him differently."""
    found = shown(tmp_path, [staff("张叁", "张三"), kin("张三", 2)], "Person", lambda ws: ws.the(person(1)))
    assert found == [("张三", "staff.csv", 3)] * TRIES


def test_an_organization_is_called_what_its_register_and_most_rows_say(tmp_path: Path) -> None:
    register: list[File] = [
        ("organizations", [{"uscc": company(1), "name": name, "type": "企业"}])
        for name in ("虚构甲公司", "虚构甲有限公司")
    ]
    bids = [
        {"project_no": f"T{n}", "bidder": "虚构甲有限公司", "bidder_uscc": company(1), "amount": "1"} for n in range(2)
    ]
    found = shown(tmp_path, [*register, ("bids", bids)], "Organization", lambda ws: f"org:{company(1)}")
    assert [name for name, *_ in found] == ["虚构甲有限公司"] * TRIES
