"""Values that leave a store: ISO dates, decimal money, nodes and edges as dicts with `id` and `label` or `type`."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from graphkit.model import NODES
from graphkit.store.contract import CELL_CAP, QueryAnswer

_CENT = Decimal("0.01")
_PREFIX = {spec.prefix: label for label, spec in NODES.items()}


@dataclass(frozen=True, slots=True)
class Raw:
    """Columns and rows as an engine gave them."""

    columns: list[str]
    rows: list[list[Any]]


def label_of(node_id: str) -> str | None:
    """The primary label that an id's prefix stands for (CONTRACT 3); None for a prefix outside the model."""
    return _PREFIX.get(node_id.partition(":")[0])


def money(value: float | int) -> str:
    """Yuan as a decimal string with two decimals, half away from zero: 1234.5 → "1234.50"."""
    return str(Decimal(repr(value)).quantize(_CENT, ROUND_HALF_UP))


def out(value: Any, name: str = "") -> Any:
    """A JSON value; `name` is the column or property, whose ending `_cny` makes numbers money."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return money(value) if name.endswith("_cny") else value
    if _of_driver(value, "graph", "Node", "Relationship", "Path"):
        return _element(value)
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Sequence | set | frozenset) and not _of_driver(value, "time", "Duration"):
        return [out(item, name) for item in value]
    return _temporal(value)


def _of_driver(value: Any, module: str, *names: str) -> bool:
    """Whether a value is of the Neo4j driver's types; the driver is loaded when it is, and costs nothing when not."""
    loaded = sys.modules.get(f"neo4j.{module}")
    return loaded is not None and isinstance(value, tuple(getattr(loaded, name) for name in names))


def _element(value: Any) -> dict[str, Any]:
    if _of_driver(value, "graph", "Node"):
        return node_out(dict(value.items()), sorted(value.labels))
    if _of_driver(value, "graph", "Relationship"):
        return edge_out(dict(value.items()), value.type)
    return {"nodes": [out(n) for n in value.nodes], "relationships": [out(r) for r in value.relationships]}


def _mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    """A map; the engine in our process gives nodes, relationships and paths as maps of a fixed shape."""
    keys = value.keys()
    if keys == {"id", "labels", "properties"}:
        return node_out(value["properties"], value["labels"])
    if keys == {"id", "start", "end", "type", "properties"}:
        return edge_out(value["properties"], value["type"])
    return {key: out(item, key) for key, item in value.items()}


def node_out(props: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """NODE of the store contract from stored properties and all labels."""
    label = label_of(str(props.get("id"))) or (labels[0] if labels else "")
    kept = {k: out(v, k) for k, v in sorted(props.items()) if v is not None and k not in _HEAD}
    return {
        "id": props.get("id"),
        "label": label,
        "labels": [label, *sorted(x for x in labels if x != label)],
        "name": props.get("name"),
        "grade": props.get("grade"),
        "props": kept,
    }


_HEAD = frozenset({"id", "name", "grade", "title", "type", "from_id", "to_id"})


def edge_out(props: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """EDGE of the store contract without its ends."""
    return {
        "id": props.get("id"),
        "type": kind,
        "props": {k: out(v, k) for k, v in sorted(props.items()) if v is not None and k not in ("id", "title", "type")},
    }


def _temporal(value: Any) -> Any:
    if _of_driver(value, "time", "DateTime", "Date", "Time"):
        value = value.to_native()
    if isinstance(value, datetime):
        wall = value.replace(tzinfo=None) if value.utcoffset() == timedelta(0) else value
        return wall.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if _of_driver(value, "time", "Duration"):
        return {"months": value.months, "days": value.days, "seconds": value.seconds} | (
            {"nanoseconds": value.nanoseconds} if value.nanoseconds else {}
        )
    return str(value)


def parameter(value: Any) -> Any:
    """A parameter both engines take: a naive datetime is bound as UTC, the way datetimes are stored."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, (list, tuple)):
        return [parameter(item) for item in value]
    if isinstance(value, Mapping):
        return {key: parameter(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return float(value)
    return value


def answer(raw: Raw, cap: int, seconds: float, store: Literal["embedded", "neo4j"]) -> QueryAnswer:
    """Rows in contract shape, at most `cap` of them and at most `CELL_CAP` characters."""
    rows: list[list[Any]] = []
    room = CELL_CAP
    for row in raw.rows[:cap]:
        cells = [out(value, column) for value, column in zip(row, raw.columns, strict=True)]
        room -= sum(len(str(cell)) for cell in cells)
        if room < 0:
            break
        rows.append(cells)
    return {
        "columns": raw.columns,
        "rows": rows,
        "row_count": len(rows),
        "truncated": len(rows) < len(raw.rows),
        "seconds": round(seconds, 4),
        "store": store,
    }
