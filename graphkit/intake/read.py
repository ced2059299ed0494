"""The front door of intake: walk folders, pick the loader of a file, read it, and read single rows again later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path

from graphkit.errors import InputRefused, Text, UsageError, Where
from graphkit.intake.complete import unfinished
from graphkit.intake.loader import Loader, RawRow, loaders
from graphkit.intake.reading import Accept, FileReading

_HEAD = 1 << 16
_IGNORED = frozenset({"thumbs.db", "desktop.ini"})


def walk(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """All files below some paths as (path, name), name = path below the folder given, sorted by name.

    Hidden files and the lock files of office programs are passed over. InputRefused `no-such-path` for a missing path.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise InputRefused(
                "no-such-path",
                Text(f"没有这个文件或文件夹：{path}", f"no such file or folder: {path}"),
                Text("检查路径", "check the path"),
                Where(file=str(path)),
            )
        if path.is_file():
            found.setdefault(path, path.name)
            continue
        for file in path.rglob("*"):
            below = file.relative_to(path)
            if file.is_file() and not any(_hidden(part) for part in below.parts):
                found.setdefault(file, below.as_posix())
    return sorted(found.items(), key=lambda item: (item[1], str(item[0])))


def _hidden(part: str) -> bool:
    return part.startswith((".", "~$", "._")) or part.casefold() in _IGNORED


def read_path(
    path: Path, name: str, *, loader: str | None = None, accept: Accept = False, own: tuple[Path, ...] = ()
) -> FileReading:
    """Read one file. Bad content never raises: the reading is `refused` or `needs_decision` with a sentence.

    `loader`: id of the loader to use, else the first that matches. `accept`: what a person decided about it.
    `own`: the user's loader folders. UsageError `no-such-loader` for an unknown id.
    """
    known = loaders(own)
    try:
        why = unfinished(path)
        with path.open("rb") as handle:
            before = file_digest(handle, "sha256").hexdigest()
            handle.seek(0)
            head = handle.read(_HEAD)
        if why is not None:
            return _refused(path, name, before, why)
    except OSError as error:
        return _refused(
            path, name, "", Text(f"文件不能打开：{error.strerror}", f"the file cannot be opened: {error.strerror}")
        )
    chosen = _choose(known, loader, path, Path(name), head)
    if chosen is None:
        text = Text(
            "不认识的文件格式；可读 CSV、xlsx、xls、ods、OCDS JSON、JSON Lines 和装有这些文件的 zip",
            "unknown file format; CSV, xlsx, xls, ods, OCDS JSON, JSON Lines and a zip of these can be read",
        )
        return _refused(path, name, before, text)
    reading = chosen.read(path, name, accept)
    if reading.sha256 != before:
        return _refused(
            path,
            name,
            before,
            Text("文件在读取时被改动，请重新导入", "the file changed while it was read; load it again"),
        )
    return reading


def _choose(known: Mapping[str, Loader], loader: str | None, path: Path, name: Path, head: bytes) -> Loader | None:
    if loader is not None:
        if loader not in known:
            raise UsageError(
                "no-such-loader",
                Text(f"没有装载器 {loader}", f"no loader {loader}"),
                Text(f"可用：{'、'.join(known)}", f"known: {', '.join(known)}"),
            )
        return known[loader]
    return next((c for c in known.values() if c.match(name, head) and (c.sure is None or c.sure(path, name))), None)


def _refused(path: Path, name: str, digest: str, text: Text) -> FileReading:
    size = path.stat().st_size if path.exists() else 0
    return FileReading(path, name, digest, size, "", "", None, "refused", text, ())


def reread(path: Path, sheet: str | None, row: int, loader: str | None = None, own: tuple[Path, ...] = ()) -> RawRow:
    """One record of a received file again. `loader` is the id it was read with (originals have no suffix to go by).

    InputRefused `no-such-row` when the file has no record that begins on this row.
    """
    known = loaders(own)
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    chosen = _choose(known, loader, path, path, head) or _choose(known, None, path, path.with_suffix(".csv"), head)
    try:
        if chosen is None:
            raise LookupError(row)
        return chosen.row(path, sheet, row)
    except LookupError as error:
        raise InputRefused(
            "no-such-row",
            Text(f"{path.name} 没有第 {row} 行的记录", f"{path.name} has no record on row {row}"),
            where=Where(file=str(path), sheet=sheet, row=row),
        ) from error


def reread_row(path_of_original: Path, sheet: str | None, row: int, loader: str | None = None) -> dict[str, str]:
    """Header → raw cell text of one record; see `reread` for the errors."""
    return dict(reread(path_of_original, sheet, row, loader).cells)


def row_bytes(path: Path, sheet: str | None, row: int, loader: str | None = None) -> bytes:
    """The exact bytes whose SHA-256 is the record's `row_sha256`; see `reread` for the errors."""
    return reread(path, sheet, row, loader).data
