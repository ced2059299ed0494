"""Errors at the rim: one line in the chosen language (or the JSON `error` object) and the documented exit code."""

from __future__ import annotations

import errno
import json
import sys
import traceback
from pathlib import Path

import typer

from graphkit.cli.context import Context
from graphkit.errors import GraphkitError, LimitReached, Text, UsageError


def answer(error: BaseException, context: Context) -> int:
    """Report `error` and give the exit code; an interrupt is 130, a closed pipe ends quietly."""
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return 130
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 0
    if isinstance(error, typer.Exit):
        return error.exit_code
    known = _known(error)
    if known is None:
        _log(error, context)
        known = GraphkitError(
            "internal", Text(f"程序内部错误：{type(error).__name__}: {error}", f"a fault of ours: {type(error).__name__}: {error}"),
            Text("请附上 logs/errors.log 报告此问题", "report it with logs/errors.log"),
        )  # fmt: skip
    _print(known, context)
    return known.exit_code


def _known(error: BaseException) -> GraphkitError | None:
    if isinstance(error, GraphkitError):
        return error
    if isinstance(error, typer.exceptions.TyperException):
        return UsageError("usage", _usage(error), Text("graphkit --help 列出用法", "see graphkit --help"))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LimitReached(
            "disk-full",
            Text("磁盘空间不足，本次操作没有留下任何结果", "the disk is full; nothing of this call was kept"),
            Text("腾出空间后重试", "free some space and try again"),
        )
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return LimitReached(
            "not-writable",
            Text(f"没有写入权限：{error.filename}", f"no permission to write: {error.filename}"),
            Text("检查目录权限", "check the permissions of the folder"),
        )
    if isinstance(error, FileNotFoundError):
        return UsageError(
            "no-such-file",
            Text(f"文件不存在：{error.filename}", f"no such file: {error.filename}"),
            Text("检查路径", "check the path"),
        )
    return None


def _usage(error: typer.exceptions.TyperException) -> Text:
    """What is wrong with the command line; the parser itself speaks English only."""
    said = error.format_message()
    kind, named = type(error).__name__, said.partition("'")[2].partition("'")[0]
    if kind == "NoArgsIsHelpError":
        return Text("没有给出命令", "no verb was given")
    if kind == "NoSuchOption":
        return Text(f"没有选项 {error.option_name}", said)  # type: ignore[attr-defined]
    if said.startswith("No such command"):
        return Text(f"没有命令 {named}", said)
    if kind == "MissingParameter":
        return Text(f"缺少参数 {named}", said)
    if kind == "BadParameter":
        return Text(f"参数 {named} 的值无效：{error.message}", said)
    return Text(f"用法错误：{said}", said)


def _print(error: GraphkitError, context: Context) -> None:
    from graphkit.answers.masking import masked, masked_text

    lang = context.language if context.language in ("zh", "en") else "zh"
    if context.json:
        sys.stdout.write(json.dumps({"error": masked(error.as_json(lang))}, ensure_ascii=False) + "\n")
        return
    where = error.where
    place = " ".join(
        str(part)
        for part in (
            where.file,
            where.sheet,
            f"第{where.row}行" if where.row and lang == "zh" else f"row {where.row}" if where.row else None,
            where.column,
        )
        if part
    )
    line = f"{place + ' ' if place else ''}{masked_text(error.message[lang])}"
    fix = error.fix[lang]
    said = f"graphkit: {line}{('。' if lang == 'zh' else '. ') + fix if fix else ''}".replace("。。", "。")
    sys.stderr.write(" ".join(said.split()) + "\n")


def _log(error: BaseException, context: Context) -> None:
    from graphkit.answers.masking import masked_text
    from graphkit.config import workspace_path

    folder = workspace_path(context.workspace) / "logs"
    text = masked_text("".join(traceback.format_exception(error)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Path(folder / "errors.log").open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError:
        sys.stderr.write(text)
