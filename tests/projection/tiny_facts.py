"""Small facts folders in the layout of `graphkit.facts`, written row by row for tests."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.model import EDGES, NODES

_ARROW = {
    "text": pa.string(),
    "money": pa.int64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "int": pa.int64(),
    "number": pa.float64(),
    "bool": pa.bool_(),
}


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class FactsFolder:
    """Nodes and edges of an invented case; `write` gives the folder that `project` reads."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.edges: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)

    def node(
        self, label: str, node_id: str, name: str = "", second: str = "", grade: str = "identifier", **props: Any
    ) -> str:
        self.nodes[label][node_id] = {
            "id": node_id,
            "name": name or node_id,
            "grade": grade,
            "second": second,
            "src": 1,
            **props,
        }
        return node_id

    def person(self, key: str, name: str = "", staff: bool = False, grade: str = "identifier") -> str:
        return self.node("Person", f"person:{key}", name or key, "Staff" if staff else "", grade)

    def org(self, key: str, name: str = "", second: str = "Company", **props: Any) -> str:
        return self.node("Organization", f"org:{key}", name or key, second, **props)

    def edge(
        self,
        type_: str,
        src: str,
        dst: str,
        start: str | None = None,
        end: str | None = None,
        grade: str = "identifier",
        confidence: float = 1.0,
        **props: Any,
    ) -> str:
        text = json.dumps([start, end, {k: str(v) for k, v in props.items()}], sort_keys=True)
        eid = f"{type_}:{src}>{dst}#{hashlib.md5(text.encode()).hexdigest()[:12]}"
        self.edges[type_][eid] = {
            "id": eid,
            "from_id": src,
            "to_id": dst,
            "from_date": day(start),
            "to_date": day(end),
            "confidence": confidence,
            "derived": False,
            "grade": grade,
            "src": 1,
            "parts": [],
            **props,
        }
        return eid

    def account(self, key: str, holder: str | None = None, operator: str | None = None, kind: str = "personal") -> str:
        acct = self.node("Account", f"acct:{key}", f"账户 {key}", kind=kind)
        if holder:
            self.edge("HOLDS_ACCOUNT", holder, acct)
        if operator:
            self.edge("OPERATES_ACCOUNT", operator, acct)
        return acct

    def pay(self, src: str, dst: str, when: str, yuan: float, tx: str = "") -> str:
        stamp = datetime.fromisoformat(when)
        return self.edge(
            "PAID",
            src,
            dst,
            when[:10],
            when[:10],
            tx=tx or f"{src}{dst}{when}{yuan}",
            ts=stamp,
            amount_fen=round(yuan * 100),
        )

    def tender(
        self,
        no: str,
        buyer: str,
        bidders: Iterable[str],
        winner: str | None = None,
        when: str = "2021-03-01",
        yuan: float = 500_000,
    ) -> dict[str, str]:
        """A tender with one lot, its bids, and an award with its contract; returns ids by short name."""
        tender = self.node("Tender", f"tender:{no}", no, published=day(when))
        lot = self.node("Lot", f"lot:{no}/1", f"{no}/1")
        made = {"tender": tender, "lot": lot, "issued": self.edge("ISSUED_BY", tender, buyer)}
        self.edge("HAS_LOT", tender, lot)
        for firm in bidders:
            bid = self.node("Bid", f"bid:{no}/1/{firm}", firm, status="valid")
            made[f"bid {firm}"] = bid
            made[f"bid_by {firm}"] = self.edge("BID_BY", bid, firm)
            self.edge("FOR_LOT", bid, lot)
        if winner:
            award = self.node("Award", f"award:{no}/1/{winner}", winner)
            self.edge("FOR_LOT", award, lot)
            made["award"] = self.edge("AWARDED_TO", award, winner, when, when, amount_fen=round(yuan * 100))
            contract = self.node("Contract", f"contract:{no}", no)
            made["contract"] = contract
            made["signed"] = self.edge("AWARDED_TO", contract, winner, when, when, amount_fen=round(yuan * 100))
            self.edge("ISSUED_BY", contract, buyer, when, when)
            self.edge("UNDER", contract, lot)
        return made

    def write(self, folder: Path, order: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list) -> Path:
        """Parquet files under `folder`; `order` permutes the rows of each file."""
        for group, vocabulary, tables in (("nodes", NODES, self.nodes), ("edges", EDGES, self.edges)):
            (folder / group).mkdir(parents=True, exist_ok=True)
            for name, rows in tables.items():
                fields = {
                    "id": pa.string(),
                    "name": pa.string(),
                    "grade": pa.string(),
                    "second": pa.string(),
                    "src": pa.int64(),
                }
                if group == "edges":
                    fields = dict.fromkeys(("id", "from_id", "to_id", "grade"), pa.string())
                    fields |= {"from_date": pa.date32(), "to_date": pa.date32(), "confidence": pa.float64()}
                    fields |= {"derived": pa.bool_(), "src": pa.int64(), "parts": pa.list_(pa.string())}
                fields |= {f"{p}_fen" if k == "money" else p: _ARROW[k] for p, k in vocabulary[name].props.items()}
                columns = [pa.field(column, kind) for column, kind in fields.items()]
                table = pa.Table.from_pylist(
                    [{c: row.get(c) for c in fields} for row in order(list(rows.values()))], pa.schema(columns)
                )
                pq.write_table(table, folder / group / f"{name}.parquet")
        return folder


def nest() -> tuple[FactsFolder, dict[str, str]]:
    """An equipment chief, his wife, her brother's firm that wins, a mule account; a stranger firm."""
    f = FactsFolder()
    ids = {
        "hospital": f.org("H", "商洛医院", "Hospital", kind="hospital"),
        "chief": f.person("chief", "张设备", staff=True),
        "clerk": f.person("clerk", "李职员", staff=True),
        "wife": f.person("wife", "王妻"),
        "brother": f.person("brother", "王舅"),
        "mule": f.person("mule", "赵代"),
        "firm": f.org("F", "舅舅器械公司"),
        "rival": f.org("R", "陪标公司"),
        "other": f.org("O", "外地公司"),
    }
    f.edge("EMPLOYED_BY", ids["chief"], ids["hospital"], "2018-01-01", None)
    f.edge("EMPLOYED_BY", ids["clerk"], ids["hospital"], "2018-01-01", None)
    f.edge("KIN_OF", ids["chief"], ids["wife"], code="SP", degree=0)
    f.edge("KIN_OF", ids["wife"], ids["brother"], code="SB", degree=2)
    f.edge("LEGAL_REP_OF", ids["brother"], ids["firm"], "2017-05-01", None)
    for no in ("T1", "T2", "T3"):
        f.tender(
            no,
            ids["hospital"],
            [ids["firm"], ids["rival"], ids["other"]] if no == "T1" else [ids["firm"], ids["rival"]],
            ids["firm"],
        )
    a_firm = f.account("firm", ids["firm"], kind="corporate")
    a_mule = f.account("mule", ids["mule"], ids["wife"])
    a_hospital = f.account("hospital", ids["hospital"], kind="corporate")
    f.pay(a_hospital, a_firm, "2021-04-01T10:00:00", 500_000)
    for i, yuan in enumerate((60_000, 50_000, 40_000, 30_000)):
        f.pay(a_firm, a_mule, f"2021-0{5 + i}-02T09:30:00", yuan)
    return f, ids
