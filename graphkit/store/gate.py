"""The gate before an analyst's own Cypher: one statement that can only read. Everything not known is refused.

An allow-list throughout: the words that may begin or join clauses, the functions that may be called. Strings and comments
are skipped as the engines skip them; a `\\u` escape, which Neo4j resolves before it reads quotes, is refused wherever it
stands. The gate is the first of two walls: behind it are EXPLAIN and a read transaction (Neo4j) or the cage (embedded).
"""

from __future__ import annotations

import re

from graphkit.errors import Text, UsageError
from graphkit.store.lex import Token, place, tokens

MAX_LENGTH = 20_000
MAX_DEPTH = 60


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


STARTS = frozenset(["MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL"])
KEYWORDS = STARTS | _words(
    """WHERE ORDER BY ASC ASCENDING DESC DESCENDING SKIP LIMIT AS DISTINCT UNION ALL AND OR XOR NOT IN IS NULL TRUE FALSE
    CASE WHEN THEN ELSE END STARTS ENDS CONTAINS EXISTS COUNT COLLECT ANY NONE SINGLE REDUCE SHORTESTPATH ALLSHORTESTPATHS"""
)
"""Words that may stand beside another word."""

REFUSED = _words(
    """CREATE MERGE SET DELETE DETACH NODETACH REMOVE DROP LOAD CSV FOREACH INSERT ALTER GRANT DENY REVOKE SHOW USE START STOP
    TERMINATE EXPLAIN PROFILE YIELD USING PERIODIC COMMIT TRANSACTIONS FORMAT FINISH CYPHER RENAME ENABLE DRYRUN DEALLOCATE
    REALLOCATE FILTER LET"""
)
"""Words that begin a write, an administration command, a procedure or another dialect: refused wherever they could."""

FUNCTIONS = _words(
    """abs ceil floor round sign sqrt exp log log10 rand sin cos tan atan2 pi e degrees radians
    avg collect count max min sum size head last tail range reverse reduce keys labels type id elementid nodes relationships length
    startnode endnode coalesce all any none single exists isempty nullif
    tostring tointeger tofloat toboolean tolower toupper lower upper trim ltrim rtrim substring left right replace split char_length
    date datetime localdatetime duration time properties
    date.truncate datetime.truncate duration.between duration.indays duration.inmonths duration.inseconds
    shortestpath allshortestpaths percentilecont percentiledisc stdev stdevp"""
)
"""Functions that only compute."""


def check_read_only(text: str) -> None:
    """Raise `UsageError` with line and column unless `text` is one read-only statement."""
    if len(text) > MAX_LENGTH:
        raise _refusal(f"超过 {MAX_LENGTH} 个字符", f"is longer than {MAX_LENGTH} characters", 1, 1)
    if "\\u" in text or "\\U" in text:
        raise _refusal("不允许 \\u 转义", "a \\u escape is not allowed", *place(text, text.lower().index("\\u")))
    words = [t for t in tokens(text) if t.kind != "comment"]
    while words and words[-1].text == ";":
        words.pop()
    if not words:
        raise _refusal("没有语句", "there is no statement", 1, 1)
    if words[0].upper not in STARTS:
        raise _at(words[0], f"语句不能以 {words[0].text} 开头", f"a statement may not begin with {words[0].text}")
    _check_depth(words)
    for i, token in enumerate(words):
        _check(words, i, token)


def _check_depth(words: list[Token]) -> None:
    """Deep nesting can end the engine's process (QUERIES 2)."""
    depth = 0
    unions = 0
    for token in words:
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        unions += token.upper == "UNION"
        if depth > MAX_DEPTH or unions > MAX_DEPTH:
            raise _at(token, f"嵌套或 UNION 超过 {MAX_DEPTH} 层", f"more than {MAX_DEPTH} levels or UNIONs")


def _check(words: list[Token], i: int, token: Token) -> None:
    before = words[i - 1] if i else None
    after = words[i + 1] if i + 1 < len(words) else None
    if token.text == ";":
        raise _at(token, "只允许一条语句", "only one statement is allowed")
    if token.kind == "quoted" and after and after.text in ("(", "."):
        raise _at(token, "反引号名称不能作函数", "a name in backticks may not be called")
    if token.kind != "word" or (before and before.text == "."):
        return
    if token.upper in REFUSED and not (before and before.text in (":", "|", "&", "!")):
        raise _at(token, f"不允许 {token.upper}：这里只能读取", f"{token.upper} is not allowed: only reading is")
    if token.upper == "CALL" and not _is_subquery(words, i + 1):
        raise _at(token, "不允许调用过程，只允许 CALL { … }", "procedures may not be called, only CALL { … }")
    if after and after.text == "(" and token.upper not in KEYWORDS and token.text.lower() not in FUNCTIONS:
        raise _at(token, f"函数 {token.text} 不在许可名单", f"function {token.text} is not on the list")
    if after and after.text == ".":
        _check_dotted(words, i)
    if after and after.kind in ("word", "quoted") and token.upper not in KEYWORDS and after.upper not in KEYWORDS:
        raise _at(token, f"无法识别的子句 {token.text} {after.text}", f"unknown clause {token.text} {after.text}")


def _check_dotted(words: list[Token], i: int) -> None:
    """`a.b.c(` is a call of a namespace: only the few of the list."""
    name, at = words[i].text, i + 1
    while at + 1 < len(words) and words[at].text == "." and words[at + 1].kind in ("word", "quoted"):
        name += "." + words[at + 1].text.strip("`")
        at += 2
    if at < len(words) and words[at].text == "(" and name.lower() not in FUNCTIONS:
        raise _at(words[i], f"函数 {name} 不在许可名单", f"function {name} is not on the list")


def _is_subquery(words: list[Token], at: int) -> bool:
    """`{`, or `( names )` and then `{`."""
    if at < len(words) and words[at].text == "(":
        at += 1
        while at < len(words) and (words[at].kind in ("word", "quoted") or words[at].text in (",", "*")):
            at += 1
        if at >= len(words) or words[at].text != ")":
            return False
        at += 1
    return at < len(words) and words[at].text == "{"


def _at(token: Token, zh: str, en: str) -> UsageError:
    return _refusal(zh, en, token.line, token.column)


def _refusal(zh: str, en: str, line: int, column: int) -> UsageError:
    return UsageError(
        "cypher-refused",
        Text(f"第 {line} 行第 {column} 列：{zh}", f"line {line} column {column}: {en}"),
        Text(
            "只允许一条只读语句：MATCH … RETURN …；导出与写入用 graphkit 自己的命令",
            "one read-only statement is allowed: MATCH … RETURN …; graphkit's own commands export and write",
        ),
        line=line,
        column_no=column,
    )
