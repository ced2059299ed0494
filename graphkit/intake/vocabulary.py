"""Code words out of the `meaning` of templates.csv: `hospital 医院; company 企业|公司` → word → code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from graphkit.values.codes import Vocabulary
from graphkit.values.names import norm_name

_SEGMENT = re.compile(r"(?:empty or |or )?([A-Za-z0-9_一二三级]+) (\S+?)(?:[:：] .*)?")
_SAME_AS = re.compile(r"as ([a-z_]+)\.([a-z_]+)")
_NUMBERED = re.compile(r"(\d(?:\|\d)+)(?: \(([^)]*)\))?")
_LOOSE = frozenset({("staff", "role_code"), ("roles", "kind")})
_CODED_LEVELS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (
            "organizations",
            "level",
        ): "一级 一级|一级甲等|一甲; 二级 二级|二级甲等|二甲|二级乙等|二乙; 三级 三级|三级甲等|三甲|三级乙等|三乙"
    }
)
"""Values that `meaning` lists without codes of their own: a hospital's level stays as it is called."""


def _segments(meaning: str) -> Iterable[tuple[str, list[str]]]:
    """(code, words) of one `meaning`; nothing for prose."""
    for part in re.split(r"[;；]\s*", meaning):
        text = re.sub(r"\s*\([^()]*\)\s*$", "", part.partition(". ")[0]).strip()
        text = (
            re.sub(r"^(?:what B is to A|public bodies|hospital)[: ]\s*", "", text)
            if text.startswith(("what", "public"))
            else text
        )
        found = _SEGMENT.fullmatch(text)
        if found is None or found[1] == "ISO":
            continue
        words = found[2].split("|")
        if not any(word.isascii() and word.islower() for word in words):
            yield found[1], words


def _words(pairs: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    words: dict[str, str] = {}
    for code, synonyms in pairs:
        for word in (code, *synonyms):
            words.setdefault(norm_name(word), code)
    return words


def vocabularies(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], Vocabulary]:
    """(file, column) → vocabulary, for the code columns whose `meaning` lists codes or points to another column's."""
    codes = [row for row in rows if row["kind"] == "code"]
    words: dict[tuple[str, str], dict[str, str]] = {}
    for row in codes:
        key, meaning = (row["file"], row["column"]), row["meaning"]
        if numbered := _NUMBERED.fullmatch(meaning):
            names = numbered[2].split("|") if numbered[2] else numbered[1].split("|")
            words[key] = _words((code, [name]) for code, name in zip(numbered[1].split("|"), names, strict=True))
        elif key == ("organizations", "level"):
            words[key] = _words(s for s in _segments(meaning + "; " + _CODED_LEVELS[key]) if s[0] != "hospital")
        elif found := _words(_segments(meaning)):
            words[key] = found
    for row in codes:
        if same := _SAME_AS.match(row["meaning"]):
            words[row["file"], row["column"]] = words[same[1], same[2]] | words.get((row["file"], row["column"]), {})
            if "employed 在职" in row["meaning"]:
                words[row["file"], row["column"]] |= {"employed": "employed", "在职": "employed"}
    return {key: Vocabulary(MappingProxyType(found), key in _LOOSE) for key, found in words.items()}
