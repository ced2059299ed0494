"""Which text of law covers which relative, as data: (code, degree) → scopes.

A scope says what its own text, or the list that its text is read by, names; a tie that no scope names is covered by
none. The degree is that of a composed tie (`kin_table`); a recorded code has the degree of the model.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.errors import Text
from graphkit.model import KIN_DEGREE

_SPOUSE = frozenset({("SP", 0)})
_LINEAL = frozenset({("PA", 1), ("CH", 1), ("GP", 2), ("GC", 2)})
_COLLATERAL = frozenset({("SB", 2), ("UN", 3), ("NE", 3), ("CO", 4)})
_IN_LAWS = frozenset({("IL1", 2), ("IL2", 3)})
_SPOUSES_OF_COLLATERALS = frozenset({("IL1", 3), ("IL1", 4)})


@dataclass(frozen=True, slots=True)
class Scope:
    """One rule of recusal: `ref` as findings cite it, what must be avoided, where the list of relatives comes from."""

    id: str
    ref: str
    duty: Text
    basis: Text
    kinds: frozenset[tuple[str, int]]


PROCUREMENT = Scope(
    "procurement",
    "政府采购法实施条例 9(4)",
    Text(
        "采购人员及相关人员与供应商的法定代表人或者负责人有所列亲属关系的，应当回避",
        "purchasing staff related so to the legal representative or head of a supplier stand back",
    ),
    Text(
        "夫妻、直系血亲、三代以内旁系血亲、近姻亲；条例没有列举近姻亲，此处取配偶的父母和兄弟姐妹、子女的配偶、"
        "兄弟姐妹的配偶、配偶的兄弟姐妹的配偶、亲家",
        "spouses, lineal blood relatives, collaterals within three generations, close in-laws; the regulation does not "
        "list the in-laws: parents and siblings of the spouse, spouses of children and siblings, spouses of the "
        "spouse's siblings, parents of a child's spouse are taken",
    ),
    _SPOUSE | _LINEAL | _COLLATERAL | _IN_LAWS,
)
CIVIL_SERVICE = Scope(
    "civil_service",
    "公务员法 74、76",
    Text(
        "公务员任职、执行公务涉及所列亲属利害关系的，应当回避",
        "civil servants stand back in appointments and in acts that touch the interest of such relatives",
    ),
    Text(
        "夫妻、直系血亲、三代以内旁系血亲、近姻亲；公务员回避规定所列近姻亲含三代以内旁系血亲的配偶",
        "spouses, lineal blood relatives, collaterals within three generations, close in-laws, which by the rules on "
        "recusal include the spouses of collaterals within three generations",
    ),
    _SPOUSE | _LINEAL | _COLLATERAL | _IN_LAWS | _SPOUSES_OF_COLLATERALS,
)
PUBLIC_INSTITUTIONS = Scope(
    "public_institutions",
    "事业单位人事管理回避规定 6",
    Text(
        "事业单位聘用至有直接领导关系的岗位等，应当回避所列亲属",
        "public institutions do not place such relatives in posts of direct command",
    ),
    CIVIL_SERVICE.basis,
    CIVIL_SERVICE.kinds,
)
SUPERVISION = Scope(
    "supervision",
    "监察法 58（2018 年文本条号）",
    Text(
        "办理监察事项的人员是监察对象、检举人的近亲属的，应当回避",
        "supervisors who are near relatives of the person examined or of the informant stand back",
    ),
    Text(
        "近亲属：夫、妻、父、母、子、女、同胞兄弟姊妹（监察法释义）",
        "near relatives: spouse, parents, children, siblings (official commentary)",
    ),
    _SPOUSE | frozenset({("PA", 1), ("CH", 1), ("SB", 2)}),
)
SCOPES: tuple[Scope, ...] = (PROCUREMENT, CIVIL_SERVICE, PUBLIC_INSTITUTIONS, SUPERVISION)


def covering(code: str, degree: int | None = None) -> tuple[Scope, ...]:
    """The scopes that name a tie, in the order of `SCOPES`; none for an unknown code. No degree: that of the code."""
    kind = (code, KIN_DEGREE.get(code, -1) if degree is None else int(degree))
    return tuple(scope for scope in SCOPES if kind in scope.kinds)
