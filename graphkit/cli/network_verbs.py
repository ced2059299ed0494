"""expand, neighbors, path, communities, brokers, queries, query."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphkit.cli.context import Context
from graphkit.cli.options import AsOf, Top, parse_date
from graphkit.errors import Text, UsageError


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""

    @app.command()
    def expand(
        ids: Annotated[list[str], typer.Argument(help="已确认的主体 / confirmed subjects")],
        top: Top = 20,
        as_of: AsOf = None,
    ) -> None:
        """以案带案：下一步看谁、为什么 / from confirmed seeds, whom to look at next, and why."""
        from graphkit.cli.show_network import expansion

        context.emit(
            context.ws.expand(ids, top=top, as_of=parse_date(as_of)), lambda c, row: expansion(c, row, context.language)
        )

    @app.command()
    def neighbors(
        key: Annotated[str, typer.Argument(metavar="ID")],
        kind: Annotated[list[str] | None, typer.Option("--type", help="关系类型 / relationship type")] = None,
        limit: Annotated[int, typer.Option(min=0)] = 200,
        as_of: AsOf = None,
    ) -> None:
        """邻居，每条边带来源行 / neighbours, each edge with its row."""
        from graphkit.cli.show_network import neighbours

        context.emit(
            context.ws.neighbors(key, types=kind or (), limit=limit, as_of=parse_date(as_of)),
            lambda c, row: neighbours(c, row, context.language),
        )

    @app.command()
    def path(
        a: str,
        b: str,
        max_hops: Annotated[int, typer.Option("--max-hops", min=1, max=10)] = 6,
        k: Annotated[int, typer.Option("-k", min=1, max=50)] = 5,
        as_of: AsOf = None,
    ) -> None:
        """两个主体之间的路径 / how two subjects are connected, over the whole graph."""
        from graphkit.cli.show_network import paths

        context.emit(
            context.ws.path(a, b, max_hops=max_hops, k=k, as_of=parse_date(as_of)),
            lambda c, row: paths(c, row, context.language),
        )

    @app.command()
    def communities(as_of: AsOf = None) -> None:
        """抱团的群组 / groups that hold together."""
        from graphkit.cli.show_network import communities_table

        context.emit(
            context.ws.communities(as_of=parse_date(as_of)),
            lambda c, rows: communities_table(c, rows, context.language),
        )

    @app.command()
    def brokers(top: Top = 50, as_of: AsOf = None) -> None:
        """可疑中间人 / persons between staff and suppliers."""
        from graphkit.cli.show_network import brokers_table

        context.emit(
            context.ws.brokers(top=top, as_of=parse_date(as_of)),
            lambda c, rows: brokers_table(c, rows, context.language),
        )

    @app.command()
    def queries() -> None:
        """Cypher 查询库 / the Cypher library."""
        from graphkit.cli.show_network import queries_table

        context.emit(context.ws.queries(), lambda c, rows: queries_table(c, rows, context.language))

    @app.command()
    def query(
        source: Annotated[
            str, typer.Argument(metavar="ID|FILE|-", help="查询编号、.cypher 文件或标准输入 / query id, file, stdin")
        ],
        param: Annotated[list[str] | None, typer.Option("--param", help="k=v")] = None,
        limit: Annotated[int, typer.Option(min=0)] = 50,
        timeout: Annotated[float, typer.Option(min=0.1, max=600)] = 30.0,
    ) -> None:
        """运行只读 Cypher / run a read-only query."""
        from graphkit.cli.show_network import query_result

        params = {}
        for pair in param or []:
            name, equals, value = pair.partition("=")
            if not equals:
                raise UsageError(
                    "bad-param",
                    Text(f"参数 {pair} 应写作 名称=值", f"parameter {pair} should be name=value"),
                    Text("--param buyer=…", "--param buyer=…"),
                )
            params[name] = value
        text = sys.stdin.read() if source == "-" else source
        context.emit(context.ws.query(text, params=params, limit=limit, timeout=timeout), query_result)
