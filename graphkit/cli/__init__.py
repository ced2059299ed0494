"""The command line: thin verbs over `Workspace`. Data go to stdout, talk to stderr; errors become one line and an exit code."""

from __future__ import annotations

import os
import sys

from graphkit.cli.context import Context, take_globals


def main(argv: list[str] | None = None) -> None:
    """Entry point of the console script; ends the process with the exit code of CONTRACT 1."""
    # NumPy's BLAS would start a thread per core, which spin while they wait; no verb multiplies dense matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments, context = take_globals(list(sys.argv[1:] if argv is None else argv))
    code = run(arguments, context)
    sys.stdout.flush()
    sys.stderr.flush()
    # Engines keep threads of their own; leaving at once saves their teardown on every small verb.
    os._exit(code)


def run(arguments: list[str], context: Context) -> int:
    """Run one verb and give its exit code; nothing but an interrupt escapes."""
    from graphkit.cli import fault

    try:
        from graphkit.cli.app import build

        build(context)(args=arguments, prog_name="graphkit", standalone_mode=False)
        return context.exit_code
    except BaseException as error:
        return fault.answer(error, context)
