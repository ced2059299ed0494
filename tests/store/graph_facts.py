"""Facts folders for tests: tiny hand-written ones, and random ones that follow the model."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.model import EDGES, NODES, Kind

ARROW = {
    "text": pa.string(), "money": pa.int64(), "date": pa.date32(), "datetime": pa.timestamp("us"), "int": pa.int64(),
    "number": pa.float64(), "bool": pa.bool_(),
}  # fmt: skip

NODE_HEAD = {"id": pa.string(), "name": pa.string(), "grade": pa.string(), "second": pa.string(), "src": pa.int64()}
EDGE_HEAD = {
    "id": pa.string(), "from_id": pa.string(), "to_id": pa.string(), "from_date": pa.date32(), "to_date": pa.date32(),
    "confidence": pa.float64(), "derived": pa.bool_(), "grade": pa.string(), "src": pa.int64(), "parts": pa.list_(pa.string()),
}  # fmt: skip


def columns(props: Mapping[str, Kind]) -> dict[str, pa.DataType]:
    return {f"{name}_fen" if kind == "money" else name: ARROW[kind] for name, kind in props.items()}


def node(node_id: str, name: str | None = None, second: str = "", /, **props: Any) -> dict[str, Any]:
    return {"id": node_id, "name": name or node_id, "grade": "identifier", "second": second, "src": None, **props}


def edge(etype: str, a: str, b: str, tail: str = "0", /, **props: Any) -> dict[str, Any]:
    return {
        "id": f"{etype}:{a}>{b}#{tail:0>12}", "from_id": a, "to_id": b, "confidence": 1.0, "derived": False,
        "grade": "identifier", "parts": [], **props,
    }  # fmt: skip


def write(folder: Path, nodes: Iterable[Mapping[str, Any]], edges: Iterable[Mapping[str, Any]]) -> Path:
    """A facts folder; the label of a node follows from the prefix of its id, the type of an edge from its id."""
    prefixes = {spec.prefix: label for label, spec in NODES.items()}
    by_label: dict[str, list[Mapping[str, Any]]] = {}
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for row in nodes:
        by_label.setdefault(prefixes[row["id"].split(":")[0]], []).append(row)
    for row in edges:
        by_type.setdefault(row["id"].split(":")[0], []).append(row)
    for group in ("nodes", "edges"):
        (folder / group).mkdir(parents=True, exist_ok=True)
    for label, rows in by_label.items():
        schema = pa.schema(NODE_HEAD | columns(NODES[label].props))
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "nodes" / f"{label}.parquet")
    for kind, rows in by_type.items():
        schema = pa.schema(EDGE_HEAD | columns(EDGES[kind].props))
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "edges" / f"{kind}.parquet")
    return folder


_CHOICES = {
    "code": ["SP", "PA", "CH", "SB", "UN", "IL1"],
    "role_code": ["president", "vice_president", "doctor"],
    "status": ["valid", "withdrawn", "active"],
    "method": ["open_tender", "inquiry"],
    "category": ["goods", "works"],
    "kind": ["director", "phone", "mac", "hospital", "company"],
}


def random_facts(seed: int, folder: Path, per_label: int = 6, per_type: int = 12) -> Path:
    """A random graph that follows the model: parallel edges, self loops, nulls, empty labels and types included."""
    rng = random.Random(seed)
    ids: dict[str, list[str]] = {}
    nodes = []
    for label, spec in NODES.items():
        ids[label] = [f"{spec.prefix}:{i}" for i in range(rng.randint(0 if rng.random() < 0.15 else 2, per_label))]
        for i in ids[label]:
            second = rng.choice(["", *spec.second])
            nodes.append(node(i, f"{spec.zh}{rng.randint(1, 4)}", second, **_random_props(rng, spec.props)))
    edges = []
    for kind, spec in EDGES.items():
        starts = [i for label in spec.from_labels for i in ids[label] * (5 if label == "Contract" else 1)]
        ends = [i for label in spec.to_labels for i in ids[label]]
        if not starts or not ends or rng.random() < 0.1:
            continue
        for n in range(rng.randint(1, per_type)):
            day = rng.choice([None, _day(rng)])
            until = None if day is None or rng.random() < 0.5 else day + timedelta(days=rng.randint(0, 900))
            edges.append(
                edge(kind, rng.choice(starts), rng.choice(ends), f"{n:x}", from_date=day, to_date=until,
                     confidence=rng.choice([1.0, 0.5]), derived=rng.random() < 0.2, **_random_props(rng, spec.props))
            )  # fmt: skip
    return write(folder, nodes, edges)


def _day(rng: random.Random) -> date:
    return date(2020, 1, 1) + timedelta(days=rng.randint(0, 1500))


def _random_props(rng: random.Random, props: Mapping[str, Kind]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for (name, kind), column in zip(props.items(), columns(props), strict=True):
        if name in ("from_date", "to_date"):
            continue
        if rng.random() < 0.8:
            out[column] = {
                "text": lambda name=name: rng.choice(_CHOICES.get(name, ["甲", "乙", "x"])),
                "money": lambda: rng.choice([0, 5, 100, 123_456, 30_000_000, rng.randint(1, 10**9)]),
                "date": lambda: _day(rng),
                "datetime": lambda: (
                    datetime.combine(_day(rng), datetime.min.time()) + timedelta(minutes=rng.randint(0, 1439))
                ),
                "int": lambda: rng.randint(0, 5),
                "number": lambda: rng.choice([0.0, 1.0, 51.5, 100.0]),
                "bool": lambda: rng.random() < 0.5,
            }[kind]()
    return out
