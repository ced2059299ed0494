"""Workspaces for the verbs: the tiny nest, and one with every kind of personal number in it."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from graphkit.generate.codes import id_no
from graphkit.workspace import Workspace
from tests.cli.calling import call
from tests.conftest import ROOT, account, company, hospital, person, write_tables
from tests.prepared import KEY, Sample

SECRETS = {
    "备注手机": "13912345678",
    "补充说明": "已于上月汇入6222020111122223333，联系电话：13812345678，身份证" + id_no("990101", date(1960, 1, 1), 1),
}
"""Columns that no template knows, with numbers of persons in them."""


@pytest.fixture
def nest(tiny: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The workspace of the tiny nest; nothing may be loaded into it."""
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tiny.root))
    yield tiny.root


@pytest.fixture(scope="session")
def private(sample: Callable[[str], Sample], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A scanned workspace and its files: the county, and a nest with numbers in unknown columns and in quarantined rows."""
    base = tmp_path_factory.mktemp("private")
    files = base / "files"
    tables = {
        "organizations": [
            {"name": "虚构甲县医院", "uscc": hospital(1), "type": "hospital", "legal_rep": "", "legal_rep_id_no": "", "phone": "16000000001"},
            {"name": "虚构乙公司", "uscc": company(2), "type": "company", "legal_rep": "虚甲妻", "legal_rep_id_no": person(2), "phone": "16000000002"},
        ],
        "staff": [{"id_no": person(1), "name": "虚甲", "org": "虚构甲县医院", "dept": "设备科", "role_code": "equipment", "from_date": "2015-01-01", **SECRETS}],
        "kinship": [{"id_no_a": person(1), "name_a": "虚甲", "id_no_b": person(2), "name_b": "虚甲妻", "code": "配偶", "source": "婚姻登记", **SECRETS}],
        "contracts": [{"contract_no": "HT1", "buyer": "虚构甲县医院", "supplier": "虚构乙公司", "amount": "2600000", "signed": "2022-03-01", **SECRETS}],
        "accounts": [{"acct": account(1), "holder": "虚甲妻", "holder_id": person(2)}, {"acct": account(2), "holder": "虚构乙公司", "holder_id": company(2)}],
        "transactions": [
            {"tx": "A1", "ts": "2022-04-01 10:00:00", "from_acct": account(2), "from_name": "虚构乙公司", "to_acct": account(1), "to_name": "虚甲妻", "amount": "50000", "purpose": "还款 13712345678"},
            {"tx": "A2", "ts": "某日", "from_acct": account(2), "from_name": "虚构乙公司", "to_acct": account(1), "to_name": "虚甲妻", "amount": "50000", "purpose": "还款"},
        ],
        "persons": [{"id_no": person(1), "name": "虚甲", "phone": "16000000003"}, {"id_no": person(2), "name": "虚甲妻", "phone": "16000000004"}],
        "contacts": [{"subject": "虚甲", "subject_id": person(1), "kind": "微信", "value": "16000000005", "from_date": "2020-01-01"}],
    }  # fmt: skip
    write_tables(files, tables)
    sample("county").copy(base / "ws", scanned=False)
    (base / "ws" / "key").write_text(KEY, "ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKIT_WORKSPACE", str(base / "ws"))
        patch.setenv("GRAPHKIT_USER", "tester")
        patch.delenv("GRAPHKIT_KEY_FILE", raising=False)
        answer = call("--json", "load", files)
        assert answer.code == 0, answer
        assert sum(f["quarantined"] for f in answer.json["files"]) == 1
        assert call("scan", "--as-of", "2024-12-31").code == 0
    yield base / "ws", files


def numbers_of(files: Path) -> set[str]:
    """Every ID number, account and phone in the columns that hold such."""
    wanted = {
        "id_no",
        "id_no_a",
        "id_no_b",
        "legal_rep_id_no",
        "holder_id",
        "acct",
        "from_acct",
        "to_acct",
        "phone",
        "contact_phone",
        "handler_id_no",
        "contact_id_no",
    }
    wanted |= {"证件号码", "账号", "号码", "本人身份证号", "亲属身份证号"}
    found = set()
    for path in files.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found |= {v.strip() for k, v in row.items() if k in wanted and v}
    companies = {n for n in found if n.startswith(("91", "12", "52", "54", "11")) and len(n) == 18}
    return {n for n in found - companies if len(n) >= 11 and n[:-1].isdigit()}


def environ(workspace: Path) -> dict[str, str]:
    """The environment of a call as a process of its own."""
    return {**os.environ, "GRAPHKIT_WORKSPACE": str(workspace), "PYTHONPATH": str(ROOT)}
