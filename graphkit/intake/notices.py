"""What to say about a file that was read, and what its name tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from graphkit.errors import Text
from graphkit.intake.flags import odd_rows
from graphkit.intake.headers import Layout
from graphkit.intake.reading import SheetReading, join


def names_of(name: str) -> tuple[str, ...]:
    """The file's name without folder and suffix: what may name the template."""
    path = PurePosixPath(name)
    return (path.stem,)


def notices(layout: Layout, sheet: SheetReading, headers: Sequence[str]) -> Text:
    """What a reader should know about a file that was read: units, repeated columns, odd rows, no rows."""
    found = []
    if not sheet.rows_read:
        found.append(Text("只有表头，没有数据", "header only, no rows"))
    if layout.fen:
        names = "、".join(f"{column}×{fen // 100}元" for column, fen in layout.fen.items())
        names_en = ", ".join(f"{column}×{fen // 100} yuan" for column, fen in layout.fen.items())
        found.append(Text(f"按表头单位读取：{names}", f"units read from the header: {names_en}"))
    doubles = sorted({h for h in headers if h.strip() and list(headers).count(h) > 1})
    if doubles:
        found.append(
            Text(
                f"重复的表头，取第一列：{'、'.join(doubles)}",
                f"repeated headers, the first counts: {', '.join(doubles)}",
            )
        )
    for template, table in sheet.tables.items():
        found += odd_rows(template, table)
    return join(*found)
