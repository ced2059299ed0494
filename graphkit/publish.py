"""From the records of a snapshot to everything derived from them: fact tables, then the graph store. Made once, then found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.identity.keys import keyed

if TYPE_CHECKING:
    from graphkit.records import Records
    from graphkit.store import GraphStore

FACTS_VERSION = "3"
"""Rises whenever a rule of `graphkit.facts`, `graphkit.identity` or the model changes; old folders are made again."""


def edition(key: bytes) -> str:
    """What derived data depend on beside the snapshot: the rules, and the key that ids are hashed with."""
    return f"{FACTS_VERSION}-{keyed(key, 'edition', [FACTS_VERSION])[0][:8]}"


def facts_folder(root: Path, snapshot: str, key: bytes) -> Path:
    """`graph/<snapshot>/facts-<edition>`; ids are shortened to 16 digits for the folder's name."""
    return root / "graph" / snapshot[:16] / f"facts-{edition(key)}"


def ensure_facts(
    root: Path, records: Records, key: bytes, snapshot: str, *, anew: bool = False
) -> tuple[Path, Mapping[str, Mapping[str, int]]]:
    """The fact folder of a snapshot and its counts `{"nodes": {label: n}, "edges": {type: n}}`; built when absent."""
    folder = facts_folder(root, snapshot, key)
    counts_file = folder / "counts.json"
    if anew or not counts_file.exists():
        from graphkit.facts.build import build_facts

        folder.parent.mkdir(parents=True, exist_ok=True)
        con = records.connect(snapshot)
        try:
            counts = build_facts(con, key, sorted(records.live(snapshot)), folder)
        finally:
            con.close()
        staged = counts_file.with_suffix(".part")
        staged.write_text(json.dumps(counts, sort_keys=True), "utf-8")
        staged.rename(counts_file)
        for other in folder.parent.glob("facts-*"):  # by older rules, or another key
            if other != folder and other.suffix != ".part":
                shutil.rmtree(other, ignore_errors=True)
    loaded: Mapping[str, Mapping[str, int]] = json.loads(counts_file.read_text("utf-8"))
    return folder, loaded


def ensure_published(store: GraphStore, folder: Path, records: Records, snapshot: str) -> None:
    """The snapshot's graph stands in the store; published when it does not, or was made by other rules or another key."""
    if not store.is_published(_name(folder, snapshot)):
        publish(store, folder, records, snapshot)


def publish(store: GraphStore, folder: Path, records: Records, snapshot: str) -> None:
    """Serve the facts in `folder` from now on; every relationship knows file and row."""
    store.publish(folder, _name(folder, snapshot), records.files())


def graph_name(snapshot: str, made_by: str) -> str:
    """What the store knows the graph by: a server may have served the same snapshot to a workspace with another key."""
    return f"{snapshot}.{made_by}"


def _name(folder: Path, snapshot: str) -> str:
    return graph_name(snapshot, folder.name.removeprefix("facts-"))
