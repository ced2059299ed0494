"""OCDS 1.1: releases, release packages, records, compiled and versioned releases, as JSON or JSON Lines.

Publishers: contracting portals worldwide. Known flaws: ids written as numbers, amounts without currency, releases
without date; releases of one process in several files are merged only inside a file. Times keep the wall clock as
written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphkit.errors import Text
from graphkit.intake.json_file import Document, canonical, is_lines, lines, members, text_of
from graphkit.intake.loader import Loader, RawRow
from graphkit.intake.ocds.merge import entity_ids, flatten, mapping, merge, objects
from graphkit.intake.ocds.rows import Row, rows
from graphkit.intake.ocds.tables import typed
from graphkit.intake.reading import OK, Accept, FileReading, SheetReading, ask_if_many
from graphkit.intake.typed import reject
from graphkit.types import Reject

ID, VERSION = "ocds", "1"
_PACKAGES = ("releases", "records")


def match(path: Path, head: bytes) -> bool:
    """JSON that speaks of an ocid, releases or records."""
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if path.suffix.casefold() not in {".json", ".jsonl", ".ndjson"} or not text.startswith((b"{", b"[")):
        return path.suffix.casefold() in {".jsonl", ".ndjson"} and b'"ocid"' in head
    return any(mark in head for mark in (b'"ocid"', b'"releases"', b'"records"'))


def read(path: Path, name: str, accept: Accept) -> FileReading:
    """Read all processes of a file; a document that cannot be read is quarantined alone."""
    data = path.read_bytes()
    base = FileReading(path, name, sha256(data).hexdigest(), len(data), ID, VERSION, None, "ok", OK, ())
    text, encoding = text_of(data)
    base = replace(base, encoding=encoding)
    if not text.strip():
        return replace(base, message=Text("文件没有数据", "the file is empty"))
    try:
        documents = list(_documents(text, name))
    except RecursionError:
        return replace(base, status="refused", message=Text("JSON 嵌套过深", "the JSON is nested too deeply"))
    except (ValueError, IndexError) as error:
        return replace(
            base, status="refused", message=Text(f"不是完整的 JSON：{error}", f"this is not complete JSON: {error}")
        )
    return ask_if_many(replace(base, sheets=(_sheet(documents),)), accept)


def _documents(text: str, name: str) -> Iterator[Document]:
    """Releases and records with their lines; a package inside JSON Lines gives its members."""
    for document in lines(text) if is_lines(text, name) else members(text, _PACKAGES):
        inner = [part for key in _PACKAGES for part in objects(mapping(document.value).get(key))]
        if document.reason is None and inner and "ocid" not in document.value:
            for part in inner:
                yield Document(document.line, part, None, canonical(part).decode())
        else:
            yield document


def _sheet(documents: list[Document]) -> SheetReading:
    rejects: list[Reject] = []
    processes: dict[str, list[tuple[Document, dict[str, Any]]]] = {}
    for document in documents:
        reason, releases = _releases(document)
        if reason is not None:
            rejects.append(reject(document.line, reason, document.raw))
        for release in releases:
            processes.setdefault(str(release["ocid"]), []).append((document, release))
    found = [item for parts in processes.values() for item in _process(parts)]
    return SheetReading(None, len(documents), typed(found), tuple(rejects))


def _releases(document: Document) -> tuple[str | None, list[dict[str, Any]]]:
    """(reason, []) or (None, the releases of a document: itself, or the best a record offers)."""
    if document.reason is not None:
        return document.reason, []
    if not isinstance(document.value, dict):
        return "shape", []
    value = document.value
    record = {"compiledRelease", "versionedRelease", "releases"} & value.keys()
    candidates = [value]
    if record:
        embedded = [r for r in objects(value.get("releases")) if "url" not in r]
        versioned = mapping(value.get("versionedRelease"))
        compiled = mapping(value.get("compiledRelease")) or (flatten(versioned) if versioned else {})
        candidates = [compiled] if compiled else embedded
        candidates = [{"ocid": value.get("ocid")} | release for release in candidates]
    if not candidates:
        return "shape", []
    return (None, candidates) if all(_has_ocid(release) for release in candidates) else ("no-ocid", [])


def _has_ocid(release: dict[str, Any]) -> bool:
    return isinstance(release.get("ocid"), (str, int)) and str(release["ocid"]).strip() != ""


def _process(parts: list[tuple[Document, dict[str, Any]]]) -> Iterable[tuple[Row, int, str]]:
    """The rows of one process; each comes from the newest release that speaks of its entity."""
    parts = sorted(parts, key=lambda part: str(part[1].get("date") or ""))
    last = parts[-1][0]
    source = {entity: document for document, release in parts for entity in entity_ids(release)}
    for row in rows(merge([release for _, release in parts])):
        document = source.get((row.section, row.id), last)
        yield row, document.line, document.row_sha256


def row(path: Path, sheet: str | None, number: int) -> RawRow:
    """The release or record that begins on a line: its top-level fields, and its canonical JSON. LookupError if none."""
    text, _ = text_of(path.read_bytes())
    for document in _documents(text, path.name):
        if document.line == number:
            cells = {k: v if isinstance(v, str) else canonical(v).decode() for k, v in mapping(document.value).items()}
            return RawRow(cells or {"raw": document.raw}, document.data)
    raise LookupError(number)


LOADER = Loader(ID, VERSION, Text("开放招标数据标准 OCDS", "Open Contracting Data Standard"), match, read, row)
