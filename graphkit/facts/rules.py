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


GRADE_RANK = "CASE {} WHEN 'identifier' THEN 0 WHEN 'unique_name' THEN 1 WHEN 'scoped_name' THEN 2 ELSE 3 END"
GRADE_NAME = "CASE {} WHEN 0 THEN 'identifier' WHEN 1 THEN 'unique_name' WHEN 2 THEN 'scoped_name' ELSE 'name_only' END"


def weaker(*columns: str) -> str:
    """SQL of the weakest of some grades."""
    ranks = [GRADE_RANK.format(column) for column in columns]
    return GRADE_NAME.format(ranks[0] if len(ranks) == 1 else f"greatest({', '.join(ranks)})")


def tail(column: str) -> str:
    """SQL of an organization's or person's id without its prefix."""
    return f"regexp_replace({column}, '^(org|person):(name:)?', '')"


def lot_no(column: str = "t.lot") -> str:
    """SQL of a lot number; a project without lots has one, 1."""
    return f"coalesce(nullif(trim({column}), ''), '1')"


LOT = f"'lot:' || t.project_no || '/' || {lot_no()}"
TENDER = "'tender:' || t.project_no"
BID = f"'bid:' || t.project_no || '/' || {lot_no()} || '/' || t.bidder_ref"
AWARD = f"'award:' || t.project_no || '/' || {lot_no()} || '/' || t.supplier_ref"
CONTRACT = "'contract:' || t.contract_no"
