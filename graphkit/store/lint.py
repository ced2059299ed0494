"""`graphkit queries check`: does a `.cypher` file stay in the subset that both engines answer alike (QUERIES 1)?

Every name of a label, type or property must be in `graphkit.model`: a word that the graph does not know finds nothing, silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from graphkit.errors import Text, UsageError
from graphkit.model import EDGES, NODES, SECOND_LABELS
from graphkit.store.gate import check_read_only
from graphkit.store.header import read_query
from graphkit.store.lex import Token, tokens
from graphkit.store.tables import graph_props

LABELS = frozenset(NODES) | frozenset(SECOND_LABELS)
TYPES = frozenset(EDGES)
PROPERTIES = (
    frozenset(p for props in (*(n.props for n in NODES.values()), *(e.props for e in EDGES.values())) for p in graph_props(props))
    | {"id", "name", "grade", "from_date", "to_date", "confidence", "derived", "source_file", "source_row"}
)  # fmt: skip
_NAMESPACES = frozenset(["date", "datetime", "duration", "localdatetime"])
_TEMPORAL = frozenset(
    [
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "months",
        "days",
        "seconds",
        "quarter",
        "week",
        "epochSeconds",
        "epochMillis",
    ]
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One place that has to be mended; `rule` is a stable word."""

    file: str
    line: int
    column: int
    rule: str
    message: Text


def check_file(path: Path) -> list[Problem]:
    """Every problem of one file, in order of place; an empty list when it is fine."""
    try:
        query = read_query(path)
        check_read_only(query.cypher)
        words = [t for t in tokens(query.cypher) if t.kind != "comment"]
        comments = [t for t in tokens(query.cypher) if t.text.startswith("/*")]
    except UsageError as error:
        return [Problem(str(path), error.where.row or 1, 1, error.code, error.message)]
    shift = path.read_text("utf-8")[: path.read_text("utf-8").index(query.cypher)].count("\n")
    declared = {p.name for p in query.params} | {"limit"}
    found = [(t, "comment", "用 // 代替 /* */", "write // instead of /* */") for t in comments]
    for rule in _RULES:
        found += rule(words)
    found += _vocabulary(words)
    found += [
        (t, "parameter", f"参数 {t.text} 没有声明", f"parameter {t.text} is not declared")
        for t in words
        if t.kind == "param" and t.text[1:] not in declared
    ]
    return [
        Problem(str(path), t.line + shift, t.column, rule, Text(zh, en))
        for t, rule, zh, en in sorted(found, key=lambda f: (f[0].line, f[0].column, f[1]))
    ]


Found = tuple[Token, str, str, str]
_CALLS = {
    "percentilecont": "sort, collect and index", "percentiledisc": "sort, collect and index", "stdev": "a detector", "stdevp": "a detector",
    "id": ".id", "keys": "named properties", "properties": "named properties", "char_length": "size", "isempty": "size(list) = 0",
    "timestamp": "a parameter", "tofloatornull": "toFloat", "round": "floor(x + 0.5)", "localdatetime": "datetime", "rand": "nothing: equal rows",
}  # fmt: skip
"""Functions that differ between the engines → what to write."""


def _calls(words: list[Token]) -> Iterator[Found]:
    for token, after in pairwise(words):
        instead = _CALLS.get(token.text.lower()) if token.kind == "word" and after.text == "(" else None
        if instead:
            yield (
                token,
                "function",
                f"{token.text} 在两个图库上不同：改用 {instead}",
                f"{token.text} differs between the stores: use {instead}",
            )


def _shapes(words: list[Token]) -> Iterator[Found]:
    texts = [t.text for t in words]
    for i, token in enumerate(words):
        ahead = texts[i : i + 4]
        if (
            token.text == "*"
            and i
            and (texts[i - 1] == "[" or words[i - 1].kind in ("word", "quoted"))
            and _in_relationship(texts, i)
        ):
            bounded = (
                len(ahead) > 3 and words[i + 1].kind == "number" and ahead[2] == ".." and words[i + 3].kind == "number"
            )
            if not bounded:
                yield token, "unbounded", "变长关系要写上下限 *1..3", "a variable length needs both bounds, *1..3"
        if ahead[:3] == ["-", ">", "{"] or ahead[:2] == [")", "{"] or (token.text == "]" and ahead[1:2] == ["{"]):
            yield token, "quantified", "不用量词路径", "no quantified paths"
        if token.upper == "COLLECT" and ahead[1:2] == ["{"]:
            yield token, "collect-subquery", "改用 CALL { … RETURN collect(…) }", "write CALL { … RETURN collect(…) }"
        if token.text == ":" and ahead[1:2] == ["!"]:
            yield token, "label-expression", "改用 WHERE NOT x:A", "write WHERE NOT x:A"
        if token.text == "&":
            yield token, "label-expression", "改用 :A:B", "write :A:B"
        if token.upper == "RETURN" and ahead[1:2] == ["*"]:
            yield token, "return-all", "写出返回列", "name the columns"


def _in_relationship(texts: list[str], at: int) -> bool:
    """Whether the star stands in `[…]` right after a dash: a relationship, not a product."""
    depth = 0
    for i in range(at - 1, -1, -1):
        depth += (texts[i] == "]") - (texts[i] == "[")
        if depth < 0:
            return i > 0 and texts[i - 1] == "-"
    return False


def _order(words: list[Token]) -> Iterator[Found]:
    uppers = [t.upper for t in words]
    last = max((i for i, w in enumerate(uppers) if w == "RETURN"), default=0)
    tail = uppers[last:]
    if "LIMIT" not in tail:
        yield words[last], "limit", "需要 LIMIT 或 LIMIT $limit", "LIMIT or LIMIT $limit is missing"
    if "ORDER" not in tail:
        yield (
            words[last],
            "order",
            "LIMIT 前需要 ORDER BY，以编号结尾",
            "ORDER BY, ending in an id, is missing before LIMIT",
        )
    if "ORDER" in tail:
        at = last + tail.index("ORDER")
        aggregate = next((t for t in words[at:] if t.text.lower() in ("count", "sum", "collect", "avg")), None)
        if aggregate:
            yield aggregate, "order-aggregate", "先用 AS 命名再排序", "name the aggregate with AS and sort by that"


def _inline_where(words: list[Token]) -> Iterator[Found]:
    depth: list[str] = []
    for i, token in enumerate(words):
        if token.text in ("(", "[", "{"):
            call = (
                i
                and words[i - 1].kind == "word"
                and words[i - 1].upper not in ("MATCH", "WHERE", "AND", "OR", "NOT", "IN")
            )
            depth.append("(node" if token.text == "(" and not call else token.text)
        elif token.text in (")", "]", "}") and depth:
            depth.pop()
        elif token.upper == "WHERE" and depth and depth[-1] == "(node":
            yield token, "inline-where", "WHERE 写在模式之后", "WHERE stands after the pattern"


def _vocabulary(words: list[Token]) -> list[Found]:
    """Labels and types after `:` and `|`, properties after `.`, as far as the text shows which is which."""
    keys = {
        words[i].text
        for i in range(len(words) - 1)
        if words[i].kind == "word" and words[i + 1].text == ":" and i and words[i - 1].text in ("{", ",")
    }
    found: list[Found] = []
    stack: list[str] = []
    for i, token in enumerate(words):
        before, after = words[i - 1] if i else None, words[i + 1] if i + 1 < len(words) else None
        if token.text in ("(", "[", "{"):
            dash = before is not None and before.text == "-" and token.text == "["
            stack.append("rel" if dash else token.text)
        elif token.text in (")", "]", "}") and stack:
            stack.pop()
        if token.kind not in ("word", "quoted") or before is None:
            continue
        name = token.text.strip("`")
        inside = stack[-1] if stack else ""
        if before.text in (":", "|") and inside == "rel":
            if name not in TYPES:
                found.append(
                    (token, "unknown-type", f"模型里没有关系类型 {name}", f"the model has no relationship type {name}")
                )
        elif before.text == ":" and inside != "{":
            if name not in LABELS:
                found.append((token, "unknown-label", f"模型里没有标签 {name}", f"the model has no label {name}"))
            elif name == "Case" and token.kind == "word":
                found.append((token, "reserved", "写成 `Case`", "write `Case` in backticks"))
        elif inside == "{" and after and after.text == ":" and _is_pattern_map(words, i) and name not in PROPERTIES:
            found.append((token, "unknown-property", f"模型里没有属性 {name}", f"the model has no property {name}"))
        elif before.text == "." and not (after and after.text == "(") and words[i - 2].text not in _NAMESPACES:
            known = name in PROPERTIES or name in keys or name in _TEMPORAL
            if not known or name in ("title", "type", "label"):
                found.append((token, "unknown-property", f"模型里没有属性 {name}", f"the model has no property {name}"))
    return found


def _is_pattern_map(words: list[Token], i: int) -> bool:
    """Whether the `{` around position `i` follows a label or variable inside a pattern: `(p:Person {id: …})`."""
    depth = 0
    for at in range(i - 1, 0, -1):
        depth += (words[at].text == "}") - (words[at].text == "{")
        if depth < 0:
            return (
                words[at - 1].kind in ("word", "quoted")
                and re.fullmatch(r"[(\[:]", words[at - 2].text) is not None
                and words[at - 1].upper not in ("CALL", "EXISTS", "COUNT")
            )
    return False


_RULES: tuple[Callable[[list[Token]], Iterator[Found]], ...] = (_calls, _shapes, _order, _inline_where)
