"""Call the command line in this process, as the console script does."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graphkit.cli import run, take_globals


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document that it must be."""
        assert self.out.endswith("\n"), self.out + self.err
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error object of a call with `--json`."""
        assert list(self.json) == ["error"], self.out
        error: dict[str, Any] = self.json["error"]
        return error


def call(*arguments: str | Path, stdin: str = "") -> Answer:
    """One call of `graphkit`; `stdin` is what `-` reads."""
    rest, context = take_globals([str(a) for a in arguments])
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(stdin))
            code = run(rest, context)
    finally:
        context.close()
    return Answer(code, out.getvalue(), err.getvalue())
