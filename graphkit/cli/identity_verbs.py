"""identity list|show|same|different|unsure|undo."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.context import Context
from graphkit.cli.options import Top

A = Annotated[str, typer.Argument(help="编号、完整名称或号码 / id, full name or number")]
Reason = Annotated[str, typer.Option("--reason", help="理由 / reason")]


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""
    identity = typer.Typer(
        rich_markup_mode=None,
        help="谁是谁：候选，以及人的判断 / who is who: candidates and people's judgements.",
    )
    app.add_typer(identity, name="identity", invoke_without_command=True)

    def listed(label: str | None, top: int) -> None:
        from graphkit.cli.show_identity import pairs_table

        rows = context.ws.identities(label=label, top=top)
        context.emit(rows, lambda console, payload: pairs_table(console, payload, context.language))

    def judged(verb: str, *what: str, reason: str = "") -> None:
        from graphkit.cli.show_identity import judgement_line

        answer = context.ws.judge(verb, *what, reason=reason)
        context.emit(answer, lambda console, row: judgement_line(console, row, context.language))

    @identity.callback()
    def bare(ctx: typer.Context) -> None:
        """谁是谁：候选，以及人的判断 / who is who: candidates and people's judgements."""
        if ctx.invoked_subcommand is None:
            listed(None, 50)

    @identity.command("list")
    def list_(
        label: Annotated[str | None, typer.Option(help="Person | Organization")] = None,
        top: Top = 50,
    ) -> None:
        """可能是同一主体的两方，最像的在前 / pairs that may be one and the same, likeliest first."""
        listed(label, top)

    @identity.command()
    def show(a: A, b: A) -> None:
        """两方逐项对照 / two subjects side by side."""
        from graphkit.cli.show_identity import pair_page

        (row,) = context.ws.identities(a, b)
        context.emit(row, lambda console, payload: pair_page(console, payload, context.language))

    @identity.command()
    def same(a: A, b: A, reason: Reason) -> None:
        """认定为同一主体 / they are one and the same."""
        judged("same", a, b, reason=reason)

    @identity.command()
    def different(a: A, b: A, reason: Reason) -> None:
        """认定为不同主体，不再列为候选 / they are two, and no candidates any more."""
        judged("different", a, b, reason=reason)

    @identity.command()
    def unsure(a: A, b: A, reason: Reason = "") -> None:
        """暂不能定，列在最后 / nobody can say: listed at the end."""
        judged("unsure", a, b, reason=reason)

    @identity.command()
    def undo(
        seq: Annotated[str, typer.Argument(help="判断的序号 / number of the judgement")], reason: Reason = ""
    ) -> None:
        """撤回一个判断 / take a judgement back."""
        judged("undo", seq, reason=reason)
