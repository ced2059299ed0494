"""FollowTheMoney entities become template rows; references are resolved inside the file."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import Any

from graphkit.intake.json_file import canonical
from graphkit.intake.read import row_bytes
from tests.intake.conftest import Load, reasons, table

USCC, ID_A, ID_B = "91110000600037341L", "611002198001010010", "11010519491231002X"


def entity(id_: str, schema: str, **properties: Any) -> dict[str, Any]:
    """An entity with single values wrapped in lists."""
    return {
        "id": id_,
        "schema": schema,
        "properties": {k: v if isinstance(v, list) else [v] for k, v in properties.items()},
    }


ENTITIES = [
    entity(
        "c1",
        "Company",
        name=["云栖笙公司", "云栖"],
        uscCode=USCC,
        incorporationDate="2016-03-01",
        phone="138 1234 5678",
    ),
    entity("h1", "PublicBody", name="商洛市人民医院"),
    entity("p1", "Person", name="林海涛", idNumber=ID_A, gender="male"),
    entity("p2", "Person", name="林秀兰", idNumber=ID_B),
    entity("p3", "Person", name="无名"),
    entity("o1", "Ownership", owner="p1", asset="c1", percentage="90", startDate="2018-04-01"),
    entity("d1", "Directorship", director="p1", organization="c1", role="法定代表人"),
    entity("e1", "Employment", employee="p2", employer="h1", role="院长"),
    entity("e2", "Employment", employee="p3", employer="c1"),
    entity("f1", "Family", person="p2", relative="p1", relationship="兄弟姐妹"),
    entity("f2", "Family", person="p2", relative="p3", relationship="配偶"),
    entity("a1", "BankAccount", accountNumber="6228480402564890018", bankName="某行", holder="c1"),
    entity(
        "t1",
        "Payment",
        payer="h1",
        beneficiary="c1",
        payerAccount="x1",
        beneficiaryAccount="a1",
        amount="1000.5",
        date="2023-05-06",
    ),
    entity("k1", "Contract", title="合同", authority="h1"),
    entity("k2", "ContractAward", contract="k1", supplier="c1", amount="900"),
]


def test_entities_become_rows(load: Load) -> None:
    reading = load("\n".join(json.dumps(e, ensure_ascii=False) for e in ENTITIES), "entities.jsonl")
    assert reading.status == "ok" and reading.loader == "ftm" and reading.rows_read == len(ENTITIES)
    orgs = {row["name"]: row for row in table(reading, "organizations")}
    assert (orgs["云栖笙公司"]["uscc"], orgs["云栖笙公司"]["aliases"], orgs["云栖笙公司"]["type"]) == (
        USCC,
        "云栖;c1",
        "company",
    )
    assert orgs["云栖笙公司"]["founded"] == date(2016, 3, 1) and orgs["云栖笙公司"]["phone"] == "13812345678"
    assert [(p["id_no"], p["name"]) for p in table(reading, "persons")] == [(ID_A, "林海涛"), (ID_B, "林秀兰")]
    roles = table(reading, "roles")
    assert [(r["company"], r["holder"], r["holder_id"], r["kind"]) for r in roles] == [
        (USCC, "林海涛", ID_A, "shareholder"),
        (USCC, "林海涛", ID_A, "legal_rep"),
        (USCC, "无名", None, "employee"),
    ]
    assert roles[0]["share_pct"] == 90.0
    assert [(s["name"], s["org"], s["role_code"]) for s in table(reading, "staff")] == [
        ("林秀兰", "商洛市人民医院", "president")
    ]
    assert [(k["id_no_a"], k["id_no_b"], k["code"]) for k in table(reading, "kinship")] == [(ID_B, ID_A, "SB")]
    assert [(a["acct"], a["holder_id"]) for a in table(reading, "accounts")] == [("6228480402564890018", USCC)]
    payment = table(reading)[0]
    assert (payment["from_acct"], payment["to_acct"], payment["from_name"], payment["to_name"], payment["amount"]) == (
        "X1", "6228480402564890018", "商洛市人民医院", USCC, 100_050,
    )  # fmt: skip
    contract = table(reading, "contracts")[0]
    assert (contract["contract_no"], contract["buyer"], contract["supplier"], contract["amount"]) == (
        "k1",
        "商洛市人民医院",
        USCC,
        90_000,
    )


def test_what_has_no_template_is_said_and_what_lacks_a_number_is_quarantined(load: Load) -> None:
    reading = load(
        "\n".join(json.dumps(e, ensure_ascii=False) for e in ENTITIES) + '\n{"id": 1}\nbroken', "entities.jsonl"
    )
    assert "Contract 1" in reading.message.zh and "Contract 1" in reading.message.en
    assert reasons(reading) == [(11, "required"), (16, "shape"), (17, "json")]
    assert reading.rejects[0].column == "id_no_b"


def test_rows_can_be_read_again(load: Load) -> None:
    reading = load("\n".join(json.dumps(e, ensure_ascii=False) for e in ENTITIES), "entities.jsonl")
    row = table(reading)[0]
    assert row["_row"] == 13 and row["_row_sha256"] == sha256(canonical(ENTITIES[12])).hexdigest()
    assert sha256(row_bytes(reading.path, None, 13, "ftm")).hexdigest() == row["_row_sha256"]
