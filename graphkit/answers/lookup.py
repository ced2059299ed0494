"""From names and numbers to ids, and from a source back to the raw cells of its row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphkit.answers.judged import stands_for
from graphkit.answers.masking import masked_text
from graphkit.errors import Text, UsageError
from graphkit.facts.evidence import kind_of
from graphkit.identity.keys import keyed
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
    """`resolve` of CONTRACT 2: the subjects behind each key, in the order given; an unknown key has no matches.

    A key that is somebody's number comes back with its last four only, found or not.
    """
    answers = []
    for key in keys:
        matches = _matches(ws, key.strip())
        answers.append({"key": _masked(ws, key, matches), "matches": matches})
    return answers


def the(ws: Workspace, key: str) -> str:
    """The one id behind `key`; raises `UsageError` (exit 2) for none or several, which are listed."""
    matches = _matches(ws, key.strip())
    if len(matches) == 1:
        return str(matches[0]["id"])
    shown = _masked(ws, key, matches)
    if not matches:
        raise UsageError(
            "unknown-subject",
            Text(f"没有找到 {shown}", f"nothing is called {shown}"),
            Text(
                "用编号、完整名称或证件号；graphkit resolve 可查询",
                "use an id, a full name or a number; graphkit resolve looks one up",
            ),
        )
    listed = "；".join(f"{m['name']} {m['id']}" for m in matches[:10])
    raise UsageError(
        "ambiguous-subject",
        Text(f"{shown} 对应 {len(matches)} 个主体：{listed}", f"{shown} is {len(matches)} subjects: {listed}"),
        Text("请改用其中一个编号", "use one of these ids"),
        matches=matches,
    )


def _matches(ws: Workspace, key: str) -> list[Json]:
    merged = stands_for(ws)
    ids = [merged.get(i, i) for i in _candidates(ws, key)]
    rows = ws.facts.rows(ids)
    found = [i for i in dict.fromkeys(ids) if i in rows]
    if not found:
        # A unit's name that was judged another's leads there, beside whoever carries the name in the graph.
        named = merged.get(f"org:name:{norm_name(key)}")
        found = list(dict.fromkeys([*ws.facts.called(key, _NAMED), *([named] if named else [])]))
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


def _masked(ws: Workspace, key: str, matches: Sequence[Json]) -> str:
    """The key as it may be shown: ids, names and business keys as given, a personal number with its last four."""
    plain = key.strip()
    if kind_of(plain)[1]:
        return key
    numbers = {i for i in _candidates(ws, plain) if i.startswith(("person:", "acct:"))}
    if any(m["id"] in numbers for m in matches):
        return _ALL_BUT_FOUR.sub("*", key)
    return key if matches else masked_text(key, strict=True)


_ALL_BUT_FOUR = re.compile(r"\w(?=(?:\W*\w){4})")


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


def source_row(ws: Workspace, source: Mapping[str, Any]) -> Json:
    """The raw cells of a row beside its source. `source` holds `sha256`, `sheet`, `row` (an evidence's `source`)."""
    return {
        "source": dict(source),
        "cells": ws.records.raw_cells(str(source["sha256"]), source.get("sheet"), int(source["row"])),
    }
