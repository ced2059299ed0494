// id: supplier_pays_insider
// title_zh: 供应商一侧向内部人付款
// title_en: The supplier's side pays an insider
// question: 哪些供应商（或其法定代表人、股东、高管）的账户付过钱给采购单位职工或其亲属的账户？ Which suppliers, or their people, paid a buyer's staff or the staff's kin?
// params:
//   min_amount: money = 0 [CNY, per pair]
//   since: date = null [paid on or after]
// returns: payer_id, payer, payee_id, payee, staff_id, staff, buyer_id, buyer, supplier_id, supplier, payments, amount_cny, first_paid, last_paid
// kind: rows
// law: 刑法 第三百八十五条、第一百六十三条；反不正当竞争法 第七条
// falsepositives: 亲友间借款与偿还；工资、劳务或讲课费（核对个税）；退货款
// status: stable
MATCH (x:Account)-[r:PAID]->(y:Account)
WHERE x.id <> y.id AND ($since IS NULL OR r.from_date >= $since)
WITH x, y, count(r) AS n, sum(coalesce(r.amount_cny, 0.0)) AS paid_cny, min(r.from_date) AS first_paid, max(r.from_date) AS last_paid
WHERE paid_cny >= $min_amount
MATCH (u)-[:HOLDS_ACCOUNT]->(x)
MATCH (v:Person)-[:HOLDS_ACCOUNT]->(y)
WHERE v.id <> u.id
WITH DISTINCT x, y, n, paid_cny, first_paid, last_paid, u, v
MATCH (v)-[:KIN_OF*0..1]-(m:Person)
MATCH (m)-[:EMPLOYED_BY]->(h:Organization)
MATCH (c:Contract)-[:ISSUED_BY]->(h)
MATCH (c)-[:AWARDED_TO]->(s:Organization)
WHERE s.id <> h.id AND (s.id = u.id OR EXISTS { MATCH (u)-[:OWNS|LEGAL_REP_OF|DIRECTS|CONTROLS]->(s) })
WITH DISTINCT x.id AS account_a, y.id AS account_b, n, paid_cny, first_paid, last_paid, u.id AS payer_id, u.name AS payer, v.id AS payee_id,
     v.name AS payee, m.id AS staff_id, m.name AS staff, h.id AS buyer_id, h.name AS buyer, s.id AS supplier_id, s.name AS supplier
RETURN payer_id, payer, payee_id, payee, staff_id, staff, buyer_id, buyer, supplier_id, supplier, sum(n) AS payments, sum(paid_cny) AS amount_cny,
       min(first_paid) AS first_paid, max(last_paid) AS last_paid
ORDER BY amount_cny DESC, payer_id, payee_id, staff_id, buyer_id, supplier_id
LIMIT $limit
