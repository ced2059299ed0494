"""From names and numbers to ids, and from a source back to the raw cells of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphkit.duck import connect
from graphkit.errors import Text, UsageError
from graphkit.facts.evidence import kind_of
from graphkit.identity.keys import keyed
from graphkit.model import NODES
from graphkit.values.account import normalise_account
from graphkit.values.id_no import normalise_id_no
from graphkit.values.names import norm_name
from graphkit.values.uscc import valid_uscc

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace

_NAMED = (
    "Person",
    "Organization",
    "Tender",
    "Contract",
    "Account",
    "Item",
    "Lead",
    "Case",
    "Department",
    "RuralContract",
)


def resolve(ws: Workspace, keys: Sequence[str]) -> list[Json]:
    """`resolve` of CONTRACT 2: the subjects behind each key, in the order given; an unknown key has no matches."""
    return [{"key": key, "matches": _matches(ws, key.strip())} for key in keys]


def the(ws: Workspace, key: str) -> str:
    """The one id behind `key`; raises `UsageError` (exit 2) for none or several, which are listed."""
    matches = _matches(ws, key.strip())
    if len(matches) == 1:
        return str(matches[0]["id"])
    if not matches:
        raise UsageError(
            "unknown-subject",
            Text(f"没有找到 {key}", f"nothing is called {key}"),
            Text(
                "用编号、完整名称或证件号；graphkit resolve 可查询",
                "use an id, a full name or a number; graphkit resolve looks one up",
            ),
        )
    listed = "；".join(f"{m['name']} {m['id']}" for m in matches[:10])
    raise UsageError(
        "ambiguous-subject",
        Text(f"{key} 对应 {len(matches)} 个主体：{listed}", f"{key} is {len(matches)} subjects: {listed}"),
        Text("请改用其中一个编号", "use one of these ids"),
        matches=matches,
    )


def _matches(ws: Workspace, key: str) -> list[Json]:
    ids = _candidates(ws, key)
    rows = ws.facts.rows(ids)
    found = [i for i in dict.fromkeys(ids) if i in rows]
    if not found:
        found = _by_name(ws, key)
        rows = ws.facts.rows(found)
    return [
        {
            "id": i,
            "label": rows[i].get("second") or kind_of(i)[1],
            "name": rows[i]["name"],
            "role": "",
            "identity_grade": rows[i]["grade"],
        }
        for i in found
    ]


def _candidates(ws: Workspace, key: str) -> list[str]:
    """Ids that the key may be or stand for, without looking into the data."""
    ids = [key] if kind_of(key)[1] else []
    if number := normalise_id_no(key):
        ids.append(f"person:{keyed(ws.key, 'id_no', [number])[0]}")
    if valid_uscc(code := "".join(key.upper().split())):
        ids.append(f"org:{code}")
    if (account := normalise_account(key)) and account != "CASH":
        ids.append(f"acct:{keyed(ws.key, 'acct', [account])[0]}")
    ids += [f"tender:{key}", f"contract:{key}", f"lot:{key}", f"item:{key}"]
    return [i for i in ids if kind_of(i)[0] == "node"]


_AS_TYPED = r"lower(translate(regexp_replace(name, '\s', '', 'g'), '（）', '()'))"
"""SQL of a name in the form in which most people type it; `norm_name` of the key is compared with it."""


def _by_name(ws: Workspace, key: str) -> list[str]:
    found: list[str] = []
    norm = norm_name(key)
    con = connect()
    try:
        for label in _NAMED:
            path = ws.facts_dir / "nodes" / f"{label}.parquet"
            if label in NODES and path.exists():
                rows = con.execute(
                    f"SELECT id FROM read_parquet(?) WHERE name = ? OR {_AS_TYPED} = ? OR id = ? ORDER BY id",  # noqa: S608
                    [str(path), key, norm, f"org:name:{norm}"],
                ).fetchall()
                found += [row[0] for row in rows]
    finally:
        con.close()
    return found


def source_row(ws: Workspace, source: Mapping[str, Any]) -> Json:
    """The raw cells of a row beside its source. `source` holds `sha256`, `sheet`, `row` (an evidence's `source`)."""
    return {
        "source": dict(source),
        "cells": ws.records.raw_cells(str(source["sha256"]), source.get("sheet"), int(source["row"])),
    }
