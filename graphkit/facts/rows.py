"""Resolved rows that no node or edge carries whole: price lines, item lines of bids, limits, white lists."""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from graphkit.facts.rules import BID, CONTRACT, LOT, TENDER

KEPT: dict[str, dict[str, str]] = {
    "bid_lines": {"bidder_id": "t.bidder_ref", "bid_id": BID, "lot_id": LOT, "tender_id": TENDER},
    "contract_lines": {"contract_id": CONTRACT},
    "prices": {},
    "invoices": {"id": "'invoice:' || t.invoice_no", "seller_id": "t.seller_ref", "buyer_id": "t.buyer_ref"},
    "thresholds": {},
    "exclusive_schemes": {},
    "whitelists": {
        "subject_id": """CASE t.kind WHEN 'account' THEN (SELECT a.id FROM id_acct a WHERE a.raw = t.value)
                                     WHEN 'device' THEN t.value
                                     WHEN 'item' THEN 'item:' || trim(t.value)
                                     WHEN 'report' THEN t.value
                                     WHEN 'org' THEN CASE WHEN t.value_ref LIKE 'org:%' THEN t.value_ref
                                                          ELSE (SELECT 'org:name:' || x.norm FROM id_text x WHERE x.raw = t.value) END
                                     WHEN 'phone' THEN (SELECT c.id FROM id_contact c WHERE c.kind = 'phone' AND c.raw = t.value)
                                     WHEN 'address' THEN (SELECT c.id FROM id_contact c WHERE c.kind = 'address' AND c.raw = t.value)
                                     ELSE t.value_ref END"""
    },
    "transactions": {"contract_id": f"CASE WHEN t.contract_no IS NOT NULL THEN {CONTRACT} END"},
}
"""Template → further columns; of the statements only cash lines are kept (the others are PAID)."""

_WHERE = {"transactions": "(t.from_acct_ref IS NULL) <> (t.to_acct_ref IS NULL)"}


def keep_rows(con: DuckDBPyConnection, templates: list[str], folder: Path) -> None:
    """Write `folder/<template>.parquet` for each template of `KEPT` that has rows: its columns, ids, grades and `src`."""
    for template, extra in KEPT.items():
        if template in templates:
            columns = "".join(f", {sql} AS {name}" for name, sql in extra.items())
            path = str(folder / f"{template}.parquet").replace("'", "''")
            con.execute(
                f"""COPY (SELECT t.* EXCLUDE (_src, _key), t._src AS src{columns} FROM res_{template} t
                    WHERE {_WHERE.get(template, "true")} ORDER BY t._key) TO '{path}' (COMPRESSION snappy)"""  # noqa: S608
            )
