"""Steps that B01–B03, P01, P02, W01, W02 share: submitted bids, groups of bidders, white lists, places, evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import narwhals as nw

from graphkit.detectors.contract import Data, Ref
from graphkit.detectors.insiders import EVIDENCE_CAP, Row, check, read
from graphkit.types import Check

Pair = tuple[str, str]

NOT_SUBMITTED = ("invited", "withdrawn")
"""Bid statuses that do not count as submitted; an unknown status does (the file left documents behind)."""


def until_end(frame: nw.LazyFrame[Any], column: str, day: date) -> nw.LazyFrame[Any]:
    """Rows whose timestamp lies before the end of `day`, and rows without one."""
    return frame.filter((nw.col(column) < datetime.combine(day, time()) + timedelta(days=1)) | nw.col(column).is_null())


def of_submitted(data: Data, frame: nw.LazyFrame[Any], bid: str = "bid_id") -> nw.LazyFrame[Any]:
    """Rows with `bid`, `lot_id`, `tender_id` columns, without invitations, withdrawals, cancellations.

    A bid that only deposits, marks or item lines know of counts as submitted.
    """
    status = nw.col("status")
    for view, key, words in (
        ("bids", bid, NOT_SUBMITTED),
        ("tenders", "tender_id", ("cancelled",)),
        ("lots", "lot_id", ("cancelled",)),
    ):
        out = data.view(view).filter(status.is_in(words)).select(nw.col("id").alias("out_id"))
        frame = frame.join(out, left_on=key, right_on="out_id", how="anti")
    return frame


def submitted(data: Data) -> nw.LazyFrame[Any]:
    """The `bids` view, submitted bids only, up to `as_of`."""
    return of_submitted(data, until_end(data.view("bids"), "received", data.as_of), "id")


def offers(data: Data, lots: Iterable[str]) -> list[Row]:
    """Submitted bids of some lots, by edge id."""
    wanted = sorted(set(lots))
    rows = read(submitted(data).filter(nw.col("lot_id").is_in(wanted))) if wanted else []
    return sorted(rows, key=lambda row: str(row["eid"]))


def clusters(weights: Mapping[Pair, float], red: float) -> list[tuple[frozenset[str], bool, list[Pair]]]:
    """Groups of bidders joined by pairs of weight ≥ `red`, then by the weaker pairs that no such group contains.

    Gives (members, whether the pairs are strong ones, the joining pairs), in a stable order.
    """
    strong = sorted(pair for pair, weight in weights.items() if weight >= red)
    groups = _components(strong)
    weak = sorted(pair for pair in weights if not any(set(pair) <= group for group in groups))
    found = [(group, True, strong) for group in groups] + [(group, False, weak) for group in _components(weak)]
    return [(group, is_red, [pair for pair in pairs if set(pair) <= group]) for group, is_red, pairs in found]


def _components(pairs: Iterable[Pair]) -> list[frozenset[str]]:
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return sorted((frozenset(group) for group in groups), key=sorted)


def whitelist(data: Data, detector: str, kind: str) -> list[Row]:
    """White-list rows of a kind that apply to a detector (an empty detector means all)."""
    rows = read(data.view("whitelists").filter(nw.col("kind") == kind))
    return [row for row in rows if row["detector"] in (None, "", detector)]


def listed(rows: Sequence[Row], keys: Collection[str | None], day: date | None) -> bool:
    """Whether one of `keys` (a value as written, or a node id) stood on the list on that day; without a day, ever."""
    return any(
        (row["value"] in keys or (row.get("subject_id") is not None and row["subject_id"] in keys))
        and (
            day is None
            or ((row["valid_from"] or date.min) <= day <= (row["valid_to"] or date.max))
        )
        for row in rows
    )  # fmt: skip


def whitelist_check(data: Data) -> Check:
    """The check "on a white list": what is listed never reaches a hit."""
    if data.has("whitelists"):
        return check("whitelist", "excluded", "不在白名单内", "not on a white list")
    return check("whitelist", "not_checked", "未导入白名单", "no white list was loaded")


def capped(ids: Iterable[str | Ref]) -> tuple[Ref, ...]:
    """Evidence in the order given, without repeats, at most 60."""
    refs = [ref if isinstance(ref, Ref) else Ref(ref) for ref in ids]
    return tuple(dict.fromkeys(refs))[:EVIDENCE_CAP]


def place_prefix(code: str | None) -> str:
    """A place code as the prefix of the places inside it: 610000 → 61, 611000 → 6110; empty for none."""
    return re.sub(r"(00)+$", "", code) if code and re.fullmatch(r"\d{6}", code) else code or ""


def bare(identifier: str | None) -> str:
    """A node id without its prefix: the project number, the lot."""
    return (identifier or "").partition(":")[2]


def names(rows: Iterable[Row]) -> dict[str, str]:
    """`bidders_zh` and `bidders_en` for a message, from rows with bidder columns, in the order of the ids."""
    known: dict[str, str] = {}
    for row in rows:
        known[row["bidder_id"]] = max(known.get(row["bidder_id"], ""), row["bidder_name"] or "")
    ordered = [known[bidder] or bidder for bidder in sorted(known)]
    return {"bidders_zh": "、".join(ordered), "bidders_en": ", ".join(ordered)}
