"""From the id of a node or an edge back to the row it was read from: nothing is shown without it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkit.duck import connect
from graphkit.facts.rules import GRADE_RANK
from graphkit.model import EDGES, NODES
from graphkit.types import Evidence, Source, fen_text
from graphkit.values.names import norm_name

_LABEL_OF_PREFIX = {node.prefix: label for label, node in NODES.items()}
_AS_TYPED = r"lower(translate(regexp_replace(name, '\s', '', 'g'), '（）', '()'))"
"""SQL of a name in the form that `norm_name` gives a key."""

Sources = Callable[[Iterable[int]], Mapping[Any, Source]]
Extras = Callable[[Iterable[int]], Mapping[Any, str]]


def kind_of(identifier: str) -> tuple[str, str]:
    """`("node", label)` or `("edge", type)` of an id; an empty type when the id is of neither form."""
    head = identifier.partition(":")[0]
    if head in EDGES:
        return "edge", head
    return "node", _LABEL_OF_PREFIX.get(head, "")


def plain(value: Any) -> Any:
    """A value as JSON: dates and datetimes as ISO text."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else value


class FactReader:
    """Nodes and edges of one snapshot by id, with their sources.

    `folder` is `graph/<snapshot>/facts`; `sources` and `extras` turn row references into `Source`s and the JSON text of
    columns that no template knows (`Records.sources`, `Records.extras`).
    """

    def __init__(self, folder: Path, sources: Sources, extras: Extras) -> None:
        self._folder = folder
        self._sources = sources
        self._extras = extras
        self._con = connect()
        self._known: dict[str, Evidence] = {}

    def rows(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Raw columns of each known id, as they stand in the fact tables."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for identifier in ids:
            kind, name = kind_of(identifier)
            if name:
                wanted.setdefault((kind, name), []).append(identifier)
        found: dict[str, dict[str, Any]] = {}
        for (kind, name), members in wanted.items():
            path = self._folder / f"{kind}s" / f"{name}.parquet"
            if not path.exists():
                continue
            cursor = self._con.execute(
                "SELECT * FROM read_parquet(?) WHERE id IN (SELECT unnest(?::VARCHAR[]))",
                [str(path), sorted(set(members))],
            )
            columns = [d[0] for d in cursor.description or ()]
            for row in cursor.fetchall():
                values = dict(zip(columns, row, strict=True))
                found[values["id"]] = values
        return found

    def called(self, name: str, labels: Iterable[str]) -> list[str]:
        """Ids of nodes with that name, as it stands or in the form in which most people type it: label by label, sorted."""
        norm = norm_name(name)
        found: list[str] = []
        for label in labels:
            path = self._folder / "nodes" / f"{label}.parquet"
            if path.exists():
                rows = self._con.execute(
                    f"SELECT id FROM read_parquet(?) WHERE name = ? OR {_AS_TYPED} = ? OR id = ? ORDER BY id",  # noqa: S608
                    [str(path), name, norm, f"org:name:{norm}"],
                ).fetchall()
                found += [row[0] for row in rows]
        return found

    def holders(self, accounts: Iterable[str]) -> dict[str, str]:
        """Account → the HOLDS_ACCOUNT edge that says best whose it is (strongest grade, then id)."""
        path = self._folder / "edges" / "HOLDS_ACCOUNT.parquet"
        if not path.exists():
            return {}
        rows = self._con.execute(
            f"""SELECT to_id, arg_min(id, ({GRADE_RANK.format("grade")}, id)) FROM read_parquet(?)
                WHERE to_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY to_id""",  # noqa: S608
            [str(path), sorted(set(accounts))],
        ).fetchall()
        return dict(rows)

    def names(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """`{node id: (label, name)}`; the label is the second one where there is one."""
        rows = self.rows(ids)
        return {i: (r.get("second") or kind_of(i)[1], r["name"]) for i, r in rows.items() if kind_of(i)[0] == "node"}

    def evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        """Evidence for each known id; the parts of derived edges come along."""
        rows = self.rows(i for i in ids if i not in self._known)
        parts = {p for r in rows.values() for p in r.get("parts") or ()} - set(self._known) - set(rows)
        everything = {**self.rows(sorted(parts)), **rows}
        numbers = {
            src for r in everything.values() for src in (r.get("src"), *(r.get("also") or ())) if src is not None
        }
        sources, extras = self._sources(sorted(numbers)), self._extras(sorted(numbers))
        for identifier, row in everything.items():
            also = tuple(sources[src] for src in row.get("also") or () if src in sources)
            self._known[identifier] = self._make(
                identifier, row, sources.get(row.get("src")), extras.get(row.get("src"), ""), also
            )
        return {i: self._known[i] for i in ids if i in self._known}

    def evidence_at(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Evidence]:
        """Evidence of a node or edge as another row states it, for each known (id, row reference)."""
        rows = self.rows(i for i, _ in places)
        numbers = sorted({src for _, src in places})
        sources, extras = self._sources(numbers), self._extras(numbers)
        return {
            (i, src): self._make(i, rows[i], sources.get(src), extras.get(src, "")) for i, src in places if i in rows
        }

    def _make(
        self,
        identifier: str,
        row: Mapping[str, Any],
        source: Source | None,
        extra: str,
        also: tuple[Source, ...] = (),
    ) -> Evidence:
        kind, name = kind_of(identifier)
        props = self.props(identifier, row)
        if extra:
            props["extra"] = json.loads(extra)
        parts = tuple(self._known[p] for p in row.get("parts") or () if p in self._known)
        return Evidence(
            "edge" if kind == "edge" else "node",
            identifier,
            name,
            row.get("from_id"),
            row.get("to_id"),
            props,
            source,
            parts,
            also,
        )

    @staticmethod
    def props(identifier: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The model's properties of a row, as JSON values; money as decimal strings under `<name>_cny`."""
        kind, name = kind_of(identifier)
        spec = EDGES[name].props if kind == "edge" else NODES[name].props
        out: dict[str, Any] = {"name": row["name"], "grade": row["grade"]} if kind == "node" else {}
        if kind == "edge":
            out = {k: plain(row[k]) for k in ("from_date", "to_date") if row.get(k) is not None}
            out |= {"confidence": row["confidence"], "derived": row["derived"], "grade": row["grade"]}
        for prop, value_kind in spec.items():
            value = row.get(f"{prop}_fen" if value_kind == "money" else prop)
            if value is not None:
                out[f"{prop}_cny" if value_kind == "money" else prop] = (
                    fen_text(value) if value_kind == "money" else plain(value)
                )
        return out

    def close(self) -> None:
        """Close the connection."""
        self._con.close()
