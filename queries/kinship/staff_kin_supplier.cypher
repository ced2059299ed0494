// id: staff_kin_supplier
// title_zh: 职工亲属与本单位供应商
// title_en: Staff whose kin stand behind a supplier
// question: 哪些职工的亲属在本单位的供应商里任职、出资或受雇？ Whose kin work for, run or own a supplier of their own employer?
// params:
//   buyer_id: text = null [Organization]
//   min_degree: int = 0 [degree of kinship]
//   max_degree: int = 3 [degree of kinship]
// returns: buyer_id, buyer, staff_id, staff, role_code, kin_id, kin, kin_code, degree, link, supplier_id, supplier, contracts
// kind: rows
// law: 政府采购法实施条例 第九条；公职人员政务处分法 第三十三条
// falsepositives: 亲属只是供应商的普通员工；职工不参与采购；亲属关系为推导所得
// status: stable
MATCH (c:Contract)-[:ISSUED_BY]->(h:Organization)
WHERE $buyer_id IS NULL OR h.id = $buyer_id
MATCH (c)-[:AWARDED_TO]->(s:Organization)
WHERE s.id <> h.id
WITH h, s, count(DISTINCT c.id) AS contracts
MATCH (p:Person)-[o:OWNS|LEGAL_REP_OF|DIRECTS|CONTROLS|EMPLOYED_BY]->(s)
MATCH (p)-[k:KIN_OF]-(m:Person)
WHERE m.id <> p.id AND k.degree >= $min_degree AND k.degree <= $max_degree
MATCH (m)-[e:EMPLOYED_BY]->(g:Organization)
WHERE g.id = h.id
RETURN DISTINCT h.id AS buyer_id, h.name AS buyer, m.id AS staff_id, m.name AS staff, e.role_code AS role_code, p.id AS kin_id, p.name AS kin,
       k.code AS kin_code, k.degree AS degree, type(o) AS link, s.id AS supplier_id, s.name AS supplier, contracts
ORDER BY degree, buyer_id, staff_id, kin_id, supplier_id, link, role_code, kin_code
LIMIT $limit
