"""The verbs of CONTRACT 1, each a few lines over `Workspace`. Built late, so that `--help` costs only what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from graphkit.cli import identity_verbs, ledger_verbs, load_verbs, network_verbs, read_verbs, set_up_verbs
from graphkit.cli.context import Context
from graphkit.errors import Text, UsageError

LATER = ("map", "new", "pattern", "export", "doctor")
"""Verbs of the contract that this version does not have yet: exit 2, and not in `--help`."""


def build(context: Context) -> Callable[..., Any]:
    """The whole command tree for one call."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
        help="graphkit：公共采购窝案线索分析 / leads on networked corruption in public procurement.\n\n"
        "任何命令都可加 / with any verb: --workspace DIR, --lang zh|en, --json, --snapshot ID, --unmask --reason TEXT",
    )  # fmt: skip
    app.callback(invoke_without_command=True)(_version)
    for module in (set_up_verbs, load_verbs, identity_verbs, read_verbs, ledger_verbs, network_verbs):
        module.register(app, context)
    for verb in LATER:
        app.command(
            verb,
            hidden=True,
            add_help_option=False,
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(_later(verb))
    return typer.main.get_command(app)


def _version(version: bool = typer.Option(False, "--version", help="版本 / show the version")) -> None:
    if version:
        from graphkit import __version__

        typer.echo(f"graphkit {__version__}")
        raise typer.Exit


def _later(verb: str) -> Callable[[typer.Context], None]:
    def refuse(ctx: typer.Context) -> None:
        raise UsageError(
            "not-in-this-version",
            Text(f"命令 {verb} 不在本版本中", f"{verb} is not in this version"),
            Text("graphkit --help 列出可用命令", "graphkit --help lists the verbs"),
        )

    return refuse
