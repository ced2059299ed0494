"""A transfer network of AMLSim (Apache-2.0) as template files: 20,000 accounts, about 118,000 transfers, 200 cycles.

The data stay where they are; nothing of them is copied into the project.
"""

from __future__ import annotations

import csv
import io
import tarfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SOURCE = Path("amlsim") / "20K_cycle200.tgz"
_FIRST = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Written:
    """Rows written, and the account numbers that take part in a planted cycle."""

    accounts: int
    transfers: int
    planted: frozenset[str]


def account(node: str) -> str:
    """The account number of a node: 12 digits, no bank's."""
    return f"7000{int(node):08d}"


def holder(node: str) -> str:
    """The holder of a node's account: an opaque code, which is a name (CONTRACT 3)."""
    return f"P{int(node):05d}"


def convert(data: Path, out: Path) -> Written:
    """Read `data/amlsim/…` and write `out/{accounts,transactions}.csv`; one step of the simulation is one day."""
    out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(data / SOURCE) as archive:
        nodes = _member(archive, "nodes.csv")
        transfers = _member(archive, "transactions.csv")
    with (out / "accounts.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["acct", "holder", "kind"])
        writer.writerows([account(row["nodeid"]), holder(row["nodeid"]), "personal"] for row in nodes)
    with (out / "transactions.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["tx", "ts", "from_acct", "to_acct", "amount"])
        for number, row in enumerate(transfers, start=1):
            day = _FIRST + timedelta(days=int(row["time"]))
            pair = account(row["sourceNodeId"]), account(row["targetNodeId"])
            writer.writerow([f"A{number:07d}", day.isoformat(), *pair, row["value"]])
    planted = frozenset(account(row["nodeid"]) for row in nodes if row["isFraud"] == "1")
    return Written(len(nodes), len(transfers), planted)


def _member(archive: tarfile.TarFile, name: str) -> list[dict[str, str]]:
    handle = archive.extractfile(next(m for m in archive.getmembers() if m.name.endswith(f"/{name}")))
    if handle is None:
        raise FileNotFoundError(f"{name} is not a plain file in {archive.name!r}")
    with io.TextIOWrapper(handle, "utf-8", newline="") as text:
        return list(csv.DictReader(text))
