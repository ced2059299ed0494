"""The table of kinship: which chains of at most three recorded ties say something certain, and why (CONTRACT 3).

A code is what the last person is to the first. A chain stands here when it means the same relative wherever it occurs
and that relative has a place in law; a chain that may end at two kinds of people (a grandparent's child is a parent or
an uncle) or at nobody the law names (a spouse's grandparent) is not composed. Three readings hold throughout:

- A recorded SB shares both parents, so a sibling's parent is a parent; a common parent shown by two rows makes a
  sibling too, of the half blood at least, and says nothing about the other parent.
- A marriage carries the direct line only (继父母子女, 民法典 1072): a spouse's child is CH, a parent's spouse PA, while
  the marriage lasts. It never makes a blood tie of the side line: a parent's spouse's brother is no UN.
- IL1, IL2 and AS name several relatives each and are never a link of a chain.

Beyond the classes that 政府采购法实施条例 9(4) names, spouses of uncles, nephews and cousins are close in-laws by the
rules on recusal of public servants (公务员回避规定; 事业单位人事管理回避规定 6(4)): IL1 of degree 3 and 4. In-law ties
hold between two people and are read from both ends. Who is covered by which text is in `kin_law`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

INVERSE: Mapping[str, str] = MappingProxyType(
    {
        "SP": "SP",
        "PA": "CH",
        "CH": "PA",
        "GP": "GC",
        "GC": "GP",
        "SB": "SB",
        "UN": "NE",
        "NE": "UN",
        "CO": "CO",
        "IL1": "IL1",
        "IL2": "IL2",
    }
)
"""What A is to B, when B is `code` to A."""


@dataclass(frozen=True, slots=True)
class KinClass:
    """One kind of relative: code, degree, the text that names it, and the chains that lead to it, one a string.

    `chains` rest on blood and on the marriage that makes an in-law; `through_marriage` rest on a step-parent or
    step-child as well.
    """

    code: str
    degree: int
    source: str
    chains: tuple[str, ...]
    through_marriage: tuple[str, ...] = ()


_LINEAL = "直系血亲: 政府采购法实施条例 9(4); 公务员回避规定 (祖父母、外祖父母、父母、子女、孙子女、外孙子女)"
_COLLATERAL = "三代以内旁系血亲: 政府采购法实施条例 9(4); 公务员回避规定 (伯叔姑舅姨、兄弟姐妹、堂表兄弟姐妹、侄甥)"
_NAMED = "近姻亲: 政府采购法实施条例 9(4); CATALOGUE 1.5 (配偶的父母、兄弟姐妹，子女的配偶，兄弟姐妹的配偶)"
_SECOND = "近姻亲: 公务员回避规定 (配偶的兄弟姐妹的配偶、子女配偶的父母); CATALOGUE 1.5; CONTRACT 3 (SP+SB+SP)"
_WIDE = "近姻亲: 公务员回避规定, 事业单位人事管理回避规定 6(4) (三代以内旁系血亲的配偶)"

CLASSES: tuple[KinClass, ...] = (
    KinClass("PA", 1, _LINEAL, ("SB PA", "SB SB PA"), ("PA SP", "SB PA SP")),
    KinClass("CH", 1, _LINEAL, ("CH SB", "CH SB SB"), ("SP CH", "SP CH SB")),
    KinClass(
        "GP", 2, _LINEAL,
        ("PA PA", "SB GP", "UN PA", "PA SB PA", "SB PA PA", "SB SB GP", "SB UN PA", "UN SB PA"),
        ("GP SP", "PA PA SP", "PA SP PA", "SB GP SP", "UN PA SP"),
    ),
    KinClass(
        "GC", 2, _LINEAL,
        ("CH CH", "CH NE", "GC SB", "CH CH SB", "CH NE SB", "CH SB CH", "CH SB NE", "GC SB SB"),
        ("SP GC", "SP CH CH", "CH SP CH", "SP GC SB", "SP CH NE"),
    ),
    KinClass("SB", 2, _COLLATERAL, ("PA CH", "SB SB", "PA CH SB", "SB PA CH", "SB SB SB")),
    KinClass("UN", 3, _COLLATERAL, ("PA SB", "SB UN", "PA PA CH", "PA SB SB", "SB PA SB", "SB SB UN")),
    KinClass("NE", 3, _COLLATERAL, ("SB CH", "NE SB", "PA CH CH", "SB SB CH", "SB CH SB", "NE SB SB")),
    KinClass(
        "CO", 4, _COLLATERAL,
        ("UN CH", "PA NE", "SB CO", "CO SB", "PA SB CH", "UN CH SB", "SB PA NE", "PA NE SB", "SB UN CH", "SB SB CO", "CO SB SB",
         "SB CO SB"),
    ),
    KinClass(
        "IL1", 2, _NAMED,
        ("SP PA", "SP SB", "CH SP", "SB SP", "SP PA CH", "PA CH SP", "SP SB PA", "CH SB SP", "SP SB SB", "SB SB SP"),
        ("SP PA SP", "SP CH SP"),
    ),
    KinClass(
        "IL1", 3, _WIDE,
        ("UN SP", "NE SP", "SP UN", "SP NE", "PA SB SP", "SP SB CH", "SB CH SP", "SP PA SB", "SB UN SP", "SP NE SB", "NE SB SP", "SP SB UN"),
    ),
    KinClass(
        "IL1", 4, _WIDE,
        ("CO SP", "SP CO", "UN CH SP", "SP PA NE", "PA NE SP", "SP UN CH", "SB CO SP", "SP CO SB", "CO SB SP", "SP SB CO"),
    ),
    KinClass("IL2", 3, _SECOND, ("SP SB SP", "CH SP PA")),
)  # fmt: skip
"""Every class with its chains; the inverse of a chain stands in the inverse class, so that the order of ids is nothing."""

KINDS: Mapping[tuple[str, ...], KinClass] = MappingProxyType(
    {tuple(chain.split()): kin for kin in CLASSES for chain in (*kin.chains, *kin.through_marriage)}
)
"""Chain of recorded codes → the class of its last person."""

COMPOSED: Mapping[tuple[str, ...], str] = MappingProxyType({chain: kin.code for chain, kin in KINDS.items()})
"""Chain of recorded codes → what the last person is to the first."""
