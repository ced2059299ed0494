"""The demo on a real Neo4j gives what it gives on the embedded store: the same leads, byte for byte, and the same answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import call
from tests.store import neo4j_server

pytestmark = pytest.mark.neo4j
neo4j_url = neo4j_server.neo4j_url
FIRM, BUYER = "云栖笙医疗器械有限公司", "岚塘县人民医院"
VERBS: tuple[tuple[str, ...], ...] = (
    ("leads", "--top", "0"), ("findings", "--top", "0"), ("subjects", "--top", "0"), ("lead", "show", "L-0001"), ("neighbors", FIRM), ("neighbors", FIRM, "--type", "PAID", "--limit", "3"),
    ("expand", FIRM), ("path", FIRM, BUYER), ("communities",), ("brokers",), ("resolve", FIRM),
    ("query", "MATCH (a:Account)-[p:PAID]->(b:Account) RETURN p.tx AS tx, p.amount_cny AS amount, p.ts AS ts, a.name AS payer, p.source_file AS file, p.source_row AS row ORDER BY tx LIMIT 50"),
)  # fmt: skip


def answer(place: Path, url: str, *verb: str) -> Any:
    place.mkdir(exist_ok=True)
    (place / "graphkit.toml").write_text(f'[store]\nurl = "{url}"\n', "utf-8")
    said = call("--workspace", place, "--json", *verb)
    assert said.code == 0, said
    return said.json


def timeless(value: Any) -> Any:
    """Without what the clock wrote: a lead's dates, its history's times and hashes, how long a query took, which store answered."""
    if isinstance(value, dict):
        return {
            k: timeless(v)
            for k, v in value.items()
            if k not in ("first_seen", "changed", "at", "hash", "prev_hash", "run", "seconds", "store")
        }
    return [timeless(v) for v in value] if isinstance(value, list) else value


def text(value: Any) -> str:
    return json.dumps(timeless(value), ensure_ascii=False)


def test_the_demo_on_neo4j(neo4j_url: str, tmp_path: Path) -> None:
    here, there = tmp_path / "embedded", tmp_path / "neo4j"
    ours, theirs = answer(here, "embedded", "demo"), answer(there, neo4j_url, "demo")
    assert text(theirs["leads"]) == text(ours["leads"]) and ours["leads"]
    assert (theirs["load"]["nodes"], theirs["load"]["edges"]) == (ours["load"]["nodes"], ours["load"]["edges"])
    for verb in VERBS:
        assert text(answer(there, neo4j_url, *verb)) == text(answer(here, "embedded", *verb)), verb
    assert answer(there, neo4j_url, "query", "MATCH (n:Person) RETURN count(n) AS n LIMIT 1")["store"] == "neo4j"


def test_a_server_that_served_another_key_is_served_anew(
    neo4j_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAPHKIT_KEY_FILE")
    for name in ("first", "second"):
        place = tmp_path / name
        answer(place, neo4j_url, "demo")
        ids = {n["node"]["id"] for n in answer(place, neo4j_url, "neighbors", FIRM)["neighbors"]}
        known = answer(place, neo4j_url, "resolve", *sorted(ids))
        assert ids and all(row["matches"] for row in known), "the graph is that of this workspace"
