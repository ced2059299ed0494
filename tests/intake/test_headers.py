"""Matching header rows to templates, and what a refusal says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.intake.headers import choose, lay_out, norm_header, split_unit
from graphkit.intake.read import read_path
from graphkit.intake.templates import template_table, templates, write_blank
from tests.intake.conftest import ROW, Load, table

NAMES = sorted(templates())


@pytest.mark.parametrize("name", NAMES)
def test_full_headers_find_their_template(name: str) -> None:
    english = [column.name for column in templates()[name].columns]
    chinese = [(column.aliases or (column.name,))[0] for column in templates()[name].columns]
    for headers in (english, chinese):
        layout = choose(headers, [name]).layout
        assert layout is not None and layout.template.name == name and not layout.missing
    assert set(lay_out(templates()[name], english).places) == set(english)


@pytest.mark.parametrize("name", NAMES)
def test_every_alias_is_accepted(name: str) -> None:
    template = templates()[name]
    for column in template.columns:
        for alias in column.aliases:
            places = lay_out(template, [alias, f"{alias}（{column.unit or '元'}）"]).places
            assert places, alias


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False))
def test_column_order_does_not_matter(name: str, random: object) -> None:
    headers = [column.name for column in templates()[name].columns]
    random.shuffle(headers)  # type: ignore[attr-defined]
    layout = choose(headers, [name]).layout
    assert layout is not None
    assert all(headers[place] == column for column, place in layout.places.items())


def test_blanks_width_case_and_units_are_ignored() -> None:
    assert norm_header(" Ｆrom_Acct ＊") == "fromacct"
    assert split_unit("金额 （万元）") == ("金额", "万元")
    assert split_unit("金额(单位：万元)") == ("金额", "万元")
    assert split_unit("合同金额万元") == ("合同金额", "万元")
    layout = lay_out(templates()["transactions"], ["Tx", "交易 时间", "付款账号*", "收款账号", "交易金额（元）"])
    assert not layout.missing and dict(layout.fen) == {"amount": 100}


def test_an_alias_with_brackets_is_not_a_unit() -> None:
    layout = lay_out(templates()["rural_contracts"], ["村（社区）"])
    assert dict(layout.places) == {"village": 0}


def test_the_better_known_header_wins_and_repeats_are_kept_apart() -> None:
    layout = lay_out(templates()["transactions"], ["金额", "交易金额", "备用", "备用"])
    assert layout.places["amount"] == 1
    assert set(layout.extra) == {"金额", "备用", "备用_2"}


def test_a_tie_names_the_candidates(load: Load) -> None:
    reading = load("project_no,lot,bidder,amount\nP1,1,甲公司,5\n", "x.csv")
    assert reading.status == "needs_decision"
    assert "bids" in reading.message.zh and "bid_deposits" in reading.message.en
    assert load("project_no,lot,bidder,amount\nP1,1,甲公司,5\n", "bids.csv").status == "ok"
    assert load("project_no,lot,bidder,amount\nP1,1,甲公司,5\n", "2023年投标保证金.csv").sheets[0].tables.keys() == {
        "bid_deposits"
    }


@pytest.mark.parametrize("name", ["transactions.csv", "银行流水.csv", "x.csv"])
def test_missing_required_columns_are_named(load: Load, name: str) -> None:
    reading = load("交易流水号,交易时间,付款账号,收款账号,摘要\n1,2023-05-06,1,2,x\n", name)
    assert reading.status == "refused" and not reading.sheets
    assert "amount" in reading.message.zh and "交易金额" in reading.message.zh and "amount" in reading.message.en


def test_unknown_layout_asks_with_the_nearest(load: Load) -> None:
    reading = load("a,b,c\n1,2,3\n", "x.csv")
    assert reading.status == "needs_decision" and "a" in reading.message.en
    near = load("姓名,关系,x,y,z,w\n1,2,3,4,5,6\n", "x.csv")
    assert near.status == "needs_decision" and "kinship" in near.message.zh


def test_no_header_row_asks(load: Load) -> None:
    assert load(f"{ROW}\n{ROW}\n", "x.csv").status == "needs_decision"


def test_title_lines_above_the_header(load: Load) -> None:
    reading = load(f"2023年银行流水,,,,,\n\ntx,ts,from_acct,to_acct,amount,purpose\n{ROW}\n")
    assert [row["_row"] for row in table(reading)] == [4]


@pytest.mark.parametrize("data", ["", "\n\n", "  \n", "\ufeff"])
def test_empty_files_are_accepted_with_a_notice(load: Load, data: str) -> None:
    reading = load(data)
    assert reading.status == "ok" and reading.rows_read == 0 and reading.message.zh and reading.message.en


def test_header_only(load: Load) -> None:
    reading = load("tx,ts,from_acct,to_acct,amount\n")
    assert reading.status == "ok" and reading.rows_read == 0 and reading.message.zh
    assert reading.sheets[0].tables["transactions"].num_rows == 0


def test_blank_files_are_read_back(tmp_path: Path) -> None:
    files = write_blank(tmp_path)
    assert len(files) == 2 * len(templates())
    assert (tmp_path / "_zh" / "银行流水.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    for file in files:
        reading = read_path(file, file.name)
        assert reading.status == "ok", (file, reading.message)
        assert reading.sheets[0].rows_read == 0
    assert write_blank(tmp_path, "zh")[0].name == "单位信息.csv" and files[0].name == "organizations.csv"


def test_the_table_is_the_contract() -> None:
    assert {row["kind"].partition(":")[0] for row in template_table()} == {
        "uscc",
        "org",
        "text",
        "code",
        "person",
        "id_no",
        "phone",
        "money",
        "date",
        "int",
        "party",
        "percent",
        "account",
        "bool",
        "datetime",
        "number",
        "ref",
    }
    for row in template_table():
        if row["kind"].startswith("ref:"):
            file, _, column = row["kind"][4:].partition(".")
            assert templates()[file].column(column)


def test_a_copy_of_the_contract(pytestconfig: pytest.Config) -> None:
    original = pytestconfig.rootpath.parent / "shared" / "templates.csv"
    if not original.exists():
        pytest.skip("the contract's templates.csv is not beside this checkout")
    with original.open(encoding="utf-8", newline="") as handle:
        assert [dict(row) for row in template_table()] == list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("file", "column", "word", "code"),
    [
        ("organizations", "type", "医院", "hospital"),
        ("organizations", "level", "县级", "county"),
        ("organizations", "level", "三级甲等", "三级"),
        ("transactions", "direction", "贷", "C"),
        ("transactions", "direction", "借", "D"),
        ("tenders", "method", "磋商", "consultation"),
        ("tenders", "method", "自行采购", "online"),
        ("contracts", "method", "询价采购", "inquiry"),
        ("kinship", "code", "岳父", "IL1"),
        ("kinship", "code", "情人", "AS"),
        ("registrations", "class", "III类", "3"),
        ("cases", "form", "4", "4"),
        ("benefit_payments", "scheme", "低保", "dibao"),
        ("exclusive_schemes", "scheme_b", "在职", "employed"),
        ("thresholds", "rule", "公开招标数额标准", "open_tender"),
        ("leads", "source", "12345", "hotline"),
    ],
)
def test_code_words(file: str, column: str, word: str, code: str) -> None:
    vocabulary = templates()[file].column(column).vocabulary
    assert vocabulary is not None and vocabulary.find(word) == (code, True)


@pytest.mark.parametrize(
    ("file", "column"),
    [("tenders", "category"), ("transactions", "currency"), ("persons", "region"), ("secrecy_index", "country")],
)
def test_open_codes_have_no_vocabulary(file: str, column: str) -> None:
    assert templates()[file].column(column).vocabulary is None
