"""People's judgements on who is who, as data: events of the audit chain, append-only; some of them are in force.

A judgement is an event with `subject_kind` identity: `action` is the verb, `note` the reason, `payload` holds
`seq` (its own number, from 1), `a` and `b` (ids, a < b) and, of an undo, `undoes`. Every change of one breaks the chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from graphkit.db import tables as t

KIND = "identity"
"""`subject_kind` of a judgement's event."""

Statement = tuple[str, str, str]
"""(same | different | unsure, a, b) with a < b: all of a judgement that has consequences."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Who said when that `a` and `b` are the same, different, or that it is unsure; or took judgement `undoes` back."""

    seq: int
    at: str
    by: str
    verb: str
    a: str
    b: str
    reason: str
    undoes: int | None = None

    @property
    def statement(self) -> Statement:
        """What it says, whoever said it when."""
        return self.verb, self.a, self.b

    def as_json(self) -> dict[str, Any]:
        """`{"seq", "at", "by", "verb", "a", "b", "reason", "undoes"}`."""
        return {name: getattr(self, name) for name in ("seq", "at", "by", "verb", "a", "b", "reason", "undoes")}


def judgements(connection: sa.Connection) -> list[Judgement]:
    """All judgements ever made, undone ones and undos among them, oldest first."""
    e = t.events.c
    rows = connection.execute(
        sa.select(e.at, e.by, e.action, e.note, e.payload).where(e.subject_kind == KIND).order_by(e.seq)
    )
    found = []
    for at, by, verb, reason, text in rows:
        said = json.loads(text)
        found.append(Judgement(said["seq"], at, by, verb, said["a"], said["b"], reason, said["undoes"]))
    return found


def in_force(made: Iterable[Judgement]) -> list[Judgement]:
    """Those that nobody took back, in the order they were made."""
    made = list(made)
    undone = {j.undoes for j in made if j.verb == "undo"}
    return [j for j in made if j.verb != "undo" and j.seq not in undone]


def decisive(standing: Iterable[Judgement]) -> list[Statement]:
    """The judgements that change the graph, sorted and each once: `unsure` says nothing about who is who."""
    return sorted({j.statement for j in standing if j.verb != "unsure"})


def head(statements: Sequence[Statement]) -> str:
    """What a snapshot id knows of the judgements in force: empty for none, the same in whatever order they were made."""
    return json.dumps(sorted(statements), ensure_ascii=False, separators=(",", ":")) if statements else ""


def statements(connection: sa.Connection, snapshot: str | None = None) -> list[Statement]:
    """The decisive judgements in force now, or when `snapshot` (a whole id) was made."""
    if snapshot is None:
        return decisive(in_force(judgements(connection)))
    text = connection.execute(sa.select(t.judged.c.judgements).where(t.judged.c.snapshot == snapshot)).scalar()
    return [(verb, a, b) for verb, a, b in json.loads(text)] if text else []
