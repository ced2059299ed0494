"""No full ID number, account or phone in any answer, unless a reason is given; then they are there, and it is audited."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.answers.masking import masked, masked_text
from graphkit.generate.codes import card, id_no, mobile, uscc
from tests.cli.calling import Answer, call
from tests.cli.conftest import SECRETS, numbers_of
from tests.conftest import ROOT, account, person

OLD = id_no("990101", date(1960, 1, 1), 1)
FREE = {"13912345678", "6222020111122223333", "13812345678", OLD, "13712345678"}
STRANGER = person(77)


@pytest.fixture
def place(private: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(private[0]))
    monkeypatch.delenv("GRAPHKIT_KEY_FILE", raising=False)
    return private[0]


def who(key: str) -> str:
    (match,) = call("--json", "resolve", key).json[0]["matches"]
    return str(match["id"])


def answers(out: Path) -> list[Answer]:
    """Every verb that answers with data, as JSON and for people."""
    leads = call("--json", "leads", "--top", "0").json
    first = next(x["lead_no"] for x in leads if any(s["name"] == "虚甲" for s in x["subjects"]))
    one, other, firm, acct = who(person(1)), who(person(2)), who("虚构乙公司"), who(account(1))
    (number,) = (row["id"] for row in call("--json", "quarantine").json)
    verbs: list[tuple[str, ...]] = [
        ("findings", "--top", "0"), ("subjects", "--top", "0"), ("leads", "--top", "0"), ("communities",), ("brokers", "--top", "0"),
        ("quarantine", "list"), ("quarantine", "show", str(number)), ("detectors",), ("detectors", "show", "K02"), ("audit", "show", "--top", "0"),
        ("neighbors", one), ("neighbors", firm), ("neighbors", acct), ("expand", one), ("path", one, firm), ("resolve", "虚甲", other),
        ("lead", "comment", first, f"与{person(1)}、{account(1)}有关"), ("lead", "confirm", first, "--subject", one), ("pack", first, "--out", str(out)),
        ("findings", "--subject", "虚构乙公司"), ("scan", "--detector", "K02", "--as-of", "2024-12-31"), ("verify", str(out)), ("resolve", "没有这个名字"),
        ("lead", "show", STRANGER), ("expand", "13912345678"), ("lead", "confirm", first, "--subject", STRANGER),
        *(("lead", "show", x["lead_no"]) for x in leads),
    ]  # fmt: skip
    people = [
        call(*verb)
        for verb in verbs
        if verb[:2]
        in (
            ("findings", "--subject"),
            ("quarantine", "list"),
            ("quarantine", "show"),
            ("lead", "comment"),
            ("neighbors", one),
        )
    ]
    return [*people, *(call("--json", *verb) for verb in verbs)]


def shown(text: str, secrets: set[str]) -> set[str]:
    """Those of the secrets that stand anywhere in a text, be it folded. A secret lies inside one run of digits (and X)."""
    assert all(re.fullmatch("[0-9X]+", secret) for secret in secrets)
    lengths = {len(secret) for secret in secrets}
    runs = set(re.findall("[0-9X]+", re.sub(r"\s", "", text)))
    return secrets & {run[i : i + n] for run in runs for n in lengths for i in range(len(run) - n + 1)}


def test_a_number_is_seen_wherever_it_stands() -> None:
    secrets = {person(1), account(1), "13812345678"}
    assert shown(f"甲{person(1)}乙 1381234\n5678，9{account(1)}9", secrets) == secrets
    assert shown(f"甲{person(1)[:-1]}", secrets) == set()


def test_no_number_leaks(place: Path, private: tuple[Path, Path], tmp_path: Path) -> None:
    secrets = numbers_of(private[1]) | numbers_of(ROOT / "sample_graphs" / "county" / "files") | FREE | {STRANGER}
    assert len(secrets) > 1500
    leaks = [(found, a.out[:80]) for a in answers(tmp_path / "p.zip") if (found := shown(a.out + a.err, secrets))]
    assert leaks == []


def test_what_no_template_knows_is_shown_masked(place: Path) -> None:
    extras = [
        e["props"]["extra"]
        for f in call("--json", "findings", "--subject", "虚构乙公司").json
        for e in f["evidence"]
        if "extra" in e["props"]
    ]
    assert extras
    for extra in extras:
        assert set(extra) == set(SECRETS)
        assert extra["备注手机"] == "*******5678"
        assert extra["补充说明"].startswith("已于上月汇入***************3333，联系电话：*******5678")


def test_unmask_puts_the_numbers_into_props(place: Path) -> None:
    one, firm = who(person(1)), who("虚构乙公司")
    why = ("--unmask", "--reason", "核查甲案")
    before = len(call("--json", "audit", "--top", "0").json)
    neighbors = call("--json", "neighbors", one, *why).json
    assert neighbors["node"]["props"]["id_no"] == person(1)
    phones = {
        n["node"]["props"].get("phone") for n in neighbors["neighbors"] if n["node"]["id"].startswith("contact:phone:")
    }
    assert phones == {"16000000003"}
    assert {n["node"]["props"].get("id_no") for n in neighbors["neighbors"] if n["node"]["id"] == who(person(2))} == {
        person(2)
    }
    kin = next(n["edge"] for n in neighbors["neighbors"] if n["edge"]["type"] == "KIN_OF")
    assert {kin["props"]["from_id_no"], kin["props"]["to_id_no"]} == {person(1), person(2)}
    assert call("--json", "resolve", account(1), *why).json[0]["matches"][0]["props"] == {"acct": account(1)}
    findings = json.dumps(call("--json", "findings", "--subject", firm, *why).json, ensure_ascii=False)
    for full in (f'"id_no": "{person(1)}"', account(1), account(2), *SECRETS.values()):
        assert full in findings
    assert person(2) in json.dumps(call("--json", "expand", one, *why).json)
    lead = next(
        x["lead_no"] for x in call("--json", "leads", "--top", "0").json if any(s["id"] == one for s in x["subjects"])
    )
    assert any(
        s.get("props") == {"id_no": person(1)} for s in call("--json", "lead", "show", lead, *why).json["subjects"]
    )
    audit = call("--json", "audit", "--top", "0").json
    written = [r for r in audit[: len(audit) - before] if r["action"] == "unmask"]
    assert [json.loads(r["payload"])["verb"] for r in reversed(written)] == [
        "neighbors",
        "resolve",
        "findings",
        "expand",
        "lead",
    ]
    assert {r["note"] for r in written} == {"核查甲案"}


@pytest.mark.parametrize("reason", [(), ("--reason", ""), ("--reason", "  "), ("--reason",)])
def test_unmask_wants_a_reason(place: Path, reason: tuple[str, ...]) -> None:
    answer = call("--json", "leads", "--unmask", *reason)
    assert (answer.code, answer.error["code"]) == (2, "reason-missing")


def test_the_reason_of_a_disposition_is_not_taken_away(place: Path) -> None:
    number = call("--json", "leads").json[-1]["lead_no"]
    answer = call("lead", "dispose", number, "--as", "hold", "--reason", "暂无新证据", "--unmask", "--json")
    assert answer.code == 0
    assert answer.json["history"][-1]["note"] == "暂无新证据"


@given(
    st.integers(0, 10**7), st.sampled_from(["", "电话", "身份证:", "，", " "]), st.sampled_from(["", "。", "元", " x"])
)
def test_masked_text(serial: int, before: str, after: str) -> None:
    born = date(1940, 1, 1) + timedelta(days=serial % 25000)
    for number in (id_no("990101", born, serial % 1000), mobile(serial), card(serial)):
        assert masked_text(f"{before}{number}{after}") == f"{before}{'*' * (len(number) - 4)}{number[-4:]}{after}"
    for code in (
        uscc("91", "990101", f"{serial:08d}"),
        f"LT2022-{serial}",
        f"{serial}.00",
        f"org:{uscc('12', '990101', f'{serial:08d}')}",
    ):
        assert masked_text(f"{before}{code}{after}") == f"{before}{code}{after}"


def test_business_keys_stay() -> None:
    keys: dict[str, Any] = {
        "id": "contract:611001202303150001", "name": "611001202303150001", "from": "tender:6222020111122223333", "tx": "6222020111122223333",
        "findings": ["6222020111122223"], "props": {"project_no": OLD, "amount_cny": "13812345678.00", "uscc": "129901010000001154"},
        "rows": [["tender:13812345678"]],
    }  # fmt: skip
    assert masked(keys) == keys
    assert masked({"id": f"person:name:x:{OLD}", "name": OLD})["name"] == "*" * 14 + OLD[-4:]
    table = {"columns": ["t.project_no", "purpose"], "rows": [[OLD, OLD]]}
    assert masked(table)["rows"] == [[OLD, "*" * 14 + OLD[-4:]]]
