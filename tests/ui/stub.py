"""A workspace in memory for the workbench: a small nest whose answers have the shapes of CONTRACT 2."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkit.errors import Text, UsageError

Json = dict[str, Any]
HOSTILE = '![x](http://198.51.100.7/a.png)<img src=x onerror="alert(1)">'
"""A supplier's name that tries to call home."""


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def source(file: str, row: int) -> Json:
    return {"file": file, "sha256": sha(file), "sheet": None, "row": row, "row_sha256": sha(f"{file}:{row}")}


PEOPLE = [
    ("person:01", "Staff", "赵建国", "院长"),
    ("person:02", "Person", "赵小梅", "院长配偶"),
    ("person:03", "Person", "孙立新", "供应商实际控制人"),
    ("person:04", "Staff", "周敏", "设备科科长"),
    ("person:05", "Person", "吴大伟", "中间人"),
]
ORGS = [
    ("org:H1", "Hospital", "岚塘市第一人民医院", ""),
    ("org:C1", "Company", "岚塘恒远医疗器械有限公司", ""),
    ("org:C2", "Company", "岚州康瑞达生物科技发展股份有限公司", ""),
    ("org:C3", "Company", "岚州明德商贸有限公司", ""),
    ("org:C4", "Company", HOSTILE, ""),
]
OTHERS = [
    ("tender:T1", "Tender", "2023年CT设备采购项目", ""),
    ("contract:K1", "Contract", "HT-2023-018", ""),
    ("contract:K2", "Contract", "HT-2023-044", ""),
    ("acct:A1", "Account", "****8812", ""),
    ("acct:A2", "Account", "****0457", ""),
    ("acct:A3", "Account", "****7741", ""),
]

CLERKS = [(f"person:c{i:03d}", "Person", f"职工{i:03d}", "") for i in range(260)]


class Stub:
    """Answers like `Workspace`; keeps decisions in memory."""

    snapshot = "s1"

    def __init__(self, root: Path, lang: str) -> None:
        self.root, self.lang = root, lang
        self.nodes = {i: (label, name) for i, label, name, _ in [*PEOPLE, *ORGS, *OTHERS, *CLERKS]}
        self.edges: list[Json] = []
        self._build()
        self.history: dict[str, list[Json]] = defaultdict(list)
        self.status = {"L-0001": "registered", "L-0002": "registered"}

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def _edge(self, kind: str, a: str, b: str, file: str, row: int, parts: Sequence[Json] = (), **props: Any) -> Json:
        edge: Json = {
            "kind": "edge", "id": f"{kind}:{a}>{b}#{row:012x}", "type": kind, "from": a, "to": b,
            "props": {"confidence": 1.0, "derived": bool(parts), **props}, "source": None if parts else source(file, row),
        }  # fmt: skip
        if parts:
            edge["derived_from"] = list(parts)
        self.edges.append(edge)
        return edge

    def _build(self) -> None:
        e = self._edge
        e("EMPLOYED_BY", "person:01", "org:H1", "staff.csv", 2, role_code="president", from_date="2015-03-01")
        e("EMPLOYED_BY", "person:04", "org:H1", "staff.csv", 3, role_code="equipment", from_date="2018-05-01")
        kin = e("KIN_OF", "person:01", "person:02", "kinship.csv", 2, code="SP", degree=0)
        own = e("OWNS", "person:02", "org:C1", "roles.csv", 2, share_pct=60.0, from_date="2019-01-10")
        e("CONTROLS", "person:01", "org:C1", "", 901, parts=[kin, own], eff_pct=60.0)
        e("LEGAL_REP_OF", "person:03", "org:C2", "roles.csv", 3, from_date="2017-06-01")
        e("ISSUED_BY", "tender:T1", "org:H1", "tenders.csv", 2)
        e("ISSUED_BY", "contract:K1", "org:H1", "contracts.csv", 2)
        e("AWARDED_TO", "contract:K1", "org:C1", "contracts.csv", 2, amount_cny="3560000.00", date="2023-05-06")
        e("AWARDED_TO", "contract:K2", "org:C2", "contracts.csv", 3, amount_cny="812400.50", date="2023-08-19")
        e("ISSUED_BY", "contract:K2", "org:H1", "contracts.csv", 3)
        e("APPROVED", "person:04", "tender:T1", "approvals.csv", 2, action="approve", date="2023-04-02")
        e("UNDER", "contract:K1", "tender:T1", "contracts.csv", 2)
        e("HOLDS_ACCOUNT", "org:C1", "acct:A1", "accounts.csv", 2)
        e("HOLDS_ACCOUNT", "person:05", "acct:A2", "accounts.csv", 3)
        e("HOLDS_ACCOUNT", "person:04", "acct:A3", "accounts.csv", 4)
        for k in range(3):
            e(
                "PAID",
                "acct:A1",
                "acct:A2",
                "transactions.csv",
                10 + k,
                amount_cny=f"{100000 + 20000 * k}.00",
                ts=f"2023-06-1{k}T09:30:00",
            )
        e("PAID", "acct:A2", "acct:A3", "transactions.csv", 20, amount_cny="280000.00", ts="2023-06-15T16:02:11")
        e("ASSOCIATE_OF", "person:05", "person:03", "kinship.csv", 5, basis="同学")
        e("OWNS", "person:03", "org:C3", "roles.csv", 6, share_pct=35.0)
        e("OWNS", "org:C3", "org:C4", "roles.csv", 7, share_pct=100.0)
        for k, (clerk, *_) in enumerate(CLERKS):
            e("EMPLOYED_BY", clerk, "org:H1", "staff.csv", 10 + k, role_code="nurse")

    def subject(self, node: str, role: str = "") -> Json:
        label, name = self.nodes[node]
        return {"id": node, "label": label, "name": name, "role": role, "identity_grade": "identifier"}

    def node(self, node: str) -> Json:
        label, name = self.nodes[node]
        props = {"id": node, "name": name, "grade": "identifier", "region": "990101"}
        return {"id": node, "label": label, "name": name, "props": props, "sources": [source("nodes.csv", 2)]}

    def _pick(self, *wanted: str) -> list[Json]:
        return [e for e in self.edges if any(e["id"].startswith(w) for w in wanted)]

    def findings(self, *, detector: str | None = None, subject: str | None = None, top: int = 50) -> list[Json]:
        node = {
            "kind": "node",
            "type": "Organization",
            "from": None,
            "to": None,
            "source": source("organizations.csv", 4),
        }
        rows = [
            self._finding(
                "K02", "red", 0.92, ("亲属持股企业中标", "Kin own the winner"),
                ("院长赵建国的配偶赵小梅持有中标企业 60% 股份。", "The president's wife owns 60 % of the winner."),
                [self.subject("person:01", "decider"), self.subject("org:C1", "supplier")],
                self._pick("EMPLOYED_BY:person:01", "KIN_OF", "CONTROLS", "AWARDED_TO:contract:K1", "ISSUED_BY:contract:K1"),
            ),
            self._finding(
                "F03", "yellow", 0.71, ("中标后资金转回", "Money back after the award"),
                ("合同付款后九日内，28万元经两个账户到达设备科科长。", "Within nine days 280,000 reached the head of equipment."),
                [self.subject("person:04", "staff"), self.subject("person:05", "broker"), self.subject("org:C4", "supplier")],
                [*self._pick("HOLDS_ACCOUNT", "PAID"), {**node, "id": "org:C4", "props": {"name": HOSTILE}}],
            ),
        ]  # fmt: skip
        return [r for r in rows if detector in (None, r["detector"])]

    def _finding(
        self,
        det: str,
        colour: str,
        score: float,
        title: tuple[str, str],
        message: tuple[str, str],
        subjects: list[Json],
        evidence: list[Json],
    ) -> Json:
        checks = [
            {"check": "recusal", "result": "not_checked", "note": self.say("没有回避记录文件", "no recusal file")},
            {"check": "same name", "result": "excluded", "note": ""},
        ]
        return {
            "id": f"{det}-1", "detector": det, "version": "1", "family": det[0], "title": self.say(*title), "message": self.say(*message),
            "colour": colour, "class": "线索级", "score": score, "p_value": None, "subjects": subjects, "evidence": evidence, "params": {},
            "law_refs": ["政府采购法实施条例 第九条"], "innocent_explanations": checks, "snapshot": "s1",
        }  # fmt: skip

    def leads(self, *, status: str | None = None, top: int = 50) -> list[Json]:
        base = {"changed": "2026-11-20T09:00:00", "first_seen": "2026-11-01T09:00:00", "pattern_id": None}
        why = [self.say("亲属关系与出资由登记号确认", "kinship and ownership are confirmed by identifiers")]
        refuting = [
            self.say("回避记录", "a recusal record"),
            self.say("持股在决定之前已转出", "the shares were sold before the decision"),
        ]
        missing = [self.say("2023 年银行流水", "bank statements of 2023")]
        texts = {"reasons": why, "refuting": refuting, "missing": missing}
        rows = [
            {
                "lead_no": "L-0001", "title": self.say("岚塘市第一人民医院设备采购", "Equipment of Lantang First Hospital"), "score": 0.78,
                "colour": "red", "status": self.status["L-0001"], "subjects": [self.subject(i) for i in ("person:01", "person:04", "person:05", "org:C1", "org:C4")],
                "findings": ["K02-1", "F03-1"], "families": ["K", "F"], "amount_cny": "4372400.50", **texts, **base,
            },
            {
                "lead_no": "L-0002", "title": HOSTILE, "score": 0.31, "colour": "yellow", "status": self.status["L-0002"],
                "subjects": [self.subject("org:C4")], "findings": ["F03-1"], "families": ["F"], "amount_cny": "280000.00", **texts, **base,
            },
        ]  # fmt: skip
        return [r for r in rows if status in (None, r["status"])]

    def lead(self, number: str) -> Json:
        row = next((r for r in self.leads() if r["lead_no"] == number), None)
        if row is None:
            raise UsageError("unknown-lead", Text(f"没有线索 {number}", f"no lead {number}"))
        full = [f for f in self.findings() if f["id"] in row["findings"]]
        return {**row, "history": self.history[number], "findings": full, "findings_full": full}

    def decide(self, number: str, action: str, **arguments: Any) -> Json:
        before = self.status[number]
        if action == "dispose":
            self.status[number] = {"close": "closed"}.get(arguments["how"], arguments["how"])
        past = self.history[number]
        note = (
            arguments.get("reason")
            or arguments.get("text")
            or "、".join(arguments.get("subjects", ()))
            or arguments.get("to", "")
        )
        prev = past[-1]["hash"] if past else "0" * 64
        past.append(
            {"seq": len(past) + 1, "at": "2026-11-24T10:00:00", "by": "reader", "action": action, "from": before, "to": self.status[number],
             "note": note, "hash": sha(prev + note), "prev_hash": prev}
        )  # fmt: skip
        return self.lead(number)

    def pack(self, number: str, out: str | Path) -> Json:
        with zipfile.ZipFile(out, "w") as pack:
            pack.writestr("lead.json", json.dumps(self.lead(number), ensure_ascii=False))
        digest = hashlib.sha256(Path(out).read_bytes()).hexdigest()
        return {
            "path": str(out),
            "sha256": digest,
            "files": 1,
            "nodes": 5,
            "edges": 9,
            "source_rows": 9,
            "complete": True,
            "signed_by": None,
        }

    def detectors(self) -> list[Json]:
        common = {"version": "1", "missing": [], "reason": ""}
        return [
            {**common, "id": "K02", "title": self.say("亲属持股企业中标", "Kin own the winner"), "family": "K", "colour": "red", "outcome": "hit", "applied": 42, "hits": 1},
            {**common, "id": "F03", "title": self.say("中标后资金转回", "Money back"), "family": "F", "colour": "yellow", "outcome": "hit", "applied": 310, "hits": 1},
            {**common, "id": "P01", "title": self.say("化整为零", "Splitting"), "family": "P", "colour": "yellow", "outcome": "clear", "applied": 17, "hits": 0},
            {**common, "id": "W02", "title": self.say("死亡后领取", "Paid after death"), "family": "W", "colour": "red", "outcome": "not_run", "applied": 0, "hits": 0,
             "missing": ["deaths.csv: death_date"], "reason": self.say("缺少死亡登记", "no deaths file")},
        ]  # fmt: skip

    def _touching(self, node: str) -> list[Json]:
        return [e for e in self.edges if node in (e["from"], e["to"])]

    def neighbors(self, key: str, *, types: Sequence[str] = (), limit: int = 200) -> Json:
        if key not in self.nodes:
            raise UsageError("unknown-subject", Text(f"没有找到 {key}", f"nothing is called {key}"))
        groups: dict[tuple[str, str], int] = defaultdict(int)
        for e in self._touching(key):
            groups[e["type"], "out" if e["from"] == key else "in"] += 1
        mine = [e for e in self._touching(key) if not types or e["type"] in types]
        shown = mine if limit == 0 else mine[:limit]
        rows = [{"node": self.node(e["to"] if e["from"] == key else e["from"]), "edge": e} for e in shown]
        return {
            "node": self.node(key), "groups": [{"type": t, "direction": d, "count": n} for (t, d), n in sorted(groups.items())],
            "neighbors": rows, "shown": len(rows), "total": len(mine),
        }  # fmt: skip

    def path(self, a: str, b: str, *, max_hops: int = 6, k: int = 5) -> Json:
        queue: list[tuple[str, list[Json]]] = [(a, [])]
        seen = {a}
        while queue:
            here, hops = queue.pop(0)
            if here == b:
                return {"paths": [self._path(a, hops)], "searched": "whole graph", "truncated": False}
            for e in self._touching(here):
                other = e["to"] if e["from"] == here else e["from"]
                if other not in seen and len(hops) < max_hops:
                    seen.add(other)
                    queue.append((other, [*hops, e]))
        return {"paths": [], "searched": "whole graph", "truncated": False}

    def _path(self, a: str, hops: list[Json]) -> Json:
        text, here = self.nodes[a][1], a
        for e in hops:
            here = e["to"] if e["from"] == here else e["from"]
            text += f" —{e['type']}→ {self.nodes[here][1]}"
        return {
            "length": len(hops),
            "cost": float(len(hops)),
            "hops": hops,
            "text": text,
            "weakest_grade": "identifier",
        }

    def expand(self, keys: Sequence[str], *, top: int = 20) -> Json:
        out = []
        for other in ("org:C2", "person:03", "org:C3"):
            found = self.path(keys[0], other)["paths"]
            if found and other not in keys:
                label, name = self.nodes[other]
                out.append(
                    {
                        "rank": len(out) + 1,
                        "id": other,
                        "label": label,
                        "name": name,
                        "score": 0.5 / (len(out) + 1),
                        "paths": found,
                        "missing": ["银行流水 2022"],
                    }
                )
        return {
            "seeds": [self.subject(i) for i in keys],
            "as_of": "2026-11-24",
            "candidates": out[:top],
            "truncated": False,
        }

    def communities(self) -> list[Json]:
        members = [self.subject(i) for i in ("person:01", "person:02", "person:04", "org:C1")]
        return [
            {
                "id": "g1",
                "size": 4,
                "members": members,
                "stability": 0.93,
                "conductance": 0.12,
                "mixed": True,
                "amount_cny": "3560000.00",
                "p_value": 0.005,
            }
        ]

    def brokers(self, *, top: int = 50) -> list[Json]:
        label, name = self.nodes["person:05"]
        return [
            {
                "rank": 1,
                "id": "person:05",
                "label": label,
                "name": name,
                "score": 0.41,
                "pairs_cut": 6,
                "between": {"staff": 2, "suppliers": 3},
                "sampled": {"k": 0, "seed": 7},
            }
        ]

    def resolve(self, keys: Sequence[str]) -> list[Json]:
        return [
            {"key": k, "matches": [self.subject(i) for i, (_, name) in self.nodes.items() if k in (i, name)]}
            for k in keys
        ]

    def quarantine(self) -> list[Json]:
        return [{"id": "q1", "file": "bids.csv", "sha256": sha("bids.csv"), "sheet": None, "row": 7, "column": "amount", "reason": "not-a-number",
                 "message": self.say("金额不是数字", "the amount is not a number"), "raw": "T1,1,x,abc", "loader": "csv", "retried_as": None}]  # fmt: skip

    def source_row(self, source: Mapping[str, Any]) -> Json:
        return {
            "source": dict(source),
            "cells": {
                "合同编号": "HT-2023-018",
                "供应商": "岚塘恒远医疗器械有限公司 ",
                "金额（万元）": "３５６",
                "行": str(source["row"]),
            },
        }

    def audit(self, *, top: int = 200) -> list[Json]:
        return [
            {
                "seq": 1,
                "at": "2026-11-24T09:00:00",
                "by": "reader",
                "action": "load",
                "note": "received/",
                "subject_id": "",
                "hash": sha("1"),
            }
        ]

    def audit_verify(self) -> Json:
        return {"ok": True, "records": 1, "head": sha("1"), "problem_at": None}
