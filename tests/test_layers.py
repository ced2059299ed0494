"""Imports point down only: the line of DESIGN 2 as a list, read from the code with `ast`, lazy imports included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "graphkit"
LINE = (
    ("errors",),
    ("types", "model", "shipped", "config", "duck"),
    ("values",),
    ("intake",),
    ("db",),
    ("records",),
    ("identity",),
    ("facts",),
    ("views", "projection", "store"),
    ("algorithms",),
    ("detectors",),
    ("leads",),
    ("ledger", "evidence"),
    ("scan", "publish"),
    ("answers",),
    ("workspace",),
    ("ui",),
    ("cli",),
    ("docs", "__init__", "__main__"),
)
"""Bottom to top. A room may import rooms of lower groups; rooms of one group do not know each other."""
RANK = {room: rank for rank, group in enumerate(LINE) for room in group}
ASIDE = {"generate": frozenset({"values", "model", "shipped", "errors"})}
"""Rooms beside the line and all they may import; only the command line calls them."""
ONLY_IN = {
    "streamlit": frozenset({"ui"}),
    "sqlalchemy": frozenset({"db", "records", "ledger"}),
    "typer": frozenset({"cli", "docs"}),
    "click": frozenset({"cli", "docs"}),
}
TYPES_ABOVE = {("answers", "workspace")}
"""(room, higher room) whose types may be named under TYPE_CHECKING: answers are functions over a `Workspace`."""
NETWORK = frozenset({"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "smtplib"})
IMPURE = frozenset({"os", "io", "pathlib", "secrets", "socket", "subprocess", "tempfile", "time", "duckdb", "sqlite3"})


class Import(NamedTuple):
    """`typing`: stands under `if TYPE_CHECKING`; `module` is dotted, with the imported name when it comes from a package."""

    module: str
    line: int
    typing: bool


def imports(source: str) -> Iterator[Import]:
    """Every import of a module, at any depth."""
    tree = ast.parse(source)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).removeprefix("typing.") == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, id(node) in for_types)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            for alias in node.names:
                yield Import(f"{node.module}.{alias.name}", node.lineno, id(node) in for_types)


def room_of(module: str) -> str | None:
    """`graphkit.facts.kin` → `facts`; None for other packages and for the version number of this one."""
    head, *rest = module.split(".")
    return rest[0] if head == "graphkit" and rest and rest[0] != "__version__" else None


def problems(room: str, source: str) -> list[str]:
    """What is wrong with the imports of a module of `room`."""
    found = []
    for module, line, typing in imports(source):
        target = room_of(module)
        for package, rooms in ONLY_IN.items():
            if (module + ".").startswith(package + ".") and room not in rooms:
                found.append(f"line {line}: {package} belongs to {', '.join(sorted(rooms))}")
        if any((module + ".").startswith(name + ".") for name in NETWORK):
            found.append(f"line {line}: {module} could reach outside")
        if target is None or target == room:
            continue
        if room in ASIDE:
            allowed = target in ASIDE[room]
        elif target in ASIDE:
            allowed = room in ("cli", "docs")
        else:
            allowed = (room in RANK and RANK.get(target, len(LINE)) < RANK[room]) or (
                typing and (room, target) in TYPES_ABOVE
            )
        if not allowed:
            found.append(f"line {line}: {room} may not import {module}")
    return found


def modules() -> list[tuple[str, str]]:
    """(path below the package, room) of every module."""
    paths = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    return [(path.as_posix(), path.parts[0].removesuffix(".py")) for path in paths]


def test_every_room_has_its_place() -> None:
    rooms = {room for _, room in modules()}
    assert rooms == RANK.keys() | ASIDE.keys()


def test_the_documented_line_is_this_one() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    block = text.split("## Imports point down")[1].split("```text\n")[1].split("```")[0]
    named = [tuple(line.split()) for line in block.splitlines()]
    assert named == [*LINE[:-1], ("docs",)]


def test_imports_point_down_only() -> None:
    found = [
        f"graphkit/{path} {problem}"
        for path, room in modules()
        for problem in problems(room, (PACKAGE / path).read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("records", "from graphkit.facts.build import build"),
        ("records", "from graphkit import workspace"),
        ("views", "import graphkit.store"),
        ("algorithms", "def run():\n    from graphkit.detectors import registry"),
        ("answers", "from graphkit.workspace import open"),
        ("scan", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from graphkit.workspace import Workspace"),
        ("generate", "from graphkit.facts.kin import INVERSE"),
        ("workspace", "from graphkit.generate import generate"),
        ("cli", "import streamlit as st"),
        ("answers", "from sqlalchemy.orm import Session"),
        ("ui", "import urllib.request"),
    ],
)
def test_a_wrong_import_is_seen(room: str, source: str) -> None:
    assert len(problems(room, source)) == 1


@pytest.mark.parametrize(
    ("room", "source"),
    [
        (
            "answers",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from graphkit.workspace import Workspace",
        ),
        ("evidence", "from graphkit import __version__"),
        ("cli", "def run():\n    from graphkit.generate import generate"),
        ("ledger", "from sqlalchemy import select"),
        ("facts", "import duckdb\nfrom graphkit.identity.resolve import resolve"),
    ],
)
def test_a_right_import_passes(room: str, source: str) -> None:
    assert problems(room, source) == []


def pure_modules() -> list[Path]:
    """Detectors and algorithms; the runner, which takes the time of a run, and the registry, which looks for modules, are no detectors."""
    found = [*(PACKAGE / "algorithms").glob("*.py"), *(PACKAGE / "detectors").glob("*.py")]
    return sorted(path for path in found if path.name not in ("runner.py", "registry.py"))


def test_detectors_and_algorithms_know_no_files_clock_or_chance() -> None:
    found = []
    for path in pure_modules():
        source = path.read_text("utf-8")
        found += [
            f"{path.name}:{i.line} imports {i.module}" for i in imports(source) if i.module.split(".")[0] in IMPURE
        ]
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and node.attr in ("today", "now", "utcnow"):
                found.append(f"{path.name}:{node.lineno} reads the clock")
            if (
                isinstance(node, ast.Attribute)
                and ast.unparse(node.value) in ("random", "np.random")
                and node.attr not in ("Random", "Generator", "default_rng")
            ):
                found.append(f"{path.name}:{node.lineno} draws from the shared generator")
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).endswith(("Random", "default_rng"))
                and not node.args
            ):
                found.append(f"{path.name}:{node.lineno} draws without a seed")
            if isinstance(node, ast.Name) and node.id in ("open", "print", "input"):
                found.append(f"{path.name}:{node.lineno} uses {node.id}")
    assert pure_modules()
    assert not found, "\n".join(found)
