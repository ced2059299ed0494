"""findings, subjects, leads, detectors, resolve, audit."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.context import Context
from graphkit.cli.options import Top
from graphkit.errors import Text, UsageError


def register(app: typer.Typer, context: Context) -> None:
    """Add the verbs to the command tree."""

    @app.command()
    def findings(
        detector: Annotated[str | None, typer.Option(help="规则编号 / detector id")] = None,
        subject: Annotated[str | None, typer.Option(help="主体 / id, name or number")] = None,
        top: Top = 50,
    ) -> None:
        """疑点 / findings of the last scan."""
        from graphkit.cli.show import findings_table

        context.emit(
            context.ws.findings(detector=detector, subject=subject, top=top),
            lambda c, rows: findings_table(c, rows, context.language),
        )

    @app.command()
    def subjects(
        family: Annotated[str | None, typer.Option(help="规则组 / catalogue group, e.g. B")] = None,
        label: Annotated[str | None, typer.Option(help="Person, Organization, …")] = None,
        top: Top = 50,
    ) -> None:
        """按得分排列的主体 / subjects by score, with the parts of each score."""
        from graphkit.cli.show import subjects_table

        context.emit(
            context.ws.subjects(family=family, label=label, top=top),
            lambda c, rows: subjects_table(c, rows, context.language),
        )

    @app.command()
    def leads(status: Annotated[str | None, typer.Option(help="状态 / state")] = None, top: Top = 50) -> None:
        """线索队列 / the lead queue."""
        from graphkit.cli.show import leads_table

        context.emit(context.ws.leads(status=status, top=top), lambda c, rows: leads_table(c, rows, context.language))

    @app.command()
    def detectors(
        action: Annotated[str, typer.Argument(help="list | show")] = "list",
        identifier: Annotated[str | None, typer.Argument(help="规则编号 / detector id")] = None,
    ) -> None:
        """疑点规则：方法、参数、分母 / the red flags: method, parameters, denominators here."""
        from graphkit.answers.rules import one
        from graphkit.cli.show import detector_page, detectors_table

        if action == "list":
            context.emit(context.ws.detectors(), lambda c, rows: detectors_table(c, rows, context.language))
        elif action == "show" and identifier:
            context.emit(one(context.ws, identifier), detector_page)
        else:
            raise UsageError(
                "detectors-action",
                Text(f"不能执行 detectors {action}", f"cannot do detectors {action}"),
                Text("detectors，detectors show K02", "detectors, detectors show K02"),
            )

    @app.command()
    def resolve(keys: Annotated[list[str], typer.Argument(help="名称、号码或编号 / names, numbers, ids")]) -> None:
        """名称、号码背后的编号 / ids behind names and numbers."""
        from graphkit.cli.show import resolve_table

        context.emit(context.ws.resolve(keys), lambda c, rows: resolve_table(c, rows, context.language))

    @app.command()
    def audit(action: Annotated[str, typer.Argument(help="show | verify")] = "show", top: Top = 50) -> None:
        """审计链 / the audit chain."""
        from graphkit.cli.show import audit_table, pairs

        if action == "show":
            context.emit(context.ws.audit(top=top), lambda c, rows: audit_table(c, rows, context.language))
        elif action == "verify":
            answer = context.ws.audit_verify()
            context.emit(answer, pairs)
            context.exit_code = 0 if answer["ok"] else 4
        else:
            raise UsageError(
                "audit-action",
                Text(f"不能执行 audit {action}", f"cannot do audit {action}"),
                Text("audit show，audit verify", "audit show, audit verify"),
            )
