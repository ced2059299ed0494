"""Which files are statements, whose account they are of, and what happens when nothing says so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import xlsxwriter

from graphkit.intake.read import read_path
from graphkit.intake.statement_header import find_table, recognise
from graphkit.intake.statement_own import Line, own_of, own_of_name, pairs
from graphkit.intake.templates import templates
from tests.conftest import ROOT, account, person
from tests.intake.conftest import Load, table
from tests.repeats import repeats

OWN, OTHER = account(901), account(911)
COLUMNS = "交易日期,摘要,借方发生额,贷方发生额,余额,对方户名,对方账号"
LINE = f"2023-01-02,货款,,50.00,150.00,某公司,{OTHER}"


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", templates())
def test_no_template_is_taken_for_a_statement(name: str) -> None:
    template, draw = templates()[name], random.Random(name)
    for _ in range(repeats(10, 60)):
        headers = [draw.choice((c.name, *c.aliases)) for c in template.columns if c.required or draw.random() < 0.7]
        for names in ((name,), (template.name_zh,), ("x",)):
            assert find_table([headers], names) is None, headers


def test_the_shipped_samples_stay_with_their_templates() -> None:
    files = sorted((ROOT / "sample_graphs" / "tiny" / "files").glob("*.csv"))
    assert files and {read_path(path, path.name).loader for path in files} == {"templates_csv"}


def test_a_file_in_the_layout_of_the_template_stays_there(load: Load, tmp_path: Path) -> None:
    columns = "流水号,交易时间,本方账号,对方账号,借贷标志,交易金额,余额"
    line = f"1,2023-01-02 10:00:00,{OWN},{OTHER},借,50.00,150.00"
    assert load(f"{columns}\n{line}\n", "x.csv").loader == "templates_csv"
    assert load(f"流水清单\n{columns}\n{line}\n", "y.csv").loader == "templates_csv"
    reading = load(f"账号：{OWN},户名：张某甲\n{columns}\n{line}\n", "z.csv")
    assert (reading.loader, len(table(reading)), reading.sheets[0].gaps) == ("statement", 1, ())
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book:
        for r, row in enumerate((columns, line)):
            book.get_worksheet_by_name("流水") or book.add_worksheet("流水")
            book.get_worksheet_by_name("流水").write_row(r, 0, row.split(","))
    assert read_path(tmp_path / "t.xlsx", "t.xlsx").loader == "templates_sheet"


def test_a_statement_named_like_the_template_is_a_statement(load: Load) -> None:
    reading = load(f"账号：{OWN}\n{COLUMNS}\n{LINE}\n", "银行流水.csv")
    assert (reading.loader, reading.status, len(table(reading))) == ("statement", "ok", 1)


def test_a_key_line_is_no_header_of_accounts(load: Load) -> None:
    reading = load(f"账号,{OWN},户名,张某甲,,,\n{COLUMNS}\n{LINE}\n", "x.csv")
    assert {name: len(rows) for name, rows in reading.sheets[0].tables.items()} == {"accounts": 1, "transactions": 1}


def test_nobodys_statement_is_refused_with_what_to_do(load: Load) -> None:
    reading = load(f"{COLUMNS}\n{LINE}\n", "流水.csv")
    assert (reading.loader, reading.status, reading.sheets) == ("statement", "refused", ())
    assert "账号：" in reading.message.zh and "文件名" in reading.message.zh and "account" in reading.message.en
    lost = load(f"账号：6.22848E+18  户名：张某甲\n{COLUMNS}\n{LINE}\n", f"{OWN}.csv")
    assert lost.status == "refused" and "尾数" in lost.message.zh
    other = load("a,b\n1,2\n", "x.csv", loader="statement")
    assert other.status == "refused" and "表头" in other.message.zh


def test_the_name_of_the_file_tells_the_account(load: Load) -> None:
    reading = load(f"{COLUMNS}\n{LINE}\n", f"张某甲_{OWN}_20230101-20231231.csv")
    (own,) = table(reading, "accounts")
    assert (own["acct"], own["holder"], own["_row"]) == (OWN, "张某甲", 1)
    assert {row["from_acct"] for row in table(reading)} == {OWN}
    assert f"尾号 {OWN[-4:]}" in reading.message.zh and OWN not in reading.message.zh


def test_a_column_that_never_holds_our_account_is_the_other_sides(load: Load) -> None:
    head = "交易日期,摘要,金额,余额,户名,账号"
    theirs = load(f"账号：{OWN}\n{head}\n2023-01-02,货款,-50.00,150.00,某公司,{OTHER}\n", "x.csv")
    ours = load(f"账号：{OWN}\n{head}\n2023-01-02,货款,-50.00,150.00,某公司,{OWN}\n", "y.csv")
    assert [(r["from_acct"], r["to_acct"], r["to_name"]) for r in table(theirs)] == [(OWN, OTHER, "某公司")]
    assert [(r["from_acct"], r["from_name"], r["to_name"]) for r in table(ours)] == [(OWN, "某公司", None)]


def test_a_workbook_with_statements_and_templates(tmp_path: Path) -> None:
    path = tmp_path / "案卷.xlsx"
    sheets = {
        "张某甲": [f"账号,{OWN}", COLUMNS, LINE, "2023-01-04,货款,20.00,,100.00,某公司," + OTHER],
        OTHER: [COLUMNS, LINE.replace(OTHER, OWN)],
        "无主": [COLUMNS, LINE],
        "accounts": ["acct,holder", f"{OTHER},某公司"],
    }
    with xlsxwriter.Workbook(str(path)) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                sheet.write_row(r, 0, row.split(","))
    reading = read_path(path, path.name)
    assert (reading.loader, reading.status) == ("statement", "ok")
    assert [(s.sheet, {name: len(rows) for name, rows in s.tables.items()}) for s in reading.sheets] == [
        ("张某甲", {"transactions": 2}),
        (OTHER, {"transactions": 1}),
        ("accounts", {"accounts": 1}),
    ]
    assert "无主 未读入" in reading.message.zh and "（张某甲）" in reading.message.zh
    assert [gap.missing_fen for gap in reading.sheets[0].gaps or ()] == [-3000]


def test_words_of_header_lines() -> None:
    def stated(*cells: str) -> list[tuple[str, str]]:
        return list(pairs(cells))

    assert stated("账号：622 户名：张某甲  币种:人民币") == [("账号", "622"), ("户名", "张某甲"), ("币种", "人民币")]
    assert stated("账号：622户名：张某甲") == [("账号", "622"), ("户名", "张某甲")]
    assert stated("账号", "622", "", "户名", "张某甲") == [("账号", "622"), ("户名", "张某甲")]
    assert stated("账号：", "622", "户名：", "张某甲") == [("账号", "622"), ("户名", "张某甲")]
    assert stated("起始时间：[2023-01-01 00:00:00] 终止时间：[2023-03-31 23:59:59]") == [
        ("起始时间", "[2023-01-01 00:00:00]"),
        ("终止时间", "[2023-03-31 23:59:59]"),
    ]
    assert stated("某某银行账户明细") == []


def test_the_better_known_word_counts() -> None:
    lines = [
        Line(1, ("卡号：111122223333", "证件号码：x1"), "a"),
        Line(2, ("账号：444455556666", "户名：[张某甲]"), "b"),
    ]
    own = own_of(lines)
    assert own is not None and (own.acct, own.holder, own.holder_id, own.line) == (
        "444455556666",
        "张某甲",
        "x1",
        lines[1],
    )
    assert own_of([Line(1, ("账户：基本户", "打印人：某"), "a")]) is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"{OWN}.csv", (OWN, "")),
        (f"张某甲 {OWN} 流水明细.xls", (OWN, "张某甲")),
        (f"某某商贸（西安）有限公司-{OWN}-对账单.xlsx", (OWN, "某某商贸（西安）有限公司")),
        (f"某银行流水({OWN})王某_20230101120000.xlsx", (OWN, "王某")),
        (f"{OWN}_{OTHER}.csv", None),
        (f"{person(1)}_张某甲.csv", None),
        ("20230101120000_流水.csv", None),
        ("2023010120231231.csv", None),
        ("流水.csv", None),
    ],
)
def test_names_of_files(name: str, found: tuple[str, str] | None) -> None:
    own = own_of_name(name)
    assert (own and (own.acct, own.holder)) == found


def test_a_header_of_two_lines_and_what_is_none() -> None:
    two = [
        ["日期", "摘要", "发生额", "", "余额"],
        ["", "", "借方", "贷方", ""],
        ["2023-01-02", "x", "1.00", "", "2.00"],
    ]
    found = find_table(two, ())
    assert found is not None and found[0] == 1 and found[1].places["credit"] == (3,)
    assert recognise(["日期", "金额", "备注"]) is None
    assert recognise(["交易日期", "金额（万元）", "余额", "对方户名"]).fen == {"amount": 1_000_000}  # type: ignore[union-attr]
