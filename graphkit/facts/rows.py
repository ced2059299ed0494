"""Resolved rows that no node or edge carries whole: price lines, item lines of bids, limits, white lists.

Of each row only what the views read is kept, and of a person's number its last four: whole rows, and columns that no
template knows, stay in the records.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from graphkit.facts.rules import BID, CONTRACT, LOT, TENDER, shown


def _same(names: str) -> dict[str, str]:
    """Columns that are kept under their own names."""
    return {name: f"t.{name}" for name in names.split()}


_LISTED = """CASE t.kind WHEN 'account' THEN (SELECT a.id FROM id_acct a WHERE a.raw = t.value)
                         WHEN 'device' THEN t.value
                         WHEN 'item' THEN 'item:' || trim(t.value)
                         WHEN 'report' THEN t.value
                         WHEN 'org' THEN CASE WHEN t.value_ref LIKE 'org:%' THEN t.value_ref
                                              ELSE (SELECT 'org:name:' || x.norm FROM id_text x WHERE x.raw = t.value) END
                         WHEN 'phone' THEN (SELECT c.id FROM id_contact c WHERE c.kind = 'phone' AND c.raw = t.value)
                         WHEN 'address' THEN (SELECT c.id FROM id_contact c WHERE c.kind = 'address' AND c.raw = t.value)
                         ELSE t.value_ref END"""
_LISTED_VALUE = f"""CASE WHEN t.kind = 'phone' OR (t.kind = 'account' AND t.value IN (SELECT a.raw FROM id_acct a WHERE a.id IS NOT NULL))
                              OR {shown("t.value")} IS NULL THEN '尾号' || right(trim(t.value), 4) ELSE t.value END"""  # noqa: S608

KEPT: dict[str, dict[str, str]] = {
    "bid_lines": {
        "bidder_id": "t.bidder_ref", "bid_id": BID, "lot_id": LOT, "tender_id": TENDER, "bidder": f"coalesce({shown('t.bidder')}, t.bidder_ref)",
        **_same("bidder_grade line_no item qty unit_price"),
    },
    "contract_lines": {"contract_id": CONTRACT, **_same("item spec reg_no qty unit_price")},
    "prices": _same("item source price region from_date to_date"),
    "invoices": {"id": "'invoice:' || t.invoice_no", "seller_id": "t.seller_ref", "buyer_id": "t.buyer_ref", **_same("date item qty unit_price batch_no")},
    "thresholds": _same("jurisdiction budget_level category rule amount valid_from valid_to"),
    "exclusive_schemes": _same("scheme_a scheme_b grace_months"),
    "whitelists": {"subject_id": _LISTED, "value": _LISTED_VALUE, **_same("detector kind valid_from valid_to")},
    "transactions": {
        "contract_id": f"CASE WHEN t.contract_no IS NOT NULL THEN {CONTRACT} END",
        **_same("from_acct_ref to_acct_ref direction tx ts amount channel purpose"),
    },
}  # fmt: skip
"""Template → column → SQL; of the statements only cash lines are kept (the others are PAID)."""

_WHERE = {"transactions": "(t.from_acct_ref IS NULL) <> (t.to_acct_ref IS NULL)"}


def keep_rows(con: DuckDBPyConnection, templates: list[str], folder: Path) -> None:
    """Write `folder/<template>.parquet` for each template of `KEPT` that has rows: its columns and `src`."""
    for template, kept in KEPT.items():
        if template in templates:
            columns = "".join(f", {sql} AS {name}" for name, sql in kept.items())
            path = str(folder / f"{template}.parquet").replace("'", "''")
            con.execute(
                f"""COPY (SELECT t._src AS src{columns} FROM res_{template} t WHERE {_WHERE.get(template, "true")} ORDER BY t._key)
                    TO '{path}' (COMPRESSION snappy)"""  # noqa: S608
            )
