"""Identifiers: vectors of the catalogue, and properties that hold for every number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.values.account import CASH, luhn, normalise_account, read_account
from graphkit.values.id_no import birth, check_digit, normalise_id_no, read_id_no, sex
from graphkit.values.phone import normalise_phone, read_phone
from graphkit.values.uscc import ALPHABET, check_character, read_uscc, valid_uscc


@pytest.mark.parametrize(
    "code",
    ["91110000600037341L", "91611002MA6TEXT05M", "126110024351234567", "N2611002MF1234567X", "91110000600037341l"],
)
def test_valid_uscc(code: str) -> None:
    assert valid_uscc(code)
    assert valid_uscc(f" {code[:6]} {code[6:]} ")


@pytest.mark.parametrize("code", ["", "911100006000373411", "9111000060003734IL", "610000100000123", "１２"])
def test_invalid_uscc(code: str) -> None:
    assert not valid_uscc(code)


@given(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_uscc_check_character_catches_every_single_error(kind: str, region: str, rest: str) -> None:
    head = kind + region + rest
    code = head + check_character(head)
    assert valid_uscc(code)
    for place in range(9, 17):
        for other in ALPHABET:
            if other != code[place]:
                assert not valid_uscc(code[:place] + other + code[place + 1 :])


def test_uscc_with_wrong_check_is_kept_and_noted() -> None:
    assert read_uscc("911100006000373411") == ("911100006000373411", "check-digit", None)
    assert read_uscc("610000100000123") == ("610000100000123", "format", None)
    assert read_uscc(" ") == (None, None, None)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("611002198001010010", "611002198001010010"),
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("110105 19491231 002X", "11010519491231002X"),
        ("610102800101001", "610102198001010015"),
    ],
)
def test_id_numbers_in_all_forms(written: str, normal: str) -> None:
    assert normalise_id_no(written) == normal


@pytest.mark.parametrize(
    "written", ["611002198001010011", "611002198002300016", "", "12345", "129901010000001154", "张三"]
)
def test_not_an_id_number(written: str) -> None:
    assert normalise_id_no(written) is None


def test_no_hospital_code_is_a_person() -> None:
    """An all-digit code of a public body has no real birth date inside."""
    assert valid_uscc("126110024351234567")
    assert normalise_id_no("126110024351234567") is None


@given(st.dates(date(1900, 1, 1), date(2090, 12, 31)), st.integers(110000, 659999), st.integers(0, 999))
def test_id_number_round_trip(born: date, region: int, order: int) -> None:
    head = f"{region}{born:%Y%m%d}{order:03d}"
    number = head + check_digit(head)
    assert normalise_id_no(number.lower()) == number
    assert birth(number) == born
    assert sex(number) == ("M" if order % 2 else "F")
    for place in range(17):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert normalise_id_no(wrong) is None
        if place and number[place] != number[place - 1]:
            swapped = number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
            assert normalise_id_no(swapped) is None


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_old_numbers_equal_their_long_form(born: date, order: int) -> None:
    old = f"611002{born:%y%m%d}{order:03d}"
    long = normalise_id_no(old)
    assert long is not None and long[:6] + long[8:17] == old
    assert read_id_no(old) == (long, "derived:15", None)


def test_id_number_cells() -> None:
    assert read_id_no("611002198001010011") == ("611002198001010011", "check-digit", None)
    assert read_id_no("6.11002E+17").reason == "precision-lost"
    assert read_id_no("护照G123").note == "format"
    assert read_id_no("无") == (None, None, None)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86-138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0914-2312345", "09142312345"),
        ("（0914）2312345", "09142312345"),
        ("010-62345678转8001", "01062345678"),
        ("0914-2312345-802", "09142312345"),
        ("+86 914 2312345", "09142312345"),
        ("400-123-4567", "4001234567"),
    ],
)
def test_phone_forms(written: str, normal: str) -> None:
    assert normalise_phone(written) == normal


@pytest.mark.parametrize("written", ["2312345", "12812345678", "138123456789", "", "张三"])
def test_not_a_phone(written: str) -> None:
    assert normalise_phone(written) is None
    assert read_phone(written).value == (written or None)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_normal_phones_stay(number: str) -> None:
    assert normalise_phone(number) == number
    assert read_phone(number) == (number, None, None)


def test_accounts() -> None:
    assert normalise_account("6228 4804 0256 4890 018") == "6228480402564890018"
    assert normalise_account("0012") == "0012"
    assert normalise_account("现金") == normalise_account("cash") == CASH
    assert normalise_account("  ") is None
    assert luhn("6228480402564890018") and not luhn("6228480402564890019") and not luhn("123")
    assert read_account("6.22848E+18").reason == "precision-lost"


@given(st.text("0123456789ABC -", max_size=30))
def test_account_normal_form_is_stable(text: str) -> None:
    once = normalise_account(text)
    assert once is None or normalise_account(once) == once
