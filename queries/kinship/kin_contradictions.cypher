// id: kin_contradictions
// title_zh: 相互矛盾的亲属记录
// title_en: Kinship rows that contradict each other
// question: 哪些亲属记录不能同时为真（互为父母、同一对人两种关系、同期两个配偶、子女不晚于父母出生）？ Which kinship rows cannot all be true?
// params:
//   person_id: text = null [Person]
// returns: contradiction, person_id, person, relative_id, relative, other_id, other, code, other_code, edge_id, other_edge_id
// kind: rows
// law: 无（数据质量）；亲属口径见政府采购法实施条例 第九条第一款第（四）项
// falsepositives: 登记日期缺失使前后两段婚姻看似重叠；继父母、养父母登记为父母；录入时本人与亲属颠倒
// status: stable
CALL {
  MATCH (b:Person)-[x:KIN_OF]-(a:Person)-[y:KIN_OF]-(c:Person)
  WHERE x.code = 'SP' AND y.code = 'SP' AND x.derived = false AND y.derived = false AND b.id < c.id AND a.id <> b.id AND a.id <> c.id
    AND (x.from_date IS NULL OR y.to_date IS NULL OR x.from_date <= y.to_date)
    AND (y.from_date IS NULL OR x.to_date IS NULL OR y.from_date <= x.to_date)
  RETURN 'two_spouses' AS contradiction, a.id AS person_id, a.name AS person, b.id AS relative_id, b.name AS relative,
         c.id AS other_id, c.name AS other, x.code AS code, y.code AS other_code, x.id AS edge_id, y.id AS other_edge_id
  UNION ALL
  MATCH (a:Person)-[x:KIN_OF]->(b:Person)
  MATCH (a)-[y:KIN_OF]->(b)
  WHERE a.id <> b.id AND x.code < y.code AND x.derived = false AND y.derived = false
    AND (x.from_date IS NULL OR y.to_date IS NULL OR x.from_date <= y.to_date)
    AND (y.from_date IS NULL OR x.to_date IS NULL OR y.from_date <= x.to_date)
  RETURN 'two_codes' AS contradiction, a.id AS person_id, a.name AS person, b.id AS relative_id, b.name AS relative,
         null AS other_id, null AS other, x.code AS code, y.code AS other_code, x.id AS edge_id, y.id AS other_edge_id
  UNION ALL
  MATCH (a:Person)-[x:KIN_OF]->(b:Person)
  MATCH (b)-[y:KIN_OF]->(a)
  WHERE a.id < b.id AND x.derived = false AND y.derived = false
    AND (x.from_date IS NULL OR y.to_date IS NULL OR x.from_date <= y.to_date)
    AND (y.from_date IS NULL OR x.to_date IS NULL OR y.from_date <= x.to_date)
    AND y.code <> CASE x.code WHEN 'PA' THEN 'CH' WHEN 'CH' THEN 'PA' WHEN 'GP' THEN 'GC' WHEN 'GC' THEN 'GP'
                              WHEN 'UN' THEN 'NE' WHEN 'NE' THEN 'UN' ELSE x.code END
  RETURN CASE WHEN x.code = y.code THEN 'mutual' ELSE 'two_codes' END AS contradiction, a.id AS person_id, a.name AS person,
         b.id AS relative_id, b.name AS relative, null AS other_id, null AS other, x.code AS code, y.code AS other_code,
         x.id AS edge_id, y.id AS other_edge_id
  UNION ALL
  MATCH (a:Person)-[x:KIN_OF]->(b:Person)
  WHERE a.id <> b.id AND x.derived = false AND a.birth IS NOT NULL AND b.birth IS NOT NULL
    AND (x.code IN ['PA', 'GP'] AND b.birth >= a.birth OR x.code IN ['CH', 'GC'] AND a.birth >= b.birth)
  RETURN 'older_child' AS contradiction, a.id AS person_id, a.name AS person, b.id AS relative_id, b.name AS relative,
         null AS other_id, null AS other, x.code AS code, null AS other_code, x.id AS edge_id, null AS other_edge_id
}
WITH contradiction, person_id, person, relative_id, relative, other_id, other, code, other_code, edge_id, other_edge_id
WHERE $person_id IS NULL OR person_id = $person_id OR relative_id = $person_id OR other_id = $person_id
RETURN contradiction, person_id, person, relative_id, relative, other_id, other, code, other_code, edge_id, other_edge_id
ORDER BY contradiction, person_id, relative_id, other_id, edge_id, other_edge_id
LIMIT $limit
