"""Numbers have valid check digits (oracles written another way), and belong to nobody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.generate import codes, names

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc_ok(code: str) -> bool:
    """GB 32100: Σ value·3^i ≡ 0 (mod 31), the check character counting once."""
    return (
        sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17])) + ALPHABET.index(code[17])
    ) % 31 == 0


def id_ok(number: str) -> bool:
    """ISO 7064 mod 11-2 as in CATALOGUE 1.4."""
    return "0123456789X"[(1 - 2 * int(number[:17], 13)) % 11] == number[17]


def luhn_ok(number: str) -> bool:
    digits = [int(c) for c in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])) % 10 == 0


@pytest.mark.parametrize("vector", ["91110000600037341L", "91611002MA6TEXT05M", "126110024351234567"])
def test_the_oracle_accepts_the_published_codes(vector: str) -> None:
    assert uscc_ok(vector)


def test_the_published_code_is_made_from_its_parts() -> None:
    assert codes.uscc("91", "110000", "60003734") == "91110000600037341L"


@pytest.mark.parametrize(
    ("region", "birth", "order", "number"),
    [("611002", date(1980, 1, 1), 1, "611002198001010010"), ("110105", date(1949, 12, 31), 2, "11010519491231002X")],
)
def test_the_published_id_numbers_are_made(region: str, birth: date, order: int, number: str) -> None:
    assert codes.id_no(region, birth, order) == number
    assert id_ok(number)


def test_the_published_card_passes_the_oracle() -> None:
    assert luhn_ok("6228480402564890018")


@given(st.integers(0, 10**8 - 1), st.sampled_from(["12", "54", "91"]), st.integers(0, 9999))
def test_every_uscc_is_valid(body: int, kind: str, place: int) -> None:
    code = codes.uscc(kind, f"99{place:04d}", f"{body:08d}")
    assert len(code) == 18
    assert uscc_ok(code)


@given(st.dates(date(1920, 1, 1), date(2023, 12, 31)), st.integers(0, 999))
def test_every_id_number_is_valid(birth: date, order: int) -> None:
    number = codes.id_no("990101", birth, order)
    assert len(number) == 18
    assert id_ok(number)


@given(st.integers(0, 10**6), st.integers(0, 10**9))
def test_cards_pass_luhn_and_mobiles_are_unassigned(serial: int, offset: int) -> None:
    assert luhn_ok(codes.card(serial, offset))
    assert len(codes.card(serial, offset)) == 19
    assert codes.mobile(serial, offset).startswith("160")
    assert len(codes.mobile(serial, offset)) == 11


@given(st.sets(st.integers(0, 10**7), min_size=2, max_size=30), st.integers(0, 10**9))
def test_scattered_serials_never_repeat(serials: set[int], offset: int) -> None:
    assert len({codes.scatter(serial, 8, offset) for serial in serials}) == len(serials)


@given(st.integers(0, 999_999))
def test_gtin_check_digit(serial: int) -> None:
    digits = [int(c) for c in reversed(codes.gtin(serial))]
    assert len(digits) == 14
    assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_names_of_places_and_firms_are_distinct() -> None:
    assert len({names.county_name(n) for n in range(256)}) == 256
    assert len({names.brand(n) for n in range(8000)}) == 8000
