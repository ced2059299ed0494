"""Options that several verbs share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from graphkit.errors import Text, UsageError

AsOf = Annotated[str | None, typer.Option("--as-of", help="只看这一天有效的事实 YYYY-MM-DD / facts valid on that day")]
Top = Annotated[int, typer.Option(min=0, help="最多几条，0 为全部 / at most this many, 0 = all")]


def parse_date(text: str | None) -> date | None:
    """`YYYY-MM-DD` as a date; raises `UsageError` for anything else."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "bad-date", Text(f"日期 {text} 无效", f"{text} is no date"), Text("写作 2024-12-31", "write 2024-12-31")
        ) from None
