"""People's judgements in answers: ids that were merged still lead somewhere, and evidence names who merged them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graphkit.facts.evidence import FactReader
from graphkit.identity.judged import JUDGED_GRADE, canonical, classes
from graphkit.types import Evidence

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def stands_for(ws: Workspace) -> Mapping[str, str]:
    """Id → the one that stands for it in this snapshot, for ids that were judged the same as another."""
    return canonical(ws.records.judged(ws.snapshot))


def reader(ws: Workspace) -> FactReader:
    """The facts of this snapshot; where people merged somebody, evidence says so."""
    parts = (ws.facts_dir, ws.records.sources, ws.records.extras)
    judged = _merges(ws)
    return JudgedFacts(*parts, judged) if judged else FactReader(*parts)


def _merges(ws: Workspace) -> dict[str, list[Json]]:
    """Canonical id → the judgements that made it one: `[{"seq", "by", "at", "reason"}]`."""
    same = [s for s in ws.records.judged(ws.snapshot) if s[0] == "same"]
    stands, groups = canonical(same), classes(same)
    made, standing = ws.records.judgements()
    said = {j.statement: j for j in (*made, *standing)}  # of an earlier snapshot it may have been taken back since
    return {
        one: [
            {"seq": j.seq, "by": j.by, "at": j.at, "reason": j.reason}
            for j in (said[s] for s in same)
            if j.a in members
        ]
        for one, members in groups.items()
        if one not in stands
    }


class JudgedFacts(FactReader):
    """Facts of a snapshot in which people merged somebody: `props.judgements` on the merged node and on links by name.

    `judged` is canonical id → judgements. A link by number or registered name needed no judgement and names none.
    """

    def __init__(self, folder: Any, sources: Any, extras: Any, judged: Mapping[str, list[Json]]) -> None:
        super().__init__(folder, sources, extras)
        self._judged = judged

    def evidence(self, ids: Sequence[str]) -> dict[str, Evidence]:
        """Evidence for each known id, as `FactReader.evidence`."""
        return {i: self._named(found) for i, found in super().evidence(ids).items()}

    def evidence_at(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Evidence]:
        """Evidence as another row states it, as `FactReader.evidence_at`."""
        return {place: self._named(found) for place, found in super().evidence_at(places).items()}

    def _named(self, found: Evidence) -> Evidence:
        parts = tuple(self._named(part) for part in found.derived_from)
        by_name = found.kind == "edge" and found.props.get("grade") in (JUDGED_GRADE, "name_only")
        ends = (found.from_id, found.to_id) if by_name else (found.id,)
        said = [j for end in dict.fromkeys(ends) for j in self._judged.get(end or "", ())]
        props = {**found.props, "judgements": said} if said else found.props
        return replace(found, props=props, derived_from=parts)
