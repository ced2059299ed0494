"""The vectorised engine equals the slow reader, on clean, hostile and mutated files; every row is accounted for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.intake.csv_file import read_csv
from graphkit.intake.read import reread_row, row_bytes
from graphkit.intake.reading import FileReading
from tests.intake.conftest import HEADER, ROW, Load, reasons, table
from tests.intake.oracle import as_csv, read_slowly

HEADERS = ["tx", "ts", "from_acct", "from_name", "to_acct", "to_name", "direction", "amount", "channel", "purpose"]

AMOUNTS = st.sampled_from(
    [
        "12.50",
        "1,234.50",
        "35.6万元",
        "abc",
        "",
        "0",
        "7",
        "12.5",
        "(3)",
        "NaN",
        "1e999",
        "9" * 13 + ".99",
        "12元/台",
        "¥1",
    ]
)
TIMES = st.sampled_from(
    [
        "2023-05-06 10:00:00",
        "2023-05-06",
        "2023年5月6日",
        "20230506100000",
        "2023-02-30 10:00:00",
        "x",
        "5/6/2023",
        "1799-01-01 00:00:00",
    ]
)
ACCOUNTS = st.sampled_from(["622848040000", "6228 4804", "现金", "", "6.2E+17", "0012", "A-1"])
NAMES = st.sampled_from(
    [
        "商洛医院",
        " 商洛 医院 ",
        "王䶮",
        "𠮷",
        "a\u200bb",
        "Null",
        "１２号",
        "#N/A",
        'x"y',
        "两\n行",
        "a,b",
        "合计",
        "\ue000",
        "",
    ]
)
CODES = st.sampled_from(["借", "贷", "D", "", "也许", "网银", "online"])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "LS2", "", "小计"]), TIMES, ACCOUNTS, NAMES, ACCOUNTS, NAMES, CODES, AMOUNTS, CODES, NAMES
    ),
    max_size=25,
)


def _compare(reading: FileReading, data: bytes, encoding: str = "utf-8", delimiter: str = ",") -> None:
    rows, bad = read_slowly(data, "transactions", encoding, delimiter)
    keys = rows[0].keys() if rows else ()
    assert [{k: row[k] for k in keys} for row in table(reading)] == rows
    assert [(r.row, r.column, r.reason) for r in reading.rejects] == bad
    assert reading.rows_read == len(rows) + len(bad)


@settings(max_examples=120, deadline=None)
@given(
    rows=ROWS,
    block=st.integers(60, 2_000),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(",;\t"),
)
def test_vectorised_equals_row_wise(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    block: int,
    encoding: str,
    end: str,
    mark: str,
) -> None:
    data = as_csv([HEADERS, *map(list, rows)], mark, end).encode(encoding)
    path = tmp_path_factory.mktemp("csv") / "transactions.csv"
    path.write_bytes(data)
    reading = read_csv(path, path.name, True, "x", "1", block)
    found = reading.encoding
    _compare(reading, data, found or "utf-8", mark)
    assert encoding == found or data.isascii() or found == "utf-8"


def hostile(rows: int, seed: int = 5) -> bytes:
    """Quoted cells that hold whole record-like lines, so that a reader going line by line finds rows that are not there."""
    random = Random(seed)
    lines = [",".join(HEADERS)]
    for i in range(rows):
        inner = f"LS9{i},2023-05-06 10:00:00,1,甲,2,乙,,1.00,网银,假行"
        purpose = (
            f'"说明\n{inner}\n{inner}"'
            if random.random() < 0.05
            else f'"{inner}"'
            if random.random() < 0.05
            else "货款"
        )
        lines.append(f"LS{i},2023-05-06 10:00:{i % 60:02d},62{i},甲,63{i},乙,借,{i}.50,网银,{purpose}")
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("block", [50_000, 4 << 20, 997])
def test_hostile_file_loses_and_invents_nothing(tmp_path: Path, block: int) -> None:
    data = hostile(3_000)
    path = tmp_path / "transactions.csv"
    path.write_bytes(data)
    reading = read_csv(path, path.name, True, "x", "1", block)
    assert reading.rows_read == 3_000 and not reading.rejects
    _compare(reading, data)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mutated_files_account_for_every_row(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever is done to the bytes behind the header: nothing raises, and no row is in two places."""
    whole = bytearray(hostile(12, 9))
    start = whole.index(b"\n") + 1
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(start, len(whole)))
        change = data.draw(
            st.binary(min_size=0, max_size=4) | st.sampled_from([b'"', b"\n", b",", b"\0", b"\r", b"\xff"])
        )
        cut = data.draw(st.integers(0, 3))
        whole[at : at + cut] = change
    path = tmp_path_factory.mktemp("mutated") / "transactions.csv"
    path.write_bytes(bytes(whole))
    reading = read_csv(path, path.name, True, "x", "1", data.draw(st.integers(80, 4_000)))
    assert reading.status == "ok"
    accepted = [row["_row"] for row in table(reading)]
    refused = [reject.row for reject in reading.rejects]
    assert reading.rows_read == len(accepted) + len(refused)
    assert sorted(accepted + refused) == sorted(set(accepted + refused))
    assert accepted == sorted(accepted) and refused == sorted(refused)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_every_row_can_be_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], encoding: str
) -> None:
    from hashlib import sha256

    path = tmp_path_factory.mktemp("again") / "transactions.csv"
    path.write_bytes(as_csv([HEADERS, *map(list, rows)]).encode(encoding))
    reading = read_csv(path, path.name, True, "x", "1")
    for row in table(reading):
        raw = row_bytes(path, None, row["_row"], "templates_csv")
        assert sha256(raw).hexdigest() == row["_row_sha256"]
        cells = reread_row(path, None, row["_row"], "templates_csv")
        assert list(cells) == HEADERS
        assert row["tx"] == cells["tx"]


def test_unclosed_quote_is_located_and_swallows_nothing(load: Load) -> None:
    rows = [ROW.replace("1,", f"{i},", 1) for i in range(5_000)]
    rows[1] = '1,2023-05-06 10:00:00,622801,622802,12.50,"货款'
    reading = load("\n".join([HEADER, *rows]))
    assert reasons(reading) == [(3, "quote")]
    assert reading.rows_read == 5_000


def test_unclosed_quote_before_a_quoted_cell(load: Load) -> None:
    rows = [ROW, ROW + "x", '2,2023-05-06 10:00:00,1,2,3,"开口', ROW, '3,2023-05-06 10:00:00,1,2,3,"好"', ROW]
    reading = load("\n".join([HEADER, *rows]))
    assert reasons(reading) == [(4, "quote")]
    assert [row["_row"] for row in table(reading)] == [2, 3, 5, 6, 7]


def test_stray_quote_short_and_long_rows(load: Load) -> None:
    rows = [
        ROW,
        '2,2023-05-06 10:00:00,1,2,3,"x"y',
        "3,2023-05-06 10:00:00,1,2,3",
        ROW + ",多",
        '4,2023-05-06 10:00:00,1,2,3,5"屏',
    ]
    reading = load("\n".join([HEADER, *rows]))
    assert reasons(reading) == [(3, "quote"), (4, "columns"), (5, "columns")]
    assert table(reading)[1]["purpose"] == '5"屏'


def test_delimiter_changes_midway(load: Load) -> None:
    reading = load("\n".join([HEADER, ROW, ROW.replace(",", ";"), ROW.replace(",", "\t")]))
    assert reasons(reading) == [(3, "columns"), (4, "columns")]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_other_delimiters(load: Load, mark: str, encoding: str) -> None:
    row = "1|2023-05-06 10:00:00|622801|622802|1,234.50|螺丝，乙".replace("|", mark)
    reading = load(f"{HEADER.replace(',', mark)}\n{row}\n".encode(encoding))
    assert table(reading)[0]["amount"] == 123_450
    assert table(reading)[0]["purpose"] == "螺丝，乙"


def test_bar_inside_a_gb18030_character(load: Load) -> None:
    """`|` is the second byte of some GBK characters; such a file is cut after decoding."""
    character = b"\x81\x7c".decode("gb18030")
    row = f"1|2023-05-06 10:00:00|1|2|3|{character}好"
    reading = load(f"{HEADER.replace(',', '|')}\n{row}\n".encode("gb18030"))
    assert table(reading)[0]["purpose"] == f"{character}好"
    from hashlib import sha256

    assert table(reading)[0]["_row_sha256"] == sha256(row.encode("gb18030")).hexdigest()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_and_missing_last_end(load: Load, end: str) -> None:
    text = end.join([HEADER, ROW, "", ROW, ",,,,,", ROW])
    for whole in (text, text + end):
        reading = load(whole)
        assert [row["_row"] for row in table(reading)] == [2, 4, 6]
        assert reading.rows_read == 3


def test_newline_inside_quotes_counts_physical_lines(load: Load) -> None:
    reading = load(f'{HEADER}\n1,2023-05-06,1,2,3,"一\r\n二"\n{ROW}\n')
    assert [(row["_row"], row["purpose"]) for row in table(reading)] == [(2, "一\r\n二"), (4, "货款")]


def test_nul_too_long_and_control_characters(load: Load) -> None:
    reading = load(f"{HEADER}\n{ROW}\0\n{ROW}{'长' * 131_073}\n{ROW}\x07\n{ROW}\n")
    assert reasons(reading) == [(2, "nul"), (3, "too-long")]
    assert table(reading)[0]["_notes"] == '{"purpose": "control"}'


def test_totals_and_signature_lines(load: Load) -> None:
    reading = load(f"{HEADER}\n{ROW}\n合计,,,,12.50,\n小 计：,,,,1,\n制表人：张三\n")
    assert reasons(reading) == [(3, "total-line"), (4, "total-line"), (5, "total-line")]


def test_required_cells_and_messages(load: Load) -> None:
    reading = load(f"{HEADER}\n,2023-05-06,1,2,3,\n1,,1,2,3,\n1,2023-13-01,1,2,3,\n1,2023-05-06,1,2,面议,\n")
    assert [(r.column, r.reason) for r in reading.rejects] == [
        ("tx", "required"),
        ("ts", "required"),
        ("ts", "date-range"),
        ("amount", "required"),
    ]
    assert "2023-13-01" in reading.rejects[2].message_zh and "2023-13-01" in reading.rejects[2].message_en
    assert reading.rejects[3].raw == "1,2023-05-06,1,2,面议,"


def test_wrong_check_digit_is_kept_with_a_note(load: Load) -> None:
    reading = load("id_no,name\n611002198001010011,王䶮\n610102800101001,李四\n6.11002E+17,丁\n", "persons.csv")
    rows = table(reading, "persons")
    assert (rows[0]["id_no"], rows[0]["_notes"]) == ("611002198001010011", '{"id_no": "check-digit"}')
    assert rows[1]["id_no"] == "610102198001010015"
    assert reasons(reading) == [(4, "precision-lost")]


def test_names_that_look_like_missing_values(load: Load) -> None:
    names = ["NA", "Null", "None", "nan", "TRUE", "=HYPERLINK(1)", "+1", "@SUM", "'; MATCH (n) DETACH DELETE n //"]
    reading = load("id_no,name\n" + "".join(f"61100219800101001{i},{n}\n" for i, n in enumerate(names)), "persons.csv")
    assert [row["name"] for row in table(reading, "persons")] == names


def test_leading_zeros_units_and_original_wording(load: Load) -> None:
    reading = load(
        "交易流水号,交易时间,付款账号,收款账号,交易金额（万元）,渠道,备用\n0012,2023-05-06,0099,现金,35.6,手机银行,甲\n",
        "a.csv",
    )
    row = table(reading)[0]
    assert (row["tx"], row["from_acct"], row["to_acct"], row["amount"]) == ("0012", "0099", "CASH", 35_600_000)
    assert (row["channel"], row["channel_text"], row["_extra"]) == ("online", "手机银行", '{"备用": "甲"}')
    assert reading.sheets[0].unknown_columns == ("备用",)
    assert "万元" in reading.message.zh or "10000" in reading.message.zh


@pytest.mark.parametrize("day", ["2023年5月6日", "2023.5.6", "20230506", "2023/5/6", "2023-05-06", "45052"])
def test_dates_in_a_file(load: Load, day: str) -> None:
    reading = load(f"holder_x,date,name\n,{day},春节\n", "holidays.csv")
    assert table(reading, "holidays")[0]["date"] == date(2023, 5, 6)


def test_many_bad_rows_need_a_decision(load: Load) -> None:
    text = "\n".join([HEADER, *[ROW] * 900, *["x"] * 100])
    asked = load(text)
    assert asked.status == "needs_decision" and asked.rows_read == 1_000 and "100" in asked.message.zh
    assert load(text, accept=True).status == "ok"
    assert load("\n".join([HEADER, *[ROW] * 900, *["x"] * 99])).status == "ok"
    assert load("\n".join([HEADER, *[ROW] * 9_900, *["x"] * 100])).status == "ok"
