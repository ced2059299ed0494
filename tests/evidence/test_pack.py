"""The pack: complete, reproducible, quiet on the network, and no tampering goes unseen (RELIABILITY 2.5)."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import bagit
import networkx as nx
import pytest

from graphkit.errors import UsageError
from graphkit.evidence.picture import graphml, html, xml_text
from graphkit.evidence.standalone import canonical_zip, check, check_rows
from graphkit.workspace import Workspace
from tests.conftest import Tables, account, company, hospital, person, write_tables

SEEDS = 200


@pytest.fixture(scope="module")
def packed(tiny: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "L-0001.zip"
    answer = tiny.pack("L-0001", path)
    assert answer["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert answer["complete"] and answer["edges"] > 10 and answer["source_rows"] > 10
    return path


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_untouched_pack_is_accepted(packed: Path) -> None:
    answer = check(packed)
    assert answer["ok"] and answer["problems"] == [] and answer["signed_by"]
    assert answer["checked"] == {
        "files": len(unpacked(packed)),
        "rows": answer["checked"]["rows"],
        "edges": answer["checked"]["edges"],
    }  # type: ignore[index]


def test_the_same_lead_gives_the_same_bytes(tiny: Workspace, packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "other-name.zip"
    tiny.pack("L-0001", other)
    assert other.read_bytes() == packed.read_bytes()


def flip(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    content = bytearray(files[name])
    at = rng.randrange(len(content))
    content[at] ^= 1 << rng.randrange(8)
    files[name] = bytes(content)
    return name


def truncate(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    files[name] = files[name][: rng.randrange(len(files[name]))]
    return name


def delete(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    del files[name]
    return name


def add(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    new = f"{name}.{rng.randrange(99)}"
    files[new] = b"x"
    return new


def rename(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    files[name + "_"] = files.pop(name)
    return name


def swap(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    other = rng.choice(sorted(n for n in files if files[n] != files[name]))
    files[name], files[other] = files[other], files[name]
    return name


def rehash(files: dict[str, bytes], name: str, rng: random.Random) -> str:
    """Change a payload file and make every manifest fit again; only the signature can tell."""
    top = name.partition("/")[0]
    target = f"{top}/data/lead.json"
    files[target] = files[target].replace(b'"score"', b'"scorE"', 1)
    for manifest, payload in (("manifest", True), ("tagmanifest", False)):
        for algorithm in ("sha256", "sha512"):
            listed = {n.partition("/")[2]: c for n, c in files.items() if n.startswith(f"{top}/data/") == payload}
            lines = [
                f"{hashlib.new(algorithm, c).hexdigest()}  {n}\n"
                for n, c in sorted(listed.items())
                if not n.startswith("tagmanifest") and n != "signature.json"
            ]
            files[f"{top}/{manifest}-{algorithm}.txt"] = "".join(lines).encode()
    return target


TAMPERINGS: tuple[Callable[[dict[str, bytes], str, random.Random], str], ...] = (
    flip,
    truncate,
    delete,
    add,
    rename,
    swap,
    rehash,
)


def test_two_hundred_tamperings_are_found_and_named(packed: Path, tmp_path: Path) -> None:
    original = unpacked(packed)
    missed = []
    for seed in range(SEEDS):
        rng = random.Random(seed)
        files = dict(original)
        tamper = TAMPERINGS[seed % len(TAMPERINGS)]
        touched = tamper(files, rng.choice(sorted(files)), rng).partition("/")[2]
        path = tmp_path / "t.zip"
        path.write_bytes(canonical_zip(files))
        answer = check(path)
        named = {str(p["file"]) for p in answer["problems"]}  # type: ignore[attr-defined]
        if answer["ok"] or (touched not in named and tamper is not rehash) or (tamper is rehash and not named):
            missed.append((seed, tamper.__name__, touched, named))
    assert missed == []


def test_a_bit_flipped_anywhere_in_the_zip_is_found(packed: Path, tmp_path: Path) -> None:
    data = packed.read_bytes()
    path = tmp_path / "t.zip"
    for seed in range(SEEDS):
        rng = random.Random(seed)
        changed = bytearray(data)
        # Half of the flips go into the directory at the end, where no file content lies.
        at = rng.randrange(len(data) - 3000, len(data)) if seed % 2 else rng.randrange(len(data))
        changed[at] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(changed))
        answer = check(path)
        assert not answer["ok"] and answer["problems"], at


def test_bytes_after_the_end_and_strange_names_are_found(packed: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(packed.read_bytes() + b"tail")
    assert not check(path)["ok"]
    for name in ("../outside", "/absolute", "L-0001/data/../../x", "L-0001\\x"):
        path.write_bytes(canonical_zip({**unpacked(packed), name: b"x"}))
        assert not check(path)["ok"], name
    path.write_bytes(b"not a zip")
    assert not check(path)["ok"]


def test_a_pack_as_a_folder_is_checked_by_itself_without_our_software(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "L-0001"
    bagit.Bag(str(folder)).validate()
    run = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0 and json.loads(run.stdout)["ok"]
    sums = subprocess.run(
        ["sha256sum", "-c", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert sums.returncode == 0
    (folder / "data" / "lead.json").write_bytes(b"{}")
    again = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], cwd=folder, capture_output=True, text=True, check=False
    )
    assert again.returncode == 4 and "data/lead.json" in again.stdout


def test_every_edge_of_a_pack_has_its_row(packed: Path) -> None:
    files = unpacked(packed)
    graph = json.loads(files["L-0001/data/graph.json"])
    rows = [json.loads(line) for line in files["L-0001/data/rows.jsonl"].splitlines()]
    places = {(r["file"], r["row"], r["row_sha256"]) for r in rows}
    derived = 0
    for edge in graph["edges"]:
        if edge["source"] is None:
            derived += 1
            assert edge["derived_from"]
        else:
            assert (edge["source"]["file"], edge["source"]["row"], edge["source"]["row_sha256"]) in places
    assert derived and len(graph["edges"]) > derived
    ends = {edge[side] for edge in graph["edges"] for side in ("from", "to")}
    assert ends <= {node["id"] for node in graph["nodes"]}


def test_pages_ask_nobody_for_anything(packed: Path) -> None:
    files = unpacked(packed)
    for name in ("graph.html", "report.zh.html", "report.en.html"):
        page = files[f"L-0001/data/{name}"].decode()
        assert "default-src 'none'" in page
        assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page), name


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x")',
    "a\x00b\x1b[31m\u202e",
    "' OR 1=1 --",
)


def test_hostile_names_stay_text() -> None:
    nodes: list[dict[str, Any]] = [
        {"id": f"org:name:{i}", "label": "Company", "name": name, "source": None} for i, name in enumerate(HOSTILE)
    ]
    edges: list[dict[str, Any]] = [
        {
            "id": "OWNS:1",
            "type": "OWNS",
            "from": "org:name:0",
            "to": "org:name:1",
            "props": {"purpose": HOSTILE[3]},
            "source": None,
        }
    ]
    page = html(nodes, edges, {}, "zh").decode()
    assert "<script>alert(1)" not in page and "<img src=x" not in page
    graph = nx.read_graphml(io.BytesIO(graphml(nodes, edges)))
    assert [graph.nodes[n["id"]]["name"] for n in nodes] == [xml_text(name) for name in HOSTILE]


def test_verify_of_nothing_is_a_usage_error(tiny: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        tiny.verify(tmp_path / "absent.zip")


# — one payment, two statements —

BRIBED: Tables = {
    "organizations": [
        {"uscc": hospital(1), "name": "虚构县医院", "type": "医院"},
        {"uscc": company(1), "name": "虚构甲公司", "type": "企业"},
    ],
    "staff": [{"org": "虚构县医院", "name": "虚一", "id_no": person(1), "role_code": "设备科长", "from_date": "2018-01-01"}],
    "roles": [{"company": "虚构甲公司", "holder": "虚一", "holder_id": person(1), "kind": "股东", "share_pct": "60"}],
    "contracts": [
        {"contract_no": "C1", "buyer": "虚构县医院", "supplier": "虚构甲公司", "amount": "2600000", "signed": "2024-05-10"}
    ],
    "accounts": [
        {"acct": account(1), "holder": "虚构甲公司", "holder_id": company(1), "kind": "对公"},
        {"acct": account(2), "holder": "虚一", "holder_id": person(1), "kind": "储蓄"},
    ],
}  # fmt: skip


def _transfer(tx: str, ts: str, own: int, other: int, direction: str) -> dict[str, str]:
    return {"tx": tx, "ts": ts, "from_acct": account(own), "to_acct": account(other), "amount": "20000", "direction": direction}  # fmt: skip


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of a bribe that stands in the payer's statement and in the payee's."""
    base = tmp_path_factory.mktemp("halves")
    write_tables(base / "files", BRIBED)
    write_tables(base / "files" / "bank_a", {"transactions": [_transfer("A1", "2024-06-01 09:00:00", 1, 2, "借")]})
    write_tables(base / "files" / "bank_b", {"transactions": [_transfer("B7", "2024-06-01 09:00:03", 2, 1, "贷")]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKIT_USER", "tester")
        with Workspace(base / "ws", lang="zh") as ws:
            ws.load(base / "files")
            ws.scan(detectors=("F02", "K01"), as_of=date(2024, 12, 31))
            ws.pack(ws.leads()[0]["lead_no"], base / "halves.zip")
            (paid,) = (e for f in ws.findings() for e in f["evidence"] if e["type"] == "PAID")
            assert [s["file"] for s in paid["sources"]] == ["bank_a/transactions.csv", "bank_b/transactions.csv"]
            before = ws.findings(top=0), ws.leads(top=0)
            again = ws.scan(detectors=("K01",), as_of=date(2024, 12, 31))
            assert (ws.findings(top=0), ws.leads(top=0)) == before and again["leads"]["updated"] == 0
    return base / "halves.zip"


def test_a_pack_holds_the_rows_of_both_statements(halves: Path) -> None:
    files = unpacked(halves)
    rows = [json.loads(line) for line in files["L-0001/data/rows.jsonl"].splitlines()]
    assert {(r["file"], r["row"]) for r in rows} >= {("bank_a/transactions.csv", 2), ("bank_b/transactions.csv", 2)}
    assert check(halves)["ok"]
    for name in ("report.zh.html", "report.en.html", "graph.html", "graph.graphml"):
        page = files[f"L-0001/data/{name}"].decode()
        assert "bank_a/transactions.csv" in page and "bank_b/transactions.csv" in page, name


@pytest.mark.parametrize("statement", ["bank_a", "bank_b"])
def test_the_verifier_misses_the_row_of_either_statement(halves: Path, statement: str) -> None:
    """A pack sealed anew without one of the two rows is not whole."""
    files = {name.partition("/")[2]: content for name, content in unpacked(halves).items()}
    lines = files["data/rows.jsonl"].splitlines(keepends=True)
    kept = [line for line in lines if not json.loads(line)["file"].startswith(statement)]
    assert len(kept) == len(lines) - 1
    problems, _, _ = check_rows({**files, "data/rows.jsonl": b"".join(kept)})
    assert [(p["file"], p["row"]) for p in problems] == [("data/graph.json", 2)]
    assert str(problems[0]["problem"]).startswith("PAID:")


def test_a_second_statement_is_new_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path / "files", {**BRIBED, "transactions": [_transfer("A1", "2024-06-01 09:00:00", 1, 2, "借")]})
    write_tables(tmp_path / "more", {"transactions": [_transfer("B7", "2024-06-01 09:00:03", 2, 1, "贷")]})
    with Workspace(tmp_path / "ws", lang="zh") as ws:
        ws.load(tmp_path / "files")
        ws.scan(detectors=("F02", "K01"), as_of=date(2024, 12, 31))
        amount = ws.leads()[0]["amount_cny"]
        ws.load(tmp_path / "more")
        report = ws.scan(detectors=("F02", "K01"), as_of=date(2024, 12, 31))
        assert report["leads"] == {"new": 0, "updated": 1, "unchanged": 0}
        assert ws.leads()[0]["amount_cny"] == amount
