"""Which encoding a text file has: BOM, then strict UTF-8, then strict GB18030, always over the whole file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CHUNK = 4 << 20
_SAMPLE_LINES = 10_000
_NON_ASCII_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` as Python calls it, `skip` bytes of BOM, `strict`: all bytes are valid, `doubt`: another likely reading."""

    name: str
    skip: int = 0
    strict: bool = True
    doubt: str | None = None


def decodes(data: bytes, name: str, start: int = 0) -> bool:
    """True when every byte from `start` is valid in that encoding; reads in blocks, so memory stays flat."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        for offset in range(start, len(data), _CHUNK):
            decoder.decode(data[offset : offset + _CHUNK])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def sniff(data: bytes) -> Encoding:
    """The encoding of a whole file (bytes or a memory map).

    A file that is neither strict UTF-8 nor strict GB18030 is taken as the one in which more of its lines are valid; its
    broken lines are for quarantine. Big5 looks like GB18030 with rare characters: then `doubt` is `big5`.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data[: len(mark)] == mark:
            return Encoding(name, len(mark), decodes(data, name, len(mark)))
    if wide := _utf16(data):
        return Encoding(wide)
    if decodes(data, "utf-8"):
        return Encoding("utf-8")
    if _mostly_utf8(data):
        return Encoding("utf-8", strict=False)
    doubt = "big5" if _like_big5(data) and decodes(data, "big5hkscs") else None
    return Encoding("gb18030", strict=decodes(data, "gb18030"), doubt=doubt)


def _utf16(data: bytes) -> str | None:
    head = data[:4096]
    zeros = head.count(0)
    if len(data) % 2 or zeros < len(head) // 50 or not zeros:
        return None
    for name, nul_first in (("utf-16-le", 1), ("utf-16-be", 0)):
        if head[nul_first::2].count(0) > 4 * max(1, head[1 - nul_first :: 2].count(0)) and decodes(data, name):
            return name
    return None


def _foreign_lines(data: bytes) -> Iterator[bytes]:
    for nth, found in enumerate(_NON_ASCII_LINE.finditer(data)):
        if nth == _SAMPLE_LINES:
            return
        yield found[0]


def _mostly_utf8(data: bytes) -> bool:
    """True when more lines are UTF-8 than not; a line of two-byte characters only says nothing (联通 is such a line)."""
    votes = [_vote(line) for line in _foreign_lines(data)]
    good, bad = votes.count(True), votes.count(False)
    return good > bad or good == bad == 1


def _vote(line: bytes) -> bool | None:
    try:
        return True if max(line.decode("utf-8")) >= "\u0800" else None
    except UnicodeDecodeError:
        return False


def _like_big5(data: bytes) -> bool:
    pairs = rare = 0
    for line in _foreign_lines(data):
        for pair in _PAIR.findall(line):
            pairs += 1
            rare += pair[1] < 0x7F or not 0xA1 <= pair[0] <= 0xF7
        if pairs > 20_000:
            break
    return pairs >= 4 and rare > 0.25 * pairs
