"""Which rule of recusal covers which relative: every class of the table against the words of the texts."""

from __future__ import annotations

import pytest

from graphkit.facts.kin_law import SCOPES, covering
from graphkit.facts.kin_table import CLASSES, INVERSE
from graphkit.model import CONFLICT_KIN, KIN_DEGREE

ALL = {"procurement", "civil_service", "public_institutions"}
NEAR = {*ALL, "supervision"}
OFFICE = {"civil_service", "public_institutions"}


@pytest.mark.parametrize(
    ("who", "code", "degree", "covered"),
    [
        ("配偶", "SP", 0, NEAR),
        ("父母", "PA", 1, NEAR),
        ("子女", "CH", 1, NEAR),
        ("祖父母、外祖父母", "GP", 2, ALL),
        ("孙子女、外孙子女", "GC", 2, ALL),
        ("兄弟姐妹", "SB", 2, NEAR),
        ("伯叔姑舅姨", "UN", 3, ALL),
        ("侄子女、甥子女", "NE", 3, ALL),
        ("堂表兄弟姐妹", "CO", 4, ALL),
        ("配偶的父母和兄弟姐妹、子女的配偶、兄弟姐妹的配偶", "IL1", 2, ALL),
        ("伯叔姑舅姨、侄甥的配偶", "IL1", 3, OFFICE),
        ("堂表兄弟姐妹的配偶", "IL1", 4, OFFICE),
        ("亲家、配偶的兄弟姐妹的配偶", "IL2", 3, ALL),
        ("特定关系人", "AS", None, set()),
        ("未列明的姻亲", "IL1", 5, set()),
        ("曾祖父母", "GP", 3, set()),
    ],
)
def test_each_relative_is_covered_by_the_texts_that_name_him(
    who: str, code: str, degree: int | None, covered: set[str]
) -> None:
    assert {scope.id for scope in covering(code, degree)} == covered, who


def test_every_class_of_the_table_is_judged_and_covered_by_some_text() -> None:
    assert {(kin.code, kin.degree) for kin in CLASSES} == {kind for s in SCOPES for kind in s.kinds} - {("SP", 0)}


@pytest.mark.parametrize("code", sorted(KIN_DEGREE))
def test_a_recorded_code_has_the_degree_of_the_model_and_is_a_conflict(code: str) -> None:
    assert covering(code) == covering(code, KIN_DEGREE[code])
    assert ("procurement" in {s.id for s in covering(code)}) == (code in CONFLICT_KIN)


def test_a_tie_is_covered_from_both_ends() -> None:
    for scope in SCOPES:
        lineal = {("GP", 2), ("GC", 2)} & scope.kinds
        assert {(INVERSE[code], degree) for code, degree in scope.kinds} == scope.kinds
        assert len(lineal) in (0, 2)


def test_every_scope_cites_its_text_in_both_languages() -> None:
    assert len({s.id for s in SCOPES}) == len({s.ref for s in SCOPES}) == len(SCOPES) == 4
    assert all(text for s in SCOPES for text in (s.duty.zh, s.duty.en, s.basis.zh, s.basis.en))
