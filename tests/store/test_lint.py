"""Every line of the left column of QUERIES 1 is caught; what stands in the right column is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphkit.store.lint import check_file

HEADER = "// id: q\n// title_zh: 甲\n// title_en: A\n// question: ?\n// params: x: text = null\n// returns: id\n// status: draft\n"
TAIL = " RETURN n.id AS id ORDER BY id LIMIT $limit"


def rules(tmp_path: Path, body: str) -> list[str]:
    (tmp_path / "q.cypher").write_text(HEADER + body + "\n", "utf-8")
    return [problem.rule for problem in check_file(tmp_path / "q.cypher")]


@pytest.mark.parametrize(
    "body",
    [
        "MATCH (n:Person) WHERE n.name = $x" + TAIL,
        "MATCH (n:Organization:Company {region: '611002'})" + TAIL,
        "MATCH (m:Person)-[:OWNS|LEGAL_REP_OF*1..6]->(n)" + TAIL,
        "MATCH (n:`Case`) WHERE NOT n:Person" + TAIL,
        "MATCH (n:Contract) WHERE n.amount_cny * 2 > 10.0 AND n.signed >= date('2024-01-01')" + TAIL,
        "MATCH (n:Person) WHERE EXISTS { MATCH (n)-[:OWNS]->(o) WHERE o.uscc IS NOT NULL }" + TAIL,
        "MATCH (n:Person) WITH n, {score: 1} AS m WHERE m.score > 0 AND size([x IN [1, 2] WHERE x > 1]) = 1" + TAIL,
        "MATCH (n:Contract) WHERE date.truncate('month', n.signed).year = 2024" + TAIL,
        "MATCH (n:Person) CALL { WITH n MATCH (n)-[:OWNS]->(o) RETURN count(o) AS c }" + TAIL,
    ],
)
def test_portable_texts_are_clean(tmp_path: Path, body: str) -> None:
    assert rules(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("MATCH (n:Person WHERE n.name = 'x')" + TAIL, "inline-where"),
        ("/* x */ MATCH (n:Person)" + TAIL, "comment"),
        ("MATCH (n:Person)-[:OWNS*]->(o)" + TAIL, "unbounded"),
        ("MATCH (n:Person)-[:OWNS*2..]->(o)" + TAIL, "unbounded"),
        ("MATCH (n:Person)-[:OWNS*..3]->(o)" + TAIL, "unbounded"),
        ("MATCH ((n:Account)-[:PAID]->(b)){1,3}" + TAIL, "quantified"),
        ("MATCH (n:Person)-[:OWNS]->{1,3}(o)" + TAIL, "quantified"),
        ("MATCH (n:Person) WITH n, COLLECT { MATCH (n)--(o) RETURN o.id } AS c" + TAIL, "collect-subquery"),
        ("MATCH (n:Person) WITH n, percentileCont(1.0, 0.5) AS c" + TAIL, "function"),
        ("MATCH (n:Person) WHERE round(-2.5) = -2" + TAIL, "function"),
        ("MATCH (n:Person) WHERE id(n) = 1" + TAIL, "function"),
        ("MATCH (n:Person) WHERE size(keys(n)) = 1" + TAIL, "function"),
        ("MATCH (n:Organization&Company)" + TAIL, "label-expression"),
        ("MATCH (n:!Person)" + TAIL, "label-expression"),
        ("MATCH (n:Person) RETURN *", "return-all"),
        ("MATCH (n:Person) RETURN n.id AS id ORDER BY id", "limit"),
        ("MATCH (n:Person) RETURN n.id AS id LIMIT 5", "order"),
        ("MATCH (n:Person) RETURN n.name AS x, count(*) AS c ORDER BY count(*) LIMIT 5", "order-aggregate"),
        ("MATCH (n:Peron)" + TAIL, "unknown-label"),
        ("MATCH (n:Person)-[:OWN]->(o)" + TAIL, "unknown-type"),
        ("MATCH (n:Person)-[:OWNS|PAYS]->(o)" + TAIL, "unknown-type"),
        ("MATCH (n:Contract) WHERE n.amount > 5" + TAIL, "unknown-property"),
        ("MATCH (n:Person {birthday: 1})" + TAIL, "unknown-property"),
        ("MATCH (n:Tender) WHERE n.title = 'x'" + TAIL, "unknown-property"),
        ("MATCH (n:Case)" + TAIL, "reserved"),
        ("MATCH (n:Person) WHERE n.name = $y" + TAIL, "parameter"),
        ("MATCH (n:Person) SET n.name = 'x'" + TAIL, "cypher-refused"),
        ("MATCH (n:Person) CALL apoc.x()" + TAIL, "cypher-refused"),
        ("MATCH (n:Person) RETURN gds.x(n)", "cypher-refused"),
    ],
)
def test_what_the_engines_answer_differently_is_flagged(tmp_path: Path, body: str, rule: str) -> None:
    assert rule in rules(tmp_path, body)


def test_a_problem_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "q.cypher").write_text(HEADER + "MATCH (n:Person)\nWHERE n.nam = 'x'\n" + TAIL.strip() + "\n", "utf-8")
    (problem,) = check_file(tmp_path / "q.cypher")
    assert (problem.line, problem.column, problem.rule) == (HEADER.count("\n") + 2, 9, "unknown-property")
    assert "nam" in problem.message.zh


def test_a_broken_header_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "q.cypher").write_text("MATCH (n) RETURN n.id LIMIT 5\n", "utf-8")
    assert [p.rule for p in check_file(tmp_path / "q.cypher")] == ["query-file"]
