"""Lines 36–63: identifiers, amounts, dates and names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from tests.conftest import company, person
from tests.inputs.case import Case, Expect, Files, ask, day, paid, payments, people, someone, text_of, workbook

PEOPLE, PAY, STAFF, ORGS = "persons.csv", "transactions.csv", "staff.csv", "organizations.csv"
AWARDS, CONTRACTS, LINES = "awards.csv", "contracts.csv", "contract_lines.csv"
AWARD_HEAD = ("项目编号", "中标人", "中标金额", "中标日期")


def _awards(case: int, amounts: Sequence[str] = (), days: Sequence[str] = ()) -> bytes:
    amounts = amounts or ["1"] * len(days)
    days = days or ["2023-05-06"] * len(amounts)
    rows = [
        (f"P{case}-{n}", "虚构乙公司", amount, when)
        for n, (amount, when) in enumerate(zip(amounts, days, strict=True), 1)
    ]
    return text_of([AWARD_HEAD, *rows]).encode()


def _amounts(case: int, amounts: Sequence[str]) -> Files:
    return {PAY: payments([paid(case, n, amount=amount) for n, amount in enumerate(amounts, 1)])}


def _old_form(number: str) -> str:
    """The 15 digits that an 18-digit number had before 1999."""
    return number[:6] + number[8:17]


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


def _with_x() -> str:
    return next(number for number in (person(n) for n in range(300)) if number.endswith("X"))


def _wrong(number: str) -> str:
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def _ids() -> Files:
    forms = [
        _with_x().lower(),
        f"{someone(38, 2)[:6]} {someone(38, 2)[6:]}",
        _wide(someone(38, 3)),
        _old_form(someone(38, 4)),
    ]
    return {PEOPLE: text_of([("身份证号", "姓名"), *((form, f"虚{n}") for n, form in enumerate(forms))]).encode()}


def _units() -> Files:
    codes = [_wrong(company(4001)), "91990101MI00SVZ00X", "991001000400123", company(4002)]
    return {
        ORGS: text_of(
            [
                ("统一社会信用代码", "单位名称", "单位类型"),
                *((code, f"虚构四十{n}公司", "企业") for n, code in enumerate(codes)),
            ]
        ).encode()
    }


def _tenthousands(case: int, amounts: Sequence[str]) -> Files:
    rows = [(f"HT{case}-{n}", "虚构甲院", "虚构乙公司", amount) for n, amount in enumerate(amounts, 1)]
    return {CONTRACTS: text_of([("合同编号", "采购人", "供应商", "合同金额（万元）"), *rows]).encode()}


def _prices() -> Files:
    lines = [("合同编号", "产品编码", "数量", "单价"), ("HT48-1", "YP1", "2", "12元/台")]
    whole = [
        ("合同编号", "采购人", "供应商", "合同金额"),
        ("HT48-1", "虚构甲院", "虚构乙公司", "12元/台"),
        ("HT48-2", "虚构甲院", "虚构乙公司", "24"),
    ]
    return {LINES: text_of(lines).encode(), CONTRACTS: text_of(whole).encode()}


def _impossible_days() -> Files:
    head = ("身份证号", "姓名", "单位", "任职时间", "离任时间")
    born = person(57 * 8 + 1)
    rows = [
        (born, "虚甲", "虚构甲院", "1970-01-01", ""),
        (person(57 * 8 + 2), "虚乙", "虚构甲院", "2020-01-01", "9999-12-31"),
        (person(57 * 8 + 3), "虚丙", "虚构甲院", "2020-01-01", "2019-01-01"),
    ]
    return {
        AWARDS: _awards(57, days=["2023-02-30", "0000-00-00", "2199-05-06", "2023-05-06"]),
        STAFF: text_of([head, *rows]).encode(),
    }


def _serials() -> Files:
    rows = [["holidays"], ["日期", "节日"], [day(datetime(2023, 5, 6)), "虚节"]]
    later = [["日期", "节日"], [day(datetime(2023, 5, 7)), "虚节"]]
    return {
        "a_holidays.xlsx": workbook({"holidays": rows[1:]}, options={"date_1904": True}),
        "b_holidays.xlsx": workbook({"holidays": later}),
        "c_holidays.csv": text_of([("日期", "节日"), ("45054", "虚节"), ("60", "虚节"), ("59", "虚节")]).encode(),
    }


ODD_NAMES = ("NA", "Null", "None", "nan", "TRUE")
FORMULAS = ('=HYPERLINK("http://x")', "+1", "-1", "@SUM", "＝1")
MARKUP = ("<img src=x onerror=alert(1)>", "</script>", "![x](http://x/y.png)", "javascript:alert(1)")
CYPHER = ("'; MATCH (n) DETACH DELETE n //", "`虚`", "\\u0027")
NAMES = ("阿依古丽·买买提", "虚" * 40, "虚", "Wang Xu")

CASES = (
    Case(36, "an ID number stored as a number", lambda: {"persons.xlsx": workbook({"persons": [["身份证号", "姓名"], [int(someone(36, 1)[:17]) * 10, "虚甲"], [someone(36, 2), "虚乙"]]})}, (Expect("persons.xlsx", rows=2, reasons={"precision-lost": 1}, sheet="persons"),)),
    Case(37, "6.11002E+17 as text", lambda: {PEOPLE: text_of([("身份证号", "姓名"), ("6.11002E+17", "虚甲"), (someone(37, 1), "虚乙")]).encode()}, (Expect(PEOPLE, rows=2, reasons={"precision-lost": 1}),)),
    Case(38, "ID numbers with x, blanks, full-width digits, 15 digits", _ids, (Expect(PEOPLE, rows=4),), {"persons.id_no": [_with_x(), someone(38, 2), someone(38, 3), someone(38, 4)]}, {"persons.id_no": [None, None, None, "derived:15"]}),
    Case(39, "an ID number with a wrong check digit", lambda: {PEOPLE: text_of([("身份证号", "姓名"), (_wrong(someone(39, 1)), "虚甲")]).encode()}, (Expect(PEOPLE, rows=1),), {"persons.id_no": [_wrong(someone(39, 1))]}, {"persons.id_no": ["check-digit"]}, elsewhere=("tests/test_bad_input.py::test_wrong_check_digit_is_kept_as_claimed_and_is_nobody_s_key",)),
    Case(40, "credit codes: wrong check, letters that do not exist, 15 digits", _units, (Expect(ORGS, rows=4),), {"organizations.name": [f"虚构四十{n}公司" for n in range(4)]}, {"organizations.uscc": ["check-digit", "check-digit", "format", None]}),
    Case(41, "leading zeros", lambda: {PAY: payments([paid(41, 1, tx="0041", from_acct="0012", to_acct="0099")])}, (Expect(PAY, rows=1),), {"transactions.tx": ["0041"], "transactions.from_acct": ["0012"]}),
    Case(42, "thousands", lambda: _amounts(42, ["1,234.50", "1 280 000", "1，234.5"]), (Expect(PAY, rows=3),), {"transactions.amount": [123_450, 128_000_000, 123_450]}),
    Case(43, "units in the cell", lambda: _amounts(43, ["35.6万元", "3.5亿", "128.00万", "￥12,000.00"]), (Expect(PAY, rows=4),), {"transactions.amount": [35_600_000, 35_000_000_000, 128_000_000, 1_200_000]}),
    Case(44, "yuan in a column of 万元", lambda: _tenthousands(44, ["35.6", "41.2", "356000", "28"]), (ask(CONTRACTS, 4, "第 4 行", "10000 元", "未自动更正"),), answer=CONTRACTS, then=(Expect(CONTRACTS, rows=4),)),
    Case(45, "Chinese capitals", lambda: _amounts(45, ["人民币壹佰贰拾万元整"]), (Expect(PAY, rows=1),), {"transactions.amount": [120_000_000]}, {"transactions.amount": ["derived"]}),
    Case(46, "negative amounts", lambda: _amounts(46, ["(123)", "-123", "123-", "－123"]), (Expect(PAY, rows=4),), {"transactions.amount": [-12_300] * 4}, {"transactions.amount": ["negative"] * 4}),
    Case(47, "nothing instead of an amount", lambda: {AWARDS: _awards(47, ["面议", "--", "/", "无", "", "0"])}, (Expect(AWARDS, rows=6),), {"awards.amount": [None, None, None, None, None, 0]}, {"awards.amount": ["missing"] * 4 + [None, None]}),
    Case(48, "a price per unit", _prices, (Expect(LINES, rows=1), Expect(CONTRACTS, rows=2, reasons={"unit-price": 1})), {"contract_lines.unit_price": [1_200]}),
    Case(49, "NaN, infinity, too many digits", lambda: _amounts(49, ["NaN", "inf", "1e999", "9" * 4_301, "1"]), (Expect(PAY, rows=5, reasons={"number": 4}),)),
    Case(50, "digits that are none", lambda: _amounts(50, ["²", "①", "1"]), (Expect(PAY, rows=3, reasons={"number": 2}),)),
    Case(51, "0.1 + 0.2", lambda: _amounts(51, ["0.1", "0.2", "0.3"]), (Expect(PAY, rows=3),), {"transactions.amount": [10, 20, 30]}),
    Case(52, "plain dates", lambda: {AWARDS: _awards(52, days=["2023年5月6日", "2023.5.6", "20230506", "2023/5/6"])}, (Expect(AWARDS, rows=4),), {"awards.date": [date(2023, 5, 6)] * 4}, {"awards.date": [None] * 4}),
    Case(53, "Excel's serial numbers, 1900 and 1904", _serials, (Expect("a_holidays.xlsx", rows=1, sheet="holidays"), Expect("b_holidays.xlsx", rows=1, sheet="holidays"), Expect("c_holidays.csv", rows=3, reasons={"date": 2})), {"holidays.date": [date(2023, 5, 6), date(2023, 5, 7), date(2023, 5, 8)]}, elsewhere=("tests/values/test_values_dates.py::test_serials_around_the_false_leap_day",)),
    Case(54, "dates in no clear order", lambda: {AWARDS: _awards(54, days=["5/6/2023", "06-05-2023"]), "b_awards.csv": _awards(540, days=["23.5.6", "23.5.16"]), "c_awards.csv": _awards(541, days=["13/6/2023"])}, (ask(AWARDS, 2, "date 有 2 个日期先后不明", "2023-05-06（mdy）", "2023-06-05（dmy）", date_order=2), ask("b_awards.csv", 2, "2023-05-06（ymd）", date_order=2), ask("c_awards.csv", 1, "2023-06-13（dmy）", date_order=1)), answer="awards.csv=mdy", then=(Expect(AWARDS, rows=2), ask("b_awards.csv", 2, date_order=2), ask("c_awards.csv", 1, date_order=1))),
    Case(55, "months, quarters, years", lambda: {AWARDS: _awards(55, days=["2023年5月", "2023", "2023年第二季度"])}, (Expect(AWARDS, rows=3),), {"awards.date": [date(2023, 5, 1), date(2023, 1, 1), date(2023, 4, 1)]}, {"awards.date": ["precision:month", "precision:year", "precision:quarter"]}),
    Case(56, "Chinese numerals, years of the Republic", lambda: {AWARDS: _awards(56, days=["二〇二三年五月六日", "民国112年5月6日"])}, (Expect(AWARDS, rows=2),), {"awards.date": [date(2023, 5, 6)] * 2}, {"awards.date": ["derived"] * 2}),
    Case(57, "days that cannot be", _impossible_days, (Expect(AWARDS, rows=4, reasons={"date-range": 2}, says=("晚于今天", "第 4 行")), Expect(STAFF, rows=3)), {"staff.to_date": [None, None, date(2019, 1, 1)]}, {"staff.from_date": ["date-range", None, None], "staff.to_date": [None, "open-end", "date-range"]}),
    Case(58, "names that look like nothing", lambda: {PEOPLE: people(58, ODD_NAMES)}, (Expect(PEOPLE, rows=5),), {"persons.name": ODD_NAMES}),
    Case(59, "one name, two people; one person, two names", lambda: {PEOPLE: people(59, ["虚同名", "虚同名", "虚新名（曾用名：虚旧名）"])}, (Expect(PEOPLE, rows=3),), {"persons.name": ["虚同名", "虚同名", "虚新名（曾用名：虚旧名）"]}, elsewhere=("tests/facts/test_rules_invariance.py::test_what_is_added_changes_no_tie_and_merges_nobody",)),
    Case(60, "unusual names", lambda: {PEOPLE: people(60, NAMES)}, (Expect(PEOPLE, rows=4),), {"persons.name": NAMES}),
    Case(61, "names that are formulas", lambda: {PEOPLE: people(61, FORMULAS)}, (Expect(PEOPLE, rows=5),), {"persons.name": FORMULAS}, elsewhere=("tests/test_bad_input.py::test_a_formula_or_markup_in_a_name_is_a_name", "tests/records/test_records_quarantine.py::test_export_mend_and_feed_back")),
    Case(62, "names that are markup", lambda: {PEOPLE: people(62, MARKUP)}, (Expect(PEOPLE, rows=4),), {"persons.name": MARKUP}, elsewhere=("tests/ui/test_safety.py::test_hostile_names_are_shown_as_written", "tests/evidence/test_pack.py::test_hostile_names_stay_text")),
    Case(63, "names that are Cypher", lambda: {PEOPLE: people(63, CYPHER)}, (Expect(PEOPLE, rows=3),), {"persons.name": CYPHER}, elsewhere=("tests/test_shape.py::test_data_never_become_cypher",)),
)  # fmt: skip
