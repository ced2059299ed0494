"""Lines 64–68 and 75–90: whole files, archives, XML, JSON, odd facts, and what happens around a load."""

from __future__ import annotations

import json
import stat
import zipfile
from typing import Any

from tests.inputs.case import (
    PAID,
    Case,
    Expect,
    Files,
    ask,
    paid,
    payments,
    refused,
    repacked,
    someone,
    text_of,
    workbook,
    zipped,
)

PAY = "transactions.csv"


def _ocds(case: int, nth: int, **more: Any) -> dict[str, Any]:
    return {"ocid": f"ocds-{case}-{nth}", "id": "1", "tender": {"id": f"P{case}-{nth}", "title": "虚构项目"}} | more


def _lines(*documents: dict[str, Any] | str) -> bytes:
    return "".join((d if isinstance(d, str) else json.dumps(d, ensure_ascii=False)) + "\n" for d in documents).encode()


def _same_thing() -> Files:
    rows = [paid(65, n) for n in range(1, 4)]
    data = payments(rows)
    return {
        "a_transactions.csv": data,
        "b_流水.csv": data,
        "c.zip": zipped([("transactions.csv", data)]),
        "d_transactions.csv": payments(rows, "gb18030"),
        "e_transactions.csv": payments(rows[::-1]),
    }


def _cut() -> Files:
    book = workbook({"transactions": [list(PAID), *(list(paid(68, n).values()) for n in range(200))]})
    whole = payments([paid(68, n) for n in range(300, 303)])
    return {"a_transactions.xlsx": book[:3_000], "b_transactions.csv": whole[: whole.rindex("款".encode()) + 1]}


def _link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


def _slip() -> Files:
    one = [payments([paid(75, n)]) for n in range(1, 9)]
    entries: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        ("../../a_transactions.csv", one[0]),
        ("/b_transactions.csv", one[1]),
        ("x\\c_transactions.csv", one[2]),
        (_link("d_transactions.csv"), b"/etc/hostname"),
        ("e_transactions.csv", one[3]),
        ("E_transactions.csv", one[4]),
        ("虚构_transactions.csv", one[5]),
        ("GBKNAME1_transactions.csv", one[6]),
        ("C:evil_transactions.csv", one[7]),
    ]
    data = zipped(entries)
    return {"a.zip": data.replace(b"GBKNAME1", "流水一号".encode("gb18030"))}


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><graphml>&j;</graphml>"
)
ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd">%b;]>'
INCLUDE = '<graphml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname" parse="text"/></graphml>'


def _bombs() -> Files:
    book = workbook({"transactions": [list(PAID), list(paid(76, 1).values())]})
    inside = BOMB.partition("]>")[0].replace('<?xml version="1.0"?>', "") + "]>"
    edit = {"xl/sharedStrings.xml": (b"<sst ", inside.encode() + b"<sst ")}
    spread = {"xl/sharedStrings.xml": (b"<t>tx</t>", b"<t>&j;</t>")}
    return {"a.graphml": BOMB.encode(), "b_transactions.xlsx": repacked(repacked(book, {}, edit), {}, spread)}


def _entities() -> Files:
    page = f"{ENTITY}<html><table><tr>{''.join(f'<th>{h}' for h in PAID)}<tr>{''.join(f'<td>{c}' for c in paid(77, 1, purpose='&a;').values())}</table></html>"
    return {
        "a.graphml": (ENTITY + "<graphml>&a;</graphml>").encode(),
        "b.xml": INCLUDE.encode(),
        "c_transactions.xls": page.encode(),
    }


def _graphml() -> Files:
    nodes = '<graph><node id="a"/><node id="a"/><edge source="a" target="missing"/></graph>'
    return {"a.graphml": b"<graphml>" + b"<graph>" * 200_000, "b.graphml": f"<graphml>{nodes}</graphml>".encode()}


def _deep() -> Files:
    return {"a.json": b'{"ocid":"ocds-79","releases":' + b"[" * 200_000 + b"]" * 200_000 + b"}"}


def _bad_json() -> Files:
    twice = '{"ocid":"ocds-80-1","id":"1","id":"2","tender":{"id":"P80-1"}}'
    nan = '{"ocid":"ocds-80-2","id":"1","tender":{"id":"P80-2","value":{"amount":NaN,"currency":"CNY"}}}'
    huge = '{"ocid":"ocds-80-3","id":"1","tender":{"id":"P80-3","value":{"amount":' + "9" * 5_000 + "}}}"
    return {"a.jsonl": _lines(twice, nan, huge, _ocds(80, 4))}


def _one_broken() -> Files:
    return {"a.jsonl": _lines(*(_ocds(81, n) for n in range(500)), '{"ocid":"ocds-81-x",', _ocds(81, 501))}


def _odd_payments() -> Files:
    head = ("发票号码", "合同编号", "销售方", "购买方", "开票日期", "价税合计")
    bills = [("FP82", f"HT82-{n}", "虚构乙公司", "虚构甲院", "2023-05-06", "100") for n in (1, 2)]
    return {
        "transactions.csv": payments([paid(82, 1, to_acct=paid(82, 1)["from_acct"]), paid(82, 2, amount="-5.00")]),
        "invoices.csv": text_of([head, *bills]).encode(),
    }


def _family() -> Files:
    a, b, c = (someone(83, n) for n in (1, 2, 3))
    head = ("本人身份证号", "亲属身份证号", "关系", "结婚日期")
    rows = [(a, b, "父母", ""), (b, a, "父母", ""), (a, b, "配偶", "2010-01-01"), (a, c, "配偶", "2011-01-01")]
    return {"kinship.csv": text_of([head, *rows]).encode()}


def _odd_tender() -> Files:
    return {
        "tenders.csv": text_of(
            [("项目编号", "采购人", "采购方式", "公告日期"), ("P84", "虚构甲院", "公开招标", "2023-06-01")]
        ).encode(),
        "bids.csv": text_of(
            [("项目编号", "投标人", "投标报价"), ("P84", "虚构甲院", "1"), ("P84", "虚构乙公司", "100")]
        ).encode(),
        "awards.csv": text_of(
            [("项目编号", "中标人", "中标金额", "中标日期"), ("P84", "虚构甲院", "1", "2023-05-01")]
        ).encode(),
    }


def _other_columns() -> Files:
    good = payments([paid(88, 1)])
    return {
        "a_transactions.csv": good.replace(b"purpose", "新的列".encode()),
        "b_transactions.csv": payments([{k: v for k, v in paid(88, 2).items() if k != "amount"}]),
        "c.csv": text_of([("甲", "乙", "丙"), ("1", "2", "3")]).encode(),
    }


LONG = "长" * 79 + "a_transactions.csv"
"""255 bytes."""
ODD_PATHS = ("文件夹 一/a b_transactions.csv", "CON/transactions.csv", "-f/-x_transactions.csv", f"{LONG}")


def _odd_paths() -> Files:
    return {path: payments([paid(89, n)]) for n, path in enumerate(ODD_PATHS, 1)}


def _drop_folder() -> Files:
    found = {f"{n:03d}/transactions.csv": payments([paid(90, n)]) for n in range(40)}
    half = payments([paid(90, 90), paid(90, 91)])
    return {**found, "900_transactions.csv.part": half[:-7], "901.xlsx.crdownload": b"PK\x03\x04half"}


CRASH = "tests/records/test_records_crash.py::"
LIMITS = "tests/records/test_records_limits.py::"
LOAD = "tests/records/test_records_load.py::"
INPUT = "tests/test_bad_input.py::"
CASES = (
    Case(64, "a large file, in small", lambda: {PAY: payments([paid(64, n) for n in range(4_000)])}, (Expect(PAY, rows=4_000),), elsewhere=("tests/intake/test_csv_engine.py::test_hostile_file_loses_and_invents_nothing",)),
    Case(65, "the same file again, renamed, zipped, re-encoded, re-sorted", _same_thing, (Expect("a_transactions.csv", rows=3), Expect("b_流水.csv", "unchanged", rows=3, duplicate=3, says=("a_transactions.csv",)), Expect("c.zip/transactions.csv", "unchanged", rows=3, duplicate=3, says=("a_transactions.csv",)), Expect("d_transactions.csv", rows=3, duplicate=3), Expect("e_transactions.csv", rows=3, duplicate=3))),
    Case(66, "a file that changes while it is read", lambda: {PAY: payments([paid(66, 1)])}, (Expect(PAY, rows=1),), elsewhere=(LOAD + "test_a_file_that_changes_while_it_is_read_is_refused", LOAD + "test_a_file_that_changes_after_it_was_read_is_refused")),
    Case(67, "empty, header only, only blanks", lambda: {"a_transactions.csv": b"", "b_transactions.csv": text_of([PAID]).encode(), "c_transactions.csv": b"\r\n  \r\n\r\n"}, (Expect("a_transactions.csv", says=("没有数据",)), Expect("b_transactions.csv", says=("只有表头",)), Expect("c_transactions.csv", says=("没有数据",)))),
    Case(68, "a workbook and a text cut off", _cut, (refused("a_transactions.xlsx", "损坏"), Expect("b_transactions.csv", rows=3, reasons={"encoding": 1}))),
    Case(75, "a zip that wants out", _slip, (refused("a.zip/../../a_transactions.csv", "文件夹之外"), refused("a.zip//b_transactions.csv", "文件夹之外"), refused("a.zip/C:evil_transactions.csv", "文件夹之外"), refused("a.zip/d_transactions.csv", "符号链接"), Expect("a.zip/E_transactions.csv", rows=1), refused("a.zip/e_transactions.csv", "同名"), refused("a.zip/x\\c_transactions.csv", "文件夹之外"), Expect("a.zip/流水一号_transactions.csv", rows=1), Expect("a.zip/虚构_transactions.csv", rows=1))),
    Case(76, "billion laughs", _bombs, (refused("a.graphml", "不认识的文件格式"), refused("b_transactions.xlsx"))),
    Case(77, "external entities, a DTD, XInclude", _entities, (refused("a.graphml", "不认识的文件格式"), refused("b.xml", "不认识的文件格式"), Expect("c_transactions.xls", rows=1, sheet="table")), {"transactions.purpose": ["&a;"]}),
    Case(78, "GraphML: deep, double ids, edges to nothing", _graphml, (refused("a.graphml", "不认识的文件格式"), refused("b.graphml", "不认识的文件格式"))),
    Case(79, "JSON 200,000 deep", _deep, (refused("a.json", "嵌套过深"),)),
    Case(80, "JSON: double keys, NaN, huge numbers", _bad_json, (Expect("a.jsonl", rows=4, reasons={"json": 1, "json-keys": 1, "number": 1}),)),
    Case(81, "one broken line among many", _one_broken, (Expect("a.jsonl", rows=502, reasons={"json": 1}),)),
    Case(82, "a payment to oneself, a negative one, one invoice for two contracts", _odd_payments, (Expect("invoices.csv", rows=2, says=("FP82", "多个合同")), Expect("transactions.csv", rows=2)), {}, {"transactions.to_acct": ["same", None], "transactions.amount": [None, "negative"]}),
    Case(83, "kinship that contradicts itself", _family, (Expect("kinship.csv", rows=4),)),
    Case(84, "an award before its tender, a bid of 1 yuan, a bidder who buys", _odd_tender, (Expect("awards.csv", rows=1), Expect("bids.csv", rows=2), Expect("tenders.csv", rows=1))),
    Case(85, "a crash, then again", lambda: {PAY: payments([paid(85, 1)])}, (Expect(PAY, rows=1),), elsewhere=(CRASH + "test_kill_at_a_random_moment_then_load_again", CRASH + "test_die_at_every_kind_of_step_then_load_again")),
    Case(86, "two people at one moment", lambda: {PAY: payments([paid(86, 1)])}, (Expect(PAY, rows=1),), elsewhere=(LIMITS + "test_many_starts_at_once_one_runs", INPUT + "test_a_busy_workspace")),
    Case(87, "disk full, folder read-only, store down", lambda: {PAY: payments([paid(87, 1)])}, (Expect(PAY, rows=1),), elsewhere=(LIMITS + "test_a_full_disk_leaves_nothing_and_the_next_load_works", LIMITS + "test_a_workspace_that_cannot_be_written_is_a_clear_error", INPUT + "test_a_full_disk_leaves_nothing_half_done", INPUT + "test_neo4j_down")),
    Case(88, "columns that are new, gone, unknown", _other_columns, (Expect("a_transactions.csv", rows=1, says=("新的列",)), refused("b_transactions.csv", "amount"), ask("c.csv", 0, "没有模板符合")), {"transactions._extra": ['{"新的列": "货款"}']}),
    Case(89, "odd paths", _odd_paths, tuple(Expect(path, rows=1) for path in sorted(ODD_PATHS))),
    Case(90, "a drop folder with half-copied files", _drop_folder, (*(Expect(f"{n:03d}/transactions.csv", rows=1) for n in range(40)), refused("900_transactions.csv.part", "没有传完"), refused("901.xlsx.crdownload", "没有传完")), elsewhere=("tests/intake/test_complete.py::test_a_file_that_somebody_writes_waits",)),
)  # fmt: skip
