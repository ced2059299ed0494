"""Loaders: one module per source format in the folder `loaders/` (or the user's own), found by looking.

A module is a loader when it defines `LOADER`. Nothing has to be registered.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType, ModuleType

from graphkit.errors import GraphkitError, Text, UsageError, Where
from graphkit.intake.reading import Accept, FileReading
from graphkit.shipped import shipped


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record as received: header → cell text, and the exact bytes whose SHA-256 is its `row_sha256`."""

    cells: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class Loader:
    """A source format.

    `match(path, first_bytes)`: is the file of this format? (64 KiB are given.) `read(path, name, accept)`: read it,
    never raising for bad content. `row(path, sheet, row)`: one record again, LookupError when there is none.
    `sure(path, name)`: asked of a file that matches when its first bytes cannot tell, such as a packed workbook.
    """

    id: str
    version: str
    title: Text
    match: Callable[[Path, bytes], bool]
    read: Callable[[Path, str, Accept], FileReading]
    row: Callable[[Path, str | None, int], RawRow]
    sure: Callable[[Path, Path], bool] | None = None


def loaders(own: tuple[Path, ...] = ()) -> Mapping[str, Loader]:
    """All loaders by id: the user's own folders first, then the shipped one; modules in name order.

    UsageError `loader-broken` for a module that cannot be imported or has no LOADER, `loader-twice` for an id used
    twice.
    """
    found: dict[str, tuple[Loader, Path]] = {}
    for folder in (*own, shipped("loaders")):
        for path in sorted(folder.glob("*.py")):
            if path.name.startswith("_"):
                continue
            loader = _load(path)
            if loader.id in found:
                raise UsageError(
                    "loader-twice",
                    Text(
                        f"装载器编号 {loader.id} 重复：{found[loader.id][1]} 与 {path}",
                        f"loader id {loader.id} is used twice: {found[loader.id][1]} and {path}",
                    ),
                    Text("给其中一个换编号", "give one of them another id"),
                    Where(file=str(path)),
                )
            found[loader.id] = (loader, path)
    return MappingProxyType({id_: loader for id_, (loader, _) in found.items()})


def _load(path: Path) -> Loader:
    return _module(path, path.stat().st_mtime_ns).LOADER  # type: ignore[no-any-return]


@lru_cache(maxsize=256)
def _module(path: Path, changed_ns: int) -> ModuleType:
    """The imported module; imported again when the file has changed."""
    name = f"graphkit_loader_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _broken(path, "no import spec")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError, TypeError, ValueError, AttributeError) as error:
        del sys.modules[name]
        raise _broken(path, f"{type(error).__name__}: {error}") from error
    if not isinstance(getattr(module, "LOADER", None), Loader):
        raise _broken(path, "no LOADER")
    return module


def _broken(path: Path, why: str) -> GraphkitError:
    return UsageError(
        "loader-broken",
        Text(f"装载器 {path.name} 不能使用：{why}", f"loader {path.name} cannot be used: {why}"),
        Text("修正或移走该文件", "correct the file or move it away"),
        Where(file=str(path)),
    )
