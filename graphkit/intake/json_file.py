"""JSON and JSON Lines with physical line numbers, canonical bytes, and a reason for each document not to be trusted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from graphkit.intake.encoding import sniff

_BLANKS = " \t\r\n"
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value: the physical line on which it begins, the value or the reason against it, and its text."""

    line: int
    value: Any
    reason: str | None
    raw: str

    @property
    def data(self) -> bytes:
        """Canonical JSON, or the text itself when it cannot be read."""
        return canonical(self.value) if self.reason is None else self.raw.encode("utf-8", "surrogatepass")

    @property
    def row_sha256(self) -> str:
        """Hex SHA-256 of `data`."""
        return sha256(self.data).hexdigest()


def canonical(value: Any) -> bytes:
    """Sorted keys, no blanks, UTF-8 (CONTRACT 2)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Checked:
    """A JSON decoder that notices duplicate keys and NaN instead of hiding them."""

    def __init__(self) -> None:
        self._twice = self._constant = False
        self._decoder = json.JSONDecoder(object_pairs_hook=self._pairs, parse_constant=self._note_constant)

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(pairs)
        self._twice = self._twice or len(out) < len(pairs)
        return out

    def _note_constant(self, _: str) -> None:
        self._constant = True

    def decode(self, text: str, at: int) -> tuple[Any, int, str | None]:
        """(value, index behind it, reason); raises JSONDecodeError or RecursionError when there is no value."""
        self._twice = self._constant = False
        value, end = self._decoder.raw_decode(text, at)
        if self._twice:
            return value, end, "json-keys"
        if self._constant:
            return value, end, "number"
        try:
            canonical(value)
        except UnicodeEncodeError:
            return value, end, "unicode"
        return value, end, None


def text_of(data: bytes) -> tuple[str, str]:
    """(text, encoding) of a JSON file; bytes that do not decode become U+FFFD and fail where they matter."""
    encoding = sniff(data)
    return data[encoding.skip :].decode(encoding.name, "replace"), encoding.name


def is_lines(text: str, name: str) -> bool:
    """True for JSON Lines: by suffix, or when the first line is a whole JSON value and others follow."""
    if name.casefold().endswith((".jsonl", ".ndjson")):
        return True
    lines = [line for line in text[: 1 << 22].split("\n") if line.strip()][:2]
    if len(lines) < 2:
        return False
    return any(_parses(line) for line in lines)


def _parses(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def lines(text: str) -> Iterator[Document]:
    """Every non-blank line as a document."""
    checked = _Checked()
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare:
            continue
        try:
            value, end, reason = checked.decode(bare, 0)
        except RecursionError:
            yield Document(number, None, "depth", bare)
            continue
        except ValueError:
            yield Document(number, None, "json", bare)
            continue
        yield Document(number, value, "json" if bare[end:].strip() else reason, bare)


def members(text: str, keys: tuple[str, ...]) -> Iterator[Document]:
    """The elements of a top-level array, or of the arrays under some keys of a top-level object, or the object itself.

    Raises ValueError when the file as a whole is not JSON, RecursionError when it is nested too deeply.
    """
    checked, at = _Checked(), _skip(text, 0)
    if text[at : at + 1] == "[":
        yield from _elements(text, at, checked)
        return
    whole, end, reason = checked.decode(text, at)
    if text[end:].strip():
        raise ValueError("text behind the JSON value")
    if not (isinstance(whole, dict) and any(isinstance(whole.get(key), list) for key in keys)):
        yield Document(text.count("\n", 0, at) + 1, whole, reason, text[at:end])
        return
    for key, start in _values(text, at, checked):
        if key in keys and text[start] == "[":
            yield from _elements(text, start, checked)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def _values(text: str, at: int, checked: _Checked) -> Iterator[tuple[str, int]]:
    """(key, index of its value) of the object that begins at `at`."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at, _ = checked.decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        yield key, at
        _, at, _ = checked.decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _elements(text: str, at: int, checked: _Checked) -> Iterator[Document]:
    """The elements of the array that begins at `at`."""
    line, counted = 1, 0
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        value, end, reason = checked.decode(text, at)
        yield Document(line, value, reason, text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise ValueError("the array is not closed")
