"""Tiny in-memory `Data` for detector tests: every view with its full, empty schema, filled from plain dictionaries.

All people, firms and numbers made with it are invented. The same rows can be served by pyarrow (default) or by a
DuckDB connection, the engine of production:

    data(posts=[row("posts", person_id="person:a", org_id="org:h")], files={"staff": ("name",)}, engine="duckdb")
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa

EPOCH = date(1970, 1, 1)

_COLUMNS = """
orgs = id name uscc kind level region founded:date status capital_fen paid_capital_fen insured_count:int grade
people = id name birth:date sex region death_date:date grade
posts = person_id person_name org_id org_name dept role_code power:num head:bool from_date to_date grade eid
kin = a_id b_id code degree:int from_date to_date confidence:num derived:bool grade eid
kin_doubts = tie kind against
associates = a_id b_id basis from_date to_date grade eid
links = holder_id holder_name holder_label company_id company_name kind share_pct:num from_date to_date grade
    eid
control = person_id company_id eff_pct:num grade eid
tenders = id project_no name buyer_id buyer_grade agent_id method method_approved:bool budget_fen budget_item
    category published:date deadline:ts opened:ts criteria status jurisdiction budget_level framework:bool
    spec_text
lots = id tender_id lot_no amount_fen category status
bids = id lot_id tender_id bidder_id bidder_name bidder_grade amount_fen status received:ts rank:int score:num
    reject_reason contact_id contact_phone pm_id eid
awards = id lot_id tender_id supplier_id supplier_grade amount_fen date:date status buyer_id buyer_grade eid
contracts = id contract_no tender_id lot_id buyer_id buyer_name buyer_grade supplier_id supplier_name
    supplier_grade amount_fen signed:date category budget_item method method_approved:bool framework:bool
    accepted:date eid buyer_eid
contract_lines = contract_id buyer_id buyer_grade supplier_id supplier_grade signed:date item item_name udi_di
    spec reg_no qty:num unit_price_fen src:int
prices = item source price_fen region from_date to_date src:int
invoice_lines = id seller_id buyer_id date:date item qty:num unit_price_fen batch_no src:int
payments = eid tx ts:ts day:int from_acct to_acct from_party to_party from_grade to_grade amount_fen channel
    purpose contract_id
deals = buyer_id supplier_id date:date amount_fen kind grade eid tender_id contract_id
accounts = id holder_id holder_grade kind bank operator_id eid
contacts = subject_id subject_label kind value contact_id hub_size:int from_date to_date grade eid
artifacts = bid_id lot_id tender_id bidder_id bidder_name bidder_grade kind value device_id hub_size:int stage
    recorded:ts eid
deposits = bid_id lot_id tender_id bidder_id bidder_name bidder_grade acct_id acct_kind holder_id holder_name
    payer_id amount_fen ts:ts form eid
bid_lines = bid_id lot_id tender_id bidder_id bidder_name bidder_grade line_no:int item qty:num unit_price_fen
    src:int
evaluations = person_id tender_id role bidder_id score:num grade eid
approvals = person_id tender_id contract_id action date:date grade eid
recusals = person_id counterparty_id tender_id kind date:date to_date eid
sponsorships = payer_id payee_id amount_fen date:date kind purpose payer_grade payee_grade eid
usage = org_id item_id qty:num price_fen doctor_id dept ts:ts eid
employment = person_id employer_id kind from_date to_date eid
beneficiaries = person_id scheme region approved:date agency_id handler_id reviewer_id last_check:date channel
    status eid
benefit_payments = person_id person_name scheme region period:date period_to:date kind amount_fen acct_id
    acct_holder_id paid:date grade eid
deaths = person_id date:date source grade eid
custody = person_id from_date to_date eid
thresholds = jurisdiction budget_level category rule amount:num valid_from:date valid_to:date src:int
exclusive_schemes = scheme_a scheme_b grace_months:int src:int
whitelists = detector kind value subject_id valid_from:date valid_to:date src:int
"""

_TYPES = {
    "int": pa.int64(),
    "num": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "ts": pa.timestamp("us"),
    "text": pa.string(),
}


def _field(word: str) -> pa.Field:
    name, _, kind = word.partition(":")
    if not kind:
        kind = "int" if name.endswith("_fen") else "date" if name in ("from_date", "to_date") else "text"
    return pa.field(name, _TYPES[kind])


def _schemas(text: str) -> dict[str, pa.Schema]:
    """One schema per `view = column:type …` entry; indented lines continue an entry."""
    entries = text.replace("\n    ", " ").strip().splitlines()
    split = (entry.partition(" = ") for entry in entries)
    return {view: pa.schema([_field(word) for word in words.split()]) for view, _, words in split}


SCHEMAS: Mapping[str, pa.Schema] = _schemas(_COLUMNS)
"""The Arrow schema of each view (`thresholds.amount` is a number in yuan; every `*_fen` is int64)."""

_GRADES = ("grade", "from_grade", "to_grade", "payer_grade", "payee_grade")


def row(view: str, **values: Any) -> dict[str, Any]:
    """One row of a view: absent grades are `identifier`, an absent `eid` is made from the row's own values.

    A payment's `day` follows from its `ts`. Unknown column names are an error.
    """
    names = SCHEMAS[view].names
    unknown = set(values) - set(names)
    if unknown:
        raise KeyError(f"{view} has no {sorted(unknown)}")
    full: dict[str, Any] = {
        name: "identifier" if name in _GRADES or name.endswith("_grade") else None for name in names
    }
    full.update(values)
    if "eid" in names and full["eid"] is None:
        full["eid"] = f"{view}:" + "|".join(f"{value}" for value in values.values())
    if view == "payments" and full["day"] is None and full["ts"] is not None:
        full["day"] = (full["ts"].date() - EPOCH).days
    return full


@dataclass(frozen=True, slots=True)
class Frames:
    """A `Data` over Arrow tables."""

    as_of: date
    seed: int
    tables: Mapping[str, pa.Table]
    files: Mapping[str, frozenset[str]]
    connection: duckdb.DuckDBPyConnection | None = field(default=None, compare=False)

    def view(self, name: str) -> nw.LazyFrame[Any]:
        if self.connection is not None:
            return nw.from_native(self.connection.sql(f"select * from view_{name}")).lazy()
        return nw.from_native(self.tables[name]).lazy()

    def has(self, file: str, column: str | None = None) -> bool:
        return file in self.files and (column is None or column in self.files[file])


def data(
    *,
    as_of: date = date(2025, 12, 31),
    seed: int = 0,
    files: Mapping[str, Iterable[str]] | None = None,
    engine: str = "arrow",
    shuffle: int | None = None,
    **views: Sequence[Mapping[str, Any]],
) -> Frames:
    """A `Data` of these rows; views not given are empty.

    `files` says which template columns count as loaded; `shuffle` is a seed that reorders the rows of every view.
    """
    tables = {}
    for name, schema in SCHEMAS.items():
        rows = [dict(entry) for entry in views.pop(name, ())]
        if shuffle is not None:
            random.Random(shuffle).shuffle(rows)
        tables[name] = pa.Table.from_pylist([{n: r.get(n) for n in schema.names} for r in rows], schema=schema)
    if views:
        raise KeyError(f"no such view: {sorted(views)}")
    connection = None
    if engine == "duckdb":
        connection = duckdb.connect()
        for name, table in tables.items():
            connection.register(f"view_{name}", table)
    return Frames(as_of, seed, tables, {f: frozenset(c) for f, c in (files or {}).items()}, connection)


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """A timestamp, for `ts` columns."""
    return datetime(year, month, day, hour)
