"""Which libraries a verb has imported when it has answered: on small data they are most of what it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from graphkit.workspace import Workspace
from tests.cli.conftest import environ
from tests.prepared import equal_keys

HEAVY = frozenset(
    (
        "cryptography", "deltalake", "duckdb", "IPython", "jinja2", "kglite", "narwhals", "neo4j", "networkx", "numpy", "openpyxl", "pandas", "pyarrow",
        "python_calamine", "pyvis", "rich", "scipy", "sqlalchemy", "streamlit",
    )
)  # fmt: skip
"""Libraries that take longer to import than a verb may spend on nothing."""

FIRM, STAFF = "云栖笙医疗器械有限公司", "林海涛"
STEPS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("", (("--help",), ("lead", "--help"), ("--version",))),
    ("rich sqlalchemy", (("init",), ("audit", "verify"), ("audit", "show"), ("queries",), ("leads",), ("findings",), ("subjects",), ("quarantine",))),
    ("duckdb", (("resolve", FIRM), ("findings", "--subject", FIRM), ("lead", "show", "L-0001"))),
    ("kglite", (("neighbors", FIRM), ("query", "people/posts_of_person"))),
    (
        "numpy pyarrow",
        (("expand", FIRM), ("path", STAFF, FIRM), ("expand", FIRM, "--as-of", "2021-03-17"), ("path", STAFF, FIRM, "--as-of", "2021-03-17")),
    ),
    ("networkx", (("brokers",), ("communities",))),
    ("narwhals", (("detectors",),)),
)  # fmt: skip
"""(libraries that these verbs may use on top of those before, the verbs), lightest first.

A projection of a day nobody asked for before is built, not opened: the last two of `expand` and `path`.
"""

PROGRAM = """
import contextlib, io, json, sys
from graphkit.cli import run, take_globals
for words in json.loads(sys.argv[1]):
    rest, context = take_globals(words)
    with contextlib.redirect_stdout(io.StringIO()):
        code = run(rest, context)
    context.close()
    print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.fixture(scope="module")
def imported(tiny: Workspace, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], frozenset[str]]:
    """Verb → the heavy libraries that are there once it and those before it have answered, in one process."""
    verbs = [verb for _, group in STEPS for verb in group]
    call = [sys.executable, "-c", PROGRAM, json.dumps(verbs)]
    with equal_keys(tmp_path_factory.mktemp("start")):
        done = subprocess.run(call, env=environ(tiny.root), capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [code for code, _ in answers] == [0] * len(verbs), done.stderr
    return {verb: HEAVY & set(names) for verb, (_, names) in zip(verbs, answers, strict=True)}


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_verb_imports_only_what_it_answers_with(imported: dict[tuple[str, ...], frozenset[str]], step: int) -> None:
    allowed = frozenset(" ".join(more for more, _ in STEPS[: step + 1]).split())
    for verb in STEPS[step][1]:
        assert imported[verb] <= allowed, f"{' '.join(verb)} imports {', '.join(sorted(imported[verb] - allowed))}"


def test_each_library_is_used_where_it_is_allowed(imported: dict[tuple[str, ...], frozenset[str]]) -> None:
    for more, verbs in STEPS:
        assert imported[verbs[-1]] >= set(more.split()), "an allowance that nothing needs any more"
