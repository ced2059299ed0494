"""Received files, kept byte for byte under their own hash, read-only, never changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from graphkit.db import storage_guard
from graphkit.errors import InputRefused, Text, UsageError, Where

_BLOCK = 1 << 20


def hash_file(path: Path) -> tuple[str, int]:
    """Hex SHA-256 and size in bytes of a file, in one pass. Raises `OSError` when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def original(root: Path, sha256: str) -> Path:
    """Where the file with that hash is kept; raises `UsageError` when it is not."""
    path = root / "originals" / sha256
    if not path.exists():
        raise UsageError(
            "no-original",
            Text(f"工作区没有 SHA-256 为 {sha256} 的原始文件", f"no received file has the SHA-256 {sha256}"),
            Text("请用 graphkit doctor 检查工作区", "check the workspace with graphkit doctor"),
        )
    return path


def keep(root: Path, path: Path, name: str, sha256: str) -> None:
    """Copy `path` to `originals/<sha256>` (mode 0444), complete or not at all; `commit` makes the name durable.

    Raises `InputRefused` (`file-changed`) when the bytes are no longer those that were hashed and read.
    """
    folder = root / "originals"
    target = folder / sha256
    if target.exists():
        return
    with storage_guard(root):
        folder.mkdir(exist_ok=True)
    draft = folder / f".{sha256}.{os.getpid()}.tmp"
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source, storage_guard(root), draft.open("wb") as copy:
            while block := source.read(_BLOCK):
                digest.update(block)
                copy.write(block)
            os.fchmod(copy.fileno(), 0o444)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256:
            raise changed(name)
        with storage_guard(root):
            draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(root: Path) -> None:
    """Remove what an interrupted copy left behind."""
    for draft in (root / "originals").glob(".*.tmp"):
        draft.unlink(missing_ok=True)


def changed(name: str) -> InputRefused:
    """The refusal of a file that was written to while it was read."""
    return InputRefused(
        "file-changed",
        Text(f"{name} 在读取过程中发生了变化，未加载", f"{name} changed while it was read; it was not loaded"),
        Text("请等文件写完后重新加载", "load it again when nobody writes to it"),
        Where(file=name),
    )
