"""Encodings: RELIABILITY 3, rows 1–10 and 68."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.intake.encoding import decodes, sniff
from tests.intake.conftest import HEADER, ROW, Load, reasons, table

HEADER_ZH = "交易流水号,交易时间,付款账号,收款账号,交易金额,摘要"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_rare_names_in_every_encoding(load: Load, encoding: str) -> None:
    text = f"{HEADER_ZH}\n1,2023-05-06,1,2,3,王䶮㛃𠮷\n"
    reading = load(text.encode(encoding), "a.csv")
    assert table(reading)[0]["purpose"] == "王䶮㛃𠮷"
    assert (reading.encoding or "").replace("-sig", "").startswith(encoding.replace("-sig", "")[:6])


def test_two_lines_of_gb18030_are_not_korean(load: Load) -> None:
    reading = load("身份证号,姓名\n611002198001010010,王䶮\n".encode("gb18030"), "a.csv")
    assert reading.encoding == "gb18030"
    assert table(reading, "persons")[0]["name"] == "王䶮"


def test_the_whole_file_decides(load: Load) -> None:
    rows = [ROW.replace("货款", "goods")] * 10_000
    reading = load("\n".join([HEADER, *rows, ROW]).encode("gb18030"))
    assert reading.encoding == "gb18030"
    assert table(reading)[-1]["purpose"] == "货款"


def test_one_broken_byte_quarantines_one_row(load: Load) -> None:
    lines = [HEADER_ZH, *[ROW] * 2_000]
    data = bytearray("\n".join(lines).encode())
    at = data.index(b"\n", len(data) // 2) - 2
    data[at] = 0xFF
    reading = load(bytes(data), "transactions.csv")
    assert reading.encoding == "utf-8"
    assert [reason for _, reason in reasons(reading)] == ["encoding"]
    assert "\\xff" in reading.rejects[0].raw
    assert reading.rows_read == 2_000


def test_gbk_rows_pasted_into_utf8(load: Load) -> None:
    data = "\n".join([HEADER, *[ROW] * 5]).encode() + b"\n" + ROW.encode("gb18030") + b"\n" + ROW.encode()
    reading = load(data)
    assert reasons(reading) == [(7, "encoding")]
    assert len(table(reading)) == 6


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_file_cut_inside_a_character(load: Load, encoding: str) -> None:
    data = "\n".join([HEADER, *[ROW] * 5]).encode(encoding)[:-1]
    reading = load(data)
    assert reasons(reading) == [(6, "encoding")]
    assert [row["purpose"] for row in table(reading)] == ["货款"] * 4


def test_big5_is_asked_about_with_both_readings(load: Load) -> None:
    names = "香港醫療器械有限公司採購設備貨款支付臺灣電腦國際貿易"
    text = "\n".join([HEADER, *[f"{i},2023-05-06,1,2,3,{names}" for i in range(20)]])
    reading = load(text.encode("big5hkscs"))
    assert reading.status == "needs_decision"
    assert "Big5" in reading.message.zh and "Big5" in reading.message.en
    assert "醫療" in reading.message.zh
    assert load(text.encode("gb18030")).status == "ok"


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=40))
def test_utf8_is_always_recognised(text: str) -> None:
    assert sniff(text.encode()).name == "utf-8"


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=6, max_size=20),
        min_size=5,
        max_size=20,
    )
)
def test_gb18030_lines_are_recognised(lines: list[str]) -> None:
    data = "\n".join(lines).encode("gb18030")
    found = sniff(data)
    assert found.name == "gb18030" or decodes(data, "utf-8")
