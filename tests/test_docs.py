"""The documentation is true: its console blocks run, its reference pages are those of the code, nothing listed is undocumented.

A section (`## …`) runs in a fresh folder, block by block: one with `file=PATH` is saved there, a `console` block is run,
`$ ` before a command, `> ` before its further lines. `...` stands for any text, as in doctest. A bare `graphkit` command
runs in this process, as its entry point would run it; a line with anything of a shell in it goes to a shell, where
`graphkit` is `python -m graphkit`. Sections that begin with the same command in their empty folder have it run once.
"""

from __future__ import annotations

import contextlib
import difflib
import doctest
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from graphkit import __version__
from graphkit.cli import run as run_verb
from graphkit.cli.app import LATER
from graphkit.cli.context import take_globals
from graphkit.config import TEMPLATE
from graphkit.detectors.registry import detectors
from graphkit.docs import SETTINGS, pages, setting_names, verbs
from graphkit.intake.templates import templates
from graphkit.store.library import read_library
from graphkit.views.data import VIEWS
from tests.prepared import ROOT, once, shared_by_workers

READMES = (ROOT / "README.md", ROOT / "README.zh.md")
WRITTEN = ("architecture.md",)
"""Pages below `docs/` that people write; all others are generated."""
DOCUMENTS = (*READMES, *(ROOT / "docs" / name for name in WRITTEN))
CJK = re.compile(r"[\u3400-\u9fff]")
FAILED = "[failed with exit code] "
LATIN = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words behind its fence, its text, its line."""

    info: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The path of a block that is to be saved."""
        found = re.search(r"\bfile=(\S+)", self.info)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document with its blocks."""

    document: Path
    title: str
    blocks: tuple[Block, ...]

    @property
    def runs(self) -> bool:
        """Whether anything of it is executed."""
        return any(block.info == "console" for block in self.blocks)


def sections(document: Path) -> list[Section]:
    """The sections of a document; what stands above the first heading is a section too."""
    found: list[tuple[str, list[Block]]] = [("", [])]
    lines = iter(enumerate(document.read_text("utf-8").splitlines(), 1))
    for number, line in lines:
        if line.startswith("## "):
            found.append((line[3:], []))
        elif line.startswith("```"):
            text = []
            for _, inner in lines:
                if inner == "```":
                    break
                text.append(inner)
            found[-1][1].append(Block(line[3:].strip(), "".join(f"{t}\n" for t in text), number))
    return [Section(document, title, tuple(blocks)) for title, blocks in found]


def steps(text: str) -> list[tuple[str, str]]:
    """(command, expected output) of a console block."""
    out: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            out.append(([line[2:]], []))
        elif line.startswith("> ") and not out[-1][1]:
            out[-1][0].append(line[2:])
        else:
            out[-1][1].append(line)
    return [("\n".join(command), "".join(f"{line}\n" for line in output)) for command, output in out]


class Shell:
    """A folder in which `graphkit` is this checkout's `python -m graphkit`."""

    def __init__(self, folder: Path, run: Path | None = None) -> None:
        """In `folder`; `run` is where sections share what their first commands made."""
        self.shared = run
        self.folder = folder / "here"
        self.folder.mkdir()
        tools = folder / "bin"
        tools.mkdir()
        python = shlex.quote(sys.executable)
        own = "import graphkit.detectors as d; d.__path__.append('graphkit/detectors'); from graphkit.cli import main; main()"
        script = tools / "graphkit"
        script.write_text(
            f'#!/bin/sh\n[ -d graphkit/detectors ] && exec {python} -c "{own}" "$@"\nexec {python} -m graphkit "$@"\n',
            "utf-8",
        )
        script.chmod(0o755)
        (folder / "key").write_text("0" * 64, "ascii")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRAPHKIT_")}
        self.environment = {
            **kept,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "COLUMNS": "100",
            "TERM": "dumb",
            "GRAPHKIT_KEY_FILE": str(folder / "key"),
            "GRAPHKIT_USER": "zhang",
        }

    def write(self, name: str, text: str) -> None:
        """Save a block as a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, command: str) -> str:
        """Output and errors of a command, without blanks at line ends; a failure is a line that no document may expect."""
        if self.shared is None or any(self.folder.iterdir()):
            return self._run(command)
        name = f"docs-{hashlib.sha256(command.encode()).hexdigest()[:12]}"
        first = once(self.shared, name, lambda place: _first(place, command))
        shutil.copytree(first / "here", self.folder, dirs_exist_ok=True)
        return (first / "said").read_text("utf-8")

    def _run(self, command: str) -> str:
        plain = command.startswith("graphkit ") and not re.search(r"[|<>&;`$\n]", command)
        own_detectors = (self.folder / "graphkit").exists()
        text, code = self._here(shlex.split(command)[1:]) if plain and not own_detectors else self._shell(command)
        text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
        return text if code == 0 else f"{text}{FAILED}{code}\n"

    def _here(self, arguments: list[str]) -> tuple[str, int]:
        output = io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(output),
        ):
            patch.chdir(self.folder)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            rest, context = take_globals(arguments)
            code = run_verb(rest, context)
            if context._opened is not None:
                context._opened.close()
        return output.getvalue(), code

    def _shell(self, command: str) -> tuple[str, int]:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.stdout.decode("utf-8"), done.returncode


def _first(place: Path, command: str) -> None:
    (place / "said").write_text(Shell(place).run(command), "utf-8")


def differences(section: Section, shell: Shell) -> list[str]:
    """Run a section and compare; the first command that answers otherwise ends it."""
    for block in section.blocks:
        if block.file:
            shell.write(block.file, block.text)
        elif block.info == "console":
            for command, want in steps(block.text):
                got = shell.run(command)
                if FAILED in got or not doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS):
                    place = f"{section.document.name}:{block.line} $ {command}"
                    return [
                        place,
                        *difflib.unified_diff(
                            want.splitlines(), got.splitlines(), "documented", "answered", lineterm=""
                        ),
                    ]
    return []


EXECUTED = [section for document in DOCUMENTS if document.exists() for section in sections(document) if section.runs]


@pytest.mark.parametrize("section", EXECUTED, ids=lambda s: f"{s.document.name}: {s.title}")
def test_what_the_documents_show_is_what_happens(
    section: Section, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = shared_by_workers(tmp_path_factory.getbasetemp())
    problem = differences(section, Shell(tmp_path, run))
    assert not problem, "\n".join(problem)


def test_a_wrong_output_is_seen(tmp_path: Path) -> None:
    block = Block("console", "$ echo one\n...\n$ echo two\nthree\n", 1)
    problem = differences(Section(READMES[0], "", (block,)), Shell(tmp_path))
    assert problem[0].endswith("$ echo two")
    assert "-three" in problem
    assert "+two" in problem


def test_a_shell_line_runs_this_checkout(tmp_path: Path) -> None:
    assert Shell(tmp_path).run("graphkit --version | cat") == f"graphkit {__version__}\n"


def test_a_failure_is_never_what_was_meant(tmp_path: Path) -> None:
    block = Block("console", "$ graphkit nonsense\n...\n", 1)
    assert FAILED in "\n".join(differences(Section(READMES[0], "", (block,)), Shell(tmp_path)))


def test_both_readmes_run_the_same_commands_on_the_same_files() -> None:
    """One is the other in another language: only `--lang en` and the texts differ."""

    def essence(document: Path) -> list[str]:
        out = []
        for block in (block for section in sections(document) for block in section.blocks):
            if block.file:
                out.append(f"{block.file}\n{block.text}")
            elif block.info == "console":
                out += [command.replace(" --lang en", "") for command, _ in steps(block.text)]
        return out

    english, chinese = map(essence, READMES)
    assert english == chinese
    assert len(english) > 10


def test_reference_pages_are_those_of_the_code() -> None:
    folder = ROOT / "docs"
    expected = pages()
    stored = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()
    }
    stale = [name for name, text in expected.items() if stored.get(name) != text]
    left_over = stored.keys() - expected.keys() - set(WRITTEN)
    assert not stale and not left_over, f"stale: {stale}, left over: {sorted(left_over)}; run: python -m graphkit.docs"


def both(zh: str, en: str) -> bool:
    """Whether a text is there in both languages."""
    return bool(CJK.search(zh)) and bool(LATIN.search(en)) and not CJK.search(en)


def missing_from_readmes(words: list[str]) -> list[str]:
    """Words in backticks that one of the two READMEs lacks."""
    return [
        f"{path.name}: {word}"
        for path in READMES
        for word in words
        if not re.search(rf"`(graphkit )?{word}\b", path.read_text("utf-8"))
    ]


def test_every_verb_is_documented() -> None:
    listed = verbs()
    assert len(listed) > 20
    for words, command in listed:
        zh, _, en = (command.help or "").partition(" / ")
        assert both(zh, en), f"graphkit {words}: its help is not zh / en"
    assert not missing_from_readmes([words for words, _ in listed])
    assert not missing_from_readmes(list(LATER)), "verbs that are not in this version belong into the limits"


def test_every_setting_is_documented() -> None:
    names = [name for name, _ in setting_names()]
    assert set(names) == set(SETTINGS)
    assert all(both(text.zh, text.en) for text in SETTINGS.values())
    for name in names:
        assert re.search(rf"^(# |\[){name.rpartition('.')[2]}\b", TEMPLATE, re.MULTILINE), (
            f"graphkit init does not write {name}"
        )


def test_every_detector_is_documented() -> None:
    for d in detectors().values():
        for head in (
            "方法",
            "示例",
            "为何是疑点",
            "法律",
            "无辜解释",
            "Method",
            "Example",
            "Why it is a red flag",
            "Law",
            "Innocent explanations",
        ):
            assert re.search(rf"^{head}", d.page, re.MULTILINE), f"{d.id}: no section {head}"
        texts = [d.title, d.message, *d.refutes, *(p.meaning for p in d.params)]
        assert [t for t in texts if not both(t.zh, t.en)] == [], d.id
        assert d.params and d.law_refs and d.refutes, d.id
    assert not missing_from_readmes(list(detectors()))


def test_every_query_is_documented() -> None:
    library = read_library()
    assert library
    for name, query in library.items():
        header = query.header
        assert both(header["title_zh"], header["title_en"]), name
        assert CJK.search(header["question"]) and LATIN.search(header["question"]), name
        assert header.get("falsepositives"), name


def test_every_template_is_documented() -> None:
    text = (ROOT / "docs" / "files.md").read_text("utf-8")
    for template in templates().values():
        assert f"## {template.name} {template.name_zh}\n" in text
        assert CJK.search(template.name_zh)
        assert [c.name for c in template.columns if not any(map(CJK.search, c.aliases))] == [], template.name


def test_every_view_is_documented() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert [name for name in VIEWS if f"`{name}`" not in text] == []


def test_links_lead_somewhere() -> None:
    broken = []
    for document in (*READMES, *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
            if not (document.parent / target).exists():
                broken.append(f"{document.name}: {target}")
    assert not broken


def test_the_readmes_are_plain() -> None:
    """No emoji, no badges, no links to the outside."""
    for path in READMES:
        text = path.read_text("utf-8")
        assert not re.search("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u274c]|!\\[", text), path.name
        assert not re.search(r"https?://", text), path.name
