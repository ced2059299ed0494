"""`identity`: candidates, side by side, judgements; audited, masked, exit 2 for what is unknown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import call
from tests.conftest import person, write_tables

RIGHT = person(1)
WRONG = RIGHT[:9] + ("7" if RIGHT[9] != "7" else "6") + RIGHT[10:]
SECRETS = (RIGHT, WRONG, person(2), "16000000001")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two records of one man, and a namesake: loaded once."""
    base = tmp_path_factory.mktemp("identity")
    rows = [
        {"id_no": RIGHT, "name": "王伟", "phone": "16000000001"},
        {"id_no": WRONG, "name": "王伟", "phone": "16000000001"},
        {"id_no": person(2), "name": "王伟", "phone": ""},
    ]
    files = write_tables(base / "files", {"persons": rows})
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GRAPHKIT_KEY_FILE", raising=False)
        assert call("--workspace", base / "ws", "load", files).code == 0
    return base / "ws"


@pytest.fixture(autouse=True)
def place(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of that workspace, with its own key, for each test."""
    shutil.copytree(loaded, tmp_path / "ws")
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.delenv("GRAPHKIT_KEY_FILE", raising=False)


def listed(*options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = call("--json", "identity", "list", *options).json
    return rows


def test_the_whole_way_there_and_back() -> None:
    rows = listed()
    assert call("--json", "identity").json == rows
    a, b = rows[0]["a"]["id"], rows[0]["b"]["id"]
    assert set(rows[0]) == {"rank", "a", "b", "score", "state", "judgements", "refused", "reasons", "fields", "sources"}
    assert call("--json", "identity", "show", a, b).json["fields"] == rows[0]["fields"]
    before = call("--json", "load", "--rebuild").json["snapshot"]
    said = call("--json", "identity", "same", a, b, "--reason", "同一手机号").json
    assert set(said) == {"seq", "at", "by", "verb", "a", "b", "reason", "undoes", "new", "stands_for", "snapshot"}
    assert (said["seq"], said["verb"], said["stands_for"]) == (1, "same", a)
    assert len(call("--json", "resolve", "王伟").json[0]["matches"]) == 2
    refused = call("--json", "identity", "different", a, b, "--reason", "x")
    assert (refused.code, refused.error["code"]) == (2, "contradiction")
    assert "1" in refused.error["message"]
    undone = call("--json", "identity", "undo", "1").json
    assert (undone["undoes"], undone["snapshot"]) == (1, before)
    assert listed() == rows
    call("identity", "unsure", a, b)
    assert [r["state"] for r in listed()] == ["open", "unsure"]
    call("identity", "undo", "3")
    call("identity", "different", a, b, "--reason", "笔迹不同")
    assert {(r["a"]["id"], r["b"]["id"]) for r in listed()} == {(r["a"]["id"], r["b"]["id"]) for r in rows[1:]}
    assert call("--json", "audit", "verify").json["ok"]


def test_options_of_the_list() -> None:
    assert len(listed("--top", "1")) == 1
    assert len(listed("--top", "0", "--label", "Person")) == 2
    assert listed("--label", "Organization") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--label", "Tender"),
        ("show", RIGHT, "没有这个人"),
        ("show", RIGHT, "王伟"),
        ("same", RIGHT, person(2), "--reason", "x"),
        ("same", RIGHT, WRONG),
        ("different", RIGHT, "person:name:nowhere:王伟", "--reason", "x"),
        ("undo", "7"),
        ("undo", "x"),
        ("merge", RIGHT, WRONG),
    ],
)
def test_what_is_unknown_or_impossible_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    answer = call("--json", "identity", *arguments)
    assert answer.code == 2, answer
    assert answer.error["message"]
    assert not [n for n in SECRETS if n in answer.out]


def test_every_answer_is_audited_and_masked_in_both_languages() -> None:
    a, b = listed()[0]["a"]["id"], listed()[0]["b"]["id"]
    verbs = [("identity", "list"), ("identity", "show", a, b), ("identity", "unsure", a, b, "--reason", f"{RIGHT}？")]
    for lang in ("zh", "en"):
        for verb in verbs:
            for form in ((), ("--json",)):
                answer = call("--lang", lang, *form, *verb)
                assert answer.code == 0, answer
                assert not [n for n in SECRETS if n in answer.out + answer.err]
    shown = call("--lang", "en", "identity", "show", a, b).out
    assert "similar number" not in shown and "near" in shown and "persons.csv:2" in shown
    trail = [(r["action"], json.loads(r["payload"])) for r in call("--json", "audit", "show", "--top", "0").json]
    assert [p["pair"] for action, p in trail if action == "read" and p.get("pair")] == [[a, b]] * 5
    assert [p["seq"] for action, p in trail if action == "unsure"] == [1]


def test_unmasking_gives_the_full_number_and_keeps_the_reason_of_the_judgement() -> None:
    a, b = listed()[0]["a"]["id"], listed()[0]["b"]["id"]
    shown = call("--json", "identity", "show", a, b, "--unmask", "--reason", "核对号码").json
    assert shown["a"]["props"] == {"id_no": RIGHT}
    said = call("--json", "identity", "unsure", a, b, "--unmask", "--reason", "待核").json
    assert said["reason"] == "待核"
