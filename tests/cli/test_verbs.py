"""Every verb of CONTRACT 1: one JSON document with the contract's keys, `--json` before or after, both languages, exit codes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from graphkit.cli import take_globals
from graphkit.cli.app import LATER
from tests.cli.calling import call
from tests.cli.conftest import environ
from tests.conftest import ROOT
from tests.contract_keys import EVIDENCE, FILE, FINDING, LEAD, LOAD, SCAN, SOURCE, SUBJECT

KEYS: dict[tuple[str, ...], set[str]] = {
    ("findings",): FINDING,
    ("findings", "--detector", "k02"): FINDING,
    ("findings", "--subject", "云栖笙医疗器械有限公司"): FINDING,
    ("subjects",): {"id", "label", "name", "score", "rank", "parts"},
    ("subjects", "--family", "K"): {"id", "label", "name", "score", "rank", "parts"},
    ("subjects", "--label", "Company", "--top", "0"): {"id", "label", "name", "score", "rank", "parts"},
    ("leads",): LEAD,
    ("lead", "show", "L-0001"): LEAD | {"history"},
    ("expand", "云栖笙医疗器械有限公司"): {"seeds", "as_of", "candidates", "truncated"},
    ("expand", "云栖笙医疗器械有限公司", "--as-of", "2022-06-01", "--top", "3"): {
        "seeds",
        "as_of",
        "candidates",
        "truncated",
    },
    ("neighbors", "云栖笙医疗器械有限公司"): {"node", "groups", "neighbors", "shown", "total"},
    ("neighbors", "云栖笙医疗器械有限公司", "--type", "PAID", "--limit", "2"): {
        "node",
        "groups",
        "neighbors",
        "shown",
        "total",
    },
    ("path", "云栖笙医疗器械有限公司", "岚塘县人民医院", "-k", "2", "--max-hops", "3"): {
        "paths",
        "searched",
        "truncated",
    },
    ("communities",): {"id", "size", "members", "stability", "conductance", "mixed", "amount_cny", "p_value"},
    ("brokers", "--top", "3"): {"rank", "id", "label", "name", "score", "pairs_cut", "between", "sampled"},
    ("resolve", "云栖笙医疗器械有限公司", "没有"): {"key", "matches"},
    ("queries",): {"id", "title_zh", "title_en", "question", "params", "returns", "topic", "status", "file"},
    ("detectors",): {"id", "version", "title", "outcome", "applied"},
    ("detectors", "show", "k02"): {"id", "page", "params", "needs"},
    ("templates",): {"file", "file_zh", "column", "kind", "required", "aliases_zh", "unit", "meaning"},
    ("audit", "show"): {"seq", "at", "by", "action", "note", "hash", "prev_hash"},
    ("audit", "verify"): {"ok", "records", "head", "problem_at"},
    ("quarantine",): set(),
    ("quarantine", "list"): set(),
}


@pytest.mark.parametrize("verb", KEYS, ids=" ".join)
def test_one_document_with_the_keys_of_the_contract(nest: Path, verb: tuple[str, ...]) -> None:
    before, after = call("--json", *verb), call(*verb, "--json")
    assert (before.code, after.code) == (0, 0), before
    assert before.err == after.err == ""
    if verb[0] != "audit":
        assert before.out == after.out
    rows = before.json if isinstance(before.json, list) else [before.json]
    if KEYS[verb]:
        assert rows
    for row in rows:
        assert KEYS[verb] <= set(row)


def test_shapes_inside(nest: Path) -> None:
    lead = call("lead", "show", "L-0001", "--json").json
    assert {"seq", "at", "by", "action", "from", "to", "note", "hash", "prev_hash"} <= set(lead["history"][0])
    assert all(set(s) >= SUBJECT for s in lead["subjects"])
    assert all(isinstance(f, str) for f in call("leads", "--json").json[0]["findings"])
    for finding in lead["findings"]:
        assert set(finding) >= FINDING
        assert all(set(c) == {"check", "result", "note"} for c in finding["innocent_explanations"])
        for evidence in finding["evidence"]:
            assert set(evidence) >= EVIDENCE
            assert evidence["source"] is None or set(evidence["source"]) == SOURCE
    for node in call("neighbors", "云栖笙医疗器械有限公司", "--json").json["neighbors"]:
        assert set(node["node"]) >= {"id", "label", "name", "props", "sources"} and set(node["edge"]) >= EVIDENCE
    for candidate in call("expand", "云栖笙医疗器械有限公司", "--json").json["candidates"]:
        assert candidate["paths"] and all({"hops", "text", "weakest_grade"} <= set(p) for p in candidate["paths"])
        assert candidate["id"] not in {
            s["id"] for s in call("expand", "云栖笙医疗器械有限公司", "--json").json["seeds"]
        }


def test_top_and_limit(nest: Path) -> None:
    everything = call("subjects", "--top", "0", "--json").json
    assert call("subjects", "--top", "2", "--json").json == everything[:2]
    assert call("findings", "--top", "1", "--json").json == call("findings", "--json").json[:1]
    some = call("neighbors", "云栖笙医疗器械有限公司", "--limit", "2", "--json").json
    assert (some["shown"], len(some["neighbors"])) == (2, 2) and some["total"] > 2


def test_both_languages_for_people_and_for_programs(nest: Path) -> None:
    for verb in (
        ("findings",),
        ("leads",),
        ("lead", "show", "L-0001"),
        ("brokers",),
        ("communities",),
        ("detectors",),
        ("audit", "show"),
        ("neighbors", "云栖笙医疗器械有限公司"),
    ):
        zh, en = call(*verb, "--lang", "zh"), call("--lang=en", *verb)
        assert (zh.code, en.code) == (0, 0)
        assert zh.out and en.out and zh.out != en.out, verb
    zh, en = call("findings", "--json").json, call("findings", "--lang", "en", "--json").json
    assert [f["id"] for f in zh] == [f["id"] for f in en]
    assert all(a["message"] != b["message"] and a["title"] != b["title"] for a, b in zip(zh, en, strict=True))
    assert (
        "没有" in call("lead", "show", "L-9999").err
        and "there is no lead" in call("lead", "show", "L-9999", "--lang", "en").err
    )


USAGE: dict[tuple[str, ...], str] = {
    ("lead", "show", "L-9999"): "unknown-lead",
    ("expand", "没有此人"): "unknown-subject",
    ("neighbors", "person:0000000000000000"): "unknown-subject",
    ("path", "没有此人", "岚塘县人民医院"): "unknown-subject",
    ("findings", "--subject", "没有此人"): "unknown-subject",
    ("detectors", "show", "Z99"): "unknown-detector",
    ("scan", "--detector", "Z99"): "unknown-detector",
    ("scan", "--as-of", "昨天"): "bad-date",
    ("leads", "--status", "奇怪"): "unknown-status",
    ("lead", "dispose", "L-0001", "--as", "shelve", "--reason", "x"): "unknown-disposition",
    ("lead", "confirm", "L-0001", "--subject", "启衡砚医疗科技有限公司"): "not-a-member",
    ("query", "kinship/no_such_query"): "unknown-query",
    ("query", "MATCH (n) RETURN n.id LIMIT 1", "--param", "novalue"): "bad-param",
    ("load",): "nothing-to-load",
    ("load", "--undo", "20000101T000000-00000000"): "unknown-run",
    ("quarantine", "show", "99"): "unknown-row",
    ("quarantine", "burn"): "quarantine-action",
    ("audit", "burn"): "audit-action",
    ("verify", "no-such.zip"): "no-such-pack",
    ("nosuch",): "usage",
    ("findings", "--nosuch"): "usage",
    ("brokers", "--top", "many"): "usage",
    ("lead", "show"): "usage",
    (): "usage",
    ("--lang", "fr", "leads"): "language",
}


@pytest.mark.parametrize("verb", USAGE, ids=" ".join)
def test_usage_is_exit_2_with_a_sentence(nest: Path, verb: tuple[str, ...]) -> None:
    answer = call(*verb, "--json")
    assert (answer.code, answer.error["code"]) == (2, USAGE[verb])
    assert set(answer.error) >= {"code", "message", "file", "sheet", "row", "column", "fix"}
    assert answer.error["message"] and answer.error["fix"]
    people = call(*verb)
    assert (people.code, people.out) == (2, "")
    assert people.err.startswith("graphkit: ") and people.err.count("\n") == 1


def test_several_matches_are_listed_and_nothing_is_guessed(nest: Path) -> None:
    answer = call("--json", "expand", "周建明")
    assert (answer.code, answer.error["code"]) == (2, "ambiguous-subject")
    assert len(answer.error["matches"]) > 1
    for match in answer.error["matches"]:
        assert match["id"] in answer.error["message"] and set(match) >= SUBJECT
        assert call("--json", "expand", match["id"]).code == 0


@pytest.mark.parametrize("verb", LATER)
def test_later_verbs_say_so(nest: Path, verb: str) -> None:
    for words in ((verb,), (verb, "show", "--out", "x"), (verb, "--help")):
        answer = call("--json", *words)
        assert (answer.code, answer.error["code"]) == (2, "not-in-this-version")
    listed = {line.split()[0] for line in call("--help").out.splitlines() if line.startswith("  ") and line.split()}
    assert verb not in listed and "scan" in listed


def test_help_needs_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("--help",), ("-h",), ("scan", "--help"), ("--version",), ("lead", "--help"), ("templates",)):
        assert call(*words).code == 0
    assert list(tmp_path.iterdir()) == []


def test_globals_anywhere() -> None:
    for words in (
        ["--json", "--lang", "en", "lead", "show", "L-1"],
        ["lead", "--lang=en", "show", "L-1", "--json"],
        ["lead", "show", "--json", "L-1", "--lang", "en"],
    ):
        rest, context = take_globals(words)
        assert (rest, context.json, context.lang) == (["lead", "show", "L-1"], True, "en")
    rest, context = take_globals(["lead", "comment", "L-1", "--", "--json"])
    assert (rest[-1], context.json) == ("--json", False)
    rest, context = take_globals(["lead", "close", "L-1", "--reason", "x", "--snapshot", "ab", "--workspace", "w"])
    assert (rest, context.snapshot, context.workspace) == (["lead", "close", "L-1", "--reason", "x"], "ab", "w")
    rest, context = take_globals(["leads", "--unmask", "--reason=y", "--top", "3"])
    assert (rest, context.unmask) == (["leads", "--top", "3"], "y")


def test_templates(tmp_path: Path) -> None:
    rows = call("templates", "--json").json
    assert {r["file"] for r in rows} >= {"organizations", "staff", "transactions"}
    assert call("templates", "--out", tmp_path / "blank").code == 0
    assert list((tmp_path / "blank").rglob("*.csv"))


def test_query_from_file_text_and_stdin(nest: Path, tmp_path: Path) -> None:
    text = "MATCH (o:Company) RETURN o.id AS id, o.name AS name ORDER BY id LIMIT 10"
    (tmp_path / "own.cypher").write_text(text, "utf-8")
    answers = [
        call("query", text, "--json"),
        call("query", tmp_path / "own.cypher", "--json"),
        call("query", "-", "--json", stdin=text),
    ]
    assert [a.code for a in answers] == [0, 0, 0], answers
    for answer in answers:
        assert set(answer.json) >= {"id", "columns", "rows", "row_count", "truncated", "seconds", "store"}
        assert (answer.json["columns"], answer.json["store"]) == (["id", "name"], "embedded")
        assert answer.json["rows"] == answers[0].json["rows"] != []
    assert call("query", text, "--limit", "1", "--json").json["truncated"]
    assert call("query", "MATCH (o:Company) DETACH DELETE o", "--json").code == 2


def test_scan_due_and_the_ledger(nest: Path, tmp_path: Path) -> None:
    own = tmp_path / "ws"
    shutil.copytree(nest, own)
    here = ("--workspace", own, "--json")
    due = call(*here, "scan", "--due").json
    assert set(due) >= SCAN and due["due"] is False
    (own / "graphkit.toml").write_text("[schedule]\nevery_hours = 0.000001\n", "utf-8")
    report = call(*here, "scan", "--due", "--as-of", "2024-12-31").json
    assert set(report) >= SCAN and "due" not in report
    assert report["leads"]["new"] == 0 and report["as_of"] == "2024-12-31"
    steps: list[tuple[tuple[str, ...], str]] = [
        (("assign", "L-0001", "--to", "第一监督检查室"), "assign"), (("comment", "L-0001", "已调取流水"), "comment"), (("confirm", "L-0001"), "confirm"),
        (("dispose", "L-0001", "--as", "preliminary", "--reason", "初步核实"), "dispose"), (("close", "L-0001", "--reason", "查否"), "close"),
    ]  # fmt: skip
    for words, action in steps:
        answer = call(*here, "lead", *words)
        assert answer.code == 0, answer
        assert set(answer.json) >= LEAD | {"history"}
        assert answer.json["history"][-1]["action"] == action
    assert call(*here, "audit", "verify").json["ok"] is True
    database = sqlite3.connect(own / "ledger.db")
    database.execute("UPDATE events SET note = '另一理由' WHERE action = 'close'")
    database.commit()
    database.close()
    broken = call(*here, "audit", "verify")
    assert broken.code == 4 and broken.json["ok"] is False and broken.json["problem_at"]


def test_load_undo_rebuild_and_an_earlier_snapshot(tmp_path: Path) -> None:
    here = ("--workspace", tmp_path / "ws", "--json")
    files = ROOT / "sample_graphs" / "tiny" / "files"
    dry = call(*here, "load", files, "--dry-run").json
    assert set(dry) >= LOAD and all(set(f) >= FILE for f in dry["files"])
    first = call(*here, "load", files / "organizations.csv", files / "roles.csv").json
    second = call(*here, "load", files).json
    assert all(f["rows_read"] == f["loaded"] + f["duplicate"] + f["quarantined"] for f in second["files"])
    assert len(call(*here, "resolve", "高志安", "--snapshot", first["snapshot"]).json[0]["matches"]) == 0
    assert len(call(*here, "resolve", "高志安").json[0]["matches"]) == 1
    assert call(*here, "load", "--rebuild").json["nodes"] == second["nodes"]
    undone = call(*here, "load", "--undo", second["run"]).json
    assert (undone["snapshot"], undone["nodes"]) == (first["snapshot"], first["nodes"])


def test_pack_and_a_pack_that_was_touched(nest: Path, tmp_path: Path) -> None:
    pack, other = tmp_path / "l.zip", tmp_path / "other.zip"
    made = call("pack", "L-0001", "--out", pack, "--json").json
    assert set(made) >= {"path", "sha256", "files", "nodes", "edges", "source_rows", "complete", "signed_by"}
    good = call("verify", pack, "--json")
    assert (good.code, good.json["ok"]) == (0, True) and set(good.json) >= {"ok", "problems", "signed_by", "checked"}
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(other, "w") as new:
        largest = max(old.infolist(), key=lambda i: i.file_size).filename
        for info in old.infolist():
            new.writestr(info, old.read(info) + (b" " if info.filename == largest else b""))
    bad = call("verify", other, "--json")
    assert (bad.code, bad.json["ok"]) == (4, False)
    assert bad.json["problems"] and all({"file", "row", "problem"} <= set(p) for p in bad.json["problems"])


def test_a_fault_of_ours_is_exit_1_with_a_traceback_in_the_log(nest: Path, tmp_path: Path) -> None:
    own = tmp_path / "ws"
    shutil.copytree(nest, own)
    for table in own.glob("graph/*/facts-*/nodes/Organization.parquet"):
        table.write_bytes(b"PAR1 no longer")
    answer = call("--workspace", own, "resolve", "岚塘县人民医院")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.count("\n") == 1 and "errors.log" in answer.err
    assert "Traceback" in (own / "logs" / "errors.log").read_text("utf-8")


def test_demo_is_safe_to_repeat(tmp_path: Path) -> None:
    here = ("--workspace", tmp_path / "ws")
    first, again = call(*here, "demo", "--json").json, call(*here, "demo", "--json").json
    for answer in (first, again):
        assert set(answer) >= {"load", "scan", "leads", "next"}
        assert answer["leads"] and answer["next"]
    assert {f["status"] for f in again["load"]["files"]} == {"unchanged"}
    assert again["scan"]["leads"]["new"] == 0
    assert [x["lead_no"] for x in first["leads"]] == [x["lead_no"] for x in again["leads"]]
    people = call(*here, "--lang", "en", "demo")
    assert people.code == 0 and "expand person:" in " ".join(people.out.split())


def test_init_writes_every_setting_once(tmp_path: Path) -> None:
    here = ("--workspace", tmp_path / "ws", "--json")
    assert call(*here, "init").code == 0
    settings = tmp_path / "ws" / "graphkit.toml"
    settings.write_text(settings.read_text("utf-8") + "\n# mine\n", "utf-8")
    assert call(*here, "init").code == 0 and settings.read_text("utf-8").endswith("# mine\n")
    settings.write_text("colour = 1\n", "utf-8")
    answer = call(*here, "leads")
    assert (answer.code, answer.error["code"], answer.error["column"]) == (2, "settings-key", "colour")


def test_generate(tmp_path: Path) -> None:
    answer = call("generate", "--out", tmp_path / "p", "--hospitals", "2", "--nests", "1", "--seed", "3", "--json")
    assert (
        answer.code == 0 and (tmp_path / "p" / "truth.json").exists() and list((tmp_path / "p" / "files").glob("*.csv"))
    )


def test_as_a_module_and_as_a_process(nest: Path) -> None:
    def graphkit(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "graphkit", *words], env=environ(nest), capture_output=True, check=False
        )

    done = graphkit("leads", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    leads: list[dict[str, Any]] = json.loads(done.stdout.decode("utf-8"))
    assert leads == call("leads", "--json").json
    failed = graphkit("lead", "show", "L-9999", "--json")
    assert failed.returncode == 2 and json.loads(failed.stdout)["error"]["code"] == "unknown-lead"
