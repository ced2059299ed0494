"""How answers look to people: rich tables and short pages. Data are printed as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text as Rich

COLOUR_STYLE = {"red": "bold red", "yellow": "yellow", "green": "green"}
COLOUR_ZH = {"red": "红", "yellow": "黄", "green": "绿"}


def clean(value: Any) -> str:
    """A value as one line of plain text: control and direction marks never reach the terminal."""
    text = "" if value is None else str(value)
    return "".join(
        c if c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f" else " "
        for c in text
    )


def table(console: Console, columns: Iterable[str], rows: Iterable[Iterable[Any]], title: str = "") -> None:
    """A table of text cells; a `Rich` cell keeps its style."""
    out = Table(title=title or None, title_justify="left", header_style="bold", expand=False)
    for column in columns:
        out.add_column(column, overflow="fold")
    for row in rows:
        out.add_row(*(cell if isinstance(cell, Rich) else Rich(clean(cell)) for cell in row))
    console.print(out)


def badge(colour: str, lang: str) -> Rich:
    """A colour as a word in that colour."""
    return Rich(COLOUR_ZH.get(colour, colour) if lang == "zh" else colour, style=COLOUR_STYLE.get(colour, ""))


def pairs(console: Console, payload: Mapping[str, Any]) -> None:
    """Key and value, a line each."""
    for key, value in payload.items():
        if isinstance(value, list):
            console.print(f"{key}:")
            for item in value:
                console.print(f"  {clean(item)}")
        else:
            console.print(f"{key}: {clean(value)}")


def words(lang: str, zh: str, en: str) -> list[str]:
    """Column heads of one language, separated by `|`."""
    return (zh if lang == "zh" else en).split("|")


def load_report(console: Console, payload: Mapping[str, Any], lang: str) -> None:
    """One line a file, what there is to say of each in whole sentences below, then totals."""
    rows = [
        (
            f["path"],
            f.get("sheet") or "",
            f["loader"],
            f.get("encoding") or "",
            f["rows_read"],
            f["loaded"],
            f["duplicate"],
            f["quarantined"],
            f["status"],
        )
        for f in payload["files"]
    ]
    if rows:
        table(
            console,
            words(
                lang,
                "文件|表|加载器|编码|读取|入库|重复|隔离|状态",
                "file|sheet|loader|encoding|read|loaded|duplicate|quarantined|status",
            ),
            rows,
        )
    for f in (f for f in payload["files"] if f["message"]):
        console.print(
            f"{clean(f['path'])} {clean(f.get('sheet'))}".rstrip()
            + (f"：{clean(f['message'])}" if lang == "zh" else f": {clean(f['message'])}")
        )
    nodes, edges = sum(payload["nodes"].values()), sum(payload["edges"].values())
    console.print(
        f"{'快照' if lang == 'zh' else 'snapshot'} {payload['snapshot'][:16]} · {nodes} {'节点' if lang == 'zh' else 'nodes'} · {edges} {'关系' if lang == 'zh' else 'relationships'}"
    )


def quarantine_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Waiting rows with their reasons."""
    table(console, words(lang, "编号|文件|表|行|列|原因|说明", "id|file|sheet|row|column|reason|message"),
          [(r["id"], r["file"], r["sheet"] or "", r["row"], r["column"] or "", r["reason"], r["message"]) for r in rows])  # fmt: skip


def scan_report(console: Console, payload: Mapping[str, Any], lang: str) -> None:
    """Each detector with its answer and denominator; silence never means clean."""
    outcome = {"hit": "命中", "clear": "未命中", "not_run": "未运行"} if lang == "zh" else {}
    table(console, words(lang, "规则|结果|可判对象|命中|说明", "detector|outcome|applied|hits|note"),
          [(d["id"], outcome.get(d["outcome"], d["outcome"]), d["applied"], d["hits"], d["reason"]) for d in payload["detectors"]])  # fmt: skip
    leads = payload["leads"]
    console.print(
        f"{payload['findings']} {'个疑点；线索：新增' if lang == 'zh' else 'findings; leads: new'} {leads['new']}"
        f"{'、更新' if lang == 'zh' else ', updated'} {leads['updated']}{'、未变' if lang == 'zh' else ', unchanged'} {leads['unchanged']}"
    )


def findings_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Findings with colour, score and what they say."""
    table(console, words(lang, "编号|规则|颜色|得分|内容", "id|detector|colour|score|message"),
          [(r["id"], r["detector"], badge(r["colour"], lang), f"{r['score']:.2f}", r["message"]) for r in rows])  # fmt: skip


def subjects_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Subjects by score with the parts of each score."""
    table(console, words(lang, "名次|名称|类别|得分|组成|编号", "rank|name|label|score|parts|id"),
          [(r["rank"], r["name"], r["label"], f"{r['score']:.3f}", " + ".join(f"{p['detector']} {p['weight']:.2f}×{p['score']:.2f}" for p in r["parts"]), r["id"]) for r in rows])  # fmt: skip


def leads_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """The queue."""
    table(console, words(lang, "线索|颜色|得分|状态|标题|金额（元）", "lead|colour|score|status|title|amount (CNY)"),
          [(r["lead_no"], badge(r["colour"], lang), f"{r['score']:.3f}", r["status"], r["title"], r["amount_cny"]) for r in rows])  # fmt: skip


def detectors_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Known red flags and what they answered last."""
    table(console, words(lang, "规则|名称|颜色|上次结果|可判对象|命中", "detector|title|colour|last outcome|applied|hits"),
          [(r["id"], r["title"], badge(r["colour"], lang), r["outcome"] or "", "" if r["applied"] is None else r["applied"], "" if r["hits"] is None else r["hits"]) for r in rows])  # fmt: skip


def detector_page(console: Console, row: Mapping[str, Any]) -> None:
    """The method page and the parameters in force."""
    console.print(f"{row['id']} {row['title']}\n")
    console.print(clean_lines(row["page"]))
    for p in row["params"]:
        console.print(f"  {p['name']} = {p['value']} {p['unit']}  {p['meaning']}")


def clean_lines(text: str) -> str:
    """Plain text over several lines."""
    return "\n".join(clean(line) for line in text.splitlines())


def resolve_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Matches of each key; a key without any is said so."""
    none = "无" if lang == "zh" else "none"
    table(console, words(lang, "查询|类别|名称|等级|编号", "key|label|name|grade|id"),
          [(r["key"], m["label"], m["name"], m["identity_grade"], m["id"]) for r in rows for m in r["matches"] or [{"label": none, "name": "", "identity_grade": "", "id": ""}]])  # fmt: skip


def audit_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """The newest records of the audit chain."""
    table(
        console,
        words(lang, "序号|时间|人|动作|内容", "seq|at|by|action|note"),
        [(r["seq"], r["at"], r["by"], r["action"], r["note"]) for r in rows],
    )


def lead_page(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """One lead in full: why, what would refute, what is missing, who, rows, history."""
    zh = lang == "zh"
    console.print(Rich(f"{row['lead_no']}  {clean(row['title'])}", style="bold"))
    console.print(
        f"{COLOUR_ZH[row['colour']] if zh else row['colour']} · {row['score']:.3f} · {row['status']} · {row['amount_cny']} {'元' if zh else 'CNY'}"
    )
    for head, name in (
        (("为什么", "reasons"), ("什么能推翻", "refuting"), ("还缺什么", "missing"))
        if zh
        else (("why", "reasons"), ("what would refute", "refuting"), ("what is missing", "missing"))
    ):
        console.print(Rich(f"\n{head}", style="bold"))
        for text in row[name]:
            console.print(f"  · {clean(text)}")
    table(
        console,
        words(lang, "主体|角色|身份等级|编号", "subject|role|identity grade|id"),
        [(s["name"], s["role"], s["identity_grade"], s["id"]) for s in row["subjects"]],
    )
    names = row["names"]
    evidence = {(e["id"], str(e["source"])): e for f in row["findings"] for e in f["evidence"]}
    table(console, words(lang, "依据|从|到|文件|行", "evidence|from|to|file|row"),
          [(e["type"], names.get(e["from"] or e["id"], e["id"]), names.get(e["to"], ""), *_place(e)) for e in list(evidence.values())[:40]])  # fmt: skip
    if row.get("history"):
        table(console, words(lang, "序号|时间|人|动作|从|到|说明", "seq|at|by|action|from|to|note"),
              [(h["seq"], h["at"], h["by"], h["action"], h["from"] or "", h["to"] or "", h["note"] or "") for h in row["history"]])  # fmt: skip


def _place(evidence: Mapping[str, Any]) -> tuple[str, str]:
    source = evidence["source"]
    if source is None:
        parts = [p["source"] for p in evidence.get("derived_from", ()) if p["source"]]
        return "（推导）/ derived" if not parts else parts[0]["file"], " ".join(str(p["row"]) for p in parts)
    rows = evidence.get("sources") or [source]
    return " + ".join(dict.fromkeys(s["file"] for s in rows)), " + ".join(str(s["row"]) for s in rows)


def verify_report(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """Whether a pack is whole, and each problem with its file."""
    console.print(("通过" if row["ok"] else "未通过") if lang == "zh" else ("ok" if row["ok"] else "not ok"))
    for p in row["problems"]:
        console.print(f"  {clean(p['file'])} {p['row'] or ''} {clean(p['problem'])}")


def demo(console: Console, payload: Mapping[str, Any], lang: str) -> None:
    """What the demo found: the load, the queue, the top lead with its rows, and what to do next."""
    load_report(console, payload["load"], lang)
    scan_report(console, payload["scan"], lang)
    leads_table(console, payload["leads"], lang)
    if payload.get("top"):
        lead_page(console, payload["top"], lang)
    console.print(Rich("\n下一步" if lang == "zh" else "\nnext", style="bold"))
    for text in payload["next"]:
        console.print(f"  {clean(text)}")


def template_table(console: Console, rows: list[Mapping[str, Any]]) -> None:
    """The columns of every input file."""
    table(
        console,
        ("file", "column", "kind", "required", "aliases"),
        [(f"{r['file']} {r['file_zh']}", r["column"], r["kind"], r["required"], r["aliases_zh"]) for r in rows],
    )
