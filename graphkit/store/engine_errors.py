"""Errors of the embedded engine as ours."""

from __future__ import annotations

from graphkit.errors import GraphkitError, LimitReached, Text, UsageError


def timed_out(timeout: float) -> LimitReached:
    """The error for a query that ran longer than `timeout` seconds."""
    return LimitReached(
        "query-timeout",
        Text(f"查询超过 {timeout:g} 秒，已停止", f"the query ran longer than {timeout:g} s and was stopped"),
        Text("缩小范围，或加大 --timeout", "narrow it down, or raise --timeout"),
    )


def translate(kind: str, message: str, timeout: float) -> GraphkitError:
    """An error of the engine as one of ours; `kind` is the class name."""
    if kind == "CypherTimeoutError":
        return timed_out(timeout)
    if "work unit" in message or "work budget" in message:
        return LimitReached(
            "query-too-wide",
            Text(f"查询触及工作量上限：{message}", f"the query reached the work limit: {message}"),
            Text("先写选择性最强的模式", "write the most selective pattern first"),
        )
    return query_error(message)


def query_error(message: str) -> UsageError:
    """The error for a text that an engine does not run."""
    return UsageError(
        "query-error",
        Text(f"查询无法执行：{message}", f"the query does not run: {message}"),
        Text(
            "请检查语法、标签与参数；graphkit queries check",
            "check syntax, labels and parameters; graphkit queries check",
        ),
    )
