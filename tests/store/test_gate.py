"""The gate: what an analyst may write, and everything else."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.errors import UsageError
from graphkit.store.gate import check_read_only
from graphkit.store.header import read_query
from graphkit.store.lex import tokens

ALLOWED = [
    "MATCH (n:Person) RETURN n.id",
    "MATCH (n:Person) WHERE n.name = 'DELETE; CREATE (x)' RETURN n.id ORDER BY n.id LIMIT 5;",
    "// CREATE nothing\nMATCH (n) /* SET n.x = 1 */ RETURN count(n) AS n",
    "OPTIONAL MATCH (n:Organization:Company) RETURN n.id AS id, labels(n) AS l",
    "MATCH (a)-[r:PAID|OWNS*1..3]->(b) RETURN DISTINCT b.id SKIP 1 LIMIT 2",
    "MATCH p = shortestPath((a:Person)-[:KIN_OF*..4]-(b:Person)) RETURN length(p)",
    "MATCH (n) WHERE NOT n:Person AND EXISTS { MATCH (n)-[:OWNS]->() } RETURN n.id",
    "MATCH (o) CALL { WITH o MATCH (o)--(x) RETURN count(x) AS c } RETURN o.id, c",
    "MATCH (o) CALL (o) { MATCH (o)--(x) RETURN count(x) AS c } RETURN o.id, c",
    "UNWIND $rows AS row RETURN row.id AS id, row['set'] AS s",
    "RETURN date('2024-01-01') AS d, date.truncate('month', date()) AS m, duration.inMonths(date(), date()).months AS k",
    "MATCH (n) RETURN CASE WHEN n.name IS NULL THEN 'x' ELSE toUpper(n.name) END AS name",
    "MATCH (n) WHERE n.name =~ '.*院.*' AND n.name STARTS WITH '县' RETURN n.id",
    "MATCH (n) RETURN [x IN [1,2] WHERE x > 1 | x * 2] AS l, {a: 1, b: [2]} AS m, reduce(s = 0, x IN [1] | s + x) AS r",
    "MATCH (n) WHERE all(x IN n.list WHERE x > 0) RETURN n.set, n.delete, n.`load`",
    "RETURN 1 AS x UNION ALL RETURN 2 AS x",
    "MATCH (n:`Case`) RETURN n.case_no",
    "RETURN -1.5e3 AS x, 0x1F AS y, .5 AS z",
    "MATCH (名:Person) RETURN 名.name AS 姓名",
]

REFUSED = [
    "CREATE (n:Person {id: 'x'})",
    "MATCH (n) SET n.name = 'x' RETURN n.id",
    "MATCH (n) SET n:Person RETURN n.id",
    "MATCH (n) DELETE n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) REMOVE n.name RETURN n.id",
    "MERGE (n:Person {id: 'x'}) RETURN n.id",
    "MATCH (n) FOREACH (x IN [1] | SET n.a = x)",
    "LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row",
    "MATCH (n) LOAD CSV WITH HEADERS FROM 'http://10.0.0.1/' AS row RETURN row",
    "CALL db.labels()",
    "CALL db.labels() YIELD label RETURN label",
    "CALL apoc.load.json('http://x') YIELD value RETURN value",
    "CALL gds.graph.project('g', '*', '*')",
    "MATCH (n) CALL dbms.killQuery('x') YIELD queryId RETURN queryId",
    "MATCH (n) RETURN apoc.cypher.runFirstColumn('CREATE (x)', {})",
    "MATCH (n) RETURN `apoc`.`util`.sleep(1)",
    "MATCH (n) RETURN custom(n)",
    "MATCH (n) RETURN n.id; MATCH (m) DETACH DELETE m",
    "RETURN 1 AS x; ; RETURN 2 AS x",
    "DROP INDEX x",
    "SHOW USERS",
    "SHOW INDEXES YIELD name RETURN name",
    "CREATE USER x SET PASSWORD 'y'",
    "ALTER USER x SET PASSWORD 'y'",
    "GRANT ALL ON DATABASE * TO x",
    "USE system MATCH (n) RETURN n",
    "TERMINATE TRANSACTION 'x'",
    "EXPLAIN MATCH (n) RETURN n",
    "PROFILE MATCH (n) RETURN n",
    "CYPHER runtime=slotted MATCH (n) RETURN n",
    "START n=node(*) RETURN n",
    "USING PERIODIC COMMIT LOAD CSV FROM 'x' AS r RETURN r",
    "MATCH (n) RETURN n.id FORMAT CSV",
    "MATCH (n) CALL { WITH n CREATE (m) } IN TRANSACTIONS RETURN 1",
    "INSERT (n:Person)",
    "MATCH (n) INSERT (n)-[:OWNS]->(m)",
    "FOR VALID_TIME ALL MATCH (n) RETURN n.id",
    "MATCH (n) WHERE n.id = '\\u0027 OR true RETURN n //'  RETURN n.id",
    "\\u0043REATE (n)",
    "MATCH (n) RETURN n.id ※",
    "MATCH (n) WHERE n.name = 'open RETURN n.id",
    "",
    "   // only a comment",
    "RETURN " + "(" * 100 + "1" + ")" * 100,
    " UNION ".join(["RETURN 1 AS x"] * 100),
    "RETURN '" + "x" * 30_000 + "'",
]


@pytest.mark.parametrize("text", ALLOWED)
def test_reading_passes(text: str) -> None:
    check_read_only(text)


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_read_only(text)
    assert "行" in caught.value.message.zh
    assert "line" in caught.value.message.en


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("MATCH (n)\nRETURN n.id\n;\nMATCH (m) RETURN m.id", 3, 1),
        ("MATCH (n)\n  DELETE n", 2, 3),
        ("// 说明\nMATCH (n) WHERE n.name = '；;' SET n.x = 1", 2, 31),
        ("MATCH (n) RETURN 'a\nb', foo(1)", 2, 5),
        ("CALL db.labels()", 1, 1),
    ],
)
def test_a_refusal_names_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(UsageError, match=f"line {line} column {column}:"):
        check_read_only(text)


WRITES = ["CREATE (x:Person)", "MERGE (x:Person {id: 'y'})", "SET n.a = 1", "DELETE n", "DETACH DELETE n", "REMOVE n:Person",
          "LOAD CSV FROM 'file:///etc/passwd' AS row", "CALL db.labels() YIELD label", "DROP INDEX i", "FOREACH (i IN [1] | CREATE (:X))"]  # fmt: skip
LEADS = [
    "",
    "MATCH (n) ",
    "MATCH (n) WITH n ",
    "MATCH (n) RETURN n.id; ",
    "UNWIND [1] AS n ",
    "MATCH (n) CALL { ",
    "MATCH (n) WHERE n.name = 'a' ",
]
BLANKS = [" ", "\n", "\t", "/**/", "/* x */ ", " // c\n", "\u00a0", "\u3000"]


def test_four_hundred_disguised_writes_are_refused() -> None:
    rng = random.Random(7)
    tried = 0
    for lead, write in itertools.product(LEADS, WRITES):
        for _ in range(8):
            words = "".join(rng.choice(BLANKS) if c == " " else rng.choice((c.lower(), c.upper())) for c in write)
            text = lead + words + rng.choice(["", " RETURN 1 AS x", ";", " }", " //", "\n// RETURN 1"])
            with pytest.raises(UsageError):
                check_read_only(text)
            tried += 1
    assert tried >= 400


@given(st.text(alphabet=st.sampled_from("MATCHRETURNn()[]{}:;.,'\"`\\/*-<>$1 \n甲"), max_size=60))
def test_any_text_is_read_or_refused_without_another_error(text: str) -> None:
    try:
        check_read_only(text)
    except UsageError:
        return
    assert [t for t in tokens(text) if t.kind != "comment"]


@given(st.text(max_size=40))
def test_nothing_inside_a_string_matters(content: str) -> None:
    quoted = content.replace("\\", "").replace("'", "")
    check_read_only(f"MATCH (n) WHERE n.name = '{quoted}' RETURN n.id")


@given(st.text(max_size=80))
def test_tokens_cover_the_text(text: str) -> None:
    try:
        found = list(tokens(text))
    except UsageError:
        return
    assert "".join(t.text for t in found) == "" or "".join("".join(t.text for t in found).split()) == "".join(
        text.split()
    )


def test_every_shipped_query_passes_the_gate() -> None:
    paths = sorted((Path(__file__).parents[2] / "queries").glob("*/*.cypher"))
    assert len(paths) >= 10
    for path in paths:
        check_read_only(read_query(path).cypher)
