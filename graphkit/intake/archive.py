"""A zip of files is read like a folder: within limits, without a way out of the folder, each bad entry refused alone."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from graphkit.errors import InputRefused, Text, Where

MAX_ENTRIES = 10_000
MAX_EXPANDED = 10 << 30
"""Bytes of all entries together, as declared and as they come out."""
MAX_RATIO = 200
_SMALL = 100 << 20
_UTF8 = 0x800
_ENCRYPTED = 0x1
_OFFICE = frozenset({"[Content_Types].xml", "mimetype", "xl/workbook.xml"})
_BLOCK = 1 << 20

_WHY = {
    "path": Text("路径会写到文件夹之外", "its path leads out of the folder"),
    "link": Text("是符号链接", "it is a symbolic link"),
    "twice": Text("与另一个条目同名", "another entry has the same name"),
    "locked": Text("有密码保护", "it is protected by a password"),
    "nested": Text("是压缩包里的压缩包，请先解开", "it is an archive inside the archive; unpack it first"),
    "broken": Text(
        "内容损坏或与目录所记大小不符", "it is damaged, or not as long as the directory of the archive says"
    ),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: `name` is its path inside, `/` between parts; unpacked at `path`, or `why` it was not."""

    name: str
    path: Path | None
    why: Text | None = None


_DAMAGED = (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError)
"""What `zipfile` raises for bytes that are no whole zip, or packed in a way it does not know."""


def is_archive(path: Path) -> bool:
    """True for a zip that is no office document; of a damaged one the name decides."""
    try:
        with path.open("rb") as handle:
            if handle.read(4) != b"PK\x03\x04":
                return False
        with zipfile.ZipFile(path) as archive:
            return not _OFFICE & set(archive.namelist())
    except OSError:
        return False  # the reading of the file says why
    except _DAMAGED:
        return path.suffix.casefold() == ".zip"


def unpack(path: Path, name: str, folder: Path) -> Iterator[Member]:
    """Unpack the files of an archive into a folder, one by one, in name order; hidden ones are passed over.

    InputRefused `expands-too-much` before anything is unpacked when the archive holds too many or too large entries,
    `archive-damaged` when it is not whole.
    """
    try:
        opened = zipfile.ZipFile(path)
    except _DAMAGED:
        raise InputRefused(
            "archive-damaged",
            Text("压缩包已损坏或不完整", "the archive is damaged or not whole"),
            Text("请重新获取后导入", "get it again and load it"),
            Where(file=name),
        ) from None
    with opened as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _within_limits(path, name, entries)
        taken: set[str] = set()
        room = MAX_EXPANDED
        for number, (inside, entry) in enumerate(sorted(((_name(e), e) for e in entries), key=lambda pair: pair[0])):
            if any(_hidden(part) for part in PurePosixPath(inside).parts):
                continue
            why = _refused(inside, entry, taken)
            taken.add(_same(inside))
            target = folder / str(number)
            if why is None:
                written = _write(archive, entry, target, room)
                room, why = (
                    room - max(written, 0),
                    ("broken" if written < 0 else "nested" if is_archive(target) else None),
                )
            yield Member(inside, None if why else target, _WHY[why] if why else None)


def _within_limits(path: Path, name: str, entries: list[zipfile.ZipInfo]) -> None:
    expanded = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    if (
        len(entries) <= MAX_ENTRIES
        and expanded <= MAX_EXPANDED
        and (expanded <= _SMALL or expanded <= MAX_RATIO * packed)
    ):
        return
    raise InputRefused(
        "expands-too-much",
        Text(
            f"压缩包有 {len(entries)} 个文件，展开后 {expanded} 字节，超出限制，没有打开",
            f"the archive holds {len(entries)} files of {expanded} bytes in all, over the limit, and was not opened",
        ),
        Text("请解开后导入文件夹", "unpack it and load the folder"),
        Where(file=name),
    )


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry: UTF-8 where the archive says so, else as its bytes read: UTF-8, GB18030."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8:
        data = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    return name


def _refused(name: str, entry: zipfile.ZipInfo, taken: set[str]) -> str | None:
    parts = name.split("/")
    if "\\" in name or "\0" in name or name.startswith("/") or ".." in parts or ":" in parts[0]:
        return "path"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "link"
    if _same(name) in taken:
        return "twice"
    return "locked" if entry.flag_bits & _ENCRYPTED else None


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _hidden(part: str) -> bool:
    return part.startswith((".", "~$", "__MACOSX")) and part != ".."


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an entry; BadZipFile for every kind of damage (zipfile raises many)."""
    try:
        with archive.open(entry) as source:
            while block := source.read(_BLOCK):
                yield block
    except (zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise zipfile.BadZipFile(str(error)) from error


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Bytes written; -1 when the entry is damaged or longer than what is left of the limit."""
    written = 0
    with target.open("wb") as copy:
        try:
            for block in _blocks(archive, entry):
                written += len(block)
                if written > min(room, entry.file_size):
                    return -1
                copy.write(block)
        except zipfile.BadZipFile:
            return -1
    return written if written == entry.file_size else -1
