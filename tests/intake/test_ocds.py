"""OCDS in all its forms gives the same rows; broken documents are quarantined alone."""

from __future__ import annotations

import json
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.intake.json_file import canonical, members
from graphkit.intake.ocds.merge import flatten, merge
from graphkit.intake.read import read_path, reread_row, row_bytes
from graphkit.intake.reading import FileReading
from tests.intake.conftest import Load, reasons, table

OCID = "ocds-x-1"
USCC = "91110000600037341L"


def _org(key: str) -> dict[str, str]:
    return {"id": key, "name": {"B": "商洛市人民医院", "S": "云栖笙公司", "T": "启衡砚公司"}[key]}


RELEASES: list[dict[str, Any]] = [
    {
        "ocid": OCID, "id": "1", "date": "2023-01-01T00:00:00Z", "tag": ["tender"], "buyer": _org("B"),
        "parties": [_org("B") | {"roles": ["buyer"]}, _org("S") | {"identifier": {"scheme": "CN-USCC", "id": USCC}}, _org("T")],
        "tender": {
            "id": "t", "title": "旧题", "procurementMethod": "limited", "procurementMethodDetails": "竞争性磋商",
            "value": {"amount": 1000.5, "currency": "CNY"}, "status": "active", "awardCriteria": "priceOnly",
            "tenderPeriod": {"startDate": "2023-01-01T08:00:00Z", "endDate": "2023-01-21T09:30:00Z"},
            "lots": [{"id": "1", "title": "一包", "value": {"amount": 1000.5, "currency": "CNY"}}],
        },
    },
    {
        "ocid": OCID, "id": "2", "date": "2023-02-01T00:00:00Z", "tag": ["award"],
        "tender": {"id": "t", "title": "新题", "status": "complete"},
        "bids": {"details": [
            {"id": "b1", "status": "valid", "tenderers": [_org("S")], "value": {"amount": 900, "currency": "CNY"}, "relatedLots": ["1"]},
            {"id": "b2", "status": "disqualified", "tenderers": [_org("T"), _org("B")], "value": {"amount": 950.25, "currency": "CNY"}, "relatedLots": ["1"]},
        ]},
        "awards": [{"id": "a1", "status": "active", "date": "2023-01-30T00:00:00Z", "suppliers": [_org("S")], "value": {"amount": 900, "currency": "CNY"}, "relatedLots": ["1"]}],
    },
    {
        "ocid": OCID, "id": "3", "date": "2023-03-01T00:00:00Z", "tag": ["contract"],
        "contracts": [{
            "id": "1", "awardID": "a1", "title": "合同", "dateSigned": "2023-02-10T00:00:00Z", "value": {"amount": 900, "currency": "CNY"},
            "items": [{"id": "1", "description": "导管", "quantity": 3, "unit": {"name": "个", "value": {"amount": 300, "currency": "CNY"}}}],
            "implementation": {"transactions": [
                {"id": "p1", "date": "2023-04-01T00:00:00Z", "payer": _org("B"), "payee": _org("S"), "value": {"amount": 900, "currency": "CNY"}},
                {"id": "p2", "date": "2023-04-01T00:00:00Z", "value": {"amount": 1, "currency": "CNY"}},
            ]},
        }],
    },
]  # fmt: skip


def _versioned(compiled: Any, at: str) -> Any:
    """Every value with its versions: an older wrong one, and the right one."""
    if isinstance(compiled, dict):
        return {key: value if key in {"id", "ocid"} else _versioned(value, at) for key, value in compiled.items()}
    if isinstance(compiled, list) and all(isinstance(v, dict) for v in compiled):
        return [_versioned(v, at) for v in compiled]
    older = {"releaseDate": "2000-01-01", "releaseID": "0", "releaseTag": [], "value": None}
    return [older, {"releaseDate": at, "releaseID": "9", "releaseTag": [], "value": compiled}]


COMPILED = merge(RELEASES)
FORMS: dict[str, bytes] = {
    "package.json": json.dumps({"uri": "x", "releases": RELEASES}, ensure_ascii=False, indent=2).encode(),
    "shuffled.json": json.dumps({"releases": RELEASES[::-1], "uri": "x"}).encode(),
    "compiled.json": json.dumps(COMPILED, indent=1).encode(),
    "list.json": json.dumps(RELEASES).encode(),
    "lines.jsonl": b"\n".join(json.dumps(release).encode() for release in RELEASES),
    "compiled.jsonl": json.dumps(COMPILED).encode(),
    "package.jsonl": json.dumps({"releases": RELEASES}).encode(),
    "record.json": json.dumps(
        {"records": [{"ocid": OCID, "releases": [{"url": "x"}], "compiledRelease": COMPILED}]}
    ).encode(),
    "embedded.json": json.dumps({"records": [{"ocid": OCID, "releases": RELEASES}]}).encode(),
    "versioned.json": json.dumps(
        {"records": [{"ocid": OCID, "versionedRelease": _versioned(COMPILED, "2023-03-01")}]}
    ).encode(),
    "bom.json": b"\xef\xbb\xbf" + json.dumps(COMPILED).encode(),
}


def facts(reading: FileReading) -> dict[str, list[dict[str, object]]]:
    """Everything but where it was read."""
    hidden = {"_row", "_row_sha256"}
    return {
        name: [{k: v for k, v in row.items() if k not in hidden} for row in rows.to_pylist()]
        for sheet in reading.sheets
        for name, rows in sheet.tables.items()
    }


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_gives_the_same_rows(load: Load, name: str) -> None:
    reading = load(FORMS[name], name)
    assert reading.status == "ok", reading.message
    assert facts(reading) == facts(load(FORMS["compiled.json"], "c.json"))
    assert not reading.rejects


def test_the_mapping(load: Load) -> None:
    reading = load(FORMS["package.json"], "p.json")
    tender = table(reading, "tenders")[0]
    assert (tender["project_no"], tender["title"], tender["buyer"], tender["status"]) == (
        OCID,
        "新题",
        "商洛市人民医院",
        "complete",
    )
    assert (tender["method"], tender["method_text"], tender["budget"], tender["criteria"]) == (
        "consultation",
        "竞争性磋商",
        100_050,
        "lowest",
    )
    assert (tender["published"], tender["deadline"]) == (date(2023, 1, 1), datetime(2023, 1, 21, 9, 30))
    assert [row["lot"] for row in table(reading, "lots")] == ["1"]
    bids = table(reading, "bids")
    assert [(b["bidder"], b["amount"], b["status"], b["lot"], b["consortium"]) for b in bids] == [
        (USCC, 90_000, "valid", "1", None),
        ("启衡砚公司", 95_025, "disqualified", "1", "商洛市人民医院"),
    ]
    award = table(reading, "awards")[0]
    assert (award["supplier"], award["amount"], award["date"], award["status"]) == (
        USCC,
        90_000,
        date(2023, 1, 30),
        "active",
    )
    contract = table(reading, "contracts")[0]
    assert (contract["contract_no"], contract["supplier"], contract["lot"], contract["signed"]) == (
        f"{OCID}-1",
        USCC,
        "1",
        date(2023, 2, 10),
    )
    assert json.loads(str(contract["_extra"])) == {"transactions": "1"}
    payment = table(reading, "transactions")[0]
    assert (payment["tx"], payment["from_name"], payment["to_name"], payment["amount"]) == (
        "p1",
        "商洛市人民医院",
        USCC,
        90_000,
    )
    line = table(reading, "contract_lines")[0]
    assert (line["item"], line["qty"], line["unit_price"]) == ("导管", 3.0, 30_000)
    orgs = {row["name"]: row for row in table(reading, "organizations")}
    assert orgs["云栖笙公司"]["uscc"] == USCC and orgs["云栖笙公司"]["aliases"] == "S"


def test_rows_come_from_the_newest_release_that_speaks_of_them(load: Load) -> None:
    reading = load(FORMS["package.json"], "p.json")
    text = FORMS["package.json"].decode().split("\n")
    lines = [n for n, line in enumerate(text, 1) if line == "    {"]
    assert len(lines) == 3 and reading.rows_read == 3
    assert {t: {r["_row"] for r in table(reading, t)} for t in ("organizations", "tenders", "bids", "contracts")} == {
        "organizations": {lines[0]}, "tenders": {lines[1]}, "bids": {lines[1]}, "contracts": {lines[2]},
    }  # fmt: skip
    digest = table(reading, "tenders")[0]["_row_sha256"]
    assert digest == sha256(canonical(RELEASES[1])).hexdigest()
    assert sha256(row_bytes(reading.path, None, lines[1], "ocds")).hexdigest() == digest
    assert reread_row(reading.path, None, lines[1], "ocds")["ocid"] == OCID


def test_broken_lines_are_quarantined_alone(load: Load) -> None:
    good = [json.dumps({"ocid": str(i), "tender": {"title": "x"}}) for i in range(3)]
    bad = [
        '{"ocid": "9", ',
        '{"ocid": "9", "ocid": "8"}',
        '{"ocid": "\\ud800"}',
        '{"ocid": 1, "x": NaN}',
        '{"tender": {}}',
        "[1]",
        "[" * 100_000,
    ]
    reading = load("\n".join([good[0], *bad, good[1], "", good[2]]), "a.jsonl")
    assert reasons(reading) == [
        (2, "json"),
        (3, "json-keys"),
        (4, "unicode"),
        (5, "number"),
        (6, "no-ocid"),
        (7, "shape"),
        (8, "depth"),
    ]
    assert reading.rows_read == 10
    assert [(row["project_no"], row["_row"]) for row in table(reading, "tenders")] == [("0", 1), ("1", 9), ("2", 11)]


def test_whole_files_that_are_no_json_are_refused(load: Load) -> None:
    for data in ('{"releases": [{"ocid": "1"}', '{"releases": ' + "[" * 200_000, '{"ocid": "1"} x {"'):
        reading = load(data, "x.json")
        assert reading.status == "refused" and reading.message.zh and not reading.sheets


def test_unreadable_cells_are_noted_and_other_currencies_kept(load: Load) -> None:
    release = {
        "ocid": "1",
        "tender": {
            "value": {"amount": 5, "currency": "USD"},
            "tenderPeriod": {"startDate": "invalid", "endDate": "invalid"},
            "status": "planning",
        },
        "bids": {"details": [{"status": "valid"}]},
        "awards": [{"suppliers": [{"id": "F"}, {"id": "G"}], "status": "invalid", "value": {"amount": 1.005}}],
    }
    reading = load(json.dumps(release), "x.json")
    tender = table(reading, "tenders")[0]
    assert (tender["budget"], tender["currency"], tender["status"]) == (500, "USD", "planned")
    notes = json.loads(str(tender["_notes"]))
    assert notes["budget"] == "currency:USD" and notes["published"] == "date" and notes["deadline"] == "datetime"
    awards = table(reading, "awards")
    assert [row["supplier"] for row in awards] == ["F", "G"]
    assert json.loads(str(awards[0]["_notes"])) == {
        "supplier": "joint:2",
        "amount": "rounded",
        "status": "unknown-code",
    }
    assert json.loads(str(table(reading, "bids")[0]["_notes"]))["bidder"] == "unnamed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "ocid",
                    "tender",
                    "bids",
                    "awards",
                    "id",
                    "value",
                    "details",
                    "suppliers",
                    "parties",
                    "contracts",
                    "amount",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_quarantined(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.mktemp("json") / "x.jsonl"
    path.write_text(json.dumps(value) + '\n{"ocid": "1"}\n')
    reading = read_path(path, path.name, loader="ocds")
    assert reading.status == "ok" and reading.rows_read == 2
    assert table(reading, "tenders")[-1]["project_no"] == "1"


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 1, 4]))
def test_members_equal_plain_json(values: list[Any], indent: int | None) -> None:
    text = json.dumps({"a": [1, {"releases": [2]}], "releases": values, "z": "]"}, indent=indent)
    found = list(members(text, ("releases", "records")))
    assert [d.value for d in found] == values
    for document in found:
        line = text.split("\n")[document.line - 1]
        assert line.lstrip()[:1] == document.raw[:1] or indent is None


def test_merging_follows_the_standard() -> None:
    old = {"a": 1, "list": [{"id": 1, "x": 1, "y": 1}, {"id": 2}], "plain": [1, 2], "gone": 3}
    new = {"a": 2, "list": [{"id": 1, "x": 9}, {"id": 3}], "plain": [3], "gone": None}
    assert merge([old, new]) == {"a": 2, "list": [{"id": 1, "x": 9, "y": 1}, {"id": 2}, {"id": 3}], "plain": [3]}
    assert flatten(_versioned(COMPILED, "2023-01-01")) == COMPILED


SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "ocds").is_dir(), reason="the public data folder is not beside this checkout")
def test_the_public_example_in_all_forms() -> None:
    package = read_path(SHARED / "ocds" / "ocds-213czf-000-00001.json", "p.json")
    assert package.rows_read == 6 and not package.rejects
    for record in sorted((SHARED / "ocds" / "record").glob("*.json")):
        assert facts(read_path(record, record.name)) == facts(package)


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "cardinal").is_dir(), reason="the public data folder is not beside this checkout")
def test_cardinal_files_load_without_rejects() -> None:
    files = sorted((SHARED / "cardinal").glob("*/*.jsonl"))
    assert len(files) > 20
    for file in files:
        reading = read_path(file, file.name)
        documents = [line for line in file.read_text().split("\n") if line.strip()]
        assert reading.status == "ok" and not reading.rejects
        assert len(table(reading, "tenders")) == reading.rows_read == len(documents)
        bids = sum(len(json.loads(line).get("bids", {}).get("details", [])) for line in documents)
        assert len(table(reading, "bids")) == bids
