"""Words, signs, strings and comments of a Cypher text, each with its place. Nothing else is known here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from graphkit.errors import Text, UsageError

TokenKind = Literal["word", "quoted", "string", "number", "param", "sign", "comment"]

_PATTERN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<quoted>`(?:[^`]|``)*`)
      | (?P<param>\$(?:\w+|`(?:[^`]|``)*`))
      | (?P<number>0x[0-9a-fA-F]+|(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\.\.|<=|>=|<>|=~|\+=|[-+*/%^=<>()\[\]{},:;.|!&?])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written; `line` and `column` count from 1."""

    kind: TokenKind
    text: str
    line: int
    column: int

    @property
    def upper(self) -> str:
        """The word in capitals; empty for anything that is no bare word."""
        return self.text.upper() if self.kind == "word" else ""


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in the text."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def tokens(text: str) -> Iterator[Token]:
    """Every token, comments included. Raises `UsageError` with line and column at a character that begins none."""
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        line, column = place(text, at)
        if match is None:
            raise UsageError(
                "cypher-character",
                Text(f"第 {line} 行第 {column} 列：无法识别 {text[at]!r}", f"line {line} column {column}: {text[at]!r} begins nothing in Cypher"),
                Text("检查引号是否成对、是否有全角符号", "look for an open quote or a full-width sign"),
            )  # fmt: skip
        kind = match.lastgroup
        if kind != "space":
            yield Token(kind, match.group(), line, column)  # type: ignore[arg-type]
        at = match.end()
