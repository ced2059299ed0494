"""Names of people and units: a form for matching, and a guess whether a name is a unit's."""

from __future__ import annotations

import re
import unicodedata

from graphkit.values.clean import HIDDEN

_HIDDEN = re.compile(f"[{HIDDEN}\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BLANKS = re.compile(r"\s+")
_FORMS = str.maketrans(
    {
        **dict.fromkeys("[{〔【〖「『《〈⟨", "("),
        **dict.fromkeys("]}〕】〗」』》〉⟩", ")"),
        **dict.fromkeys("•・‧∙⋅･᛫◦", "·"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("‘’`´", "'"),
    }
)
_INNER_BLANK = re.compile(r"(?<=[^\x21-\x7e]) | (?=[^\x21-\x7e])|(?<=[()]) | (?=[()])")

_ORG = re.compile(
    r"(公司|集团|厂|医院|卫生院|卫生室|诊所|门诊部|保健院|疾控中心|中心|学院|大学|中学|小学|学校|幼儿园|研究所|研究院|设计院|事务所"
    r"|管理局|分局|委员会|办公室|政府|法院|检察院|管理所|服务站|工作站|派出所|大队|支队|超市|药房|商行|商店|商贸|酒店|饭店"
    r"|经营部|门市部|经销部|工作室|合作社|联合社|联社|村委会|居委会|村民委员会|银行|支行|分行|信用社|基金会|协会|学会|商会|联合会"
    r"|工会|党委|支部|社区|街道办|管委会|代办处|办事处|分部|分院|基地|园区|养殖场|农场|林场)(\([^()]*\))?$"
)
_SHORT_WORD = re.compile(r"[局厅委站所部处队店行社馆场院村](\([^()]*\))?$")
_SURE = re.compile("公司|集团|医院|卫生院|政府|委员会|合作社|银行|大学|学校|事务所|个体工商户|有限合伙")
_LATIN = re.compile(
    r"(^|[\s,(])(co|corp|inc|ltd|llc|llp|plc|gmbh|ag|sa|s\.a|bv|b\.v|kk|limited|company|corporation|hospital|university|school|"
    r"bank|ministry|department|agency|council|group|foundation|authority|institute|trust)\.?([\s,)]|$)"
)


_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]*\Z")
"""Letters, digits and Chinese characters that every normal form leaves alone, but for their case."""


def norm_name(name: str) -> str:
    """A name for matching: NFKC, lower case, one form of brackets, dots and dashes, no invisible characters.

    Blanks beside Chinese characters and brackets go, others become one; two names are equal when this text is equal.
    """
    if _PLAIN.match(name):
        return name.lower()
    text = _once(name)
    while not unicodedata.is_normalized("NFKC", text):
        text = _once(text)
    return text


def _once(name: str) -> str:
    text = unicodedata.normalize("NFKC", _HIDDEN.sub("", name)).casefold()
    text = unicodedata.normalize("NFKC", text).translate(_FORMS)
    return _INNER_BLANK.sub("", _BLANKS.sub(" ", _HIDDEN.sub("", text)).strip())


def looks_like_org(name: str) -> bool:
    """True when the words of a name say that it is a unit's, not a person's (a guess from its form alone)."""
    text = norm_name(name)
    if _SURE.search(text):
        return True
    if text.isascii():
        return _LATIN.search(text) is not None
    bare = text.partition("(")[0]
    return (len(bare) >= 4 and _ORG.search(text) is not None) or (
        len(bare) >= 5 and _SHORT_WORD.search(text) is not None
    )
