"""Progress on stderr for work that may take over two seconds; silent when stderr is no terminal or JSON is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graphkit.cli.context import Context


@contextmanager
def progress(context: Context, zh: str, en: str) -> Iterator[Callable[[str], None]]:
    """A spinner with what is at work now; gives the function that names it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    console = context.console(err=True)
    title = context.say(zh, en)
    with console.status(title) as status:
        yield lambda step: status.update(f"{title} · {step}")
