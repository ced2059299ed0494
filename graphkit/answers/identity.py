"""`identity`: candidates with what speaks for and against, two subjects side by side, and people's judgements.

A candidate (`identity list`, `identity show`): `{"rank", "a": SUBJECT, "b": SUBJECT, "score", "state", "judgements",
"refused", "reasons": [text], "fields": [{"field", "verdict", "weight", "at", "a": [text], "b": [text]}],
"sources": {"a": [SOURCE], "b": [SOURCE]}}`. `state` is open, unsure, same or different; `judgements` those in force on
the pair; `refused` says why `same` is impossible (null when it is possible); `verdict` is agree, near, disagree or
missing (also a contact of so many that it says nothing); `score` the sum of the weights. Numbers show their last four. `list` gives at most three rows a side.

A judgement (`identity same|different|unsure|undo`): `{"seq", "at", "by", "verb", "a", "b", "reason", "undoes", "new",
"stands_for", "snapshot"}`; `stands_for` is the id that now stands for both, null where they are not one; `new` is false
when the same words were in force already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from graphkit.answers.judged import stands_for
from graphkit.answers.masking import masked
from graphkit.answers.pair_rows import pair_rows
from graphkit.duck import connect
from graphkit.errors import Text, UsageError
from graphkit.identity import judged
from graphkit.identity.candidates import find_pairs, ranked
from graphkit.identity.cards import Card, Value, make_cards, read_cards
from graphkit.identity.comparing import Comparison, compare
from graphkit.ledger.judgements import judge as record
from graphkit.ledger.judgements import no_pair, undo
from graphkit.records.judgements import Judgement
from graphkit.values.names import norm_name

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace

_LABELS = {"Person": "person", "Organization": "org"}
_ROWS = 3
_SHOWN_ROWS = 50


def identities(ws: Workspace, pair: Sequence[str], label: str | None, top: int) -> list[Json]:
    """The candidate list, or of a given pair its comparison alone. Raises `UsageError` for an unknown id or label."""
    if pair:
        return [_side_by_side(ws, *_pair(ws, pair))]
    if label is not None and label not in _LABELS:
        raise UsageError(
            "unknown-label",
            Text(f"没有类别 {label}", f"there is no label {label}"),
            Text("可用 Person、Organization", "use Person or Organization"),
        )
    standing = _standing(ws)
    found, cards = _candidates(ws, [_LABELS[label]] if label else list(_LABELS.values()))
    settled = judged.apart(j.statement for j in standing)
    unsure = _pairs(ws, standing, "unsure")
    rows = [c for c in found if frozenset((c.a, c.b)) not in settled]
    rows.sort(key=lambda c: frozenset((c.a, c.b)) in unsure)  # stable: the order by score stays
    return pair_rows(ws, rows[:top] if top else rows, cards, standing, _ROWS)


def judge(ws: Workspace, verb: str, what: Sequence[str | int], reason: str) -> Json:
    """Record one judgement (its event is the audit) and derive the graph that follows from it."""
    if ws.snapshot != ws.records.snapshot_id():
        raise UsageError(
            "earlier-snapshot",
            Text("只能对当前数据作出判断", "only the current data can be judged"),
            Text("去掉 --snapshot", "leave --snapshot out"),
        )
    if verb in ("same", "different") and not reason.strip():
        raise UsageError(
            "reason-missing",
            Text("认定须说明理由", "a judgement needs a reason"),
            Text("--reason 理由", "--reason TEXT"),
        )
    at = ws.ledger.now().astimezone(UTC).isoformat(timespec="seconds")
    with ws.records.lock("identity"):
        if verb == "undo":
            said, new = undo(ws.db, _number(what), reason.strip(), at), True
        else:
            said, new = record(ws.db, verb, *_pair(ws, [str(w) for w in what]), reason.strip(), at)
        ws.forget()
        ws.published()
    stands = stands_for(ws)
    one = {stands.get(i, i) for i in (said.a, said.b)}
    stand = one.pop() if len(one) == 1 else None
    return masked({**said.as_json(), "new": new, "stands_for": stand, "snapshot": ws.snapshot})


def _number(what: Sequence[str | int]) -> int:
    if len(what) == 1 and str(what[0]).isdecimal():
        return int(what[0])
    raise UsageError(
        "judgement-number",
        Text("请给出一个判断的序号", "give the number of one judgement"),
        Text("graphkit identity undo 3", "graphkit identity undo 3"),
    )


def _pair(ws: Workspace, keys: Sequence[str]) -> tuple[str, str]:
    """Two ids; one that another stands for is still known by its own id."""
    if len(keys) != 2:
        raise UsageError(
            "not-a-pair",
            Text("请给出两个主体", "give two subjects"),
            Text("graphkit identity show A B", "graphkit identity show A B"),
        )
    merged = judged.classes(ws.records.judged(ws.snapshot))
    a, b = (key if key in merged else ws.the(key) for key in keys)
    if error := no_pair(a, b):
        raise error
    return a, b


def _standing(ws: Workspace) -> list[Judgement]:
    """Judgements in force when the snapshot was made; `unsure` ones as they are now."""
    made, standing = ws.records.judgements()
    decisive = set(ws.records.judged(ws.snapshot))
    said = {j.statement: j for j in (*made, *standing) if j.statement in decisive}
    return sorted([*said.values(), *(j for j in standing if j.verb == "unsure")], key=lambda j: j.seq)


def _pairs(ws: Workspace, standing: Iterable[Judgement], verb: str) -> set[frozenset[str]]:
    stands = stands_for(ws)
    return {frozenset((stands.get(j.a, j.a), stands.get(j.b, j.b))) for j in standing if j.verb == verb}


def _candidates(ws: Workspace, kinds: Sequence[str]) -> tuple[list[Comparison], dict[str, Card]]:
    similar = _similar(ws)
    con = ws.records.connect(ws.snapshot)
    try:
        make_cards(con, ws.key, ws.records.live(ws.snapshot))
        pairs = {pair for kind in kinds for pair in find_pairs(con, kind)}
        always = {pair for pair in similar if judged.kind(pair[0]) in kinds}
        cards = _named(ws, read_cards(con, {i for pair in pairs | always for i in pair}))
    finally:
        con.close()
    return ranked(cards, pairs, always), cards


def _similar(ws: Workspace) -> set[tuple[str, str]]:
    """The candidates that the graph already has: SIMILAR edges."""
    path = ws.facts_dir / "edges" / "SIMILAR.parquet"
    con = connect()
    try:
        rows = con.execute("SELECT from_id, to_id FROM read_parquet(?)", [str(path)]).fetchall()
    finally:
        con.close()
    return {(min(a, b), max(a, b)) for a, b in rows}


def _named(ws: Workspace, cards: dict[str, Card]) -> dict[str, Card]:
    """Whoever is only mentioned has no card: the name that the graph shows is all that is known."""
    silent = [i for i, card in cards.items() if not card.values]
    for identifier, row in ws.facts.rows(silent).items():
        src = (row["src"],) if row.get("src") is not None else ()
        norm = norm_name(row["name"])
        cards[identifier].values["name"] = {norm: Value(row["name"], norm, src)}
    return cards


def _side_by_side(ws: Workspace, a: str, b: str) -> Json:
    """Two subjects as they are now; two that were judged the same, as they were before any judgement."""
    stands = stands_for(ws)
    apart = stands.get(a, a) != stands.get(b, b)
    if apart:
        a, b = stands.get(a, a), stands.get(b, b)
    con = ws.records.connect(ws.snapshot)
    try:
        make_cards(con, ws.key, ws.records.live(ws.snapshot), judged=apart)
        cards = _named(ws, read_cards(con, {a, b}))
    finally:
        con.close()
    return pair_rows(ws, [compare(cards[a], cards[b])], cards, _standing(ws), _SHOWN_ROWS)[0]
