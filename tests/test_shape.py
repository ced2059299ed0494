"""The shape of the code (DESIGN 7), measured: short documented typed modules, and constructions that are not used at all."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PYTHON = ("graphkit", "loaders", "benchmarks", "scripts", "app.py")
FORBIDDEN_NAMES = frozenset({"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"})
BROAD = frozenset({"Exception", "BaseException"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*tops: str) -> list[Path]:
    """Python files below the given folders of the checkout."""
    found = [path for top in tops for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*.py"))]
    return sorted(path for path in found if "__pycache__" not in path.parts and "_shipped" not in path.parts)


def place(path: Path, node: ast.AST | None = None) -> str:
    """`file:line` below the checkout."""
    line = getattr(node, "lineno", None)
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file; read only, because all tests share it."""
    return ast.parse(path.read_text("utf-8"))


@pytest.fixture(scope="module", autouse=True)
def forget() -> Iterator[None]:
    """The trees go with the last test: a million nodes would make every later look for garbage slow."""
    yield
    tree_of.cache_clear()


def trees(*tops: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module with its syntax tree."""
    for path in sources(*tops):
        yield path, tree_of(path)


def tracked() -> list[Path]:
    """Files of the checkout that `.gitignore` leaves in."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split() if not line.startswith("#")]
    found, todo = [], [ROOT]
    while todo:
        for path in sorted(todo.pop().iterdir()):
            if path.name == ".git" or any(fnmatch(path.name, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                todo.append(path)
            else:
                found.append(path)
    return found


def lengths() -> list[int]:
    """Lines of each module of the package; the one-line `__init__` files would only flatter the numbers."""
    counts = [len(path.read_text("utf-8").splitlines()) for path in sources("graphkit")]
    return sorted(count for count in counts if count >= 5)


def test_modules_are_short() -> None:
    long = [place(path) for path in sources(*PYTHON) if len(path.read_text("utf-8").splitlines()) > 400]
    counts = lengths()
    assert not long, "over 400 lines: " + ", ".join(long)
    assert statistics.median(counts) <= 120
    assert counts[int(len(counts) * 0.9)] <= 250


def code_lines(path: Path) -> int:
    """Lines that hold code: blank lines, comments and docstrings (method pages among them) do not count."""
    text = path.read_text("utf-8")
    prose: set[int] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in prose for number, line in lines
    )


TESTED = 0.65
"""Lines of test per line of source. The design asks for 1; until it is reached this floor only rises."""


def test_the_share_of_tests_does_not_fall() -> None:
    tests, source = (sum(map(code_lines, sources(*tops))) for tops in (("tests",), ("graphkit", "loaders")))
    assert tests >= TESTED * source, f"{tests} lines of tests for {source} lines of source"


def undocumented(tree: ast.Module) -> list[ast.AST]:
    """Public classes, functions and methods without a docstring, and the module itself when it is not empty."""
    found: list[ast.AST] = [] if ast.get_docstring(tree) or not tree.body else [tree]
    todo: list[ast.stmt] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                found.append(node)
            if isinstance(node, ast.ClassDef):
                todo += node.body
    return found


def test_public_definitions_are_documented() -> None:
    found = [
        f"{place(path, node)} {getattr(node, 'name', '')}"
        for path, tree in trees(*PYTHON)
        for node in undocumented(tree)
    ]
    assert not found, f"{len(found)} without docstring:\n" + "\n".join(found)


def untyped(tree: ast.Module) -> Iterator[Function]:
    """Functions with a parameter or a result that has no annotation."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            a = node.args
            named = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(x for x in (a.vararg, a.kwarg) if x)]
            if node.returns is None or any(x.annotation is None and x.arg not in ("self", "cls") for x in named):
                yield node


def test_everything_is_typed() -> None:
    found = [f"{place(path, node)} {node.name}" for path, tree in trees(*PYTHON, "tests") for node in untyped(tree)]
    assert not found, "\n".join(found)


def broad(tree: ast.Module) -> Iterator[tuple[ast.ExceptHandler, frozenset[str]]]:
    """Handlers that catch everything, with what they name; a bare `except` counts as BaseException."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            named = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"BaseException"}
            if named & BROAD:
                yield node, frozenset(named & BROAD)


def test_only_the_rim_catches_everything() -> None:
    found = []
    for path, tree in trees(*PYTHON):
        room = path.relative_to(ROOT).parts[1] if path.is_relative_to(ROOT / "graphkit") else ""
        for node, named in broad(tree):
            if room not in ("cli", "ui") or ("BaseException" in named and room != "cli"):
                found.append(place(path, node))
    assert not found, "\n".join(found)


def dangerous(tree: ast.Module) -> Iterator[ast.AST]:
    """Pickle and its kin, eval, exec, compile, a shell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
            if {name.split(".")[0] for name in names} & {"pickle", "marshal", "shelve", "dill", "joblib"}:
                yield node
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            shell = any(k.arg == "shell" and ast.unparse(k.value) != "False" for k in node.keywords)
            loose = any(k.arg == "allow_pickle" and ast.unparse(k.value) != "False" for k in node.keywords)
            if name in ("eval", "exec", "compile", "os.system", "os.popen") or shell or loose:
                yield node


def test_no_pickle_eval_or_shell() -> None:
    found = [place(path, node) for path, tree in trees(*PYTHON, "tests") for node in dangerous(tree)]
    assert not found, "\n".join(found)


def test_no_drawer_for_everything() -> None:
    assert not [place(path) for path in sources(*PYTHON, "tests") if path.name in FORBIDDEN_NAMES]


MACHINE = re.compile(
    r"(?<![\w.<])/(?:home|root|work|farm|tmp|opt|mnt|Users|private)/[\w.-]+"
    r"|\b[A-Z]:\\\\?Users\b"
    r"|\b(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|repo1?\.maven\.(?:org|apache\.org)|crates\.io|proxy\.golang\.org)\b"
    r"|--(?:extra-)?index-url|--find-links"
)
"""Paths of one machine, hosts of package registries, and pip options that name either."""


def test_no_machine_path_or_registry_in_the_checkout() -> None:
    found = []
    for path in tracked():
        if path.suffix in (".png", ".xlsx", ".xls", ".ods", ".zip") or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if hit := MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {hit[0]}")
    assert not found, "\n".join(found)


def built(node: ast.expr) -> bool:
    """Whether a text is put together at run time: f-string, `+`, `%`, `.format`, `.join`, `.replace`."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return True
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join", "replace", "substitute")
    )


def built_cypher(tree: ast.Module) -> Iterator[ast.AST]:
    """Calls of `.run` and `.cypher` whose text is no constant and no name, and names that were put together before."""
    texts: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and built(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            texts |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("run", "cypher")
            and node.args
        ):
            continue
        text = node.args[0]
        if ast.unparse(node.func.value) == "subprocess" or isinstance(text, ast.Attribute):
            continue
        if not (isinstance(text, ast.Constant) or (isinstance(text, ast.Name) and text.id not in texts)):
            yield node


def test_data_never_become_cypher() -> None:
    """Only the store itself puts texts together: labels and relationship types of the vocabulary, never a value."""
    store = ROOT / "graphkit" / "store"
    found = [place(path, node) for path, tree in trees(*PYTHON) if path.parent != store for node in built_cypher(tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (undocumented, '"""m"""\nclass A:\n    """a"""\n    def b(self) -> int: ...'),
        (untyped, "def f(a, b: int) -> int: ..."),
        (untyped, "async def f(*, a: int = 1): ..."),
        (broad, "try: ...\nexcept (ValueError, Exception): ..."),
        (broad, "try: ...\nexcept: ..."),
        (dangerous, "from pickle import loads"),
        (dangerous, "subprocess.run(line, shell=True)"),
        (dangerous, "np.load(path, allow_pickle=True)"),
        (built_cypher, "tx.run(f'MATCH (n) WHERE n.name = {name} RETURN n')"),
        (built_cypher, "graph.cypher('MATCH (n {name: \"%s\"}) RETURN n' % name)"),
        (built_cypher, "text = 'MATCH ' + pattern\ngraph.cypher(text)"),
    ],
)
def test_each_check_sees_what_it_is_for(check: object, source: str) -> None:
    assert len(list(check(ast.parse(source)))) == 1  # type: ignore[operator]
