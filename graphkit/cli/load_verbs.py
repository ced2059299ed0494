"""load, quarantine, scan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.context import Context
from graphkit.cli.options import AsOf, parse_date
from graphkit.cli.progress import progress
from graphkit.errors import Text, UsageError


def _nothing(paths: list[Path]) -> UsageError:
    listed = "、".join(map(str, paths))
    return UsageError(
        "nothing-to-load",
        Text(f"{listed} 中没有可加载的文件", f"there is no file to load in {listed}"),
        Text("检查文件夹；隐藏文件不会加载", "check the folder; hidden files are passed over"),
    )


def _file_of(accepted: str) -> Path:
    """The file to load behind an `--accept`: without the order of its dates, and the archive of a file inside one."""
    from graphkit.values.dates import ORDERS

    named, _, order = accepted.rpartition("=")
    path = Path(named if order in ORDERS else accepted)
    return next((parent for parent in path.parents if parent.is_file()), path)


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""

    @app.command()
    def load(
        paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹 / files or folders")] = None,
        loader: Annotated[str | None, typer.Option(help="指定加载器 / use this loader")] = None,
        accept: Annotated[
            list[str] | None,
            typer.Option(
                help="接受待定文件；文件=dmy|mdy|ymd 指明日期次序 / accept a file that waits for a decision; FILE=dmy|mdy|ymd gives the order of its dates"
            ),
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查不入库 / check only")] = False,
        undo: Annotated[str | None, typer.Option(help="撤回一次加载 / take a load back")] = None,
        rebuild: Annotated[bool, typer.Option("--rebuild", help="由记录重建图 / derive the graph anew")] = False,
    ) -> None:
        """文件或文件夹 → 记录 → 图；打印加载报告 / files or folders → records → graph."""
        from graphkit.cli.show import load_report

        chosen = [*(paths or []), *map(_file_of, accept or [])]
        if not chosen and undo is None and not rebuild:
            raise UsageError(
                "nothing-to-load",
                Text("没有给出要加载的文件", "no file was named"),
                Text("graphkit load <文件或文件夹>", "graphkit load PATH…"),
            )
        with progress(context, "加载", "loading") as step:
            if undo is not None:
                answer = context.ws.undo(undo)
            elif rebuild:
                answer = context.ws.rebuild()
            else:
                answer = context.ws.load(*chosen, loader=loader, accept=accept or (), dry_run=dry_run, progress=step)
                if not answer["files"]:
                    raise _nothing(chosen)
        context.emit(answer, lambda console, payload: load_report(console, payload, context.language))
        if any(f["status"] in ("refused", "needs_decision") for f in answer["files"]):
            context.exit_code = 3

    @app.command()
    def quarantine(
        action: Annotated[str, typer.Argument(help="list | show | export | retry")] = "list",
        target: Annotated[str | None, typer.Argument(help="行编号或文件 / id or file")] = None,
        out: Annotated[Path | None, typer.Option(help="导出文件 / file to write")] = None,
    ) -> None:
        """未入库的行 / rows that did not load, and feeding corrected ones back."""
        from graphkit.cli.show import load_report, pairs, quarantine_table

        if action == "list":
            context.emit(
                context.ws.quarantine(), lambda console, rows: quarantine_table(console, rows, context.language)
            )
        elif action == "show" and target:
            context.emit(context.ws.quarantined(target), pairs)
        elif action == "export":
            path = out or Path(target or "quarantine.xlsx")
            context.emit(context.ws.export_quarantine(path), pairs)
        elif action == "retry" and target:
            answer = context.ws.load(Path(target))
            context.emit(answer, lambda console, payload: load_report(console, payload, context.language))
        else:
            raise UsageError(
                "quarantine-action",
                Text(f"不能执行 quarantine {action}", f"cannot do quarantine {action}"),
                Text(
                    "list，show ID，export [--out FILE]，retry FILE", "list, show ID, export [--out FILE], retry FILE"
                ),
            )

    @app.command()
    def scan(
        detector: Annotated[list[str] | None, typer.Option(help="只运行这些规则 / only these detectors")] = None,
        as_of: AsOf = None,
        due: Annotated[bool, typer.Option("--due", help="未到期则不运行 / do nothing when none is due")] = False,
    ) -> None:
        """运行疑点规则 → 疑点 → 线索 / run detectors → findings → leads."""
        from graphkit.cli.show import scan_report

        with progress(context, "扫描", "scanning") as step:
            answer = context.ws.scan(detectors=detector or (), as_of=parse_date(as_of), due=due, progress=step)
        context.emit(answer, lambda console, payload: scan_report(console, payload, context.language))
