"""`--unmask`: full ID numbers, accounts and phones beside the nodes and edges of an answer, read from the records.

The facts hold keyed hashes only. A number is found again in the rows that name the node: the value whose hash is the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphkit.facts.evidence import kind_of
from graphkit.identity.keys import keyed
from graphkit.values.account import normalise_account
from graphkit.values.id_no import normalise_id_no
from graphkit.values.names import norm_name
from graphkit.values.phone import normalise_phone

if TYPE_CHECKING:
    import duckdb

    from graphkit.workspace import Workspace

_PROP = {"person": "id_no", "acct": "acct", "contact": "phone"}


def unmasked(ws: Workspace, answer: Any) -> Any:
    """The answer with `id_no`, `acct` and `phone` in the `props` of the nodes it names; of an edge, those of its ends.

    Where both ends have a number of one kind the props are `from_acct` and `to_acct` (`id_no` and `phone` likewise).
    """
    edges: dict[str, tuple[str, str]] = {}
    ids: set[str] = set()
    for thing in _things(answer):
        if thing.get("from") and thing.get("to"):
            edges[thing["id"]] = (thing["from"], thing["to"])
            ids.update(edges[thing["id"]])
        else:
            ids.add(thing["id"])
    numbers = _numbers(ws, {i for i in ids if _kind(i)}, edges)
    return _with(answer, numbers)


def _kind(identifier: str) -> str:
    """`person`, `acct` or `contact` when the id stands for a number, else nothing."""
    head, _, rest = identifier.partition(":")
    if head == "contact":
        return head if rest.startswith("phone:") else ""
    return head if head in _PROP and not rest.startswith("name:") else ""


def _things(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of an answer that is a node, a subject or an edge."""
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str) and kind_of(value["id"])[1]:
            yield value
        for inner in value.values():
            yield from _things(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _things(inner)


def _with(value: Any, numbers: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_with(inner, numbers) for inner in value]
    if not isinstance(value, Mapping):
        return value
    out = {k: _with(v, numbers) for k, v in value.items()}
    if isinstance(value.get("id"), str) and (found := _props(value, numbers)):
        out["props"] = {**(out.get("props") or {}), **found}
    return out


def _props(thing: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, str]:
    if not (thing.get("from") and thing.get("to")):
        return {_PROP[_kind(i)]: numbers[i] for i in (thing["id"],) if i in numbers}
    ends = {side: thing[side] for side in ("from", "to") if thing[side] in numbers}
    props = [_PROP[_kind(i)] for i in ends.values()]
    both = len(set(props)) < len(props)
    return {f"{side}_{prop}" if both else prop: numbers[i] for (side, i), prop in zip(ends.items(), props, strict=True)}


def _numbers(ws: Workspace, wanted: set[str], edges: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Id → full number, from the rows of the nodes, of the answer's edges, and of what uses a contact."""
    touching = [e for e, ends in edges.items() if not wanted.isdisjoint(ends)]
    rows = ws.facts.rows([*wanted, *touching])
    srcs = {int(row["src"]) for row in rows.values() if row.get("src") is not None}
    found: dict[str, str] = {}
    con = ws.records.connect(ws.snapshot)
    try:
        srcs |= _contact_rows(ws, con, [i for i in wanted if _kind(i) == "contact"])
        texts = sorted(_texts(con, srcs))
    finally:
        con.close()
    for prefix, kind, normal in (
        ("person:", "id_no", normalise_id_no),
        ("acct:", "acct", normalise_account),
        ("contact:phone:", "contact", _phone),
    ):
        values = sorted({v for t in texts if (v := normal(t))})
        found |= {
            i: v
            for v, digest in zip(values, keyed(ws.key, kind, values), strict=True)
            if (i := prefix + digest) in wanted
        }
    return found


def _phone(text: str) -> str:
    return normalise_phone(text) or norm_name(text)


def _contact_rows(ws: Workspace, con: duckdb.DuckDBPyConnection, contacts: list[str]) -> set[int]:
    """Rows that state a contact: the node itself is made of many and names none."""
    path = ws.facts_dir / "edges" / "HAS_CONTACT.parquet"
    if not contacts or not path.exists():
        return set()
    query = "SELECT min(src) FROM read_parquet(?) WHERE to_id IN (SELECT unnest(?::VARCHAR[])) AND src IS NOT NULL GROUP BY to_id"
    return {row[0] for row in con.execute(query, [str(path), contacts]).fetchall()}


def _texts(con: duckdb.DuckDBPyConnection, srcs: Iterable[int]) -> set[str]:
    """Every text that stands in some rows of the records."""
    wanted = sorted(srcs)
    used = "SELECT DISTINCT template FROM rec_parts WHERE part_no IN (SELECT unnest(?::BIGINT[]) >> 32)"
    found: set[str] = set()
    for (template,) in con.execute(used, [wanted]).fetchall():
        query = f"SELECT * FROM rec_{template} WHERE _src IN (SELECT unnest(?::BIGINT[]))"  # noqa: S608
        rows = con.execute(query, [wanted]).fetchall()
        found |= {cell for row in rows for cell in row if isinstance(cell, str)}
    return found
