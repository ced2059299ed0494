"""The append-only chain of decisions and audit records: each hash covers its record and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from json.encoder import encode_basestring as _quote
from typing import Any

import sqlalchemy as sa

from graphkit.db import tables as t

GENESIS = "0" * 64
_E = t.events.c
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Event:
    """What is written: who did what to whom, in which state before and after, and why. `payload` is plain JSON."""

    at: str
    by: str
    subject_kind: str
    subject_id: str
    action: str
    from_state: str
    to_state: str
    note: str
    payload: Mapping[str, Any]


def canonical(value: object) -> str:
    """Canonical JSON: sorted keys, no blanks, UTF-8 as it is."""
    return _ENCODER.encode(value)


_FIELDS = (
    "action",
    "at",
    "by",
    "from_state",
    "note",
    "payload",
    "prev_hash",
    "seq",
    "subject_id",
    "subject_kind",
    "to_state",
)
_COLUMNS = [t.events.c[name] for name in (*_FIELDS, "hash")]
_SEQ, _PREV = _FIELDS.index("seq"), _FIELDS.index("prev_hash")
_FORM = "{" + ",".join(f'"{name}":%s' for name in _FIELDS) + "}"


def digest(values: Sequence[Any]) -> str:
    """Hex SHA-256 over the canonical JSON of a record without its own `hash`; `values` in the order of its sorted keys.

    `payload` counts as its JSON text. (Written out by hand: a million records are checked at every `audit verify`.)
    """
    texts = tuple(_quote(v) if type(v) is str else str(v) for v in values)
    return hashlib.sha256((_FORM % texts).encode("utf-8", "surrogatepass")).hexdigest()


def append(connection: sa.Connection, event: Event) -> dict[str, Any]:
    """Write one event at the end of the chain; `connection` must hold the writer's place. Returns the stored record."""
    last = connection.execute(sa.select(_E.seq, _E.hash).order_by(_E.seq.desc()).limit(1)).first()
    head = _head(connection)
    seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
    if head and head[0] > seq:
        seq, prev = head  # the tail was cut: going on from the stored head keeps the gap in sight
    record: dict[str, Any] = {**asdict(event), "payload": canonical(event.payload), "seq": seq + 1, "prev_hash": prev}
    record["hash"] = digest([record[name] for name in _FIELDS])
    connection.execute(sa.insert(t.events).values(**record))
    for key, value in (("chain_head", record["hash"]), ("chain_count", str(record["seq"]))):
        if connection.execute(sa.update(t.meta).where(t.meta.c.key == key).values(value=value)).rowcount == 0:
            connection.execute(sa.insert(t.meta).values(key=key, value=value))
    return record


def _head(connection: sa.Connection) -> tuple[int, str] | None:
    known = dict(
        connection.execute(
            sa.select(t.meta.c.key, t.meta.c.value).where(t.meta.c.key.in_(("chain_head", "chain_count")))
        ).all()
    )
    return (int(known["chain_count"]), known["chain_head"]) if len(known) == 2 else None


def verify(connection: sa.Connection, head: str | None = None) -> dict[str, Any]:
    """`audit verify` of CONTRACT 2: `{"ok", "records", "head", "problem_at", "problem"}`.

    `problem_at` is the number of the first record at fault: altered, missing, put in, out of order, or cut off at the
    end (compared with the head stored beside the chain, and with `head`, one that was kept outside, where given).
    """
    count, prev, seen = 0, GENESIS, head is None
    for row in connection.execute(sa.select(*_COLUMNS).order_by(_E.seq).execution_options(yield_per=10_000)):
        seq = row[_SEQ]
        fault = _fault(row, count + 1, prev)
        if fault:
            return _answer(False, count, prev, count + 1 if seq > count + 1 else seq, fault)
        count, prev = count + 1, row[-1]
        seen = seen or prev == head
    stored = _head(connection)
    if stored is not None and stored != (count, prev):
        return _answer(False, count, prev, min(count, stored[0]) + (1 if stored[0] > count else 0), "head")
    if stored is None and count:
        return _answer(False, count, prev, count, "head")
    return _answer(seen, count, prev, None if seen else count, "" if seen else "head")


def _fault(row: Sequence[Any], expected: int, prev: str) -> str:
    if row[_SEQ] != expected:
        return "missing" if row[_SEQ] > expected else "order"
    if row[_PREV] != prev or row[-1] != digest(row[:-1]):
        return "altered"
    return ""


def _answer(ok: bool, records: int, head: str, problem_at: int | None, problem: str) -> dict[str, Any]:
    return {"ok": ok, "records": records, "head": head, "problem_at": problem_at, "problem": problem}
