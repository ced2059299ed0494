"""Names, texts and codes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.intake.templates import templates
from graphkit.values.clean import read_text
from graphkit.values.codes import Vocabulary, read_code
from graphkit.values.names import looks_like_org, norm_name
from graphkit.values.reasons import REASONS, message


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("商洛市（人民）医院", "商洛市(人民)医院"),
        ("商洛市【人民】医院", "商洛市[人民]医院"),
        ("王 伟", "王伟"),
        ("王\u200b伟", "王伟"),
        ("\u202e王伟\u202c", "王伟"),
        ("王\u00a0伟\u3000", "王伟"),
        ("ＡＢＣ公司", "abc公司"),
        ("⽅正", "方正"),
        ("阿·买提", "阿•买提"),
        ("ACME  Ltd.", "acme ltd."),
    ],
)
def test_equal_names(left: str, right: str) -> None:
    assert norm_name(left) == norm_name(right)


def test_latin_words_stay_apart() -> None:
    assert norm_name("Beta Corp Construction") == "beta corp construction"
    assert norm_name("NA") == "na"


@given(st.text(max_size=30))
def test_normal_form_is_stable(name: str) -> None:
    once = norm_name(name)
    assert norm_name(once) == once
    assert once == once.strip()


@pytest.mark.parametrize(
    "name",
    [
        "商洛市人民医院",
        "云栖笙医疗器械有限公司",
        "商州区财政局",
        "张家村村民委员会",
        "Acme Co., Ltd",
        "杨斜镇中心卫生院",
        "某某股份有限公司（西安分公司）",
        "洛南县公安局交警大队",
    ],
)
def test_units(name: str) -> None:
    assert looks_like_org(name)


@pytest.mark.parametrize(
    "name", ["张三", "欧阳建行", "李卫东", "阿卜杜·热合曼", "John Smith", "F0123", "王局", "范厂", ""]
)
def test_people(name: str) -> None:
    assert not looks_like_org(name)


@pytest.mark.parametrize(
    "name",
    ["NA", "Null", "None", "nan", "TRUE", "王䶮", "㛃", "𠮷", "<img src=x onerror=1>", "=HYPERLINK(1)", "-1", "＝1"],
)
def test_odd_names_are_names(name: str) -> None:
    assert read_text(name) == (name.replace("１", "1"), None, None)


def test_text_flags_and_reasons() -> None:
    assert read_text("  王伟\u3000") == ("王伟", None, None)
    assert read_text("王\u200b伟") == ("王\u200b伟", "hidden-characters", None)
    assert read_text("王\ue000") == ("王\ue000", "pua", None)
    assert read_text("a\x07b") == ("a\x07b", "control", None)
    assert read_text("锟斤拷") == ("锟斤拷", "mojibake", None)
    assert read_text("a\0b").reason == "nul"
    assert read_text("a\ud800b").reason == "unicode"
    assert read_text("x" * 131_073).reason == "too-long"
    assert read_text("#N/A").reason == "cell-error"
    assert read_text("１２号") == ("12号", None, None)


def test_codes() -> None:
    words = templates()["staff"].column("role_code").vocabulary
    assert read_code("院长", words) == ("president", None, None)
    assert read_code("常务副院长", words) == ("vice_president", "guessed-code", None)
    assert read_code("PRESIDENT", words) == ("president", None, None)
    assert read_code("宇航员", words) == ("宇航员", "unknown-code", None)
    kin = templates()["kinship"].column("code").vocabulary
    assert read_code("妻", kin).value == "SP"
    assert read_code("妻子的弟弟", kin) == ("妻子的弟弟", "unknown-code", None)
    assert read_code("A02", None) == ("A02", None, None)


def test_loose_vocabulary_does_not_choose_between_equals() -> None:
    loose = Vocabulary({"会计": "a", "出纳": "b"}, loose=True)
    assert loose.find("会计兼出纳") is None
    assert loose.find("主管会计") == ("a", False)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_speaks_both_languages(reason: str) -> None:
    text = message(reason, "amount", "abc")
    assert "amount" in text.zh and "amount" in text.en and "abc" in text.zh


def test_plain_characters_take_a_shortcut_to_the_same_form() -> None:
    plain = [chr(c) for c in (*range(48, 58), *range(65, 91), *range(97, 123), *range(0x4E00, 0xA000))]
    assert all(norm_name(c) == unicodedata.normalize("NFKC", c).casefold() for c in plain)
    assert norm_name("Ａ".join(plain)) == "a".join(c.casefold() for c in plain), "the long way"
