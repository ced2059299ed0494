// id: posts_of_person
// title_zh: 某人的任职、出资与法定代表
// title_en: Posts, shares and roles of a person
// question: 这个人在哪些单位任过什么职、出过资？ Where did this person hold posts, shares or seats, and when?
// params:
//   person_id: text = null [Person]
//   name: text = null [name of the person]
// returns: person_id, person, link, role, org_id, org, from_date, to_date, share_pct, edge_id
// kind: rows
// law: 公职人员政务处分法 第三十六条；公务员法 第五十九条第（十六）项
// falsepositives: 同名不同人；未及时办理的工商变更
// status: stable
MATCH (p:Person)
WHERE ($person_id IS NULL OR p.id = $person_id) AND ($name IS NULL OR p.name = $name)
MATCH (p)-[r:EMPLOYED_BY|LEGAL_REP_OF|DIRECTS|OWNS|CONTROLS]->(o:Organization)
RETURN p.id AS person_id, p.name AS person, type(r) AS link, coalesce(r.role_code, r.kind) AS role, o.id AS org_id, o.name AS org,
       r.from_date AS from_date, r.to_date AS to_date, r.share_pct AS share_pct, r.id AS edge_id
ORDER BY person_id, from_date, edge_id
LIMIT $limit
