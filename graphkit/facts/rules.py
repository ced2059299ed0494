"""How a resolved row becomes nodes and edges, as data: one `NodeRule` or `EdgeRule` a line of meaning.

SQL fragments speak of one row `t` of `res_<template>`; they come from this package, never from data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NodeRule:
    """Rows of `template` describe a node of `label`; of several descriptions the smallest `priority` wins per property.

    `columns` maps a column of the fact table to SQL: properties of the model, and further columns for views.
    """

    label: str
    template: str
    id: str
    name: str
    grade: str = "'identifier'"
    second: str = "''"
    priority: int = 1
    where: str = "true"
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mention:
    """A column that names somebody or an account: SQL of its id, of the text it is named by, and of the link's grade."""

    id: str
    text: str
    grade: str = "'identifier'"
    where: str = "true"


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """Rows of `template` state an edge of `type`; `event` edges stay apart even when all else is equal."""

    type: str
    template: str
    from_id: str
    to_id: str
    grade: str = "'identifier'"
    from_date: str = "NULL::DATE"
    to_date: str = "NULL::DATE"
    where: str = "true"
    columns: Mapping[str, str] = field(default_factory=dict)
    event: bool = False


_ID_NUMBER = "[1-9][0-9]{5}((18|19|20)[0-9]{2}|[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}([0-9Xx]?)"
GRADE_RANK = "CASE {} WHEN 'identifier' THEN 0 WHEN 'unique_name' THEN 1 WHEN 'scoped_name' THEN 2 ELSE 3 END"
"""SQL of the rank of a grade, 0 the strongest (the order of `types.GRADES`): no other place spells it."""

GRADE_NAME = "CASE {} WHEN 0 THEN 'identifier' WHEN 1 THEN 'unique_name' WHEN 2 THEN 'scoped_name' ELSE 'name_only' END"
"""SQL of the grade of a rank."""


def weaker(*columns: str) -> str:
    """SQL of the weakest of some grades."""
    ranks = [GRADE_RANK.format(column) for column in columns]
    return GRADE_NAME.format(ranks[0] if len(ranks) == 1 else f"greatest({', '.join(ranks)})")


def weakest(column: str) -> str:
    """SQL of the weakest grade of a group."""
    return GRADE_NAME.format(f"max({GRADE_RANK.format(column)})")


def tail(column: str) -> str:
    """SQL of an organization's or person's id without its prefix."""
    return f"regexp_replace({column}, '^(org|person):(name:)?', '')"


def shown(column: str) -> str:
    """SQL of a text as a name to show: NULL when it is somebody's ID number, which stays in the records (CONTRACT 2)."""
    plain = f"regexp_replace({column}, '[^0-9A-Za-z]', '', 'g')"
    return f"CASE WHEN regexp_full_match({plain}, '{_ID_NUMBER}') THEN NULL ELSE {column} END"


def lot_no(column: str = "t.lot") -> str:
    """SQL of a lot number; a project without lots has one, 1."""
    return f"coalesce(nullif(trim({column}), ''), '1')"


NO_FILE = "coalesce({} NOT IN (SELECT id FROM id_filed_account), true)"
"""SQL: the accounts file does not say who holds this account, so a statement may (templates.csv, `from_name`)."""

PLAIN_KIND = "-"
"""Second label of an organization whose registered type has none: not even a supplier's (CONTRACT 3)."""

LOT = f"'lot:' || t.project_no || '/' || {lot_no()}"
TENDER = "'tender:' || t.project_no"
BID = f"'bid:' || t.project_no || '/' || {lot_no()} || '/' || t.bidder_ref"
AWARD = f"'award:' || t.project_no || '/' || {lot_no()} || '/' || t.supplier_ref"
CONTRACT = "'contract:' || t.contract_no"
