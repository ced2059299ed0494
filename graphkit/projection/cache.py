"""A projection on disk: `.npy` arrays and Arrow files, opened by memory map; complete or not there at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphkit.projection.graph import ARRAYS, Kind, Projection

VERSION = "2"
"""Changes when the rules or the layout change; older caches are then never opened."""


def cache_key(facts: Path, kind: Kind, as_of: date | None, snapshot: str) -> str:
    """Name of the cache folder: snapshot, kind, date, version and the files the facts consist of."""
    files = sorted(
        (f"{path.parent.name}/{path.name}", path.stat().st_size, path.stat().st_mtime_ns)
        for group in ("nodes", "edges")
        for path in (facts / group).glob("*.parquet")
    )
    digest = hashlib.sha256(json.dumps([VERSION, files]).encode()).hexdigest()[:12]
    return f"{snapshot[:16]}-{kind}-{as_of or 'all'}-v{VERSION}-{digest}"


def save(projection: Projection, folder: Path) -> None:
    """Write to a neighbour folder, then rename; a folder that another process put there first is left alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".projection-", dir=folder.parent))
    for name, array in projection.arrays.items():
        np.save(staging / f"{name}.npy", array)
    for name, table in (("nodes", projection.nodes), ("parts", projection.parts)):
        with pa.OSFile(str(staging / f"{name}.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    meta = {
        "kind": projection.kind,
        "snapshot": projection.snapshot,
        "as_of": projection.as_of.isoformat() if projection.as_of else None,
        "types": list(projection.types),
        "loaded": sorted(projection.loaded),
    }
    (staging / "meta.json").write_text(json.dumps(meta, sort_keys=True), encoding="utf-8")
    try:
        staging.rename(folder)
    except OSError:
        shutil.rmtree(staging)
        if not folder.is_dir():
            raise


def load(folder: Path) -> Projection:
    """Open by memory map; costs a few milliseconds whatever the size."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in ARRAYS}
    tables = {
        name: pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all() for name in ("nodes", "parts")
    }
    as_of = date.fromisoformat(meta["as_of"]) if meta["as_of"] else None
    return Projection(
        meta["kind"],
        meta["snapshot"],
        as_of,
        tuple(meta["types"]),
        frozenset(meta["loaded"]),
        tables["nodes"],
        tables["parts"],
        arrays,
    )
