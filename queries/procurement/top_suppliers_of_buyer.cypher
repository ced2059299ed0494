// id: top_suppliers_of_buyer
// title_zh: 采购单位的主要供应商
// title_en: The largest suppliers of a buyer
// question: 这家单位的钱主要给了谁，占多少？ Who gets most of a buyer's contracts, and what share?
// params:
//   buyer_id: text = null [Organization]
//   since: date = null [signed on or after]
//   until: date = null [signed on or before]
// returns: buyer_id, buyer, supplier_id, supplier, contracts, amount_cny, share, first_signed, last_signed
// kind: rows
// law: 政府采购法 第三条、第五条
// falsepositives: 独家专利药品与设备；集中带量采购的中选企业
// status: stable
MATCH (c:Contract)-[:ISSUED_BY]->(b:Organization)
WHERE ($buyer_id IS NULL OR b.id = $buyer_id) AND ($since IS NULL OR c.signed >= $since) AND ($until IS NULL OR c.signed <= $until)
WITH DISTINCT b, c
MATCH (c)-[:AWARDED_TO]->(s:Organization)
WITH DISTINCT b, c, s
WITH b, s, count(c) AS contracts, sum(coalesce(c.amount_cny, 0.0)) AS supplier_cny, min(c.signed) AS first_signed, max(c.signed) AS last_signed
WITH b, collect({id: s.id, name: s.name, contracts: contracts, paid: supplier_cny, first: first_signed, last: last_signed}) AS suppliers, sum(supplier_cny) AS total_cny
UNWIND suppliers AS x
RETURN b.id AS buyer_id, b.name AS buyer, x.id AS supplier_id, x.name AS supplier, x.contracts AS contracts, x.paid AS amount_cny,
       CASE WHEN total_cny > 0.0 THEN floor(10000.0 * x.paid / total_cny + 0.5) / 10000.0 ELSE 0.0 END AS share, x.first AS first_signed, x.last AS last_signed
ORDER BY buyer_id, amount_cny DESC, supplier_id
LIMIT $limit
