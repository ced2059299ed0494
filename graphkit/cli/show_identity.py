"""How candidates and judgements look to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from graphkit.cli.show import clean, table, words
from graphkit.identity.comparing import NAMES

_STATES = {"open": "待定", "unsure": "存疑", "same": "同一", "different": "不同"}
_VERDICTS = {"agree": "相同", "near": "相近", "disagree": "不同", "missing": "缺"}


def pairs_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """One pair a line: both ids, the score, what speaks for and against."""
    joint = "；" if lang == "zh" else "; "
    table(
        console,
        words(lang, "名次|得分|甲|乙|依据|状态|甲编号|乙编号", "rank|score|a|b|reasons|state|id of a|id of b"),
        [
            (r["rank"], f"{r['score']:.2f}", r["a"]["name"], r["b"]["name"], joint.join(r["reasons"]), _word(_STATES, r["state"], lang), r["a"]["id"], r["b"]["id"])
            for r in rows
        ],
    )  # fmt: skip
    if rows and lang == "zh":
        console.print("graphkit identity show 甲 乙 逐项对照；same、different、unsure 作出判断")
    elif rows:
        console.print("graphkit identity show A B compares two; same, different, unsure judge them")


def pair_page(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """Both sides field by field, the rows behind them, and the judgements in force."""
    a, b = row["a"], row["b"]
    table(
        console,
        words(lang, "项目|甲|乙|比较|分值", "field|a|b|verdict|weight"),
        [
            ("", f"{a['name']} {a['id']}", f"{b['name']} {b['id']}", _word(_STATES, row["state"], lang), f"{row['score']:.2f}"),
            *(
                (NAMES[f["field"]][lang], "\n".join(map(clean, f["a"])), "\n".join(map(clean, f["b"])), _word(_VERDICTS, f["verdict"], lang), f"{f['weight']:+.1f}")
                for f in row["fields"]
            ),
        ],
    )  # fmt: skip
    for side in ("a", "b"):
        console.print(f"{row[side]['name']}:")
        for source in row["sources"][side]:
            console.print(f"  {clean(source['file'])} {clean(source['sheet'])}".rstrip() + f":{source['row']}")
    for said in row["judgements"]:
        console.print(f"#{said['seq']} {said['at'][:10]} {clean(said['by'])} {said['verb']}: {clean(said['reason'])}")
    if row["refused"]:
        console.print(clean(row["refused"]))


def judgement_line(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """What was recorded, how to take it back, and what to do next."""
    zh = lang == "zh"
    what = f"undo #{row['undoes']}" if row["undoes"] else row["verb"]
    console.print(f"#{row['seq']} {what}: {row['a']} {row['b']}")
    if not row["new"]:
        console.print("此前已有同一判断" if zh else "the same had been judged before")
    if row["stands_for"]:
        console.print(f"{'现由此编号代表' if zh else 'both are now'} {row['stands_for']}")
    console.print(f"{'快照' if zh else 'snapshot'} {row['snapshot'][:16]}")
    if row["verb"] != "undo":
        console.print(f"{'撤回：' if zh else 'take it back: '}graphkit identity undo {row['seq']}")
    console.print("graphkit scan 按新的身份重新查找线索" if zh else "graphkit scan looks for leads anew")


def _word(names: Mapping[str, str], key: str, lang: str) -> str:
    return names[key] if lang == "zh" else key
