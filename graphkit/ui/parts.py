"""Nodes and edges of the canvas, read from the JSON shapes of CONTRACT 2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from graphkit.model import NODES
from graphkit.types import COLOURS

_PREFIX: Mapping[str, str] = {n.prefix: label for label, n in NODES.items()}


@dataclass(frozen=True, slots=True)
class Count:
    """How many edges of one type leave (`out`) or reach (`in`) a node in the whole graph."""

    type: str
    direction: str
    count: int


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody or something on the canvas; `colour` is the worst colour of the findings that name it."""

    id: str
    label: str
    name: str
    colour: str = ""
    grade: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[Mapping[str, Any], ...] = ()
    counts: tuple[Count, ...] | None = None
    """None until somebody asked."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship with the rows it was read from (a payment may have two); a derived one has parts instead."""

    id: str
    type: str
    from_id: str
    to_id: str
    props: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[Mapping[str, Any], ...] = ()
    parts: tuple[Edge, ...] = ()

    @property
    def amount(self) -> Decimal:
        """Yuan; zero when it has none."""
        return yuan(self.props.get("amount_cny"))


def yuan(value: object) -> Decimal:
    """A money value of an answer as a decimal; zero when absent or not a number."""
    try:
        return Decimal(str(value)) if value not in (None, "") else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def label_of(node_id: str) -> str:
    """The label that the prefix of a business key stands for; empty when none does."""
    return _PREFIX.get(node_id.partition(":")[0], "")


def node_of(row: Mapping[str, Any]) -> Node:
    """A NODE or a SUBJECT."""
    return Node(
        id=str(row["id"]),
        label=str(row.get("label") or label_of(str(row["id"]))),
        name=str(row.get("name") or row["id"]),
        grade=str(row.get("identity_grade") or (row.get("props") or {}).get("grade") or ""),
        props=dict(row.get("props") or {}),
        sources=tuple(row.get("sources") or ()),
    )


def edge_of(row: Mapping[str, Any]) -> Edge:
    """An EVIDENCE of kind edge."""
    return Edge(
        id=str(row["id"]),
        type=str(row["type"]),
        from_id=str(row["from"]),
        to_id=str(row["to"]),
        props=dict(row.get("props") or {}),
        sources=tuple(row.get("sources") or ([row["source"]] if row.get("source") else ())),
        parts=tuple(edge_of(p) for p in row.get("derived_from") or () if p.get("kind") == "edge"),
    )


def worse(one: str, other: str) -> str:
    """The worse of two colours; an empty one is no colour."""
    known = [c for c in (one, other) if c in COLOURS]
    return min(known, key=COLOURS.index, default="")


def colours_of(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Subject id → worst colour of the findings that name it."""
    found: dict[str, str] = {}
    for finding in findings:
        for subject in finding.get("subjects", ()):
            found[subject["id"]] = worse(found.get(subject["id"], ""), str(finding.get("colour", "")))
    return found


def evidence_of(findings: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every EVIDENCE of some findings, nodes and edges."""
    for finding in findings:
        yield from finding.get("evidence", ())


def evidence_node(row: Mapping[str, Any]) -> Node:
    """An EVIDENCE of kind node."""
    props = dict(row.get("props") or {})
    source = row.get("source")
    return Node(
        id=str(row["id"]),
        label=str(row.get("type") or label_of(str(row["id"]))),
        name=str(props.get("name") or row["id"]),
        grade=str(props.get("grade") or ""),
        props=props,
        sources=(source,) if source else (),
    )
