"""`python -m graphkit.docs [FOLDER]` writes the reference pages out of the code; a test fails when they differ.

Nothing on these pages is typed twice: labels come from `model`, red flags from their modules, verbs from the command
tree, queries from the headers of their files, input files from `templates.csv`, settings from `config`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from graphkit.cli.app import LATER, build
from graphkit.cli.context import Context
from graphkit.config import Settings
from graphkit.detectors.contract import Detector
from graphkit.detectors.registry import detectors
from graphkit.errors import Text
from graphkit.intake.loader import loaders
from graphkit.intake.templates import templates
from graphkit.model import EDGES, KIN_DEGREE, NODES, ROLE_POWER, SECOND_LABELS
from graphkit.store.library import read_library

WIDTH = 110
"""Columns of the help texts."""
HOW = "python -m graphkit.docs"

SETTINGS: Mapping[str, Text] = {
    "language": Text("界面与报告的语言：zh 或 en", "language of screens and reports: zh or en"),
    "seed": Text("所有抽样算法的种子；相同种子得到相同字节", "seed of every algorithm that samples; the same seed gives the same bytes"),
    "query_dirs": Text("自己的 .cypher 文件夹（其下按主题分目录；相对路径从工作区算起）", "own folders of .cypher files (one folder a topic below them; relative ones lie in the workspace)"),
    "loader_dirs": Text("自己的加载器文件夹", "own folders of loaders"),
    "store.url": Text("图存放处：embedded，或 neo4j://、bolt://、neo4j+s:// 地址", "where the graph is served: embedded, or neo4j://, bolt://, neo4j+s:// host:port"),
    "store.database": Text("Neo4j 数据库名；用户名和密码取自 GRAPHKIT_NEO4J_USER、GRAPHKIT_NEO4J_PASSWORD", "name of the Neo4j database; user and password come from GRAPHKIT_NEO4J_USER, GRAPHKIT_NEO4J_PASSWORD"),
    "ledger.url": Text("台账、审计链、隔离行所在的数据库：sqlite 或 postgresql://…", "database of leads, audit chain and quarantine: sqlite, or postgresql://…"),
    "schedule.every_hours": Text("距上次扫描满多少小时后 scan --due 才运行", "hours after the last scan from which scan --due runs"),
    "schedule.at": Text("scan --due 每天运行的本地时间 HH:MM", "local time HH:MM at which scan --due runs daily"),
    "thresholds": Text("疑点规则的参数，例如 [thresholds.F01] window_days = 45", "parameters of detectors, for example [thresholds.F01] window_days = 45"),
    "expand_weights": Text("以案带案时各类关系的权重", "weights of relationship types for expand"),
}  # fmt: skip
"""What each setting is for."""


def pages() -> dict[str, str]:
    """Every reference page: path below the docs folder → its text."""
    found = detectors()
    out = {
        "cli.md": _cli(),
        "detectors.md": _detector_index(found.values()),
        "files.md": _files(),
        "model.md": _model(),
        "queries.md": _queries(),
        "settings.md": _settings(),
    }
    return out | {f"detectors/{d.id}.md": _detector(d) for d in found.values()}


def write(folder: Path) -> list[Path]:
    """Write every page below `folder`, and give the paths whose text changed."""
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def setting_names(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(dotted name, default) of every setting of `graphkit.toml`."""
    for name, field in model.model_fields.items():
        value = field.get_default(call_default_factory=True)
        if isinstance(value, BaseModel):
            yield from setting_names(type(value), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def verbs() -> list[tuple[str, Any]]:
    """(words of the verb, command) of everything that `--help` lists, in its order."""
    root: Any = build(Context())
    out: list[tuple[str, Any]] = []
    for name, command in root.commands.items():
        if not command.hidden:
            out.append((name, command))
            if isinstance(command, TyperGroup):
                out += [(f"{name} {inner}", c) for inner, c in command.commands.items() if not c.hidden]
    return out


def _page(title: str, origin: str, *parts: str) -> str:
    """A page with its origin; ends in one line end."""
    note = f"本页由 `{HOW}` 生成，来源 {origin}，请勿手改。Generated from {origin}: do not edit by hand."
    return "\n\n".join((f"# {title}", note, *(part.strip("\n") for part in parts))) + "\n"


def _cell(value: object) -> str:
    """A value as one table cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def _table(head: str, rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; `head` holds the column names separated by `|`."""
    names = head.split("|")
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _code(value: object) -> str:
    """A value in backticks, nothing for an empty one."""
    return f"`{value}`" if str(value) else ""


def _props(props: Mapping[str, str]) -> str:
    """Properties as the graph shows them: money in yuan."""
    return ", ".join(
        f"`{name}_cny`" if kind == "money" else f"`{name}`" + (f" {kind}" if kind != "text" else "")
        for name, kind in props.items()
    )


def _model() -> str:
    nodes = [
        (_code(n.label), n.zh, n.en, _code(n.prefix + ":"), ", ".join(map(_code, n.second)), _props(n.props))
        for n in NODES.values()
    ]
    edges = [
        (
            _code(e.type),
            e.zh,
            e.en,
            ", ".join(e.from_labels),
            ", ".join(e.to_labels),
            _props(e.props),
            "" if e.travel is None else f"{e.travel:g}",
        )
        for e in EDGES.values()
    ]
    return _page(
        "图模型 · The graph",
        "`graphkit/model.py`",
        "每个节点有 `id`、`name`、`grade`（身份等级）；每条关系有 `id`、`from_date`、`to_date`、`confidence`、`derived`、`source_file`、`source_row`。\n"
        "金额以元计（`*_cny`），精确数值在记录表中以分保存。\n\n"
        "Every node has `id`, `name`, `grade` (identity grade); every relationship has `id`, `from_date`, `to_date`, `confidence`, `derived`,\n"
        "`source_file`, `source_row`. Money is in yuan (`*_cny`); the records keep exact fen.",
        "## 节点 · Labels\n\n" + _table("label|中文|English|id|第二标签 second label|属性 properties", nodes),
        "第二标签 · Second labels: " + "; ".join(f"`{label}` {zh}" for label, (zh, _) in SECOND_LABELS.items()) + ".",
        "## 关系 · Relationship types\n\n"
        "费用是路径查找中一步的代价，空白表示不参与路径。Cost is what one hop costs a path; empty: never part of one.\n\n"
        + _table("type|中文|English|从 from|到 to|属性 properties|费用 cost", edges),
        "## 岗位权重 · Power of a role\n\n"
        + _table("role_code|power", ((_code(k), f"{v:g}") for k, v in ROLE_POWER.items())),
        "## 亲等 · Degree of kin\n\n" + _table("code|degree", ((_code(k), v) for k, v in KIN_DEGREE.items())),
    )


def _detector_index(found: Iterable[Detector]) -> str:
    rows = [
        (
            f"[{d.id}](detectors/{d.id}.md)",
            d.title.zh,
            d.title.en,
            d.colour,
            d.klass,
            ", ".join(sorted({_code(n.file) for n in d.needs})),
        )
        for d in found
    ]
    return _page(
        "疑点规则 · Red flags",
        "`graphkit/detectors/`",
        "每条规则有三种答案：命中、未命中、未运行（并写明缺什么），并总是给出分母。未运行不等于没有问题。\n\n"
        "Each gives one of three answers: hit, clear, not run (with what is missing), and always its denominator. Not run never counts as clear.",
        _table("id|名称|title|最高颜色 colour at most|性质 class|读取 reads", rows),
    )


def _detector(d: Detector) -> str:
    head, _, body = d.page.partition("\n")
    needs = [
        (_code(n.file), ", ".join(map(_code, n.columns)), "择一 one of these" if n.any_of else "必需 required")
        for n in d.needs
    ]
    params = [(_code(p.name), _code(p.default), p.unit, p.meaning.zh, p.meaning.en) for p in d.params]
    return _page(
        head or d.id,
        f"`graphkit/detectors/{d.id.lower()}_{d.name}.py`",
        f"颜色至多 colour at most: {d.colour} · 性质 class: {d.klass} · 版本 version: {d.version}",
        "## 输入 · Needs\n\n" + _table("文件 file|列 columns|", needs),
        "## 参数 · Parameters\n\n"
        + (_table("参数 name|默认 default|单位 unit|含义|meaning", params) if params else "无 none"),
        "## 法律依据 · Law\n\n" + "；".join(d.law_refs),
        "## 什么能推翻 · What would refute it\n\n" + "\n".join(f"- {t.zh} · {t.en}" for t in d.refutes),
        f"## 方法 · Method\n\n```text\n{body.strip(chr(10))}\n```",
    )


def _cli() -> str:
    parts = []
    for words, command in verbs():
        ctx = typer.Context(command, info_name=f"graphkit {words}", terminal_width=WIDTH, max_content_width=WIDTH)
        level = "###" if " " in words else "##"
        parts.append(f"{level} graphkit {words}\n\n```text\n{command.get_help(ctx).strip()}\n```")
    return _page(
        "命令 · Commands",
        "`graphkit --help`",
        "任何命令前后都可加 · With any verb, before or after it: `--workspace DIR`, `--lang zh|en`, `--json`.\n\n"
        "本版本没有的命令（退出码 2）· Verbs that this version does not have (exit 2): "
        + ", ".join(map(_code, LATER))
        + ".",
        *parts,
    )


def _queries() -> str:
    library = read_library()
    parts = []
    for topic in sorted({q.topic for q in library.values()}):
        parts.append(f"## {topic}")
        for query in (q for _, q in sorted(library.items()) if q.topic == topic):
            h = query.header
            params = [
                (
                    _code(p.name),
                    p.type,
                    "必填 required" if p.required else _code("" if p.default is None else p.default),
                    p.unit or "",
                )
                for p in query.params
            ]
            notes = [
                ("问题 question", h["question"]),
                ("返回 returns", h["returns"]),
                ("法律 law", h.get("law", "")),
                ("误报 false positives", h.get("falsepositives", "")),
            ]
            parts.append(f"### {query.id}\n\n{h['title_zh']} · {h['title_en']} ({h['status']})")
            parts.append("\n".join(f"- {name}: {text}" for name, text in notes if text))
            if params:
                parts.append(_table("参数 name|类型 type|默认 default|单位 unit", params))
    return _page(
        "Cypher 查询库 · Query library",
        "`queries/`",
        "`graphkit query 编号 --param 名称=值` 运行；同一文件在内置图和 Neo4j 上结果相同。\n\n"
        "Run with `graphkit query ID --param name=value`; the same file gives the same rows on the embedded graph and on Neo4j.",
        *parts,
    )


def _files() -> str:
    sections = []
    for t in templates().values():
        rows = [
            (_code(c.name), "是 yes" if c.required else "", "、".join(c.aliases), _code(c.kind), c.unit, c.meaning)
            for c in t.columns
        ]
        sections.append(
            f"## {t.name} {t.name_zh}\n\n"
            + _table("列 column|必填 required|中文表头 Chinese headers|类型 kind|单位 unit|含义 meaning", rows)
        )
    return _page(
        "输入文件 · Input files",
        "`graphkit/intake/templates.csv`, `loaders/`",
        "文件名或表名、中英文表头均可识别，列的顺序不限；未知列随行保留。空白模板：`graphkit templates --out DIR`。\n\n"
        "Recognised by file or sheet name, or by headers in either language, in any order; unknown columns stay with their row. Blank files:\n"
        "`graphkit templates --out DIR`.",
        "## 加载器 · Loaders\n\n"
        + _table(
            "id|中文|English|版本 version",
            ((_code(x.id), x.title.zh, x.title.en, x.version) for x in loaders().values()),
        ),
        *sections,
    )


def _settings() -> str:
    rows = [(_code(name), _code(_toml(value)), SETTINGS[name].zh, SETTINGS[name].en) for name, value in setting_names()]
    return _page(
        "设置 · Settings",
        "`graphkit/config.py`",
        "`graphkit init` 写出带注释的 `graphkit.toml`；未知的键是错误。`graphkit init` writes a commented `graphkit.toml`; an unknown key is an error.",
        _table("键 key|默认 default|说明|meaning", rows),
        "环境变量 · Environment: `GRAPHKIT_WORKSPACE` 工作区 workspace; `GRAPHKIT_LANG` 语言 language; `GRAPHKIT_KEY_FILE` 散列密钥文件 key of the hashed ids;\n"
        "`GRAPHKIT_NEO4J_USER`, `GRAPHKIT_NEO4J_PASSWORD`.",
    )


def _toml(value: object) -> str:
    """A default as it stands in the settings file; nothing for an absent one."""
    if value is None:
        return ""
    return f'"{value}"' if isinstance(value, str) else str(list(value) if isinstance(value, tuple) else value)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs"
    sys.stdout.write("".join(f"{path}\n" for path in write(target)))
