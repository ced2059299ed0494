"""`Ledger`: leads and what people decided about them, the last scan's findings, the audit chain."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from graphkit.db import Database
from graphkit.db import tables as t
from graphkit.errors import Text, UsageError
from graphkit.leads.draft import LeadDraft
from graphkit.ledger import chain, leads, schedule
from graphkit.ledger.contract import Schedule
from graphkit.ledger.states import DISPOSITIONS, rules, steps

Json = dict[str, Any]


def _local_now() -> datetime:
    return datetime.now().astimezone()


def current_user() -> str:
    """Who acts: `GRAPHKIT_USER`, else the account the process runs under (not what its environment claims)."""
    if named := os.environ.get("GRAPHKIT_USER"):
        return named
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid:{os.getuid()}"


class Ledger:
    """The ledger of a workspace. `now` is the (aware) clock, `own_level` this body's management level (None: any)."""

    def __init__(self, db: Database, *, now: Callable[[], datetime] = _local_now, own_level: str | None = None) -> None:
        self._db = db
        self.now = now
        self._own_level = own_level

    # — audit —

    def audit(self, action: str, details: Mapping[str, Any] | None = None, *, purpose: str = "", who: str = "") -> Json:
        """Write an audit record, on disk before this returns; returns the stored record.

        Call it before the answer is given: when it cannot be written it raises (`LimitReached`), and so the action
        does not happen. `purpose` is the reason a person gave.
        """
        with self._db.write() as connection:
            event = chain.Event(
                self._stamp(), who or current_user(), "audit", "", action, "", "", purpose, details or {}
            )
            return chain.append(connection, event)

    def audit_rows(self, top: int = 50) -> list[Json]:
        """The newest records of the chain (0: all), decisions on leads among them; `note` falls back on the details."""
        query = sa.select(t.events).order_by(t.events.c.seq.desc())
        with self._db.read() as connection:
            rows = connection.execute(query.limit(top) if top else query).mappings().all()
        return [{**row, "note": row["note"] or (row["payload"] if row["payload"] != "{}" else "")} for row in rows]

    def verify_chain(self, head: str | None = None) -> Json:
        """`audit verify` of CONTRACT 2; `head` is one that was noted outside the workspace earlier."""
        with self._db.read() as connection:
            return chain.verify(connection, head)

    # — leads —

    def upsert_leads(self, drafts: Sequence[LeadDraft], levels: Mapping[str, str] | None = None) -> dict[str, int]:
        """Take in the drafts of a scan: `{"new", "updated", "unchanged"}`; see `leads.upsert`."""
        with self._db.write() as connection:
            return leads.upsert(connection, drafts, self._stamp(), current_user(), levels, self._own_level)

    def leads(self, status: str | None = None) -> list[Json]:
        """Leads by number, all or those in one state (its id or its Chinese name). Unknown state: `UsageError`."""
        wanted = _state(status) if status else None
        query = sa.select(t.leads).order_by(t.leads.c.lead_no)
        with self._db.read() as connection:
            rows = connection.execute(query if wanted is None else query.where(t.leads.c.status == wanted)).all()
            return [leads.as_json(connection, row) for row in rows]

    def lead(self, number: str) -> Json:
        """One lead with its `history`. Raises `UsageError` for an unknown number."""
        with self._db.read() as connection:
            row = leads.find(connection, number)
            return {**leads.as_json(connection, row), "history": leads.history(connection, row.lead_no)}

    def act(self, number: str, action: str, **arguments: Any) -> Json:
        """One decision on a lead; returns the lead with its history.

        `assign(to)`, `dispose(how, reason)` with how = talk | preliminary | hold | close, `comment(text)`,
        `confirm(subjects)` (none = all members), `close(reason)`, `dismiss(reason)`, `transfer_up()`,
        `transfer_out(reason)`. Raises `UsageError` for a step that is not allowed in the lead's state or lacks an
        argument; nothing is then written.
        """
        with self._db.write() as connection:
            row = leads.find(connection, number)
            if action == "comment":
                self._note(connection, row, "comment", _given(arguments, "text"))
            elif action == "confirm":
                self._confirm(connection, row, tuple(arguments.get("subjects") or ()))
            elif action == "dispose":
                self._move(connection, row, _disposition(arguments), arguments, disposed=True)
            else:
                self._move(connection, row, action, arguments)
        return self.lead(number)

    def _move(
        self, connection: sa.Connection, row: Any, action: str, arguments: Mapping[str, Any], disposed: bool = False
    ) -> None:
        passed = steps(action, row.status)
        given = {name: _given(arguments, name) for name in rules().actions[action].needs}
        at, by, state = self._stamp(), current_user(), row.status
        for target in passed[:-1]:
            implied = {"registered": "register", "assigned": "assign"}[target]
            leads.record(connection, row.lead_no, implied, state, target, at, by, implied_by=action)
            state = target
        note = given.get("reason", str(arguments.get("reason") or ""))
        said = {"how": action, **given} if disposed else given
        leads.record(
            connection, row.lead_no, "dispose" if disposed else action, state, passed[-1], at, by, note, **said
        )
        values = {"status": passed[-1], "changed": at}
        if passed[-1] == "transfer_up":
            values |= leads.emptied(row)
        connection.execute(sa.update(t.leads).where(t.leads.c.lead_no == row.lead_no).values(**values))

    def _note(self, connection: sa.Connection, row: Any, action: str, note: str, **payload: Any) -> None:
        leads.record(
            connection, row.lead_no, action, row.status, row.status, self._stamp(), current_user(), note, **payload
        )

    def _confirm(self, connection: sa.Connection, row: Any, subjects: tuple[str, ...]) -> None:
        lead = leads.as_json(connection, row)
        possible = {*lead["members"], *(s["id"] for s in lead["subjects"])}
        if strangers := [s for s in subjects if s not in possible]:
            raise UsageError(
                "not-a-member",
                Text(
                    f"{'、'.join(strangers)} 不是线索 {row.lead_no} 的成员",
                    f"not a member of {row.lead_no}: {', '.join(strangers)}",
                ),
                Text("graphkit lead show 列出成员", "graphkit lead show lists the members"),
            )
        chosen = sorted(set(subjects or lead["members"]) - set(lead["confirmed"]))
        at, by = self._stamp(), current_user()
        for subject in chosen:
            connection.execute(sa.insert(t.confirmed).values(lead_no=row.lead_no, subject_id=subject, at=at, by=by))
        meant = sorted(subjects or lead["members"])
        names = {s["id"]: f"{s['name']} {s['id']}" for s in lead["subjects"]}
        self._note(connection, row, "confirm", "；".join(names.get(i, i) for i in meant), subjects=meant)

    # — scans —

    def publish_scan(
        self,
        report: Mapping[str, Any],
        findings: Iterable[Mapping[str, Any]],
        drafts: Sequence[LeadDraft],
        levels: Mapping[str, str] | None = None,
    ) -> Json:
        """Publish a finished scan whole or not at all: findings, leads and report; returns the report of CONTRACT 2.

        `report` needs `snapshot` and `as_of`; each finding `id` and `detector`. Findings of earlier scans are kept only
        where a lead still refers to them.
        """
        with self._db.write() as connection:
            at = self._stamp()
            run = f"{self.now():%Y%m%dT%H%M%S}-{os.urandom(4).hex()}"
            counts = leads.upsert(connection, drafts, at, current_user(), levels, self._own_level)
            full = {"run": run, **report, "leads": counts}
            seq = int(connection.execute(sa.select(sa.func.max(t.scans.c.seq))).scalar() or 0) + 1
            connection.execute(
                sa.insert(t.scans).values(
                    run=run,
                    seq=seq,
                    snapshot=report["snapshot"],
                    as_of=str(report["as_of"]),
                    report=chain.canonical(full),
                    finished=at,
                )
            )
            rows = [
                {"run": run, "id": f["id"], "detector": f["detector"], "json": chain.canonical(f)} for f in findings
            ]
            if rows:
                connection.execute(sa.insert(t.findings), rows)
            self._drop_old(connection, run, {row["id"] for row in rows})
            said = {"run": run, "snapshot": report["snapshot"], "findings": len(rows), "leads": counts}
            chain.append(connection, chain.Event(at, current_user(), "scan", run, "published", "", "", "", said))
        return full

    def _drop_old(self, connection: sa.Connection, run: str, fresh: set[str]) -> None:
        referred = {
            i for (text,) in connection.execute(sa.select(t.leads.c.json)) for i in json.loads(text)["findings"]
        }
        f = t.findings.c
        old = connection.execute(sa.select(f.run, f.id).where(f.run != run)).all()
        for row in old:
            if row.id in fresh or row.id not in referred:
                connection.execute(sa.delete(t.findings).where(f.run == row.run, f.id == row.id))

    def findings(self, detector: str | None = None) -> list[Json]:
        """Findings of the last finished scan, by id."""
        f = t.findings.c
        newest = sa.select(t.scans.c.run).order_by(t.scans.c.seq.desc()).limit(1).scalar_subquery()
        query = sa.select(f.json).where(f.run == newest).order_by(f.id)
        with self._db.read() as connection:
            rows = connection.execute(query if detector is None else query.where(f.detector == detector)).scalars()
            return [json.loads(text) for text in rows]

    def findings_of(self, ids: Iterable[str]) -> dict[str, Json]:
        """Findings by id, also those of earlier scans that a lead refers to."""
        wanted = set(ids)
        f = t.findings.c
        with self._db.read() as connection:
            rows = connection.execute(sa.select(f.id, f.json))
            return {identifier: json.loads(text) for identifier, text in rows if identifier in wanted}

    def last_scan(self) -> Json | None:
        """The report of the last finished scan, None when there was none."""
        query = sa.select(t.scans.c.report).order_by(t.scans.c.seq.desc()).limit(1)
        with self._db.read() as connection:
            text = connection.execute(query).scalar()
        return json.loads(text) if text else None

    def scan_due(self, settings: Schedule, snapshot: str) -> bool:
        """Whether a scan should run now over the data of `snapshot`; see `schedule.scan_due`."""
        query = sa.select(t.scans.c.finished, t.scans.c.snapshot).order_by(t.scans.c.seq.desc()).limit(1)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        last = datetime.fromisoformat(row.finished) if row else None
        return schedule.scan_due(settings, self.now(), last, row is None or row.snapshot != snapshot)

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="seconds")


def _given(arguments: Mapping[str, Any], name: str) -> str:
    text = str(arguments.get(name) or "").strip()
    if not text:
        raise UsageError(
            "argument-missing", Text(f"缺少 {name}", f"{name} is missing"), Text(f"请给出 {name}", f"give {name}")
        )
    return text


def _disposition(arguments: Mapping[str, Any]) -> str:
    how = str(arguments.get("how") or arguments.get("disposition") or "")
    if how not in DISPOSITIONS:
        raise UsageError(
            "unknown-disposition",
            Text(f"没有处置方式 {how}", f"there is no disposition {how}"),
            Text(f"可用：{'、'.join(DISPOSITIONS)}", f"use one of {', '.join(DISPOSITIONS)}"),
        )
    return how


def _state(name: str) -> str:
    for state in rules().states.values():
        if name in (state.id, state.name.zh, state.name.en):
            return state.id
    raise UsageError(
        "unknown-status",
        Text(f"没有状态 {name}", f"there is no status {name}"),
        Text(f"可用：{'、'.join(rules().states)}", f"known: {', '.join(rules().states)}"),
    )
