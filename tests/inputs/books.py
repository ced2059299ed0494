"""Lines 31–35 and 69–74: spreadsheets, and what calls itself one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.inputs.biff import xlsb
from tests.inputs.case import (
    PAID,
    Case,
    Expect,
    Files,
    ask,
    formula,
    paid,
    refused,
    repacked,
    text_of,
    workbook,
    zipped,
)

BOOK = "transactions.xlsx"
SHEET = "transactions"


def _pay(case: int, *numbers: int, **cells: Any) -> list[list[Any]]:
    return [list(PAID), *(list(paid(case, n, **cells).values()) for n in numbers)]


def _hidden() -> Files:
    def dress(pages: Mapping[str, Any]) -> None:
        pages["银行流水"].hide()
        pages["transactions"].very_hidden()
        pages["流水"].set_row(1, None, None, {"hidden": True})
        pages["流水"].activate()

    sheets = {"流水": _pay(31, 1, 2), "银行流水": _pay(31, 3), "transactions": _pay(31, 4)}
    return {BOOK: workbook(sheets, dress)}


def _merged() -> Files:
    rows = [
        ["合同编号", "采购人", "供应商", "合同金额"],
        *([f"HT33-{n}", "虚构甲院", "虚构乙公司" if n == 1 else "", n] for n in range(1, 6)),
    ]
    return {
        "contracts.xlsx": workbook({"合同": rows}, lambda pages: pages["合同"].merge_range(1, 2, 5, 2, "虚构乙公司"))
    }


def _errors() -> Files:
    rows = _pay(34, 1)
    for n, error in enumerate(("#N/A", "#REF!", "#DIV/0!"), 2):
        rows.append([*list(paid(34, n).values())[:4], formula("=1/0", error), "x"])
    return {BOOK: workbook({SHEET: rows})}


def _formulas() -> Files:
    rows = [*_pay(35, 1), [*list(paid(35, 2).values())[:4], formula("=1+1", ""), "x"]]
    rows.append([*list(paid(35, 3).values())[:4], formula("='[1]其他'!A1", 7), "x"])
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return {BOOK: repacked(workbook({SHEET: rows}), {"xl/externalLinks/externalLink1.xml": link})}


def _not_what_it_says() -> Files:
    head, cells = "".join(f"<th>{h}" for h in PAID), "".join(f"<td>{c}" for c in paid(69, 2).values())
    page = f'<html><meta charset="utf-8"><table><tr>{head}</tr><tr>{cells}</tr></table></html>'
    return {
        "a_transactions.xls": workbook({SHEET: _pay(69, 1)}),
        "b_transactions.xls": page.encode(),
        "c_transactions.xls": text_of(_pay(69, 3), mark="\t").encode("gb18030"),
    }


def _ods() -> bytes:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in _pay(70, 2)
    )
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="{SHEET}">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind.decode()}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entry}</manifest:manifest>'
    return zipped([("mimetype", kind), ("content.xml", content.encode()), ("META-INF/manifest.xml", manifest.encode())])


def _other_formats() -> Files:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return {
        "a_locked.xlsx": ole + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1_000),
        "b_transactions.ods": _ods(),
        "c_transactions.xlsb": xlsb(SHEET, _pay(70, 3)),
        "d_transactions.et": ole + bytes(2_000),
    }


def _with_macro() -> Files:
    more = {
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro",
        "xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0object",
        "xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
    }
    return {"transactions.xlsm": repacked(workbook({SHEET: _pay(71, 1)}), more)}


def _blank(size: int) -> bytes:
    return b" " * size


def _bombs() -> Files:
    many = [(f"{n}.csv", b"") for n in range(10_001)]
    inner = zipped([("transactions.csv", text_of(_pay(72, 2)).encode())])
    return {
        "a_transactions.xlsx": zipped(
            [("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", _blank(130 << 20))]
        ),
        "b_big.zip": zipped([("transactions.csv", _blank(130 << 20))]),
        "c_nested.zip": zipped([("inner.zip", inner), ("transactions.csv", text_of(_pay(72, 1)).encode())]),
        "d_many.zip": zipped(many, zipfile.ZIP_STORED),
    }


def _lying(data: bytes, size: int) -> bytes:
    """The archive with another length of its first entry in the directory."""
    out = bytearray(data)
    at = out.rindex(b"PK\x01\x02", 0, out.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", out, at + 24, size)
    return bytes(out)


def _lies() -> Files:
    book = workbook({SHEET: _pay(73, 1)})
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        ordered = sorted(parts.namelist(), key=lambda name: "sheet1" not in name)
        book = zipped([(name, parts.read(name)) for name in ordered])
    small = zipped([("transactions.csv", text_of(_pay(73, 2)).encode())])
    return {"a_transactions.xlsx": _lying(book, 10), "b.zip": _lying(small, 10)}


def _far() -> Files:
    return {BOOK: workbook({SHEET: _pay(74, 1)}, lambda pages: pages[SHEET].write(1_048_575, 16_383, "x"))}


CASES = (
    Case(31, "hidden rows, a hidden sheet, a very hidden one", _hidden, (Expect(BOOK, rows=2, sheet="流水", says=("1 个隐藏行", "隐藏的工作表")), Expect(BOOK, rows=1, sheet="银行流水"), Expect(BOOK, rows=1, sheet="transactions", says=("银行流水", "transactions")))),
    Case(32, "several sheets of one kind, one of another", lambda: {"a.xlsx": workbook({"银行流水": _pay(32, 1), "流水2": _pay(32, 2), "说明": [["甲", "乙"], ["丙", "丁"]]})}, (Expect("a.xlsx", rows=1, sheet="银行流水", says=("工作表 说明 未读入",)), Expect("a.xlsx", rows=1, sheet="流水2"))),
    Case(33, "one supplier merged over five rows", _merged, (ask("contracts.xlsx", 5, "supplier 4 行", sheet="合同", required=4),), answer="contracts.xlsx", then=(Expect("contracts.xlsx", rows=5, sheet="合同"),), cells={"contracts.supplier": ["虚构乙公司"] * 5}, notes={"contracts.supplier": [None, *["filled"] * 4]}),
    Case(34, "cells with errors", _errors, (Expect(BOOK, rows=4, reasons={"cell-error": 3}, sheet=SHEET),)),
    Case(35, "formulas: without result, stale, external", _formulas, (Expect(BOOK, rows=3, reasons={"cell-error": 1}, sheet=SHEET, says=("可能已过时", "引用外部文件")),)),
    Case(69, "xlsx, HTML and tabbed text called .xls", _not_what_it_says, (Expect("a_transactions.xls", rows=1, sheet=SHEET), Expect("b_transactions.xls", rows=1, sheet="table"), Expect("c_transactions.xls", rows=1))),
    Case(70, "locked xlsx, ods, xlsb, a broken .et", _other_formats, (refused("a_locked.xlsx", "密码"), Expect("b_transactions.ods", rows=1, sheet=SHEET), Expect("c_transactions.xlsb", rows=1, sheet=SHEET), refused("d_transactions.et", "损坏"))),
    Case(71, "macros, embedded objects, DDE", _with_macro, (Expect("transactions.xlsm", rows=1, sheet=SHEET, says=("宏", "嵌入对象", "引用外部文件")),)),
    Case(72, "bombs: a sheet, an archive, a nested one, too many entries", _bombs, (refused("a_transactions.xlsx", "展开后过大"), refused("b_big.zip", "超出限制"), refused("c_nested.zip/inner.zip", "压缩包里的压缩包"), Expect("c_nested.zip/transactions.csv", rows=1), refused("d_many.zip", "10001"))),
    Case(73, "archives that lie about sizes", _lies, (refused("a_transactions.xlsx", "损坏"), refused("b.zip/transactions.csv", "不符"))),
    Case(74, "one cell at XFD1048576", _far, (refused(BOOK, "远在数据之外"),)),
)  # fmt: skip
