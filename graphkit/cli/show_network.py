"""How networks look to people: neighbours, paths, expansion, groups, brokers, query results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from graphkit.cli.show import _place, clean, table, words

_WIDE = 8
"""Rows of more columns are shown one below the other."""


def expansion(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """Ranked candidates, each with its best path in words and what is missing."""
    zh = lang == "zh"
    console.print(("起点：" if zh else "seeds: ") + "、".join(clean(s["name"]) for s in row["seeds"]))
    for c in row["candidates"]:
        console.print(f"{c['rank']:>3}. {clean(c['name'])}  {c['score']:.4f}  {c['label']}  {c['id']}")
        for p in c["paths"]:
            console.print(f"       {clean(p['text'])}  [{p['weakest_grade']}]")
        for text in c["missing"]:
            console.print(f"       {'缺' if zh else 'missing'}: {clean(text)}")
    if row["truncated"]:
        console.print("搜索因步数上限提前结束" if zh else "the search ended at its step limit")


def neighbours(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """Counts by relationship, then the neighbours with rows."""
    node = row["node"]
    console.print(f"{clean(node['name'])}  {node['label']}  {node['id']}")
    table(
        console,
        words(lang, "关系|方向|数量", "relationship|direction|count"),
        [(g["type"], g["direction"], g["count"]) for g in row["groups"]],
    )
    table(console, words(lang, "关系|邻居|类别|文件|行|编号", "relationship|neighbour|label|file|row|id"),
          [(n["edge"]["type"], n["node"]["name"], n["node"]["label"], *_place(n["edge"]), n["node"]["id"]) for n in row["neighbors"]])  # fmt: skip
    console.print(f"{row['shown']} / {row['total']}")


def paths(console: Console, row: Mapping[str, Any], lang: str) -> None:
    """Each path in words, then its rows."""
    if not row["paths"]:
        console.print("整个图中没有这样的路径" if lang == "zh" else "no such path in the whole graph")
    for i, p in enumerate(row["paths"], 1):
        console.print(f"{i}. [{p['length']}] {clean(p['text'])}")


def communities_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Groups with stability and who is in them."""
    table(console, words(lang, "群组|人数|稳定度|混合|金额（元）|成员", "group|size|stability|mixed|amount (CNY)|members"),
          [(r["id"], r["size"], f"{r['stability']:.2f}", "✓" if r["mixed"] else "", r["amount_cny"], "、".join(m["name"] for m in r["members"][:12])) for r in rows])  # fmt: skip


def brokers_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """Persons by how much they stand between."""
    table(
        console,
        words(lang, "名次|姓名|得分|切断对数|编号", "rank|name|score|pairs cut|id"),
        [(r["rank"], r["name"], f"{r['score']:.5f}", r["pairs_cut"], r["id"]) for r in rows],
    )


def queries_table(console: Console, rows: list[Mapping[str, Any]], lang: str) -> None:
    """The library: id, question, parameters."""
    table(console, words(lang, "查询|题目|参数", "query|title|parameters"),
          [(r["id"], r["title_zh"] if lang == "zh" else r["title_en"], "，".join(f"{p['name']}: {p['type']} = {p['default']}" for p in r["params"])) for r in rows])  # fmt: skip


def query_result(console: Console, row: Mapping[str, Any]) -> None:
    """Rows as a table, with the count and whether it was cut."""
    if len(row["columns"]) <= _WIDE:
        table(console, row["columns"], row["rows"])
    else:
        for number, cells in enumerate(row["rows"], 1):
            console.print(f"— {number} —")
            for column, cell in zip(row["columns"], cells, strict=True):
                console.print(f"  {column}: {clean(cell)}")
    console.print(
        f"{row['row_count']}{' (truncated)' if row['truncated'] else ''} · {row['seconds']:.3f} s · {row['store']}"
    )
