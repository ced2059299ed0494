"""`Views`: the facts of one snapshot as Narwhals frames on DuckDB, as of one day. SQL lives only in this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import narwhals as nw

from graphkit.duck import connect
from graphkit.errors import Text, UsageError
from graphkit.views.money import MONEY_VIEWS
from graphkit.views.people import PEOPLE_VIEWS
from graphkit.views.procurement import PROCUREMENT_VIEWS
from graphkit.views.welfare import WELFARE_VIEWS

VIEWS: Mapping[str, str] = {**PEOPLE_VIEWS, **PROCUREMENT_VIEWS, **MONEY_VIEWS, **WELFARE_VIEWS}
"""View name → SQL over `n_<Label>`, `e_<TYPE>`, `w_<template>`; `as_of()` is the day asked for."""


class Views:
    """What detectors read. Each view is computed once and kept for the life of the object.

    `folder` is `graph/<snapshot>/facts`; `columns` tells which template columns hold any value (`Records.columns`).
    Use as a context manager, or call `close`.
    """

    def __init__(
        self, folder: Path, as_of: date, columns: Mapping[str, frozenset[str]], seed: int = 7, memory_limit: str = "2GB"
    ) -> None:
        self.as_of = as_of
        self.seed = seed
        self._columns = columns
        self._kept: set[str] = set()
        self._con = connect(memory_limit)
        self._con.execute("SET preserve_insertion_order = false")
        self._con.execute(f"CREATE MACRO as_of() AS DATE '{as_of.isoformat()}'")
        for prefix, group in (("n", "nodes"), ("e", "edges"), ("w", "rows")):
            for path in sorted((folder / group).glob("*.parquet")):
                name = str(path).replace("'", "''")
                self._con.execute(f"CREATE VIEW \"{prefix}_{path.stem}\" AS SELECT * FROM read_parquet('{name}')")  # noqa: S608
        self._rows = {path.stem for path in (folder / "rows").glob("*.parquet")}

    def has(self, file: str, column: str | None = None) -> bool:
        """Whether a live row of that template file (with a value in that column) was loaded."""
        columns = self._columns.get(file, frozenset())
        return bool(columns) if column is None else column in columns

    def view(self, name: str) -> nw.LazyFrame[Any]:
        """A view by name, lazy. Raises `UsageError` for an unknown name."""
        self._keep(name)
        frame: nw.LazyFrame[Any] = nw.from_native(self._con.table(f"view_{name}"))
        return frame

    def relation(self, name: str) -> duckdb.DuckDBPyRelation:
        """The same view as a DuckDB relation."""
        self._keep(name)
        return self._con.table(f"view_{name}")

    def _keep(self, name: str) -> None:
        if name in self._kept:
            return
        if name not in VIEWS:
            raise UsageError(
                "unknown-view",
                Text(f"没有视图 {name}", f"there is no view {name}"),
                Text("可用：" + "、".join(VIEWS), "known: " + ", ".join(VIEWS)),
            )
        for needed in _NEEDS.get(name, ()):
            self._keep(needed)
        missing = [t for t in _ROW_VIEWS.get(name, ()) if t not in self._rows]
        for template in missing:
            self._con.execute(f"CREATE VIEW IF NOT EXISTS w_{template} AS {_EMPTY_ROWS[template]}")
        self._con.execute(f"CREATE TEMP TABLE view_{name} AS {VIEWS[name]}")
        self._kept.add(name)

    def close(self) -> None:
        """Close the connection; every view of this object ends with it."""
        self._con.close()

    def __enter__(self) -> Views:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_NEEDS: Mapping[str, tuple[str, ...]] = {
    "deals": ("contracts", "awards", "payments"),
    "payments": ("accounts",),
    "deposits": ("accounts",),
}
_ROW_VIEWS: Mapping[str, tuple[str, ...]] = {
    "bid_lines": ("bid_lines",),
    "contract_lines": ("contract_lines",),
    "prices": ("prices",),
    "invoice_lines": ("invoices",),
    "thresholds": ("thresholds",),
    "exclusive_schemes": ("exclusive_schemes",),
    "whitelists": ("whitelists",),
    "payments": ("transactions",),
}


def _empty(columns: str) -> str:
    pairs = (word.split(":") for word in columns.split())
    return "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in pairs) + " WHERE false"


_EMPTY_ROWS: Mapping[str, str] = {
    "bid_lines": _empty(
        "bid_id:VARCHAR lot_id:VARCHAR tender_id:VARCHAR bidder_id:VARCHAR bidder:VARCHAR bidder_grade:VARCHAR line_no:BIGINT item:VARCHAR"
        " qty:DOUBLE unit_price:BIGINT src:BIGINT"
    ),
    "contract_lines": _empty(
        "contract_id:VARCHAR item:VARCHAR spec:VARCHAR reg_no:VARCHAR qty:DOUBLE unit_price:BIGINT src:BIGINT"
    ),
    "prices": _empty("item:VARCHAR source:VARCHAR price:BIGINT region:VARCHAR from_date:DATE to_date:DATE src:BIGINT"),
    "invoices": _empty(
        "id:VARCHAR seller_id:VARCHAR buyer_id:VARCHAR date:DATE item:VARCHAR qty:DOUBLE unit_price:BIGINT batch_no:VARCHAR src:BIGINT"
    ),
    "thresholds": _empty(
        "jurisdiction:VARCHAR budget_level:VARCHAR category:VARCHAR rule:VARCHAR amount:DOUBLE valid_from:DATE valid_to:DATE src:BIGINT"
    ),
    "exclusive_schemes": _empty("scheme_a:VARCHAR scheme_b:VARCHAR grace_months:BIGINT src:BIGINT"),
    "whitelists": _empty(
        "detector:VARCHAR kind:VARCHAR value:VARCHAR subject_id:VARCHAR valid_from:DATE valid_to:DATE src:BIGINT"
    ),
    "transactions": _empty(
        "from_acct_ref:VARCHAR to_acct_ref:VARCHAR direction:VARCHAR tx:VARCHAR ts:TIMESTAMP amount:BIGINT"
        " channel:VARCHAR purpose:VARCHAR contract_id:VARCHAR src:BIGINT"
    ),
}
