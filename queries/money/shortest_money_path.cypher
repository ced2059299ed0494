// id: shortest_money_path
// title_zh: 两账户间最短资金路径
// title_en: Shortest ways of money between two accounts
// question: 钱最少经过几个账户从甲到乙？ Through how few accounts did money go from one account to another?
// params:
//   from_id: text = null [Account]
//   to_id: text = null [Account]
// returns: hops, accounts, names, last_account_id
// kind: rows
// law: 刑法 第一百九十一条
// falsepositives: 经过支付机构、代发工资户等大户的路径没有意义；先后次序要核对时间
// status: stable
MATCH (a:Account {id: $from_id})
MATCH (b:Account {id: $to_id})
WHERE a.id <> b.id
MATCH path = allShortestPaths((a)-[:PAID*1..8]->(b))
WITH DISTINCT length(path) AS hops, [n IN nodes(path) | n.id] AS accounts, [n IN nodes(path) | n.name] AS names, b.id AS last_account_id
RETURN hops, accounts, names, last_account_id
ORDER BY hops, accounts, last_account_id
LIMIT $limit
