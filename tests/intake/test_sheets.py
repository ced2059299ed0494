"""Spreadsheets: typed cells, hostile files, and sheets that do not fit (RELIABILITY 3, rows 29–36, 41, 53, 68–74)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from graphkit.intake.html_table import html_rows
from graphkit.intake.read import read_path, reread_row, row_bytes
from graphkit.intake.reading import FileReading
from graphkit.intake.sheet_child import column_number, text_of
from tests.intake.conftest import HEADER, reasons, table

Write = Callable[..., FileReading]
HEADERS = HEADER.split(",")
GOOD = ["1", "2023-05-06 10:00:00", "622801", "622802", 12.5, "货款"]


@pytest.fixture
def book(tmp_path: Path) -> Write:
    """`book({sheet: rows}, name)`: an xlsx with these cells (a callable cell writes itself), read."""

    def _book(
        sheets: dict[str, list[list[object]]], name: str = "x.xlsx", hidden: str = "", **options: object
    ) -> FileReading:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path), options) as workbook:
            for title, rows in sheets.items():
                sheet = workbook.add_worksheet(title)
                if title == hidden:
                    sheet.hide()
                for r, row in enumerate(rows):
                    for c, cell in enumerate(row):
                        if callable(cell):
                            cell(workbook, sheet, r, c)
                        elif isinstance(cell, str):
                            sheet.write_string(r, c, cell)
                        else:
                            sheet.write(r, c, cell)
        return read_path(path, name)

    return _book


def dated(moment: datetime, form: str = "yyyy-mm-dd") -> Callable[..., None]:
    """A cell with a real Excel date."""
    return lambda workbook, sheet, r, c: sheet.write_datetime(r, c, moment, workbook.add_format({"num_format": form}))


def formula(text: str, value: object) -> Callable[..., None]:
    """A formula with a cached value."""
    return lambda workbook, sheet, r, c: sheet.write_formula(r, c, text, None, value)


def test_cells_are_typed_and_kept(book: Write) -> None:
    reading = book({"银行流水": [HEADERS, ["0012", dated(datetime(2023, 5, 6)), "0099", "现金", 35.6, 7]]})
    row = table(reading)[0]
    assert (row["tx"], row["ts"], row["from_acct"], row["to_acct"], row["amount"], row["purpose"]) == (
        "0012", datetime(2023, 5, 6), "0099", "CASH", 3_560, "7",
    )  # fmt: skip
    assert reading.sheets[0].sheet == "银行流水" and row["_row"] == 2
    expected = json.dumps(
        ["0012", "2023-05-06", "0099", "现金", "35.6", "7"], ensure_ascii=False, separators=(",", ":")
    )
    assert row["_row_sha256"] == sha256(expected.encode()).hexdigest()
    assert row_bytes(reading.path, "银行流水", 2, "templates_sheet") == expected.encode()
    assert reread_row(reading.path, "银行流水", 2, "templates_sheet")["from_acct"] == "0099"


@pytest.mark.parametrize("options", [{}, {"date_1904": True}])
def test_dates_of_both_epochs(book: Write, options: dict[str, bool]) -> None:
    cells = [
        dated(datetime(2023, 5, 6)),
        dated(datetime(2023, 5, 6), "yyyy年m月d日"),
        dated(datetime(1900, 3, 1)) if not options else "2023-05-06",
    ]
    rows = [["日期", "节日"], *[[cell, "x"] for cell in cells]]
    reading = book({"holidays": rows}, "x.xlsx", **options)
    found = [row["date"] for row in table(reading, "holidays")]
    assert found[:2] == [date(2023, 5, 6)] * 2
    assert found[2] in {date(1900, 3, 1), date(2023, 5, 6)}


def test_error_cells_and_formulas_without_a_result(book: Write) -> None:
    rows = [HEADERS]
    for value in ("#DIV/0!", "#N/A", "#REF!"):
        rows.append([*GOOD[:4], formula("=1/0", value), "x"])
    rows += [[*GOOD[:4], formula("=1+1", ""), "x"], [*GOOD[:4], formula("=5*2", 10), "x"]]
    reading = book({"transactions": rows})
    assert reasons(reading) == [(2, "cell-error"), (3, "cell-error"), (4, "cell-error"), (5, "cell-error")]
    assert "#DIV/0!" in reading.rejects[0].message_zh
    assert table(reading)[0]["amount"] == 1_000


def test_numbers_that_lost_their_digits(book: Write) -> None:
    rows = [["身份证号", "姓名"], [611002198001010010, "甲"], ["611002198001010010", "乙"]]
    reading = book({"persons": rows})
    assert reasons(reading) == [(2, "precision-lost")]
    assert table(reading, "persons")[0]["id_no"] == "611002198001010010"


def test_totals_blank_rows_and_titles(book: Write) -> None:
    rows = [["2023年流水"], [], HEADERS, GOOD, [], GOOD, ["合计", "", "", "", 25]]
    reading = book({"流水": rows})
    assert [row["_row"] for row in table(reading)] == [4, 6]
    assert reasons(reading) == [(7, "total-line")]
    assert reading.rows_read == 3


def test_sheets_that_fit_are_loaded_and_the_rest_is_listed(book: Write) -> None:
    reading = book(
        {"银行流水": [HEADERS, GOOD], "说明": [["甲", "乙"]], "空": [], "transactions": [HEADERS, GOOD]},
        hidden="transactions",
    )
    assert [sheet.sheet for sheet in reading.sheets] == ["银行流水", "transactions"]
    assert "说明" in reading.message.zh and "隐藏" in reading.message.zh and "transactions" in reading.message.en
    assert reading.status == "ok"


def test_file_name_names_the_template_of_a_lone_sheet(book: Write) -> None:
    rows = [["project_no", "lot", "bidder", "amount"], ["P1", "1", "甲公司", 5]]
    assert book({"Sheet1": rows}, "bid_deposits.xlsx").sheets[0].tables.keys() == {"bid_deposits"}
    assert book({"Sheet1": rows}, "x.xlsx").status == "needs_decision"
    missing = book({"Sheet1": [["tx", "ts", "from_acct", "to_acct"]]}, "transactions.xlsx")
    assert missing.status == "refused" and "amount" in missing.message.zh


def test_a_far_cell_does_not_kill_us(book: Write) -> None:
    far = [[]]
    reading = book({"transactions": [HEADERS, GOOD], "far": far})
    assert reading.status == "ok"
    path = reading.path.with_name("far.xlsx")
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("transactions")
        sheet.write_row(0, 0, HEADERS)
        sheet.write(1_048_575, 16_383, "x")
    reading = read_path(path, "far.xlsx")
    assert reading.status == "refused" and reading.message.zh and reading.message.en
    assert not reading.sheets


def test_far_cell_without_a_dimension_element(tmp_path: Path) -> None:
    path, out = tmp_path / "far.xlsx", tmp_path / "bare.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("transactions").write(1_048_575, 16_383, "x")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            data = source.read(entry)
            if entry.endswith("sheet1.xml"):
                data = data.replace(b'<dimension ref="XFD1048576"/>', b"")
            target.writestr(entry, data)
    assert read_path(out, "bare.xlsx").status == "refused"


@pytest.mark.parametrize("size", [100, 3_000])
def test_truncated_file_is_refused(book: Write, size: int) -> None:
    path = book({"transactions": [HEADERS, *[GOOD] * 200]}).path
    path.write_bytes(path.read_bytes()[:size])
    reading = read_path(path, path.name)
    assert reading.status == "refused" and "损坏" in reading.message.zh and "damaged" in reading.message.en


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_workbook_is_refused_or_read_and_never_raises(book: Write, seed: int) -> None:
    path, random = book({"transactions": [HEADERS, *[GOOD] * 20]}).path, Random(seed)
    whole = path.read_bytes()
    for _ in range(3):
        data = bytearray(whole)
        for _ in range(random.randint(1, 8)):
            data[random.randrange(len(data))] = random.randrange(256)
        path.write_bytes(data)
        reading = read_path(path, path.name)
        assert reading.status == "ok" or (reading.message.zh and reading.message.en and not reading.sheets)


def test_zip_bomb_is_refused_before_parsing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w") as handle:
            for _ in range(130):
                handle.write(b" " * (1 << 20))
    reading = read_path(path, path.name)
    assert reading.status == "refused" and "展开" in reading.message.zh


def test_xlsx_called_xls_is_read_by_content(book: Write) -> None:
    path = book({"transactions": [HEADERS, GOOD]}).path
    other = path.rename(path.with_suffix(".xls"))
    assert len(table(read_path(other, other.name))) == 1


def test_text_and_html_called_xls(tmp_path: Path) -> None:
    text = tmp_path / "银行流水.xls"
    text.write_text("\t".join(HEADERS) + "\n" + "\t".join(map(str, GOOD)) + "\n", "gb18030")
    assert table(read_path(text, text.name))[0]["purpose"] == "货款"
    page = tmp_path / "page.xls"
    head, row = "".join(f"<th>{h}" for h in HEADERS), "".join(f"<td>{c}</td>" for c in GOOD)
    page.write_text(f"<html><script>x<y</script><table><tr>{head}</tr><tr>{row}</tr></table></html>", "utf-8")
    reading = read_path(page, page.name)
    assert table(reading)[0]["amount"] == 1_250 and table(reading)[0]["_row"] == 2
    assert html_rows(b"<table><tr><td>a<td>&lt;b&gt;</tr><tr><td>c</table>") == [["a", "<b>"], ["c", ""]]


def test_password_protected_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1_000)
    )
    reading = read_path(path, path.name)
    assert reading.status == "refused" and "密码" in reading.message.zh


def test_empty_workbook(book: Write) -> None:
    reading = book({"transactions": []})
    assert reading.status == "ok" and reading.rows_read == 0 and reading.message.zh


def test_hostile_texts_stay_texts(book: Write) -> None:
    names = ["=HYPERLINK(1)", "+1", "-1", "@SUM", "<img src=x onerror=1>"]
    reading = book({"persons": [["id_no", "name"], *[["611002198001010010", name] for name in names]]})
    assert [row["name"] for row in table(reading, "persons")] == names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (6.11002198001e17, "6.11002E+17"),
        (datetime(2023, 5, 6, 1, 2, 3), "2023-05-06 01:02:03"),
        (None, ""),
        (12345678901, "12345678901"),
    ],
)
def test_cell_texts(value: object, text: str) -> None:
    assert text_of(value) == text


def test_column_numbers() -> None:
    assert [column_number(c) for c in (b"A", b"Z", b"AA", b"XFD")] == [0, 25, 26, 16_383]
