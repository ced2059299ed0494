// id: shared_device
// title_zh: 同一标段共用设备的投标人
// title_en: Bidders of one lot that share a device
// question: 同一标段里，哪些投标人的标书出自同一台设备（机器码、MAC、IP、CA 锁）？ Which bidders of one lot prepared or uploaded their bids on the same device?
// params:
//   kind: text = null [mac, cpu, disk, ip, ca, author …]
//   max_hub: int = 20 [bidders that share the device]
// returns: device_id, device_kind, device, lot_id, bidder_a_id, bidder_a, bidder_b_id, bidder_b
// kind: rows
// law: 招标投标法实施条例 第四十条第（一）项
// falsepositives: 交易中心或代理机构的公用电脑；同一写字楼出口 IP；电子招标工具默认作者名
// status: stable
MATCH (d:Device)<-[v:SUBMITTED_VIA]-(x:Bid)
WHERE ($kind IS NULL OR d.kind = $kind) AND coalesce(d.hub_size, 0) <= $max_hub
MATCH (x)-[:FOR_LOT]->(l:Lot)
MATCH (x)-[:BID_BY]->(a:Organization)
MATCH (d)<-[:SUBMITTED_VIA]-(y:Bid)
WHERE y.id <> x.id
MATCH (y)-[:FOR_LOT]->(m:Lot)
WHERE m.id = l.id
MATCH (y)-[:BID_BY]->(b:Organization)
WHERE a.id < b.id
RETURN DISTINCT d.id AS device_id, d.kind AS device_kind, d.name AS device, l.id AS lot_id,
       a.id AS bidder_a_id, a.name AS bidder_a, b.id AS bidder_b_id, b.name AS bidder_b
ORDER BY device_id, lot_id, bidder_a_id, bidder_b_id
LIMIT $limit
