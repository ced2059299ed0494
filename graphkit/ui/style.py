"""How a label looks: one shape per kind, one colour per family, one character inside. Colour of a ring = a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphkit.model import NODES, SECOND_LABELS

RINGS: Mapping[str, str] = {"red": "#d92d20", "yellow": "#e8a400", "green": "#2f9e44"}
"""Colours of findings; used for nothing else on the canvas."""


@dataclass(frozen=True, slots=True)
class Look:
    """`shape` is circle, square, diamond, hexagon or triangle; `fill` a CSS colour; the glyph one or two characters."""

    shape: str
    fill: str
    glyph_zh: str
    glyph_en: str


_PERSON, _FIRM, _UNIT, _MONEY, _TENDER, _TRACE, _CARE, _PAPER = (
    "#3d6fb4",
    "#5b6b7f",
    "#2b7f83",
    "#8a6d3b",
    "#6a5aa8",
    "#7d8590",
    "#a0527e",
    "#4f5b66",
)

LOOKS: Mapping[str, Look] = {
    "Person": Look("circle", _PERSON, "人", "P"),
    "Staff": Look("circle", "#1f3f75", "职", "St"),
    "Organization": Look("square", _FIRM, "单", "O"),
    "Company": Look("square", _FIRM, "企", "Co"),
    "Hospital": Look("square", _UNIT, "院", "H"),
    "Agency": Look("square", _TENDER, "代", "Ag"),
    "School": Look("square", _UNIT, "校", "Sc"),
    "Village": Look("square", _UNIT, "村", "V"),
    "Department": Look("square", _UNIT, "科", "D"),
    "Position": Look("square", _UNIT, "岗", "Ps"),
    "Account": Look("diamond", _MONEY, "户", "A"),
    "Invoice": Look("diamond", _MONEY, "票", "In"),
    "Contact": Look("triangle", _TRACE, "联", "C"),
    "Device": Look("triangle", _TRACE, "机", "Dv"),
    "Tender": Look("hexagon", _TENDER, "采", "T"),
    "Lot": Look("hexagon", _TENDER, "段", "L"),
    "Bid": Look("hexagon", _TENDER, "投", "B"),
    "Award": Look("hexagon", _TENDER, "中", "Aw"),
    "Contract": Look("hexagon", _TENDER, "合", "K"),
    "Amendment": Look("hexagon", _TENDER, "变", "Am"),
    "RuralContract": Look("hexagon", _TENDER, "资", "R"),
    "Item": Look("diamond", _CARE, "品", "It"),
    "Usage": Look("diamond", _CARE, "用", "U"),
    "Beneficiary": Look("diamond", _CARE, "享", "Be"),
    "Benefit": Look("diamond", _CARE, "待", "Bn"),
    "StatusFact": Look("triangle", _PAPER, "状", "F"),
    "Document": Look("triangle", _PAPER, "材", "Dc"),
    "Lead": Look("hexagon", _PAPER, "线", "Ld"),
    "Case": Look("hexagon", _PAPER, "案", "Ca"),
}

PLAIN = Look("circle", _TRACE, "？", "?")


def look_of(label: str) -> Look:
    """The look of a label, or the plain one."""
    return LOOKS.get(label, PLAIN)


def caption(label: str, lang: str) -> str:
    """A label in words."""
    if label in NODES:
        return NODES[label].zh if lang == "zh" else NODES[label].en
    zh, en = SECOND_LABELS.get(label, (label, label))
    return zh if lang == "zh" else en


NUMBERED = frozenset({"Tender", "Contract", "Lot", "Award"})
"""Labels whose business key is a number that people use."""


def breadth(text: str) -> float:
    """How wide a text is, in Chinese characters (Latin ones count 0.55)."""
    return sum(0.55 if ord(char) < 0x2E80 else 1.0 for char in text)


def wrap(text: str, width: float = 8.0, lines: int = 2) -> list[str]:
    """`text` in at most `lines` lines of `width` Chinese characters, the rest as `…`.

    A line that has a space breaks after it rather than inside what follows.
    """
    text = " ".join(text.split())
    out: list[str] = []
    start, used = 0, 0.0
    for k, char in enumerate(text):
        if used + breadth(char) > width:
            if len(out) == lines - 1:
                return [*out, text[start : k - 1] + "…"]
            cut = text.rfind(" ", start + 1, k) + 1 or k
            out.append(text[start:cut])
            start, used = cut, breadth(text[cut:k])
        used += breadth(char)
    return [*out, text[start:]]
