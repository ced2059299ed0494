"""Checks an evidence pack with nothing but Python: `python verify.py PACK`. A copy of this file lies in every pack.

A pack is a BagIt 1.0 bag (RFC 8493) in a ZIP of stored entries in name order, or the same as a folder. Checked: the ZIP
itself, the exact file set, every hash, every source row against its own SHA-256, every edge against its row, and the
score against its parts. The Ed25519 signature needs the `cryptography` library; without it that one check is named as
not done, never as passed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EPOCH = (1980, 1, 1, 0, 0, 0)
MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt")
TAG_MANIFESTS = ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt")
SIGNATURE = "signature.json"


def canonical_zip(files: dict[str, bytes]) -> bytes:
    """The one ZIP that holds `files`: stored, in name order, without times or owners."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()


def read_pack(path: Path) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    """Files of a pack by name below its top folder, and what is wrong with the container."""
    if path.is_dir():
        files = {}
        problems = []
        for item in sorted(path.rglob("*")):
            name = item.relative_to(path).as_posix()
            if item.is_symlink():
                problems.append(_problem(name, "a link, not a file"))
            elif item.is_file():
                files[name] = item.read_bytes()
        return files, problems
    data = path.read_bytes()
    try:
        return _read_zip(data)
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        EOFError,
        UnicodeDecodeError,
        OSError,
        RuntimeError,
    ) as error:
        return {}, [_problem(path.name, f"not a readable ZIP: {error}")]


def _read_zip(data: bytes) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    problems: list[dict[str, object]] = []
    whole: dict[str, bytes] = {}
    spans: list[tuple[int, str]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            parts = info.filename.split("/")
            if info.filename.startswith("/") or ".." in parts or "\\" in info.filename or info.filename in whole:
                problems.append(_problem(info.filename, "a name that does not belong into a pack"))
                continue
            spans.append((info.header_offset, info.filename))
            try:
                whole[info.filename] = archive.read(info)
            except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError) as error:
                problems.append(_problem(info.filename.partition("/")[2], f"cannot be read: {error}"))
    tops = {name.partition("/")[0] for name in whole}
    if len(tops) != 1:
        problems.append(_problem(",".join(sorted(tops)), "a pack has one top folder"))
    files = {name.partition("/")[2]: content for name, content in whole.items()}
    if not problems:
        expected = canonical_zip(whole)
        if expected != data:
            at = next((i for i, (a, b) in enumerate(zip(expected, data)) if a != b), min(len(expected), len(data)))  # noqa: B905
            inside = [name for offset, name in sorted(spans) if offset <= at]
            problems.append(
                _problem(
                    inside[-1].partition("/")[2] if inside else "(zip)",
                    f"the ZIP differs from the sealed form at byte {at}",
                )
            )
    return files, problems


def check_files(files: dict[str, bytes]) -> list[dict[str, object]]:
    """Exact file set and every hash, by the four manifests."""
    problems: list[dict[str, object]] = []
    for names, inside in ((MANIFESTS, True), (TAG_MANIFESTS, False)):
        for manifest in names:
            algorithm = manifest.rpartition("-")[2].partition(".")[0]
            if manifest not in files:
                problems.append(_problem(manifest, "missing"))
                continue
            try:
                lines = [line.split("  ", 1) for line in files[manifest].decode("utf-8").splitlines()]
                listed = {name: digest for digest, name in lines}
            except (UnicodeDecodeError, ValueError):
                problems.append(_problem(manifest, "not a manifest"))
                continue
            expected = {n for n in files if n.startswith("data/") == inside and n not in (*TAG_MANIFESTS, SIGNATURE)}
            problems += [_problem(n, f"not listed in {manifest}") for n in sorted(expected - set(listed))]
            problems += [_problem(n, f"listed in {manifest} but absent") for n in sorted(set(listed) - expected)]
            for name in sorted(expected & set(listed)):
                if hashlib.new(algorithm, files[name]).hexdigest() != listed[name]:
                    problems.append(_problem(name, f"{algorithm} differs from {manifest}"))
    return problems


def sources_of(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every row that states a node or an edge: `source`, and the further ones of `sources`; none for a derived edge."""
    first = item["source"]
    if first is None:
        return []
    return [first, *(source for source in item.get("sources", ()) if source != first)]


def check_rows(files: dict[str, bytes]) -> tuple[list[dict[str, object]], int, int]:
    """Every source row against its hash, every edge and node against all its rows; gives problems, rows, edges."""
    problems: list[dict[str, object]] = []
    known: set[tuple[object, ...]] = set()
    rows = edges = 0
    try:
        for line in files["data/rows.jsonl"].decode("utf-8").splitlines():
            rows += 1
            row = json.loads(line)
            if hashlib.sha256(base64.b64decode(row["bytes"])).hexdigest() != row["row_sha256"]:
                problems.append(_problem("data/rows.jsonl", f"row of {row['file']} differs from its hash", row["row"]))
            known.add((row["file"], row["sha256"], row["sheet"], row["row"], row["row_sha256"]))
        graph = json.loads(files["data/graph.json"])
        edges = len(graph["edges"])
        for item in [*graph["edges"], *graph["nodes"], *graph["cited"]]:
            for source in sources_of(item):
                if tuple(source[k] for k in ("file", "sha256", "sheet", "row", "row_sha256")) not in known:
                    text = f"{item['id']} has no row in data/rows.jsonl"
                    problems.append(_problem("data/graph.json", text, source["row"]))
            if item["source"] is None and item["kind"] == "edge" and not item.get("derived_from"):
                problems.append(_problem("data/graph.json", f"{item['id']} has no source"))
        lead = json.loads(files["data/lead.json"])
        rest = 1.0
        for part in lead["parts"]:
            rest *= 1.0 - part["weight"] * part["score"]
        if abs((1.0 - rest) - lead["score"]) > 1e-6:
            problems.append(_problem("data/lead.json", "the score is not that of its parts"))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        problems.append(_problem("data", f"not in the form of a pack: {type(error).__name__} {error}"))
    return problems, rows, edges


def inventory(files: dict[str, bytes]) -> dict[str, str]:
    """SHA-256 and size of every file but the signature: what the signature covers."""
    return {
        name: f"{hashlib.sha256(content).hexdigest()} {len(content)}"
        for name, content in sorted(files.items())
        if name != SIGNATURE
    }


def seal_text(listed: dict[str, str], public_key: str, signature: str) -> bytes:
    """The one form of `signature.json`."""
    seal = {"algorithm": "Ed25519", "files": listed, "public_key": public_key, "signature": signature}
    return json.dumps(seal, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8") + b"\n"


def signed_bytes(listed: dict[str, str]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(listed, ensure_ascii=False, sort_keys=True).encode("utf-8")


def check_signature(files: dict[str, bytes]) -> tuple[list[dict[str, object]], str | None]:
    """The sealed list of files, and its signature; gives problems and the key that signed (hex), None when not checked."""
    if SIGNATURE not in files:
        return [_problem(SIGNATURE, "missing")], None
    try:
        seal = json.loads(files[SIGNATURE])
        listed = {str(name): str(digest) for name, digest in seal["files"].items()}
        if seal_text(listed, seal["public_key"], seal["signature"]) != files[SIGNATURE]:
            return [_problem(SIGNATURE, "not in the sealed form")], None
        key, signature = bytes.fromhex(seal["public_key"]), bytes.fromhex(seal["signature"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return [_problem(SIGNATURE, "not a signature")], None
    found = inventory(files)
    problems = [
        _problem(n, "differs from the sealed list")
        for n in sorted(set(listed) | set(found))
        if listed.get(n) != found.get(n)
    ]
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return problems, None
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed_bytes(listed))
    except (InvalidSignature, ValueError):
        return [*problems, _problem(SIGNATURE, "the signature does not fit the sealed list")], None
    return problems, seal["public_key"]


def check(path: Path) -> dict[str, object]:
    """`verify` of the contract: `{"ok", "problems", "signed_by", "checked": {"files", "rows", "edges"}}`."""
    files, problems = read_pack(path)
    rows = edges = 0
    signer = None
    if files:
        problems += check_files(files)
        row_problems, rows, edges = check_rows(files)
        problems += row_problems
        seal_problems, signer = check_signature(files)
        problems += seal_problems
    return {
        "ok": not problems,
        "problems": problems,
        "signed_by": signer,
        "checked": {"files": len(files), "rows": rows, "edges": edges},
    }


def _problem(file: str, text: str, row: object = None) -> dict[str, object]:
    return {"file": file, "row": row, "problem": text}


if __name__ == "__main__":
    result = check(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent))
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    sys.exit(0 if result["ok"] else 4)
