// id: co_bid_pairs
// title_zh: 经常同场投标的企业对
// title_en: Pairs that often bid together
// question: 哪些企业反复出现在同一标段？谁中标？ Which pairs of companies meet in the same lots again and again, and how often does one of them win?
// params:
//   min_lots: int = 3 [lots]
//   company_id: text = null [Organization]
// returns: company_a_id, company_a, company_b_id, company_b, lots, won_by_a, won_by_b
// kind: rows
// law: 招标投标法 第三十二条；反垄断法 第十七条
// falsepositives: 品类供应商本来就少；只有同一地区的几家有资质
// status: stable
MATCH (l:Lot)<-[:FOR_LOT]-(x:Bid)
MATCH (x)-[:BID_BY]->(a:Organization)
MATCH (l)<-[:FOR_LOT]-(y:Bid)
WHERE y.id <> x.id
MATCH (y)-[:BID_BY]->(b:Organization)
WHERE a.id < b.id AND ($company_id IS NULL OR a.id = $company_id OR b.id = $company_id)
WITH DISTINCT a, b, l
OPTIONAL MATCH (l)<-[:FOR_LOT]-(w:Award)-[:AWARDED_TO]->(s:Organization)
WHERE s.id = a.id OR s.id = b.id
WITH a, b, l, collect(DISTINCT s.id) AS winners
WITH a.id AS company_a_id, a.name AS company_a, b.id AS company_b_id, b.name AS company_b, count(l) AS lots,
     sum(CASE WHEN a.id IN winners THEN 1 ELSE 0 END) AS won_by_a, sum(CASE WHEN b.id IN winners THEN 1 ELSE 0 END) AS won_by_b
WHERE lots >= $min_lots
RETURN company_a_id, company_a, company_b_id, company_b, lots, won_by_a, won_by_b
ORDER BY lots DESC, company_a_id, company_b_id
LIMIT $limit
