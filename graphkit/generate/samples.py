"""The shipped samples: `python -m graphkit.generate.samples FOLDER` writes `tiny`, `county` and `clean` below it."""

from __future__ import annotations

import sys
from pathlib import Path

from graphkit.generate.generator import generate
from graphkit.generate.tiny import tiny


def write_samples(root: Path) -> None:
    """Write the three samples; the same bytes every time."""
    tables, truth = tiny()
    tables.write(root / "tiny" / "files", in_order=False)
    truth.write(root / "tiny" / "truth.json")
    generate(root / "county", hospitals=3, seed=9, nests=3, transactions_per_hospital=260)
    generate(root / "clean", hospitals=2, seed=3, nests=0, transactions_per_hospital=220)


if __name__ == "__main__":
    write_samples(Path(sys.argv[1] if len(sys.argv) > 1 else "sample_graphs"))
