"""Writing a judgement on identity: checked against those in force, then one event of the audit chain, or nothing."""

from __future__ import annotations

import sqlalchemy as sa

from graphkit.db import Database
from graphkit.errors import Text, UsageError
from graphkit.identity import judged
from graphkit.ledger.chain import Event, append
from graphkit.ledger.store import current_user
from graphkit.records import catalog
from graphkit.records.judgements import KIND, Judgement, decisive, in_force, judgements

VERBS = ("same", "different", "unsure")


def judge(db: Database, verb: str, a: str, b: str, reason: str, at: str) -> tuple[Judgement, bool]:
    """Record that `a` and `b` are the same, different, or that it is unsure; `at` is ISO 8601 UTC.

    Returns the judgement and whether it is new: the same words in force already are not said twice. Raises `UsageError`
    for a person and an organization, for two different numbers, and for what contradicts a judgement in force (named).
    """
    a, b = sorted((a, b))
    with db.write() as connection:
        made = judgements(connection)
        standing = in_force(made)
        if verb not in VERBS:
            raise _unknown_verb(verb)
        if known := [j for j in standing if j.statement == (verb, a, b)]:
            return known[0], False
        _check(standing, verb, a, b)
        return _write(connection, made, Judgement(0, at, current_user(), verb, a, b, reason)), True


def undo(db: Database, seq: int, reason: str, at: str) -> Judgement:
    """Take judgement `seq` back; returns the undo. Raises `UsageError` when there is none, or it was taken back before."""
    with db.write() as connection:
        made = judgements(connection)
        said = next((j for j in in_force(made) if j.seq == seq), None)
        if said is None:
            raise UsageError(
                "unknown-judgement",
                Text(f"没有有效的第 {seq} 号判断", f"there is no judgement {seq} in force"),
                Text("graphkit audit show 列出全部判断", "graphkit audit show lists them all"),
            )
        return _write(connection, made, Judgement(0, at, current_user(), "undo", said.a, said.b, reason, seq))


def _write(connection: sa.Connection, made: list[Judgement], said: Judgement) -> Judgement:
    seq = max((j.seq for j in made), default=0) + 1
    payload = {"seq": seq, "a": said.a, "b": said.b, "undoes": said.undoes}
    append(connection, Event(said.at, said.by, KIND, f"{said.a} {said.b}", said.verb, "", "", said.reason, payload))
    catalog.remember_snapshot(connection, f"{KIND}:{seq}", said.at)
    return Judgement(seq, said.at, said.by, said.verb, said.a, said.b, said.reason, said.undoes)


def no_pair(a: str, b: str) -> UsageError | None:
    """Why `a` and `b` are nothing to judge: one and the same id, a person and a unit, something else altogether."""
    if a != b and judged.kind(a) == judged.kind(b) != "":
        return None
    return UsageError(
        "not-a-pair",
        Text(f"{a} 与 {b} 不是两个人，也不是两个单位", f"{a} and {b} are neither two people nor two organizations"),
        Text("请给出两个人员编号或两个单位编号", "give the ids of two people or of two organizations"),
    )


def refusal(standing: list[Judgement], verb: str, a: str, b: str) -> UsageError | None:
    """Why `verb` may not be said of `a` and `b` while `standing` are in force; None when it may."""
    if error := no_pair(a, b):
        return error
    statements = decisive(standing)
    groups = judged.classes(statements)
    mine, other = groups.get(a, frozenset({a})), groups.get(b, frozenset({b}))
    if verb == "same":
        return _against_same(standing, mine | other)
    if mine == other:
        return _contradiction([j for j in standing if j.verb == "same" and {j.a, j.b} <= mine])
    pair = [j for j in standing if j.verb == "different" and {j.a, j.b} <= mine | other]
    return _contradiction(pair) if verb == "unsure" and pair else None


def _check(standing: list[Judgement], verb: str, a: str, b: str) -> None:
    if error := refusal(standing, verb, a, b):
        raise error


def _against_same(standing: list[Judgement], together: frozenset[str]) -> UsageError | None:
    for found in judged.numbers(together).values():
        if len(found) > 1:
            listed = ", ".join(sorted(found))
            return UsageError(
                "two-numbers",
                Text(f"两个不同的有效号码就是两个主体：{listed}", f"two different valid numbers are two subjects: {listed}"),
                Text("若号码有误，请更正来源文件后重新加载", "when a number is wrong, correct the source file and load it again"),
            )  # fmt: skip
    against = [j for j in standing if j.verb == "different" and {j.a, j.b} <= together]
    return _contradiction(against) if against else None


def _contradiction(against: list[Judgement]) -> UsageError:
    word = {"same": Text("同一", "the same"), "different": Text("不同", "different")}[against[0].verb]
    zh = "；".join(f"第 {j.seq} 号判断（{j.by}，{j.at[:10]}）认定 {j.a} 与 {j.b} {word.zh}" for j in against)
    en = "; ".join(f"judgement {j.seq} ({j.by}, {j.at[:10]}) says that {j.a} and {j.b} are {word.en}" for j in against)
    return UsageError(
        "contradiction",
        Text(zh, en),
        Text(f"先 graphkit identity undo {against[0].seq}", f"graphkit identity undo {against[0].seq} first"),
    )


def _unknown_verb(verb: str) -> UsageError:
    return UsageError(
        "unknown-judgement",
        Text(f"没有判断 {verb}", f"there is no judgement {verb}"),
        Text("可用：same、different、unsure、undo", "use same, different, unsure or undo"),
    )
