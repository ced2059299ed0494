"""A smallest xlsb ([MS-XLSB]): one sheet of texts, so that the binary format is tried without a program that writes it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from tests.inputs.case import zipped

_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(data), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(title: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """The workbook's bytes; every cell is a text (BrtCellSt)."""
    book = (
        _record(131)
        + _record(143)
        + _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(title))
        + _record(144)
        + _record(132)
    )
    last = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(129) + _record(148, last) + _record(145)
    for number, row in enumerate(rows):
        sheet += _record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for place, cell in enumerate(row):
            sheet += _record(6, struct.pack("<II", place, 0) + _text(str(cell)))
    sheet += _record(146) + _record(130)
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    )
    links = f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_PARTS}/%s" Target="%s"/></Relationships>'
    return zipped(
        [
            ("[Content_Types].xml", types.encode()),
            ("_rels/.rels", (links % ("officeDocument", "xl/workbook.bin")).encode()),
            ("xl/workbook.bin", book),
            ("xl/_rels/workbook.bin.rels", (links % ("worksheet", "worksheets/sheet1.bin")).encode()),
            ("xl/worksheets/sheet1.bin", sheet),
        ]
    )
