"""Lines 1–30: encodings, delimiters, quotes, rows and headers."""

from __future__ import annotations

from tests.inputs.case import PAID, Case, Expect, Files, ask, paid, payments, people, someone, text_of, workbook

PEOPLE = "persons.csv"
PAY = "transactions.csv"
RARE = ("㛃小红", "𠮷永康")


def _late_chinese() -> Files:
    rows = [paid(6, n, purpose="payment") for n in range(5000)] + [paid(6, 5000, purpose="虚构货款")]
    return {PAY: payments(rows, "gb18030")}


def _broken_byte() -> Files:
    data = payments([paid(9, n) for n in range(1000)])
    return {PAY: data.replace(b"T09-500,", b"T09-500\xff,")}


def _mixed() -> Files:
    whole = payments([paid(10, n) for n in range(20)])
    pasted = "".join(",".join(map(str, paid(10, n).values())) + "\r\n" for n in range(20, 23))
    return {PAY: whole + pasted.encode("gbk")}


def _delimiters() -> Files:
    found = {}
    for nth, (name, mark) in enumerate((("a", ";"), ("b", "\t"), ("c", "|"), ("d", ","))):
        found[f"{name}_transactions.csv"] = payments(
            [paid(17, 10 * nth + n, purpose="一,二;三") for n in range(2)], mark=mark
        )
    return found


def _delimiter_changes() -> Files:
    first, second = (payments([paid(18, 10 * half + n) for n in range(3)], mark=mark) for half, mark in enumerate(",;"))
    return {PAY: first + second.partition(b"\r\n")[2]}


def _line_ends() -> Files:
    found = {}
    for nth, (name, end) in enumerate((("a", "\r\n"), ("b", "\n"), ("c", "\r"))):
        whole = payments([paid(22, 10 * nth + n) for n in range(2)], end=end)
        mark = end.encode()
        found[f"{name}_transactions.csv"] = whole.replace(mark, mark * 3).rstrip(b"\r\n")
    return found


def _replaced(case: int, count: int, old: str, new: str) -> Files:
    return {PAY: payments([paid(case, n) for n in range(1, count + 1)]).replace(old.encode(), new.encode())}


def _stacked_book() -> bytes:
    rows = [
        ["2023年合同", "", "", "", "", ""],
        ["合同编号", "采购人", "供应商", "金额", "", "签订日期"],
        ["", "", "", "合同", "预算", ""],
        ["HT28-1", "虚构甲院", "虚构乙公司", 120.5, 200, "2023-05-06"],
        ["HT28-2", "虚构甲院", "虚构丙公司", 99, 100, "2023-05-07"],
    ]
    return workbook({"合同": rows}, lambda pages: pages["合同"].merge_range(1, 3, 1, 4, "金额"))


def _stacked_text() -> bytes:
    return text_of(
        [
            ["合同", "", "采购人", "供应商", "金额", ""],
            ["编号", "名称", "", "", "合同", "预算"],
            ["HT28-3", "试剂", "虚构甲院", "虚构乙公司", "35.6", "40"],
        ]
    ).encode()


def _two_tables() -> bytes:
    head = ["身份证号", "姓名"]
    below = [*PAID], [*paid(30, 3).values()]
    return workbook({"人员信息": [head, [someone(30, 1), "虚甲"], [], *below]})


def _side_notes() -> bytes:
    rows = [["身份证号", "姓名"], [someone(30, 2), "虚乙", "", "", "经办人确认无误"], [someone(30, 4), "虚丁"]]
    return workbook({"人员信息": rows})


def _beside() -> bytes:
    head = ["身份证号", "姓名"]
    return workbook({"人员信息": [[*head, "", *head], [someone(30, 5), "虚戊", "", someone(30, 6), "虚己"]]})


def _contract(case: int, nth: int, amount: str) -> list[str]:
    return [f"HT{case}-{nth}", "虚构甲院", "虚构乙公司", amount]


CASES = (
    Case(1, "UTF-8 with BOM", lambda: {PEOPLE: people(1, ["虚甲", "虚乙"], "utf-8-sig")}, (Expect(PEOPLE, rows=2, encoding="utf-8-sig"),), {"persons.name": ["虚甲", "虚乙"]}),
    Case(2, "UTF-8 without BOM, Chinese headers", lambda: {PEOPLE: people(2, ["虚甲"])}, (Expect(PEOPLE, rows=1, encoding="utf-8"),), {"persons.name": ["虚甲"]}),
    Case(3, "GB18030, four-byte names", lambda: {PEOPLE: people(3, RARE, "gb18030")}, (Expect(PEOPLE, rows=2, encoding="gb18030"),), {"persons.name": RARE}),
    Case(4, "a name that GBK lacks", lambda: {PEOPLE: people(4, ["王䶮"], "gb18030")}, (Expect(PEOPLE, rows=1, encoding="gb18030"),), {"persons.name": ["王䶮"]}),
    Case(5, "GB18030, two lines only", lambda: {PEOPLE: people(5, ["虚小明"], "gb18030")}, (Expect(PEOPLE, rows=1, encoding="gb18030"),), {"persons.name": ["虚小明"]}),
    Case(6, "400 KB of ASCII, then one line of Chinese", _late_chinese, (Expect(PAY, rows=5001, encoding="gb18030"),), {"transactions.purpose": ["payment"] * 5000 + ["虚构货款"]}),
    Case(7, "Big5", lambda: {PEOPLE: text_of([("身份證號", "姓名", "住址", "電話號碼"), (someone(7, 1), "虛構測試", "臺北縣虛構鄉", "")]).encode("big5hkscs")}, (ask(PEOPLE, 0, "Big5", "身份證號"),)),
    Case(
        8,
        "UTF-16, both orders, with and without BOM",
        lambda: {f"{n}_persons.csv": text_of([("身份证号", "姓名"), (someone(8, n), f"虚{n}")]).encode(code) for n, code in enumerate(("utf-16", "utf-16-le", "utf-16-be"), 1)},
        tuple(Expect(f"{n}_persons.csv", rows=1, encoding=code) for n, code in enumerate(("utf-16-le", "utf-16-le", "utf-16-be"), 1)),
        {"persons.name": ["虚1", "虚2", "虚3"]},
    ),
    Case(9, "one broken byte among 1,000 rows", _broken_byte, (Expect(PAY, rows=1000, reasons={"encoding": 1}, encoding="utf-8"),)),
    Case(10, "GBK rows pasted into UTF-8", _mixed, (Expect(PAY, rows=23, reasons={"encoding": 3}, encoding="utf-8"),)),
    Case(11, "texts encoded twice", lambda: {PAY: payments([paid(11, 1, purpose="锟斤拷锟斤拷"), paid(11, 2, purpose="ï¼è´§æ¬¾"), paid(11, 3)])}, (ask(PAY, 3, "乱码", "第 2、3 行"),), answer=PAY, then=(Expect(PAY, rows=3, says=("乱码",)),)),
    Case(12, "private-use characters", lambda: {PEOPLE: people(12, ["虚\ue000"])}, (Expect(PEOPLE, rows=1),), {"persons.name": ["虚\ue000"]}, {"persons.name": ["pua"]}),
    Case(13, "compatibility forms", lambda: {PEOPLE: people(13, ["⽅虚", "方虚", "ＡＢＣ", "㈱虚"])}, (Expect(PEOPLE, rows=4),), {"persons.name": ["⽅虚", "方虚", "ＡＢＣ", "㈱虚"]}, elsewhere=("tests/values/test_values_names.py::test_equal_names",)),
    Case(14, "invisible characters in a name", lambda: {PEOPLE: people(14, ["虚\u200b甲", " 虚\u202e乙 ", "\u00a0虚丙"])}, (Expect(PEOPLE, rows=3),), {"persons.name": ["虚\u200b甲", "虚\u202e乙", "虚丙"]}, {"persons.name": ["hidden-characters", "hidden-characters", None]}),
    Case(15, "NUL and control characters", lambda: {PAY: payments([paid(15, 1, purpose="a\0b"), paid(15, 2, purpose="a\x07b")])}, (Expect(PAY, rows=2, reasons={"nul": 1}),), {"transactions.purpose": ["a\x07b"]}, {"transactions.purpose": ["control"]}),
    Case(16, "a lone surrogate in JSON", lambda: {"a.jsonl": b'{"ocid":"ocds-16-1","id":"1","tender":{"id":"P16-1","title":"\\ud800"}}\n{"ocid":"ocds-16-2","id":"1","tender":{"id":"P16-2","title":"ok"}}\n'}, (Expect("a.jsonl", rows=2, reasons={"unicode": 1}),)),
    Case(17, "other delimiters, commas in values", _delimiters, (*(Expect(f"{name}_transactions.csv", rows=2, says=(f"分隔符为「{mark}」",)) for name, mark in (("a", ";"), ("b", "Tab"), ("c", "|"))), Expect("d_transactions.csv", rows=2)), {"transactions.purpose": ["一,二;三"] * 8}),
    Case(18, "the delimiter changes midway", _delimiter_changes, (Expect(PAY, rows=6, reasons={"columns": 3}),)),
    Case(19, "an unclosed quote in row 3 of 1,000", lambda: _replaced(19, 1000, "T19-2,", 'T19-2,"'), (Expect(PAY, rows=1000, reasons={"quote": 1}),)),
    Case(20, "a stray quote", lambda: _replaced(20, 3, "T20-2,", '"T20"-2,'), (Expect(PAY, rows=3, reasons={"quote": 1}),)),
    Case(21, "a field over 131,072 characters", lambda: {PAY: payments([paid(21, 1), paid(21, 2, purpose="长" * 131_073), paid(21, 3)])}, (Expect(PAY, rows=3, reasons={"too-long": 1}),)),
    Case(22, "every line end, blank lines, no last end", _line_ends, tuple(Expect(f"{name}_transactions.csv", rows=2) for name in "abc")),
    Case(23, "a line end inside quotes", lambda: {PAY: payments([paid(23, 1, purpose="一\n二"), paid(23, 2)])}, (Expect(PAY, rows=2),), {"transactions.purpose": ["一\n二", "货款"], "transactions._row": [2, 4]}),
    Case(24, "a short row and a long one", lambda: {PAY: payments([paid(24, 1)]) + b"T24-2,2023-05-06\r\n" + payments([paid(24, 3)]).split(b"\r\n")[1] + b",more\r\n"}, (Expect(PAY, rows=3, reasons={"columns": 2}),)),
    Case(25, "the same header twice", lambda: {PEOPLE: text_of([("身份证号", "姓名", "姓名"), (someone(25, 1), "虚甲", "虚乙")]).encode()}, (Expect(PEOPLE, rows=1, says=("重复的表头", "姓名")),), {"persons.name": ["虚甲"], "persons._extra": ['{"姓名_2": "虚乙"}']}),
    Case(
        26,
        "an empty header, units in the header and in the title",
        lambda: {
            "a_contracts.csv": text_of([("合同编号", "采购人", "供应商", "合同金额(万元)", ""), [*_contract(26, 1, "35.6"), "旁注"], [*_contract(26, 2, "12.8"), ""]]).encode(),
            "b_contracts.csv": text_of([("合同台账", "", "", "单位：万元"), ("合同编号", "采购人", "供应商", "合同金额"), _contract(26, 3, "1.5")]).encode(),
            "c_contracts.csv": text_of([("合同编号", "采购人", "供应商", "合同金额（元）"), _contract(26, 4, "7")]).encode(),
        },
        (Expect("a_contracts.csv", rows=2, says=("10000元",)), Expect("b_contracts.csv", rows=1, says=("10000元",)), Expect("c_contracts.csv", rows=1)),
        {"contracts.amount": [35_600_000, 12_800_000, 1_500_000, 700], "contracts._extra": ['{"column_5": "旁注"}', None, None, None]},
    ),
    Case(27, "no header row", lambda: {"x.csv": text_of([list(paid(27, n).values()) for n in range(1, 4)]).encode()}, (ask("x.csv", 0, "没有模板符合"),)),
    Case(
        28,
        "headers of several lines",
        lambda: {"a_contracts.xlsx": _stacked_book(), "b_contracts.csv": _stacked_text()},
        (ask("a_contracts.xlsx", 2, "金额/合同→amount", "金额/预算→extra", sheet="合同"), ask("b_contracts.csv", 1, "合同/编号→contract_no")),
        answer="a_contracts.xlsx",
        then=(Expect("a_contracts.xlsx", rows=2, sheet="合同"), ask("b_contracts.csv", 1)),
    ),
    Case(29, "totals and signatures at the end", lambda: {PAY: payments([paid(29, 1), paid(29, 2)]) + "合计,,,,100.00,\r\n小计,,,,\r\n制表人：虚甲,,,,,\r\n".encode()}, (Expect(PAY, rows=5, reasons={"total-line": 3}),)),
    Case(
        30,
        "two tables on one sheet, notes beside it",
        lambda: {"a.xlsx": _two_tables(), "b.xlsx": _side_notes(), "c.xlsx": _beside()},
        (ask("a.xlsx", 3, "另一个表的表头", "第 4 行", sheet="人员信息"), ask("b.xlsx", 2, "表外文字", sheet="人员信息"), ask("c.xlsx", 1, "表右侧还有另一个表", sheet="人员信息")),
        answer="b.xlsx",
        then=(ask("a.xlsx", 3, sheet="人员信息"), Expect("b.xlsx", rows=2, sheet="人员信息"), ask("c.xlsx", 1, sheet="人员信息")),
    ),
)  # fmt: skip
