"""Municipal auctions of Tsuchiura (missing_bids, MIT) as template files: tenders, bids, awards.

The data stay where they are; nothing of them is copied into the project. Its `is_cartel` column is only a cut-off of
participation, so nothing is scored against it.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("tsuchiura") / "tsuchiura_data.csv.gz"
_STATUS = {"1": "valid", "2": "valid", "3": "withdrawn", "4": "disqualified"}


@dataclass(frozen=True, slots=True)
class Written:
    """Rows written per file, and source rows left out because the same bidder stands twice in one auction."""

    tenders: int
    bids: int
    awards: int
    repeated: int


def convert(data: Path, out: Path) -> Written:
    """Read `data/tsuchiura/…` and write `out/{tenders,bids,awards}.csv`; amounts are yen, kept as they are."""
    out.mkdir(parents=True, exist_ok=True)
    with gzip.open(data / SOURCE, "rt", encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    tenders: dict[str, tuple[str, ...]] = {}
    bids: dict[tuple[str, str], tuple[str, ...]] = {}
    awards: dict[str, tuple[str, ...]] = {}
    for row in rows:
        project = f"TS-{row['pid']}"
        day = f"{row['date'][:4]}-{row['date'][4:6]}-{row['date'][6:]}"
        tenders.setdefault(
            project,
            (
                project,
                row["projecttitle"],
                "Tsuchiura City",
                "selective",
                row["reserveprice"],
                f"{day} 10:00:00",
                "JPY",
            ),
        )
        bidder = row["bidder"].strip()
        if (project, bidder) in bids:
            continue
        bids[project, bidder] = (project, bidder, row["bid"], _STATUS[row["bidresult"]])
        if row["bidresult"] == "2":
            awards.setdefault(project, (project, bidder, row["bid"], day))
    _write(out / "tenders.csv", "project_no title buyer method budget deadline currency", tenders.values())
    _write(out / "bids.csv", "project_no bidder amount status", bids.values())
    _write(out / "awards.csv", "project_no supplier amount date", awards.values())
    return Written(len(tenders), len(bids), len(awards), len(rows) - len(bids))


def _write(path: Path, header: str, rows: object) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)  # type: ignore[arg-type]
