"""What a load takes in, one by one: files as they stand, and the files inside archives."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkit.db import storage_guard
from graphkit.errors import InputRefused, Text
from graphkit.intake.archive import is_archive, unpack
from graphkit.intake.reading import Accept, join
from graphkit.values.dates import ORDERS

UNPACKED = ".unpacked-"
"""Prefix of the folders in the workspace that hold the files of one archive while it is loaded."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to load: where its bytes are, its name, and what it is known by from load to load; or `why` there is none.

    `inside`: it comes out of an archive, whose own name then stands for all its files.
    """

    path: Path
    name: str
    place: str
    why: Text | None = None
    inside: bool = False


def opened(files: Iterable[tuple[Path, str]], root: Path) -> Iterator[Found]:
    """Files in the order given, an archive as its files (`data.zip/a.csv`); what is unpacked is removed once it was used."""
    for path, name in files:
        if is_archive(path):
            yield from _inside(path, name, root)
        else:
            yield Found(path, name, str(path.resolve()))


def _inside(path: Path, name: str, root: Path) -> Iterator[Found]:
    place = str(path.resolve())
    with storage_guard(root), tempfile.TemporaryDirectory(prefix=UNPACKED, dir=root) as folder:
        empty = True
        try:
            for member in unpack(path, name, Path(folder)):
                empty = False
                inner, known = f"{name}/{member.name}", f"{place}/{member.name}"
                if member.path is None:
                    yield Found(path, inner, known, _refused(member.why), True)
                else:
                    yield Found(member.path, inner, known, None, True)
                    member.path.unlink(missing_ok=True)
        except InputRefused as error:
            yield Found(path, name, place, join(error.message, error.fix))
            return
        if empty:
            yield Found(path, name, place, Text("压缩包里没有文件", "there is no file in the archive"))


def _refused(why: Text | None) -> Text:
    said = why or Text("", "")
    return Text(f"压缩包里的这个条目没有读入：{said.zh}", f"this entry of the archive was not read: {said.en}")


def accepted(found: Found, accept: Sequence[str]) -> Accept:
    """What a person decided about a file: `accept` holds its name or path, or with `=dmy` the order of its dates."""
    for entry in accept:
        named, _, order = entry.rpartition("=")
        order, named = (order, named) if order in ORDERS else ("", entry)
        path = str(Path(named).resolve())
        if named == found.name or path == found.place or (found.inside and found.place.startswith(f"{path}/")):
            return order or True
    return False


def sweep(root: Path) -> None:
    """Remove what an interrupted load had unpacked."""
    for folder in root.glob(f"{UNPACKED}*"):
        shutil.rmtree(folder, ignore_errors=True)
