"""The ninety bad inputs of the specification, written by one script, byte for byte the same each time.

`python -m tests.inputs.make FOLDER` writes them, each line of the table in a folder of its number.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.inputs import books, structures, texts, values
from tests.inputs.case import Case

CASES: tuple[Case, ...] = tuple(
    sorted((*texts.CASES, *books.CASES, *values.CASES, *structures.CASES), key=lambda case: case.number)
)


def write(case: Case, folder: Path) -> Path:
    """Write the files of one case into `folder/<number>`; gives that folder."""
    for name, data in case.files().items():
        path = folder / case.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / case.folder


def make(folder: Path) -> None:
    """Write all of them."""
    for case in CASES:
        write(case, folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
