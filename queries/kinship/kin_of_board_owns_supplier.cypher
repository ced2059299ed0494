// id: kin_of_board_owns_supplier
// title_zh: 班子成员亲属控制的供应商
// title_en: Suppliers held or run by kin of the board
// question: 哪些院领导班子成员的亲属出资、任职于向本单位供货的企业？ Which kin of a buyer's board own or run a supplier of that buyer?
// params:
//   roles: ids = president,vice_president [role_code]
//   since: date = null [contract signed on or after]
// returns: buyer_id, buyer, board_member_id, board_member, role_code, kin_code, kin_from, kin_id, kin, link, supplier_id, supplier, contracts, amount_cny
// kind: rows
// law: 政府采购法实施条例 第九条第一款第（四）项；刑法 第三百八十八条之一
// falsepositives: 亲属关系已申报并回避；出资早已转让；同名不同人（姓名仅在申报范围内匹配）
// status: stable
MATCH (b:Person)-[e:EMPLOYED_BY]->(h:Organization)
WHERE e.role_code IN $roles
MATCH (b)-[k:KIN_OF]-(p:Person)
WHERE p.id <> b.id
MATCH (p)-[o:OWNS|LEGAL_REP_OF|DIRECTS|CONTROLS]->(s:Organization)
WHERE s.id <> h.id
MATCH (c:Contract)-[:AWARDED_TO]->(s)
WHERE $since IS NULL OR c.signed >= $since
MATCH (c)-[:ISSUED_BY]->(i:Organization)
WHERE i.id = h.id
WITH DISTINCT h.id AS buyer_id, h.name AS buyer, b.id AS board_member_id, b.name AS board_member, e.role_code AS role_code,
     k.code AS kin_code, startNode(k).id AS kin_from, p.id AS kin_id, p.name AS kin, type(o) AS link,
     s.id AS supplier_id, s.name AS supplier, c.id AS contract_id, c.amount_cny AS contract_cny
RETURN buyer_id, buyer, board_member_id, board_member, role_code, kin_code, kin_from, kin_id, kin, link, supplier_id, supplier,
       count(contract_id) AS contracts, sum(coalesce(contract_cny, 0.0)) AS amount_cny
ORDER BY amount_cny DESC, buyer_id, board_member_id, role_code, kin_id, link, supplier_id, kin_code, kin_from
LIMIT $limit
