"""Whatever is wrong with what comes in: a sentence in zh and en with file, row, column and what to do, the right exit code,
and everything that is good is loaded."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.cli.calling import Answer, call
from tests.cli.conftest import environ
from tests.conftest import ROOT, account, company, hospital, person, write_tables

Json = dict[str, Any]
GOOD = "organizations.csv"
ORGS = [{"name": f"虚构第{n}医院", "uscc": hospital(n), "type": "hospital"} for n in range(1, 6)]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tmp_path / "ws"))
    return tmp_path / "ws"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with one good file in it; the bad one comes beside it."""
    return write_tables(tmp_path / "files", {"organizations": ORGS})


def reports(answer: Answer) -> dict[str, Json]:
    """File name → its load report; every file accounts for every row."""
    found = answer.json["files"]
    assert all(f["rows_read"] == f["loaded"] + f["duplicate"] + f["quarantined"] for f in found)
    return {f["path"]: f for f in found}


def loads(folder: Path, code: int) -> tuple[dict[str, Json], dict[str, Json]]:
    """Load with `--json` in both languages (each into the same workspace), good file whole, and the exit code as documented."""
    zh = call("load", folder, "--json")
    en = call("load", folder, "--json", "--lang", "en")
    assert (zh.code, en.code) == (code, code), zh
    good = reports(zh)[GOOD]
    assert (good["status"], good["loaded"]) == ("loaded", len(ORGS))
    assert reports(en)[GOOD]["status"] == "unchanged"
    return reports(zh), reports(en)


def waiting() -> tuple[Json, Json]:
    """The one quarantined row, in both languages."""
    (zh,), (en,) = call("quarantine", "--json").json, call("quarantine", "--json", "--lang", "en").json
    assert {k: v for k, v in zh.items() if k != "message"} == {k: v for k, v in en.items() if k != "message"}
    assert chinese(zh["message"]) and not chinese(en["message"])
    return zh, en


def chinese(text: str) -> bool:
    """Whether a sentence holds a Chinese character."""
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_missing_required_column(files: Path) -> None:
    write_tables(files, {"staff": [{"name": "虚甲", "dept": "设备科"}]})
    zh, en = loads(files, 3)
    assert zh["staff.csv"]["status"] == "refused" and zh["staff.csv"]["loaded"] == 0
    for text in (zh["staff.csv"]["message"], en["staff.csv"]["message"]):
        assert "org" in text, text
    assert zh["staff.csv"]["message"] != en["staff.csv"]["message"]
    people = call("load", files)
    assert people.code == 3 and f"staff.csv：{zh['staff.csv']['message']}" in people.out.replace("\n", ""), (
        "whole sentences, not folded into a cell"
    )


def test_wrong_check_digit_is_kept_as_claimed_and_is_nobody_s_key(files: Path) -> None:
    right = person(1)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    write_tables(files, {"persons": [{"id_no": right, "name": "虚甲"}, {"id_no": wrong, "name": "虚乙"}]})
    zh, _ = loads(files, 0)
    assert (zh["persons.csv"]["loaded"], zh["persons.csv"]["quarantined"]) == (2, 0)
    (good,), (claimed,) = (r["matches"] for r in call("resolve", "虚甲", "虚乙", "--json").json)
    assert (good["identity_grade"], claimed["identity_grade"]) == ("identifier", "name_only")
    assert call("resolve", wrong, "--json").json[0]["matches"] == []


def test_broken_date(files: Path) -> None:
    rows = [
        {
            "contract_no": f"HT{n}",
            "buyer": ORGS[0]["name"],
            "supplier": "虚构乙公司",
            "amount": "100",
            "signed": "2022-03-01",
        }
        for n in range(3)
    ]
    rows[1]["signed"] = "2022-02-30"
    write_tables(files, {"contracts": rows})
    zh, _ = loads(files, 0)
    assert {k: zh["contracts.csv"][k] for k in ("rows_read", "loaded", "quarantined")} == {
        "rows_read": 3,
        "loaded": 2,
        "quarantined": 1,
    }
    row, english = waiting()
    assert {k: row[k] for k in ("file", "sheet", "row", "column")} == {
        "file": "contracts.csv",
        "sheet": None,
        "row": 3,
        "column": "signed",
    }
    assert zh["contracts.csv"]["reasons"] == {row["reason"]: 1}
    assert "2022-02-30" in row["message"] and "2022-02-30" in english["message"] and "2022-02-30" in row["raw"]


def test_a_corrected_row_finds_its_way_back(files: Path, tmp_path: Path) -> None:
    rows = [
        {
            "contract_no": f"HT{n}",
            "buyer": ORGS[0]["name"],
            "supplier": "虚构乙公司",
            "amount": "100",
            "signed": "2022-03-01",
        }
        for n in range(2)
    ]
    write_tables(files, {"contracts": [rows[0], {**rows[1], "signed": "某日"}]})
    loads(files, 0)
    write_tables(files, {"contracts": rows})
    answer = call("quarantine", "retry", files / "contracts.csv", "--json")
    assert answer.code == 0 and answer.json["nodes"]["Contract"] == 2
    assert [r for r in call("quarantine", "--json").json if r["retried_as"] is None] == []


def test_half_a_file(files: Path) -> None:
    rows = [
        {
            "contract_no": f"HT{n}",
            "buyer": ORGS[0]["name"],
            "supplier": "虚构乙公司",
            "amount": "100",
            "signed": "2022-03-01",
        }
        for n in range(4)
    ]
    write_tables(files, {"contracts": rows})
    whole = (files / "contracts.csv").read_bytes()
    (files / "contracts.csv").write_bytes(whole[: whole.rindex(b"HT3") + 9])
    zh, _ = loads(files, 0)
    assert (zh["contracts.csv"]["loaded"], zh["contracts.csv"]["quarantined"]) == (3, 1)
    row, _ = waiting()
    assert row["row"] == 5 and row["raw"].startswith("HT3")


def test_two_files_with_the_same_rows(files: Path) -> None:
    (files / "organizations_copy.csv").write_bytes((files / GOOD).read_bytes().replace(b"\r\n", b"\n"))
    answer = call("load", files, "--json")
    assert answer.code == 0
    found = reports(answer)
    assert (
        found[GOOD]["loaded"],
        found["organizations_copy.csv"]["loaded"],
        found["organizations_copy.csv"]["duplicate"],
    ) == (5, 0, 5)
    assert answer.json["nodes"]["Organization"] == 5


def test_gb18030_with_rare_characters(files: Path) -> None:
    names = ["𠮷永康", "㛃小红", "䶮大海"]
    text = "姓名,身份证号\r\n" + "".join(f"{name},{person(n)}\r\n" for n, name in enumerate(names, 1))
    (files / "persons.csv").write_bytes(text.encode("gb18030"))
    zh, _ = loads(files, 0)
    assert (zh["persons.csv"]["encoding"].lower(), zh["persons.csv"]["loaded"]) == ("gb18030", 3)
    for n, name in enumerate(names, 1):
        by_name, by_number = (r["matches"] for r in call("resolve", name, person(n), "--json").json)
        assert [m["name"] for m in by_name] == [name] and by_name == by_number


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3", "<b>粗</b>", "[red]红[/red]"])
def test_a_formula_or_markup_in_a_name_is_a_name(files: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    write_tables(files, {"persons": [{"id_no": person(1), "name": name}]})
    loads(files, 0)
    assert call("resolve", person(1), "--json").json[0]["matches"][0]["name"] == name
    people = call("resolve", person(1))
    assert people.code == 0 and name in people.out.replace("\n", "")


def workbook(path: Path) -> bytes:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("人员信息")
    for line, row in enumerate([("姓名", "身份证号"), *((f"虚{n}", person(n)) for n in range(1, 40))]):
        for column, value in enumerate(row):
            sheet.write_string(line, column, value)
    book.close()
    return path.read_bytes()


def test_a_workbook_cut_in_the_middle(files: Path) -> None:
    path = files / "persons.xlsx"
    whole = workbook(path)
    path.write_bytes(whole[: len(whole) // 2])
    zh, en = loads(files, 3)
    assert zh["persons.xlsx"]["status"] == "refused"
    assert (
        chinese(zh["persons.xlsx"]["message"])
        and en["persons.xlsx"]["message"]
        and not chinese(en["persons.xlsx"]["message"])
    )
    path.write_bytes(whole)
    assert reports(call("load", files, "--json"))["persons.xlsx"]["loaded"] == 39


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "needs_decision"),
        ("notes.docx", b"PK\x03\x04 nothing", "refused"),
        ("broken.json", b'{"releases": [', "refused"),
    ],
)
def test_files_that_are_no_tables(files: Path, name: str, content: bytes, status: str) -> None:
    (files / name).write_bytes(content)
    zh, en = loads(files, 3)
    assert (zh[name]["status"], zh[name]["loaded"]) == (status, 0)
    assert chinese(zh[name]["message"]) and en[name]["message"] != zh[name]["message"]


def test_an_empty_file_says_so(files: Path) -> None:
    (files / "staff.csv").write_bytes(b"")
    answer = call("load", files, "--json")
    assert (
        answer.code == 0
        and reports(answer)["staff.csv"]["rows_read"] == 0
        and chinese(reports(answer)["staff.csv"]["message"])
    )


def test_an_empty_folder_and_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, code in ((tmp_path / "empty", "nothing-to-load"), (tmp_path / "missing", "no-such-path")):
        zh, en = call("load", folder, "--json"), call("load", folder, "--json", "--lang", "en")
        assert (zh.error["code"], en.error["code"]) == (code, code)
        assert zh.code == en.code == (2 if code == "nothing-to-load" else 3)
        assert str(folder) in zh.error["message"] and zh.error["fix"] and zh.error["message"] != en.error["message"]


def test_nothing_loaded_yet_is_no_error_and_no_all_clear() -> None:
    for verb in ("findings", "subjects", "leads", "communities", "brokers", "quarantine"):
        answer = call(verb, "--json")
        assert (answer.code, answer.json) == (0, []), verb
    scan = call("scan", "--json").json
    assert {d["outcome"] for d in scan["detectors"]} == {"not_run"} and all(
        d["missing"] and d["reason"] for d in scan["detectors"]
    )
    unknown = call("neighbors", company(1), "--json")
    assert (unknown.code, unknown.error["code"]) == (2, "unknown-subject") and unknown.error["fix"]


HOLDER = """
import sys
from pathlib import Path
from graphkit.workspace import Workspace
with Workspace(Path(sys.argv[1])) as ws, ws.records.lock("load"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_busy_workspace(files: Path, place: Path) -> None:
    call("load", files)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)], env=environ(place), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None and holder.stdout is not None
        try:
            assert holder.stdout.readline() == b"held\n"
            for verb in (("load", files), ("scan",), ("load", "--rebuild")):
                zh, en = call(*verb, "--json"), call(*verb, "--json", "--lang", "en")
                assert (zh.code, en.code, zh.error["code"]) == (75, 75, "busy")
                assert (
                    str(holder.pid) in zh.error["message"]
                    and str(holder.pid) in en.error["message"]
                    and zh.error["fix"] != en.error["fix"]
                )
            assert call("resolve", hospital(1), "--json").json[0]["matches"], "reading goes on"
        finally:
            holder.stdin.close()
    assert call("scan").code == 0


def test_neo4j_down(files: Path, place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    place.mkdir()
    (place / "graphkit.toml").write_text(f'[store]\nurl = "bolt://127.0.0.1:{port}"\n', "utf-8")
    started = time.monotonic()
    zh = call("load", files, "--json")
    assert time.monotonic() - started < 7, "one more try would wait for seconds"
    assert zh.code == 5 and f"127.0.0.1:{port}" in zh.error["message"] and zh.error["fix"]
    en = call("neighbors", hospital(1), "--json", "--lang", "en")
    assert en.code == 5 and f"127.0.0.1:{port}" in en.error["message"] and en.error["message"] != zh.error["message"]
    assert call("resolve", hospital(1), "--json").json[0]["matches"], "the records took the file in all the same"
    (place / "graphkit.toml").unlink()
    again = call("load", files, "--json")
    assert (again.code, again.json["nodes"]["Organization"], reports(again)[GOOD]["status"]) == (0, 5, "unchanged")


def limited() -> None:
    """Files may grow to 300 kB and no further, and the process hears of it as an error, not as a signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk_leaves_nothing_half_done(files: Path, place: Path) -> None:
    assert call("load", files).code == 0
    before = call("load", files, "--json").json
    big = write_tables(place.parent / "big", {"transactions": [
        {"tx": f"T{n}", "ts": "2022-04-01 10:00:00", "from_acct": account(n), "to_acct": account(n + 1), "amount": str(n), "purpose": f"货款{n * 7919 % 1000003}"} for n in range(1, 12000)
    ]})  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "graphkit", "load", str(big), "--json"],
        env=environ(place),
        capture_output=True,
        preexec_fn=limited,
        check=False,
    )
    assert done.returncode == 5, done
    error = json.loads(done.stdout)["error"]
    assert error["message"] and error["fix"]
    after = call("load", files, "--json").json
    assert {k: after[k] for k in ("snapshot", "nodes", "edges")} == {
        k: before[k] for k in ("snapshot", "nodes", "edges")
    }
    again = call("load", big, "--json")
    assert (again.code, reports(again)["transactions.csv"]["loaded"]) == (0, 11999)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_workspace_that_may_not_be_written(tmp_path: Path, files: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    answer = call("--workspace", tmp_path / "locked" / "ws", "load", files, "--json")
    assert answer.code == 5 and "locked" in answer.error["message"]


def test_a_file_for_an_investigator_to_decide(files: Path, tmp_path: Path) -> None:
    head = "contract_no,buyer,supplier,amount,signed\n"
    (files / "contracts.csv").write_text(
        head + "".join(f"HT{n},甲,乙,100,{'某日' if n % 2 else '2022-01-01'}\n" for n in range(400)), "utf-8"
    )
    zh, _ = loads(files, 3)
    report = zh["contracts.csv"]
    assert (report["status"], report["loaded"]) == ("needs_decision", 0) and "--accept" in report["message"]
    accepted = call("load", "--accept", files / "contracts.csv", "--json")
    assert (accepted.code, reports(accepted)["contracts.csv"]["loaded"]) == (0, 200)


def test_the_public_path_names_rows_for_people(files: Path) -> None:
    write_tables(
        files,
        {
            "contracts": [
                {"contract_no": "HT1", "buyer": "甲", "supplier": "乙", "amount": "很多", "signed": "2022-03-01"}
            ]
        },
    )
    call("load", files)
    page = call("quarantine", "list").out
    assert "contracts.csv" in page and "amount" in page and "很多" in page
    assert str(ROOT) not in call("quarantine", "list", "--json").out
