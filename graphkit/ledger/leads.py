"""Leads in the database: taken in from a scan, read, moved from state to state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from graphkit.db import tables as t
from graphkit.errors import Text, UsageError
from graphkit.leads.draft import LeadDraft
from graphkit.ledger.chain import Event, append, canonical
from graphkit.ledger.matching import blind, match
from graphkit.ledger.states import above, rules
from graphkit.types import fen_text

_L = t.leads.c


def upsert(
    connection: sa.Connection,
    drafts: Sequence[LeadDraft],
    at: str,
    by: str,
    levels: Mapping[str, str] | None = None,
    own_level: str | None = None,
) -> dict[str, int]:
    """Take in the drafts of a scan: `{"new", "updated", "unchanged"}`. Nothing is ever doubled or taken away.

    A lead that rests (closed, dismissed, on hold, archived) keeps its state until its evidence changes. `levels` is
    subject id → management level: a lead with a subject above `own_level` goes up at once and only its number and date
    are kept (检举控告规则 15).
    """
    rows = {row.lead_no: row for row in connection.execute(sa.select(t.leads).order_by(_L.lead_no))}
    known = {number: (row.key, frozenset(json.loads(row.members))) for number, row in rows.items()}
    found = match(drafts, known)
    last = max((int(number.removeprefix("L-")) for number in rows), default=0)
    counts = {"new": 0, "updated": 0, "unchanged": 0}
    for index in sorted(range(len(drafts)), key=lambda i: (i in found, -drafts[i].score, drafts[i].key)):
        draft = drafts[index]
        up = any(above((levels or {}).get(str(s["id"])), own_level) for s in draft.subjects)
        number = found.get(index)
        if number is None:
            last += 1
            _insert(connection, f"L-{last:04d}", draft, up, at, by)
            counts["new"] += 1
        else:
            counts[_update(connection, rows[number], draft, up, at, by)] += 1
    return counts


def _insert(connection: sa.Connection, number: str, draft: LeadDraft, up: bool, at: str, by: str) -> None:
    state = "transfer_up" if up else "new"
    connection.execute(
        sa.insert(t.leads).values(
            lead_no=number,
            key=draft.key,
            members=_members(draft, up),
            json=_EMPTY if up else content(draft),
            first_seen=at,
            changed=at,
            status=state,
            evidence_hash=draft.evidence_hash,
        )
    )
    record(connection, number, "transfer_up" if up else "found", "", state, at, by, evidence=draft.evidence_hash)


def _update(connection: sa.Connection, row: Any, draft: LeadDraft, up: bool, at: str, by: str) -> str:
    if row.status == "transfer_up":
        return "unchanged"
    values: dict[str, Any] = {
        "key": draft.key,
        "members": _members(draft, up),
        "json": _EMPTY if up else content(draft),
    }
    fresh = row.evidence_hash != draft.evidence_hash
    if not fresh and not up and all(getattr(row, name) == value for name, value in values.items()):
        return "unchanged"
    state = "transfer_up" if up else row.status
    reopened = rules().states[row.status].reopens_to if fresh and not up else None
    if fresh or up:
        action = "transfer_up" if up else "reopened" if reopened else "evidence"
        state = reopened or state
        record(connection, row.lead_no, action, row.status, state, at, by, evidence=draft.evidence_hash)
        values.update(changed=at, status=state, evidence_hash=draft.evidence_hash)
    connection.execute(sa.update(t.leads).where(_L.lead_no == row.lead_no).values(**values))
    return "updated"


def _members(draft: LeadDraft, up: bool) -> str:
    return canonical(sorted(blind(draft.members) if up else draft.members))


def content(draft: LeadDraft) -> str:
    """The lead as JSON text, both languages; the parts that number, state and history add are left to the reader."""
    return canonical(
        {
            "title": draft.title,
            "score": draft.score,
            "colour": draft.colour,
            "subjects": list(draft.subjects),
            "findings": list(draft.findings),
            "families": list(draft.families),
            "amount_cny": fen_text(draft.amount_fen),
            "reasons": list(draft.reasons),
            "refuting": list(draft.refuting),
            "missing": list(draft.missing),
            "parts": list(draft.parts),
        }
    )


_EMPTY = content(
    LeadDraft("", frozenset(), {"zh": "报送上级", "en": "passed up"}, 0.0, "yellow", (), (), (), 0, (), (), (), "")
)


def emptied(row: Any) -> dict[str, str]:
    """What remains of a lead that goes up: neither content nor names, only what recognises it in the next scan."""
    return {"json": _EMPTY, "members": canonical(sorted(blind(json.loads(row.members))))}


def record(
    connection: sa.Connection,
    number: str,
    action: str,
    before: str,
    after: str,
    at: str,
    by: str,
    note: str = "",
    **payload: Any,
) -> None:
    """Write one step of a lead into the chain."""
    append(connection, Event(at, by, "lead", number, action, before, after, note, payload))


def find(connection: sa.Connection, number: str) -> Any:
    """The row of a lead. Raises `UsageError` for an unknown number."""
    row = connection.execute(sa.select(t.leads).where(_L.lead_no == number.strip().upper())).first()
    if row is None:
        raise UsageError(
            "unknown-lead",
            Text(f"没有线索 {number}", f"there is no lead {number}"),
            Text("graphkit leads 列出全部线索", "graphkit leads lists them all"),
        )
    return row


def as_json(connection: sa.Connection, row: Any) -> dict[str, Any]:
    """A lead with its state; texts in both languages, `members`, `key`, `confirmed` and `owner` beside CONTRACT 2."""
    confirmed = connection.execute(
        sa.select(t.confirmed.c.subject_id)
        .where(t.confirmed.c.lead_no == row.lead_no)
        .order_by(t.confirmed.c.subject_id)
    )
    assigned = connection.execute(
        sa.select(t.events.c.payload)
        .where(t.events.c.subject_kind == "lead", t.events.c.subject_id == row.lead_no, t.events.c.action == "assign")
        .order_by(t.events.c.seq.desc())
        .limit(1)
    ).scalar()
    return {
        "lead_no": row.lead_no,
        **json.loads(row.json),
        "status": row.status,
        "first_seen": row.first_seen,
        "changed": row.changed,
        "pattern_id": None,
        "owner": json.loads(assigned).get("to") if assigned else None,
        "confirmed": list(confirmed.scalars()),
        "members": json.loads(row.members),
        "key": row.key,
    }


def history(connection: sa.Connection, number: str) -> list[dict[str, Any]]:
    """The steps of a lead, oldest first, as in `lead show` of CONTRACT 2."""
    e = t.events.c
    rows = connection.execute(
        sa.select(t.events).where(e.subject_kind == "lead", e.subject_id == number).order_by(e.seq)
    )
    return [
        {
            "seq": r.seq,
            "at": r.at,
            "by": r.by,
            "action": r.action,
            "from": r.from_state,
            "to": r.to_state,
            "note": r.note,
            "payload": json.loads(r.payload),
            "hash": r.hash,
            "prev_hash": r.prev_hash,
        }
        for r in rows
    ]
