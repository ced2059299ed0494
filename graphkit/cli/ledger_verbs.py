"""lead show|assign|dispose|comment|confirm|close, pack, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.context import Context

Number = Annotated[str, typer.Argument(help="线索编号 / lead number, e.g. L-0001")]
Reason = Annotated[str, typer.Option("--reason", help="理由 / reason")]


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""
    lead = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="线索台账：查看、分办、处置 / the ledger: read, assign, dispose.",
    )
    app.add_typer(lead, name="lead")

    def answer(number: str, action: str, **arguments: object) -> None:
        from graphkit.cli.show import lead_page

        context.emit(context.ws.decide(number, action, **arguments), lambda c, row: lead_page(c, row, context.language))

    @lead.command()
    def show(number: Number) -> None:
        """一条线索的全部内容 / everything about one lead."""
        from graphkit.cli.show import lead_page

        context.emit(context.ws.lead(number), lambda c, row: lead_page(c, row, context.language))

    @lead.command()
    def assign(number: Number, to: Annotated[str, typer.Option("--to", help="承办部门 / unit")]) -> None:
        """分办 / assign to a unit."""
        answer(number, "assign", to=to)

    @lead.command()
    def dispose(
        number: Number,
        how: Annotated[str, typer.Option("--as", help="talk | preliminary | hold | close")],
        reason: Reason,
    ) -> None:
        """处置：谈话函询、初步核实、暂存待查、予以了结 / one of the four dispositions."""
        answer(number, "dispose", how=how, reason=reason)

    @lead.command()
    def comment(number: Number, text: Annotated[str, typer.Argument()]) -> None:
        """批注 / comment."""
        answer(number, "comment", text=text)

    @lead.command()
    def confirm(
        number: Number, subject: Annotated[list[str] | None, typer.Option(help="成员 / members")] = None
    ) -> None:
        """确认成员，作为以案带案的起点 / confirm members: seeds for expand."""
        answer(number, "confirm", subjects=[context.ws.the(s) for s in subject or []])

    @lead.command()
    def close(number: Number, reason: Reason) -> None:
        """了结 / close."""
        answer(number, "close", reason=reason)

    @app.command()
    def pack(
        number: Number,
        out: Annotated[Path, typer.Option("--out", help="输出 .zip / file to write")],
        sign: Annotated[Path | None, typer.Option(help="签名私钥 / signing key")] = None,
    ) -> None:
        """证据包 / evidence pack of a lead."""
        from graphkit.cli.show import pairs

        context.emit(context.ws.pack(number, out, sign=sign), pairs)

    @app.command()
    def verify(path: Annotated[Path, typer.Argument(help="证据包 / pack")]) -> None:
        """校验证据包 / check an evidence pack."""
        from graphkit.cli.show import verify_report
        from graphkit.evidence.verify import verify as check

        result = check(path)
        context.emit(result, lambda c, row: verify_report(c, row, context.language))
        context.exit_code = 0 if result["ok"] else 4
