"""`resolve` and `the`: what is behind a name, a number or an id; nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from graphkit.errors import UsageError
from graphkit.workspace import Workspace
from tests.conftest import Tables, account, company, hospital, person
from tests.views.county import County, acct
from tests.views.county import person as person_id

Make = Callable[[Tables], Workspace]
SUBJECT = {"id", "label", "name", "role", "identity_grade"}


def found(ws: Workspace, key: str) -> list[str]:
    return [m["id"] for m in ws.resolve([key])[0]["matches"]]


def test_every_registered_name_and_code_is_its_organization(county: Workspace, files: County) -> None:
    rows = files.of("organizations")[::3]
    answers = county.resolve([r["name"] for r in rows] + [r["uscc"] for r in rows] + [f"org:{r['uscc']}" for r in rows])
    assert [[m["id"] for m in a["matches"]] for a in answers] == [[f"org:{r['uscc']}"] for r in rows] * 3


def test_numbers_of_people_accounts_and_projects(county: Workspace, files: County) -> None:
    someone, held, tender, deal = (
        files.of("persons")[3],
        files.of("accounts")[5],
        files.of("tenders")[2],
        files.of("contracts")[4],
    )
    assert found(county, someone["id_no"]) == [person_id(someone["id_no"])]
    assert found(county, someone["id_no"].lower()) == [person_id(someone["id_no"])]
    assert found(county, held["acct"]) == [acct(held["acct"])]
    assert found(county, f"{held['acct'][:4]} {held['acct'][4:]}") == [acct(held["acct"])]
    assert found(county, tender["project_no"]) == [f"tender:{tender['project_no']}"]
    assert found(county, deal["contract_no"]) == [f"contract:{deal['contract_no']}"]
    assert found(county, f"{tender['project_no']}/1") == [f"lot:{tender['project_no']}/1"]
    assert found(county, "HC01") == ["item:HC01"]


def test_answers_come_in_the_order_given_with_their_keys(county: Workspace, files: County) -> None:
    keys = ["没有这家", files.of("organizations")[2]["name"], " HC01 ", "没有这家"]
    answers = county.resolve(keys)
    assert [a["key"] for a in answers] == keys
    assert [len(a["matches"]) for a in answers] == [0, 1, 1, 0]
    assert set(answers[1]["matches"][0]) == SUBJECT


def test_no_number_comes_back(county: Workspace, files: County) -> None:
    """Keys are masked like everything else, and stand in the order given; whether anybody is found does not matter."""
    number, money, phone = files.of("persons")[0]["id_no"], files.of("accounts")[-1]["acct"], "160 0000 0001"
    unknown, spaced = person(99), f"{money[:4]} {money[4:]}"
    old = number[:6] + number[8:17]
    keys = [number, money, unknown, phone, spaced, number.lower(), old]
    answers = county.resolve(keys)
    assert [[m["id"] for m in a["matches"]] for a in answers] == [
        [person_id(number)], [acct(money)], [], [], [acct(money)], [person_id(number)], [person_id(number)]
    ]  # fmt: skip
    assert [a["key"][-4:].upper() for a in answers] == [k[-4:].upper() for k in keys]
    assert not any(re.search(r"\d{5}", a["key"].replace(" ", "")) for a in answers)
    text = json.dumps(answers, ensure_ascii=False).upper()
    assert not [secret for secret in (number, money, unknown, phone, spaced, old) if secret in text]


def test_no_number_comes_back_in_an_error(county: Workspace) -> None:
    for key in (person(99), account(10**6), "13912345678"):
        with pytest.raises(UsageError) as nobody:
            county.the(key)
        said = json.dumps([nobody.value.as_json(lang) for lang in ("zh", "en")])
        assert key not in said and key not in str(nobody.value) and key[-4:] in said


@pytest.mark.parametrize("place", ["projects", "items", "names", "ids", "codes", "contracts"])
def test_keys_of_business_come_back_as_they_were_given(county: Workspace, files: County, place: str) -> None:
    keys = {
        "projects": [r["project_no"] for r in files.of("tenders")],
        "items": ["HC01", " HC01 ", "2024-00123456789012", "没有这家"],
        "names": [r["name"] for r in files.of("organizations")],
        "ids": [person_id(r["id_no"]) for r in files.of("persons")[:20]],
        "codes": [r["uscc"] for r in files.of("organizations")],
        "contracts": [r["contract_no"] for r in files.of("contracts")],
    }[place]
    assert [a["key"] for a in county.resolve(keys)] == keys


def test_a_business_number_that_looks_like_an_account_is_known_by_its_match(make_workspace: Make) -> None:
    digits = "620000000000000001"
    ws = make_workspace(
        {"contracts": [{"contract_no": digits, "buyer": "虚构县医院", "supplier": "虚构甲公司", "amount": "1"}]}
    )
    assert ws.resolve([digits]) == [{"key": digits, "matches": ws.resolve([f"contract:{digits}"])[0]["matches"]}]


def test_people_of_one_name_are_all_listed(county: Workspace, files: County) -> None:
    names = [r["name"] for r in files.of("persons")]
    name = next(n for n in names if names.count(n) > 1)
    assert set(found(county, name)) >= {person_id(r["id_no"]) for r in files.of("persons") if r["name"] == name}


def test_the_one_or_nobody(county: Workspace, files: County) -> None:
    names = [r["name"] for r in files.of("persons")]
    twice = next(n for n in names if names.count(n) > 1)
    with pytest.raises(UsageError) as several:
        county.the(twice)
    assert several.value.exit_code == 2
    assert all(person_id(r["id_no"]) in str(several.value) for r in files.of("persons") if r["name"] == twice)
    with pytest.raises(UsageError) as nobody:
        county.the("没有这家")
    assert nobody.value.exit_code == 2
    assert county.the(files.of("organizations")[0]["name"]) == f"org:{files.of('organizations')[0]['uscc']}"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "   ",
        "org:",
        "person:0000000000000000",
        "tender:",
        "PAID:a>b#000000000000",
        "；",
        "'; DROP TABLE x; --",
        "\u0000",
    ],
)
def test_odd_keys_match_nothing(county: Workspace, key: str) -> None:
    assert found(county, key) == []


def test_an_organization_without_a_code_beside_one_with_a_code(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(1), "name": "虚构甲公司"}],
            "contracts": [{"contract_no": "C1", "buyer": "虚构县医院", "supplier": "虚构甲公司", "amount": "1"}],
        }
    )
    assert found(ws, "虚构甲公司") == [f"org:{company(1)}"]
    assert found(ws, "虚构县医院") == ["org:name:虚构县医院"]


def test_numbers_are_found_in_their_old_and_spaced_forms(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "persons": [{"id_no": person(1), "name": "张三"}],
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": person(1)}],
        }
    )
    old = person(1)[:6] + person(1)[8:17]
    assert found(ws, old) == found(ws, person(1)) == [ws.the("张三")]
    assert found(ws, "-".join((account(1)[:4], account(1)[4:]))) == [ws.the(account(1))]


def test_a_name_that_two_coded_organizations_carry_is_ambiguous(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(n), "name": "虚构乙公司"} for n in (1, 2)],
            "contracts": [{"contract_no": "C1", "buyer": "虚构县医院", "supplier": "虚构乙公司", "amount": "1"}],
        }
    )
    assert set(found(ws, "虚构乙公司")) == {"org:name:虚构乙公司", f"org:{company(1)}", f"org:{company(2)}"}


def test_brackets_may_be_typed_either_way(make_workspace: Make) -> None:
    ws = make_workspace({"organizations": [{"uscc": company(1), "name": "虚构（甲）公司"}]})
    assert found(ws, "虚构(甲)公司") == [f"org:{company(1)}"]


def test_a_code_may_be_typed_with_blanks(make_workspace: Make) -> None:
    ws = make_workspace({"organizations": [{"uscc": hospital(1), "name": "虚构县医院"}]})
    assert found(ws, f"{hospital(1)[:8]} {hospital(1)[8:]}") == [f"org:{hospital(1)}"]


def test_a_source_leads_back_to_the_cells_of_its_line(county: Workspace, files: County) -> None:
    place, row = files.placed("contracts")[6]
    buyer = next(
        n
        for n in county.neighbors(f"contract:{row['contract_no']}", limit=0)["neighbors"]
        if n["edge"]["type"] == "ISSUED_BY"
    )
    source = buyer["edge"]["source"]
    assert (source["file"], source["row"]) == place
    answer = county.source_row(source)
    assert answer["source"] == source
    assert {k: v for k, v in answer["cells"].items() if v} == {k: v for k, v in row.items() if v}
