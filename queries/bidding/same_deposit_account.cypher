// id: same_deposit_account
// title_zh: 保证金出自同一账户
// title_en: Deposits paid from one account
// question: 同一标段里，哪些投标人的保证金从同一账户转出？ Which bidders of one lot had their deposits paid from the same account?
// params:
//   lot_id: text = null [Lot]
// returns: account_id, account, holder_id, holder, lot_id, bidder_a_id, bidder_a, bidder_b_id, bidder_b, amount_a_cny, amount_b_cny
// kind: rows
// law: 招标投标法实施条例 第四十条第（六）项
// falsepositives: 银行或担保公司代缴的统一账户；交易中心退回再转的账户
// status: stable
MATCH (q:Account)<-[r:DEPOSIT_FROM]-(x:Bid)
MATCH (x)-[:FOR_LOT]->(l:Lot)
WHERE $lot_id IS NULL OR l.id = $lot_id
MATCH (x)-[:BID_BY]->(a:Organization)
MATCH (q)<-[t:DEPOSIT_FROM]-(y:Bid)
WHERE y.id <> x.id
MATCH (y)-[:FOR_LOT]->(m:Lot)
WHERE m.id = l.id
MATCH (y)-[:BID_BY]->(b:Organization)
WHERE a.id < b.id
OPTIONAL MATCH (h)-[:HOLDS_ACCOUNT]->(q)
RETURN DISTINCT q.id AS account_id, q.name AS account, h.id AS holder_id, h.name AS holder, l.id AS lot_id,
       a.id AS bidder_a_id, a.name AS bidder_a, b.id AS bidder_b_id, b.name AS bidder_b, r.amount_cny AS amount_a_cny, t.amount_cny AS amount_b_cny
ORDER BY account_id, lot_id, bidder_a_id, bidder_b_id, holder_id, amount_a_cny, amount_b_cny
LIMIT $limit
