"""DuckDB connections as this project wants them: quiet (its progress bar would go to stdout), bounded in memory.

The engine is imported with the first connection: most verbs that name a fact never open one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(memory_limit: str = "2GB", spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory connection; close it after use. `spill` is a folder for what does not fit into memory."""
    import duckdb

    config: dict[str, str] = {"memory_limit": memory_limit}
    if spill is not None:
        config["temp_directory"] = str(spill)
    con = duckdb.connect(config=config)
    con.execute("SET enable_progress_bar = false")
    return con
