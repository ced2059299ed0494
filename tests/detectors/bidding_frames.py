"""Invented bids, marks, deposits and contracts for the tests of B01–B03, P01, P02."""

from __future__ import annotations

from datetime import date
from typing import Any

from frames import Frames, row

from graphkit.detectors.contract import Detector, Hit

LOT, TENDER = "lot:T1/1", "tender:T1"
AS_OF = date(2025, 12, 31)


def placed(bidder: str, lot: str = "1", project: str = "T1") -> dict[str, Any]:
    """The columns that bids, artifacts, deposits and bid lines share."""
    return {
        "lot_id": f"lot:{project}/{lot}",
        "tender_id": f"tender:{project}",
        "bidder_id": f"org:{bidder}",
        "bidder_name": f"虚构{bidder}公司",
    }


def bid(bidder: str, yuan: float = 100.0, *, lot: str = "1", project: str = "T1", **more: Any) -> dict[str, Any]:
    """A valid bid."""
    fen = round(yuan * 100)
    full = {"id": f"bid:{project}/{lot}/org:{bidder}", "amount_fen": fen, "status": "valid"} | more
    return row("bids", **placed(bidder, lot, project) | full)


def tied(view: str, bidder: str, *, lot: str = "1", project: str = "T1", **more: Any) -> dict[str, Any]:
    """A row of artifacts, deposits or bid_lines of one bid."""
    return row(view, bid_id=f"bid:{project}/{lot}/org:{bidder}", **placed(bidder, lot, project) | more)


def find(detector: Detector, source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    """What a detector finds with its default parameters and some others."""
    result = detector.find(source, {**detector.defaults, **overrides})
    return result.applied, result.hits


def told(detector: Detector, hit: Hit) -> str:
    """Both messages of a hit; fails on a placeholder without a value."""
    return detector.message.zh.format_map(hit.values) + detector.message.en.format_map(hit.values)


def results(hit: Hit) -> dict[str, str]:
    """Check → result."""
    return {check.check: check.result for check in hit.checks}


def roles(hit: Hit, role: str) -> list[str]:
    """Subjects of one role."""
    return [identifier for identifier, own in hit.subjects if own == role]
