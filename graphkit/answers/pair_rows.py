"""Pairs of candidates as JSON: both sides with what the files say, the rows that say so, and where the judgements stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from graphkit.answers.judged import stands_for
from graphkit.answers.masking import masked_text
from graphkit.facts.evidence import kind_of
from graphkit.identity import judged
from graphkit.identity.cards import Card
from graphkit.identity.comparing import Comparison, reasons
from graphkit.ledger.judgements import refusal
from graphkit.records.judgements import Judgement

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace

_MASKED = frozenset({"number", "phone"})
_IDS = frozenset({"unit", "kin", "account"})
"""Fields whose values are ids: shown by name."""


def pair_rows(
    ws: Workspace, found: Sequence[Comparison], cards: Mapping[str, Card], standing: list[Judgement], rows: int
) -> list[Json]:
    """The candidates of `graphkit.answers.identity`; at most `rows` sources a side."""
    wanted = {i: cards[i].rows()[:rows] for c in found for i in (c.a, c.b)}
    sources = ws.records.sources({n for numbers in wanted.values() for n in numbers})
    stands = stands_for(ws)
    facts = ws.facts.rows({stands.get(i, i) for i in wanted})
    named = ws.facts.names({k for i in wanted for f in _IDS for k in cards[i].keys(f)})
    names = {i: name for i, (_, name) in named.items()}
    of = {i: [sources[n].as_json() for n in numbers if n in sources] for i, numbers in wanted.items()}

    def subject(identifier: str) -> Json:
        row = facts.get(stands.get(identifier, identifier), {})
        written = sorted(v.text for v in cards[identifier].values.get("name", {}).values())
        own = identifier not in stands and row
        return {
            "id": identifier,
            "label": (own and row.get("second")) or kind_of(identifier)[1],
            "name": row["name"] if own else (written or [identifier])[0],
            "role": "",
            "identity_grade": row["grade"] if own else judged.JUDGED_GRADE,
        }

    return [
        {
            "rank": rank,
            "a": subject(c.a),
            "b": subject(c.b),
            "score": c.score,
            **_state(c, standing, ws.lang),
            "reasons": [text[ws.lang] for text in reasons(c)],
            "fields": [
                {
                    "field": f.field,
                    "verdict": f.verdict,
                    "weight": f.weight,
                    "at": f.at,
                    "a": _texts(cards[c.a], f.field, names),
                    "b": _texts(cards[c.b], f.field, names),
                }
                for f in c.fields
            ],
            "sources": {"a": of[c.a], "b": of[c.b]},
        }
        for rank, c in enumerate(found, 1)
    ]


def _state(c: Comparison, standing: list[Judgement], lang: str) -> Json:
    """`state`, `judgements` and `refused` of a pair."""
    groups = judged.classes(j.statement for j in standing)
    mine, other = groups.get(c.a, frozenset({c.a})), groups.get(c.b, frozenset({c.b}))
    said = [j for j in standing if (j.a in mine and j.b in other) or (j.a in other and j.b in mine)]
    verbs = {j.verb for j in said}
    state = "same" if mine == other else next((v for v in ("different", "unsure") if v in verbs), "open")
    error = refusal(standing, "same", c.a, c.b)
    return {
        "state": state,
        "judgements": [j.as_json() for j in said],
        "refused": error.message[lang] if error else None,
    }


def _texts(card: Card, field: str, names: Mapping[str, str]) -> list[str]:
    texts = sorted(v.text for v in card.values.get(field, {}).values())
    if field in _MASKED:
        return [f"{'*' * max(0, len(t) - 4)}{t[-4:]}" for t in texts]
    return [names.get(t, t) if field in _IDS else masked_text(t) for t in texts]
