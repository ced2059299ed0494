"""init, demo, templates, generate, app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.context import Context
from graphkit.cli.progress import progress


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""

    @app.command()
    def init() -> None:
        """建立工作区与带注释的设置文件 / workspace and a commented settings file."""
        from graphkit.cli.show import pairs

        context.emit(context.ws.init(), pairs)

    @app.command()
    def demo() -> None:
        """在自带样例上走完一遍 / the main job on a shipped sample; safe to repeat."""
        from graphkit.answers.demo import demo as run
        from graphkit.cli.show import demo as show

        with progress(context, "演示", "demo") as step:
            answer = run(context.ws, step, context.command)
        context.emit(answer, lambda console, payload: show(console, payload, context.language))

    @app.command()
    def templates(
        out: Annotated[Path | None, typer.Option(help="写出空白模板的文件夹 / folder for blank files")] = None,
    ) -> None:
        """空白输入模板 / blank input files with English and Chinese headers."""
        from graphkit.cli.show import template_table
        from graphkit.intake.templates import template_table as table
        from graphkit.intake.templates import write_blank

        if out is not None:
            write_blank(out, context.language)
        context.emit([dict(row) for row in table()], template_table)

    @app.command()
    def generate(
        out: Annotated[Path, typer.Option(help="输出文件夹 / folder to write")],
        hospitals: Annotated[int, typer.Option(min=1)] = 12,
        seed: int = 7,
        nests: Annotated[int, typer.Option(min=0)] = 3,
    ) -> None:
        """生成一个虚构的省：文件与 truth.json / a synthetic province with planted nests; all invented."""
        from graphkit.cli.show import pairs
        from graphkit.generate import generate as make

        truth = make(out, hospitals=hospitals, seed=seed, nests=nests)
        context.emit(
            {
                "out": str(out),
                "seed": seed,
                "hospitals": hospitals,
                "nests": truth["nests"],
                "rows": truth["rows"],
                "files": sorted(p.name for p in (out / "files").iterdir()),
            },
            pairs,
        )

    @app.command("app")
    def workbench(port: Annotated[int, typer.Option(min=1, max=65535)] = 8501) -> None:
        """浏览器工作台，仅本机可访问 / the workbench in a browser, on 127.0.0.1."""
        from graphkit.ui import serve

        serve(context.ws.root, port, context.language)
