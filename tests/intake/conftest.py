"""Files made by the tests themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphkit.intake.read import read_path
from graphkit.intake.reading import FileReading

Load = Callable[..., FileReading]
HEADER = "tx,ts,from_acct,to_acct,amount,purpose"
ROW = "1,2023-05-06 10:00:00,622801,622802,12.50,货款"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(data, name)`: write the bytes (or text, as UTF-8) and read them."""

    def _load(data: bytes | str, name: str = "transactions.csv", **options: object) -> FileReading:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return read_path(path, name, **options)  # type: ignore[arg-type]

    return _load


def table(reading: FileReading, template: str = "transactions") -> list[dict[str, object]]:
    """The typed rows of one template."""
    return [row for sheet in reading.sheets if template in sheet.tables for row in sheet.tables[template].to_pylist()]


def reasons(reading: FileReading) -> list[tuple[int, str]]:
    """(row, reason) of the quarantined rows."""
    return [(reject.row, reject.reason) for reject in reading.rejects]
