"""Two thousand people with natural namesakes, one in twenty with a second record: nobody is merged by the machine, and people find nearly all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from graphkit.generate.codes import id_no, mobile
from graphkit.generate.names import person_name
from graphkit.identity.candidates import possible
from graphkit.identity.cards import HUB_CAP
from graphkit.identity.keys import keyed
from graphkit.values.id_no import normalise_id_no
from graphkit.values.names import norm_name
from graphkit.workspace import Workspace
from tests.conftest import REGION, company, hospital, person, write_tables

PEOPLE = 2000
SLIPS = {"王": "玉", "李": "季", "张": "弦", "刘": "对", "陈": "阵", "杨": "扬", "黄": "簧", "周": "固", "徐": "涂", "孙": "孔", "林": "杯", "马": "写"}  # fmt: skip
"""What a scanner made of a surname: drawn up for this test, without a look at the table of the package."""

Row = dict[str, object]


@dataclass
class Population:
    """The files, and who is behind each second record: id as the ladder gives it → ID number of the person."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {"persons": [], "staff": [], "roles": []})
    people: dict[str, str] = field(default_factory=dict)
    second: dict[tuple[str, str], str] = field(default_factory=dict)
    """(claimed number or unit, name) → ID number."""
    strangers: int = 0


def typed_wrongly(rng: Random, number: str) -> str:
    """One digit wrong or two in the wrong order, such that the number is no valid one."""
    while True:
        i = rng.randrange(6, 17)
        other = number[:i] + rng.choice("0123456789") + number[i + 1 :]
        if rng.random() < 0.3:
            other = number[: i - 1] + number[i] + number[i - 1] + number[i + 1 :]
        if other != number and not normalise_id_no(other):
            return other


def population(seed: int) -> Population:
    """People of one county; 5 % have a second record (typing, old number, scanning), 3 % of all names are strangers'."""
    rng, made = Random(seed), Population()
    units = [(hospital(n), f"虚构{n}号医院") for n in range(20)]
    made.tables["organizations"] = [{"uscc": code, "name": name, "type": "医院"} for code, name in units]
    for n in range(PEOPLE):
        sex = rng.choice("MF")
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(18_000))
        number = id_no(REGION, born, 2 * rng.randrange(500) + (sex == "M"))
        if number in made.people:
            continue
        name, unit = person_name(rng, sex), rng.choice(units)
        phone = mobile(n) if rng.random() < 0.7 else ""
        home = f"虚构路{rng.randrange(900)}号" if rng.random() < 0.6 else ""
        made.people[number] = name
        made.tables["persons"].append({"id_no": number, "name": name, "phone": phone, "address": home})
        if staff := rng.random() < 0.5:
            made.tables["staff"].append({"id_no": number, "name": name, "org": unit[1], "role_code": "医师"})
        if n % 20 == 0:
            again: Row = {
                "name": name,
                "phone": phone if rng.random() < 0.6 else mobile(90_000 + n),
                "address": home if rng.random() < 0.6 else "",
            }
            slip = SLIPS.get(name[0], name[0]) + name[1:]
            kind = rng.choice(["typing", "typing", "old", "scan", "scan"])
            if kind == "scan" and staff and slip != name and rng.random() < 0.5:
                made.tables["staff"].append({"id_no": "", "name": slip, "org": unit[1], "role_code": "医师"})
                made.second[unit[0], slip] = number
                continue
            claimed = typed_wrongly(rng, number)
            if kind == "old":
                claimed = number[:6] + number[8:17]
            elif kind == "scan":
                claimed, again["name"] = number.replace("0", "O", rng.randrange(1, 4)), slip
            made.tables["persons"].append({**again, "id_no": claimed})
            if kind != "old":
                made.second[claimed, str(again["name"])] = number
    for n in range(60):  # somebody else of the same name, known by the name alone
        firm = company(n)
        made.tables["organizations"].append({"uscc": firm, "name": f"虚构{n}号贸易有限公司", "type": "企业"})
        made.tables["roles"].append({"company": firm, "holder": rng.choice(list(made.people.values())), "kind": "监事"})
        made.strangers += 1
    return made


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Population]]:
    """The population, loaded."""
    base, made = tmp_path_factory.mktemp("population"), population(11)
    with pytest.MonkeyPatch.context() as patch:
        key = tmp_path_factory.getbasetemp() / "key"
        key.write_text("0" * 64, "ascii")
        patch.setenv("GRAPHKIT_KEY_FILE", str(key))
        patch.setenv("GRAPHKIT_USER", "tester")
        with Workspace(base / "ws", lang="zh") as ws:
            ws.load(write_tables(base / "files", made.tables))
            yield ws, made


def true_pairs(ws: Workspace, made: Population) -> set[frozenset[str]]:
    """(person, second record) by id."""
    found = set()
    for (claim, name), number in made.second.items():
        one = f"person:{keyed(ws.key, 'id_no', [number])[0]}"
        tail = claim if any(claim == hospital(n) for n in range(20)) else keyed(ws.key, "claim", [claim])[0][:12]
        found.add(frozenset((one, f"person:name:{tail}:{norm_name(name)}")))
    return found


def ids(ws: Workspace, label: str) -> set[str]:
    return {i for (i,) in duckdb.sql(f"SELECT id FROM '{ws.facts_dir}/nodes/{label}.parquet'").fetchall()}


def pair(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((row["a"]["id"], row["b"]["id"]))


def test_the_machine_merges_nobody_on_a_name(known: tuple[Workspace, Population]) -> None:
    ws, made = known
    second = {i for p in true_pairs(ws, made) for i in p if i.startswith("person:name:")}
    people = {f"person:{h}" for h in keyed(ws.key, "id_no", made.people)}
    assert people | second <= ids(ws, "Person")
    assert len(ids(ws, "Person")) == len(people) + len(second) + made.strangers, "a wrong merge, or a split"


def test_people_find_nearly_all_second_records_near_the_top(known: tuple[Workspace, Population]) -> None:
    ws, made = known
    wanted = true_pairs(ws, made)
    rows = [pair(row) for row in ws.identities(label="Person", top=3 * len(wanted))]
    found = sum(p in wanted for p in rows)
    print(f"recall {found / len(wanted):.3f} of {len(wanted)} true pairs in {len(rows)} candidates")
    assert len(rows) <= 3 * len(wanted)
    assert found >= 0.95 * len(wanted)
    first = rows[: len(wanted)]
    assert sum(p in wanted for p in first) >= 0.9 * len(first), "true pairs come first"


def test_every_candidate_may_be_judged(known: tuple[Workspace, Population]) -> None:
    ws, _ = known
    rows = ws.identities(top=0)
    assert all(possible(row["a"]["id"], row["b"]["id"]) and row["refused"] is None for row in rows)
    assert len({pair(row) for row in rows}) == len(rows)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)


def test_what_everybody_shares_is_no_clue(tmp_path: Path) -> None:
    """A switchboard says nothing about two colleagues; a phone of two does."""
    rows = [
        {"id_no": "", "name": person_name(Random(n), "M"), "org": "虚构县医院", "role_code": "医师"}
        for n in range(2 * HUB_CAP)
    ]
    rows += [{**rows[0], "name": "欧阳小明"}, {**rows[0], "name": "欧阳小朋"}]
    subjects = [{"subject": r["name"], "scope": "虚构县医院", "kind": "电话", "value": "16000000001"} for r in rows]
    subjects += [{**subjects[0], "subject": r["name"], "value": "16000000002"} for r in rows[-2:]]
    with Workspace(tmp_path / "ws", lang="zh") as ws:
        ws.load(write_tables(tmp_path / "f", {"staff": rows, "contacts": subjects}))
        rows_of = {frozenset((r["a"]["name"], r["b"]["name"])): r for r in ws.identities(top=0)}
    phones = {names: next(f for f in r["fields"] if f["field"] == "phone") for names, r in rows_of.items()}
    assert {names for names, f in phones.items() if f["verdict"] != "missing"} == {frozenset({"欧阳小明", "欧阳小朋"})}
    assert all("*******0001" in f["a"] for f in phones.values())


def test_units_with_a_slip_in_name_or_code(tmp_path: Path) -> None:
    code = company(5)
    wrong = code[:10] + ("7" if code[10] != "7" else "8") + code[11:]
    firms = [
        {"uscc": code, "name": "虚构岚汀研究所", "legal_rep": "张三", "reg_addr": "虚构路9号", "phone": "16000000001"},
        {"uscc": wrong, "name": "虚构岚汀研宄所", "legal_rep": "", "reg_addr": "", "phone": ""},
        {"uscc": "", "name": "虚构岚汀研究所有限公司", "legal_rep": "张三", "reg_addr": "", "phone": ""},
        {"uscc": "", "name": "实在别家商贸有限公司", "legal_rep": "李四", "reg_addr": "虚构路9号", "phone": "16000000001"},
        {"uscc": company(6), "name": "虚构岚汀研究所有限责任公司", "legal_rep": "张三", "reg_addr": "", "phone": ""},
        {"uscc": company(7), "name": "虚构无关公司", "legal_rep": "张三", "reg_addr": "", "phone": ""},
    ]  # fmt: skip
    with Workspace(tmp_path / "ws", lang="zh") as ws:
        ws.load(
            write_tables(tmp_path / "f", {"organizations": firms, "persons": [{"id_no": person(1), "name": "张三"}]})
        )
        rows = ws.identities(label="Organization")
        found = {pair(row) for row in rows}
    coded, named = f"org:{code}", "org:name:虚构岚汀研究所有限公司"
    assert frozenset((coded, "org:name:虚构岚汀研宄所")) == pair(rows[0])
    assert {frozenset((coded, named)), frozenset((named, f"org:{company(6)}"))} <= found
    assert frozenset((coded, f"org:{company(6)}")) not in found, "two valid codes"
    assert not [p for p in found if f"org:{company(7)}" in p]
