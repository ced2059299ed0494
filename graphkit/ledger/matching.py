"""Which draft of a scan is which lead of the ledger: the same key, else the largest overlap of people and firms."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from graphkit.leads.draft import LeadDraft

ENOUGH = 0.5
"""At least this share of the members of both together must be common (Jaccard)."""


def blind(members: Collection[str]) -> frozenset[str]:
    """People and firms as short hashes: enough to recognise a nest whose content may not be kept."""
    return frozenset("h:" + hashlib.sha256(m.encode()).hexdigest()[:16] for m in _who(frozenset(members)))


def match(drafts: Sequence[LeadDraft], known: Mapping[str, tuple[str, frozenset[str]]]) -> dict[int, str]:
    """Index of draft → lead number; `known` is lead number → (key, members). Each lead is taken once.

    Deterministic: equal keys first, then pairs by overlap, lead number and key; the order of drafts does not matter.
    """
    by_key = {key: number for number, (key, _) in sorted(known.items(), reverse=True)}
    found: dict[int, str] = {}
    for index in sorted(range(len(drafts)), key=lambda i: drafts[i].key):
        number = by_key.get(drafts[index].key)
        if number is not None and number not in found.values():
            found[index] = number
    pairs = []
    for index, draft in enumerate(drafts):
        if index in found:
            continue
        for number, (_, members) in known.items():
            share = _overlap(draft.members, members)
            if share >= ENOUGH:
                pairs.append((-share, number, draft.key, index))
    taken = set(found.values())
    for _, number, _, index in sorted(pairs):
        if index not in found and number not in taken:
            found[index] = number
            taken.add(number)
    return found


def _overlap(draft: frozenset[str], members: frozenset[str]) -> float:
    if any(m.startswith("h:") for m in members):
        draft = blind(draft)
    else:
        draft, members = _who(draft), _who(members)
    return len(draft & members) / len(draft | members) if draft and members else 0.0


def _who(members: frozenset[str]) -> frozenset[str]:
    """People and organizations; all members where there are none."""
    return frozenset(m for m in members if m.startswith(("person:", "org:"))) or members
