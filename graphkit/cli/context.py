"""The options that stand before or after any verb, and the two ways to answer: JSON for programs, rich for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
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
    snapshot: str | None = None
    unmask: str | None = None
    exit_code: int = 0
    _opened: Workspace | None = field(default=None, repr=False)

    @property
    def ws(self) -> Workspace:
        """The workspace, opened on first use."""
        if self._opened is None:
            from graphkit.workspace import open as open_workspace

            lang = self.lang or os.environ.get("GRAPHKIT_LANG")
            self._opened = open_workspace(self.workspace, lang=lang, snapshot=self.snapshot, unmask=self.unmask)
        return self._opened

    def close(self) -> None:
        """Close the workspace, if the verb opened it."""
        if self._opened is not None:
            self._opened.close()

    @property
    def language(self) -> str:
        """The language of this call: the workspace's once it is open, else `--lang`, `GRAPHKIT_LANG`, zh."""
        if self._opened is not None:
            return self._opened.lang
        return self.lang or os.environ.get("GRAPHKIT_LANG") or "zh"

    @property
    def command(self) -> str:
        """How the user calls this program from here, with the workspace where it is not the default: for copy and paste."""
        import shutil

        called = Path(sys.argv[0])
        known = shutil.which("graphkit") or called.name != "graphkit"
        name = "graphkit" if known else os.path.relpath(called)
        return f"{name} --workspace {self.workspace}" if self.workspace else name

    def say(self, zh: str, en: str) -> str:
        """The text in the language of this call."""
        return zh if self.language == "zh" else en

    def console(self, *, err: bool = False) -> Console:
        """A console that prints text as text: no markup, no emoji; `err` for stderr."""
        from rich.console import Console

        return Console(stderr=err, highlight=False, markup=False, emoji=False)

    def emit(self, payload: Any, show: Callable[[Console, Any], None]) -> None:
        """One JSON document on stdout, or `show(console, payload)` for people."""
        if self.json:
            sys.stdout.write(
                json.dumps(payload, ensure_ascii=False, indent=None if not sys.stdout.isatty() else 2) + "\n"
            )
        else:
            show(self.console(), payload)


_VALUES = {"--workspace": "workspace", "--lang": "lang", "--snapshot": "snapshot"}


def take_globals(arguments: list[str]) -> tuple[list[str], Context]:
    """Pick the options of every verb out of the arguments, wherever they stand before a `--`.

    `--workspace DIR`, `--lang zh|en`, `--snapshot ID`, `--json`, and `--unmask --reason TEXT`. A `--reason` without
    `--unmask`, or of a verb that has one itself (`lead dispose`, `identity same` …), stays with the verb.
    """
    context, rest, i = Context(), [], 0
    while i < len(arguments):
        word, equals, value = arguments[i].partition("=")
        if word == "--":
            rest += arguments[i:]
            break
        if arguments[i] == "--json":
            context.json = True
        elif arguments[i] == "--unmask":
            context.unmask = ""
        elif word in _VALUES and (equals or i + 1 < len(arguments)):
            if not equals:
                i += 1
                value = arguments[i]
            setattr(context, _VALUES[word], value)
        else:
            rest.append(arguments[i])
        i += 1
    if context.unmask is not None:
        rest, context.unmask = _reason(rest)
    return rest, context


_WITH_REASON = {
    ("lead", "dispose"),
    ("lead", "close"),
    *(("identity", v) for v in ("same", "different", "unsure", "undo")),
}
"""Verbs that take a reason of their own."""


def _reason(arguments: list[str]) -> tuple[list[str], str]:
    """The arguments without `--reason TEXT`, and the text (empty when there is none)."""
    for i, argument in enumerate(arguments):
        word, equals, value = argument.partition("=")
        if word == "--reason":
            text = value if equals else arguments[i + 1] if i + 1 < len(arguments) else ""
            kept = (
                arguments
                if tuple(arguments[:2]) in _WITH_REASON
                else arguments[:i] + arguments[i + (1 if equals else 2) :]
            )
            return kept, text
    return arguments, ""
