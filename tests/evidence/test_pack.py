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
from pathlib import Path
from typing import Any

import bagit
import networkx as nx
import pytest

from graphkit.errors import UsageError
from graphkit.evidence.picture import graphml, html, xml_text
from graphkit.evidence.standalone import canonical_zip, check
from graphkit.workspace import Workspace

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
