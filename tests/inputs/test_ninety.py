"""Each of the ninety bad inputs gets the answer that it must get, alone and all at once; nothing is lost, nothing dies."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from graphkit.db import open_database
from graphkit.intake.read import read_path
from graphkit.intake.reading import FileReading
from graphkit.records import Records
from tests.cli.calling import call
from tests.conftest import ROOT
from tests.inputs.case import Case, Expect
from tests.inputs.make import CASES, make, write

Report = Mapping[str, Any]


def judged(report: Report) -> tuple[object, ...]:
    """What of a report is compared."""
    keys = ("path", "sheet", "status", "rows_read", "loaded", "duplicate", "quarantined", "reasons")
    return tuple(report[key] for key in keys)


def wanted(expect: Expect, prefix: str = "") -> tuple[object, ...]:
    """The same of what is expected."""
    counts = (expect.rows, expect.loaded, expect.duplicate, expect.quarantined)
    return (prefix + expect.file, expect.sheet, expect.status, *counts, dict(expect.reasons))


def agree(reports: Sequence[Report], expects: Sequence[Expect], prefix: str = "") -> None:
    """Reports are those expected, with what they must say, and lose no row."""
    by_place = {(prefix + e.file, e.sheet): e for e in expects}
    assert sorted(map(judged, reports), key=repr) == sorted((wanted(e, prefix) for e in expects), key=repr), [
        report["message"] for report in reports
    ]
    for report in reports:
        expect = by_place[report["path"], report["sheet"]]
        assert report["rows_read"] == report["loaded"] + report["duplicate"] + report["quarantined"]
        assert all(piece in report["message"] for piece in expect.says), report["message"]
        assert expect.encoding in (None, report["encoding"])
        assert report["message"] or report["status"] in ("loaded", "unchanged")


class Loading:
    """A workspace's records, with what intake read."""

    def __init__(self, root: Path) -> None:
        self.readings: dict[str, FileReading] = {}
        self.db = open_database(root)
        self.records = Records(root, self.db, read=self._read)

    def _read(self, path: Path, name: str, **options: Any) -> FileReading:
        self.readings[name] = read_path(path, name, **options)
        return self.readings[name]

    def load(self, folder: Path, accept: Sequence[str] = ()) -> list[Report]:
        """The reports of a load, in both languages: the Chinese ones, when the English ones differ in words only."""
        report = self.records.load([folder], accept=accept)
        zh, en = (report.as_json(lang)["files"] for lang in ("zh", "en"))
        assert [judged(r) for r in zh] == [judged(r) for r in en]
        assert all(bool(a["message"]) == bool(b["message"]) for a, b in zip(zh, en, strict=True))
        return list(zh)

    def tables(self, template: str) -> Iterator[pa.Table]:
        """The typed tables that were read, in the order of files."""
        for name in sorted(self.readings):
            for sheet in self.readings[name].sheets:
                if template in sheet.tables:
                    yield sheet.tables[template]


@pytest.fixture
def loading(tmp_path: Path) -> Iterator[Loading]:
    opened = Loading(tmp_path / "ws")
    yield opened
    opened.db.close()


def column(loading: Loading, place: str) -> list[object]:
    """The values of `template.column`."""
    template, name = place.split(".")
    return [value for table in loading.tables(template) for value in table.column(name).to_pylist()]


def noted(loading: Loading, place: str) -> list[object]:
    """What is noted about `template.column`, row by row."""
    template, name = place.split(".")
    texts = (text for table in loading.tables(template) for text in table.column("_notes").to_pylist())
    return [json.loads(text).get(name) if text else None for text in texts]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}")
def test_each(case: Case, loading: Loading, tmp_path: Path) -> None:
    folder = write(case, tmp_path)
    agree(loading.load(folder), case.expects)
    if case.answer:
        agree(loading.load(folder, [case.answer]), [*case.then, *_untouched(case)])
    for place, values in case.cells.items():
        assert column(loading, place) == list(values), place
    for place, notes in case.notes.items():
        assert noted(loading, place) == list(notes), place


def _untouched(case: Case) -> list[Expect]:
    named = {expect.file for expect in case.then}
    return [expect for expect in case.expects if expect.file not in named]


def test_the_table_is_whole() -> None:
    assert [case.number for case in CASES] == list(range(1, 91))
    for place in {place for case in CASES for place in case.elsewhere}:
        file, test = place.split("::")
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), place


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def all_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ninety")
    make(folder)
    return folder


def test_the_same_bytes_each_time(all_files: Path, tmp_path: Path) -> None:
    make(tmp_path)
    assert digests(tmp_path) == digests(all_files)


def test_all_at_once(all_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder with everything in it: exit 3, and every good row of every file is there."""
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tmp_path / "ws"))
    answer = call("load", all_files, "--json")
    assert answer.code == 3, answer.err
    reports = answer.json["files"]
    for case in CASES:
        agree([r for r in reports if r["path"].startswith(f"{case.folder}/")], case.expects, f"{case.folder}/")
    statuses = Counter(report["status"] for report in reports)
    assert set(statuses) == {"loaded", "unchanged", "refused", "needs_decision"}
