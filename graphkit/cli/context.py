"""The options that stand before or after any verb, and the two ways to answer: JSON for programs, rich for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from graphkit.workspace import Workspace


@dataclass(slots=True)
class Context:
    """What a verb may use: language, output form, the workspace (opened on first use)."""

    workspace: str | None = None
    lang: str | None = None
    json: bool = False
    exit_code: int = 0
    _opened: Workspace | None = field(default=None, repr=False)

    @property
    def ws(self) -> Workspace:
        if self._opened is None:
            from graphkit.workspace import open as open_workspace

            self._opened = open_workspace(self.workspace, lang=self.lang)
        return self._opened

    @property
    def language(self) -> str:
        if self._opened is not None:
            return self._opened.lang
        return self.lang or os.environ.get("GRAPHKIT_LANG") or "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def console(self, *, err: bool = False) -> Console:
        from rich.console import Console

        return Console(stderr=err, highlight=False, markup=False, emoji=False)

    def emit(self, payload: Any, show: Callable[[Console, Any], None]) -> None:
        """One JSON document on stdout, or `show(console, payload)` for people."""
        if self.json:
            sys.stdout.write(json.dumps(payload, ensure_ascii=False, indent=None if not sys.stdout.isatty() else 2) + "\n")
        else:
            show(self.console(), payload)


def take_globals(arguments: list[str]) -> tuple[list[str], Context]:
    """Pick `--workspace DIR`, `--lang zh|en` and `--json` out of the arguments, wherever they stand before a `--`."""
    context, rest, i = Context(), [], 0
    while i < len(arguments):
        word, _, glued = arguments[i].partition("=")
        if arguments[i] == "--":
            rest += arguments[i:]
            break
        if arguments[i] == "--json":
            context.json = True
        elif word in ("--workspace", "--lang") and (glued or i + 1 < len(arguments)):
            if not glued:
                i += 1
                glued = arguments[i]
            if word == "--lang":
                context.lang = glued
            else:
                context.workspace = glued
        else:
            rest.append(arguments[i])
        i += 1
    return rest, context
