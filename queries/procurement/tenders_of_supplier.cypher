// id: tenders_of_supplier
// title_zh: 某供应商参加的采购项目
// title_en: Tenders that a supplier took part in
// question: 这家企业投过哪些标，中了哪些？ Which tenders did this company bid in, and which did it win?
// params:
//   supplier_id: text = null [Organization]
//   since: date = null [published on or after]
// returns: supplier_id, supplier, tender_id, tender, published, buyer_id, buyer, lot_id, bid_cny, bid_status, won, bid_id
// kind: rows
// law: 政府采购法 第四十二条
// falsepositives: 联合体投标按成员分列
// status: stable
MATCH (s:Organization)<-[:BID_BY]-(x:Bid)
WHERE $supplier_id IS NULL OR s.id = $supplier_id
MATCH (x)-[:FOR_LOT]->(l:Lot)
MATCH (t:Tender)-[:HAS_LOT]->(l)
WHERE $since IS NULL OR t.published >= $since
OPTIONAL MATCH (t)-[:ISSUED_BY]->(b:Organization)
WITH DISTINCT s, x, l, t, b
OPTIONAL MATCH (l)<-[:FOR_LOT]-(w:Award)-[:AWARDED_TO]->(v:Organization)
WHERE v.id = s.id
WITH s, x, l, t, b, count(w) AS awards
RETURN s.id AS supplier_id, s.name AS supplier, t.id AS tender_id, t.name AS tender, t.published AS published, b.id AS buyer_id, b.name AS buyer,
       l.id AS lot_id, x.amount_cny AS bid_cny, x.status AS bid_status, awards > 0 AS won, x.id AS bid_id
ORDER BY supplier_id, published, tender_id, lot_id, buyer_id, bid_id
LIMIT $limit
