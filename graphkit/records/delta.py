"""Parts as Delta tables `records/<template>/`: committed by add action, nothing is written twice.

This package reads by the ledger database; the Delta log is for Spark and others, and says which run wrote what.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from graphkit.db import storage_guard
from graphkit.records.columns import schema
from graphkit.records.staging import Part

_ERRNO = re.compile(r"\(os error (\d+)\)")


def commit(folder: Path, template: str, parts: Sequence[Part], run: str) -> None:
    """Add staged parts to the Delta table in `folder`, naming the run. Raises `LimitReached` when the disk is full."""
    stamp = int(time.time() * 1000)
    actions = [AddAction(p.path.name, p.size, {}, stamp, True, json.dumps({"numRecords": p.rows})) for p in parts]
    _write(folder, template, actions, run)


def withdraw(folder: Path, template: str, names: Iterable[str]) -> None:
    """Remove files of a run that never finished from the Delta table, if they were added."""
    if not (folder / "_delta_log").exists():
        return
    with storage_guard(folder):
        listed = {Path(uri).name for uri in DeltaTable(folder).file_uris()}
    stamp = int(time.time() * 1000)
    actions = [
        RemoveAction(path=n, deletion_timestamp=stamp, data_change=True, partition_values={})
        for n in names
        if n in listed
    ]
    if actions:
        _write(folder, template, actions, "sweep")


def _write(folder: Path, template: str, actions: Sequence[AddAction | RemoveAction], run: str) -> None:
    declared = Schema.from_arrow(schema(template))
    said = CommitProperties(custom_metadata={"run": run})
    with storage_guard(folder):
        try:
            if (folder / "_delta_log").exists() and DeltaTable.is_deltatable(str(folder)):
                DeltaTable(folder).create_write_transaction(list(actions), "append", declared, commit_properties=said)
            else:
                create_table_with_add_actions(
                    str(folder), declared, list(actions), mode="append", commit_properties=said
                )
        except (DeltaError, OSError) as error:
            if found := _ERRNO.search(str(error)):
                raise OSError(int(found[1]), str(error)) from error
            raise
