"""Fields side by side: slips of reading and typing are near, other numbers and names are not, silence says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.identity.cards import Card, Value, body, keys_of
from graphkit.identity.comparing import WEIGHTS, alike, compare, parted, reasons
from tests.conftest import company, person

P, Q = "person:name:a:x", "person:name:b:x"
U, V = "org:name:a", "org:name:b"


def card(identifier: str, stated: Mapping[str, str]) -> Card:
    """A card as the files would make it."""
    made = Card(identifier)
    for name, text in stated.items():
        for into, key, shown in keys_of(identifier.partition(":")[0], name, text):
            made.values.setdefault(into, {})[key] = Value(shown, key, ())
    return made


def said(a: Mapping[str, str], b: Mapping[str, str], field: str, ids: tuple[str, str] = (P, Q)) -> str:
    return compare(card(ids[0], a), card(ids[1], b)).verdict(field)


def changed(number: str, place: int) -> str:
    digit = str((int(number[place]) + 3) % 10)
    return number[:place] + digit + number[place + 1 :]


@pytest.mark.parametrize("place", range(17))
def test_one_other_digit_is_near(place: int) -> None:
    other = changed(person(1), place)
    assert said({"number": person(1)}, {"number": other}, "number") == "near"
    assert parted(body(person(1)), body(other)) == place + 1


@given(st.integers(1, 300), st.integers(0, 15))
def test_two_digits_in_the_wrong_order_are_near(n: int, place: int) -> None:
    number = person(n)
    x, y = number[place], number[place + 1]
    swapped = number[:place] + y + x + number[place + 2 :]
    assert said({"number": number}, {"number": swapped}, "number") == ("agree" if x == y else "near")


def test_another_number_is_another_number() -> None:
    assert said({"number": person(1)}, {"number": changed(changed(person(1), 3), 11)}, "number") == "disagree"
    assert said({"number": person(1)}, {"number": person(9)}, "number") == "disagree"
    assert said({"number": person(1)}, {}, "number") == "missing"


def test_the_old_number_is_the_new_one() -> None:
    old = person(1)[:6] + person(1)[8:17]
    assert said({"number": person(1)}, {"number": old}, "number") == "agree"
    assert said({"number": person(1)}, {"number": changed(person(1), 17 - 1)[:17] + "0"}, "number") == "near"


def test_letters_in_the_place_of_digits_are_read_as_digits() -> None:
    misread = person(1).replace("0", "O").replace("1", "l")
    assert said({"number": person(1)}, {"number": misread}, "number") == "near"


def test_date_of_birth_and_sex_come_from_a_valid_number() -> None:
    number = person(1)
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    assert said({"number": number}, {"birth": born}, "birth") == "agree"
    assert said({"number": number}, {"birth": f"{number[6:10]}-12-31"}, "birth") == "near"
    assert said({"number": number}, {"birth": "1950-12-31"}, "birth") == "disagree"
    assert said({"number": number}, {"sex": "MF"[int(number[16]) % 2]}, "sex") == "disagree"
    assert said({"number": changed(number, 12)}, {"birth": born}, "birth") == "missing"


@pytest.mark.parametrize(("x", "y", "expected"), [
    ("王伟", "王炜", True), ("陈明", "阵眀", True), ("李小明", "李小朋", True), ("李明", "王华", False), ("李明", "李小明", False), ("张三丰", "李四丰", False),
])  # fmt: skip
def test_names_that_one_slip_makes_equal(x: str, y: str, expected: bool) -> None:
    assert alike(x, y) is alike(y, x) is expected
    assert said({"name": x}, {"name": y}, "name") == ("near" if expected else "disagree")


@pytest.mark.parametrize(("x", "y", "expected"), [
    ("虚构（甲）研究所", "虚构甲研宄所", "agree"), ("虚构甲有限公司", "虚构甲有限责任公司", "near"), ("虚构甲公司", "虚构乙公司", "near"),
    ("虚构甲公司", "实在丁医院", "disagree"), ("虚构（上海）公司", "虚构公司", "near"),
])  # fmt: skip
def test_forms_of_a_units_name(x: str, y: str, expected: str) -> None:
    assert said({"name": x}, {"name": y}, "name", (U, V)) == expected


def test_a_former_name_is_a_name() -> None:
    assert said({"name": "虚构新公司", "alias": "虚构旧名厂"}, {"name": "虚构旧名厂"}, "name", (U, V)) == "agree"


def test_codes_that_part_in_one_place_are_near() -> None:
    code = company(7)
    assert said({"number": code}, {"number": changed(code, 9)}, "number", (U, V)) == "near"
    assert said({"number": code}, {"number": company(8)}, "number", (U, V)) == "disagree"


STATED = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["王伟", "王炜", "李娜"]),
        "number": st.sampled_from([person(1), changed(person(1), 5), person(2)]),
        "phone": st.sampled_from(["16000000001", "160-0000-0001", "16000000002"]),
        "birth": st.sampled_from(["1980-02-02", "1980-03-03"]),
    },
)


@given(STATED, STATED)
def test_a_comparison_has_no_side_and_its_score_is_the_sum(a: Mapping[str, str], b: Mapping[str, str]) -> None:
    one, other = compare(card(P, a), card(Q, b)), compare(card(Q, b), card(P, a))
    assert one == other
    assert one.score == round(sum(f.weight for f in one.fields), 2)
    assert [f.field for f in one.fields] == list(WEIGHTS["person"])
    for f in one.fields:
        assert (f.verdict == "missing") == (not card(P, a).keys(f.field) or not card(Q, b).keys(f.field))
    assert len(reasons(one)) == sum(f.verdict != "missing" for f in one.fields)


def test_agreeing_never_weighs_less_than_being_near_or_apart() -> None:
    for fields in WEIGHTS.values():
        for weights in fields.values():
            assert all(x >= y for x, y in pairwise(weights))
