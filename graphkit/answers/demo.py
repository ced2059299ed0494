"""The main job on the shipped sample: load → scan → the top lead, with its rows, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.shipped import shipped

if TYPE_CHECKING:
    from graphkit.workspace import Json, Progress, Workspace


def demo(ws: Workspace, progress: Progress, command: str = "graphkit") -> Json:
    """`demo` of CONTRACT 2; safe to repeat: the second run changes nothing. `command` is how the user calls this program."""
    load = ws.load(shipped("sample_graphs") / "tiny" / "files", progress=progress)
    scan = ws.scan(progress=progress)
    leads = ws.leads(top=5)
    top = ws.lead(leads[0]["lead_no"]) if leads else None
    return {
        "load": load,
        "scan": scan,
        "leads": leads,
        "top": top,
        "next": [step.replace("graphkit", command, 1) for step in _next(ws, top)],
    }


def _next(ws: Workspace, top: Json | None) -> list[str]:
    zh = ws.lang == "zh"
    if top is None:
        return ["graphkit load 文件夹" if zh else "graphkit load FOLDER"]
    number = top["lead_no"]
    insider = next((s for s in top["subjects"] if s["role"] == "insider"), top["subjects"][0])
    steps = (
        (
            f"graphkit lead show {number}",
            "查看这条线索的全部依据与来源行",
            "everything behind this lead, with its rows",
        ),
        (
            f"graphkit lead confirm {number} --subject {insider['id']}",
            "确认一名成员，作为以案带案的起点",
            "confirm a member as a seed",
        ),
        (f"graphkit expand {insider['id']}", "以案带案：下一步看谁、为什么", "whom to look at next, and why"),
        (
            f"graphkit pack {number} --out {number}.zip",
            "生成证据包；graphkit verify 校验",
            "the evidence pack; graphkit verify checks it",
        ),
        ("graphkit app", "在浏览器中展开图谱", "explore the graph in a browser"),
        ("graphkit load 你的文件夹" if zh else "graphkit load YOUR_FOLDER", "换成自己的文件", "your own files instead"),
    )
    return [f"{command}    # {zh_text if zh else en_text}" for command, zh_text, en_text in steps]
