"""Columns of the record tables, from `templates.csv`: names, kinds, and their types in Arrow and DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from graphkit.intake.templates import template_table

_TYPES: Mapping[str, tuple[pa.DataType, str]] = MappingProxyType(
    {
        "money": (pa.int64(), "BIGINT"),
        "int": (pa.int64(), "BIGINT"),
        "date": (pa.date32(), "DATE"),
        "datetime": (pa.timestamp("us"), "TIMESTAMP"),
        "number": (pa.float64(), "DOUBLE"),
        "percent": (pa.float64(), "DOUBLE"),
        "bool": (pa.bool_(), "BOOLEAN"),
    }
)
_STRING = (pa.string(), "VARCHAR")
OWN: Mapping[str, pa.DataType] = MappingProxyType(
    {"_src": pa.int64(), "_key": pa.string(), "_row_sha256": pa.string(), "_notes": pa.string(), "_extra": pa.string()}
)
"""Columns that every record table has beside those of its template."""


@cache
def kinds() -> Mapping[str, Mapping[str, str]]:
    """Template → column → kind, in the order of `templates.csv`."""
    found: dict[str, dict[str, str]] = {}
    for row in template_table():
        found.setdefault(row["file"], {})[row["column"]] = row["kind"]
    return MappingProxyType({name: MappingProxyType(columns) for name, columns in found.items()})


@cache
def arrow_types(template: str) -> Mapping[str, pa.DataType]:
    """Column → Arrow type of a record table, with `<col>_text` of codes, without the own columns."""
    return MappingProxyType({name: arrow for name, (arrow, _) in _columns(template).items()})


@cache
def sql_types(template: str) -> Mapping[str, str]:
    """Column → DuckDB type, with `<col>_text` of codes, without the own columns."""
    return MappingProxyType({name: sql for name, (_, sql) in _columns(template).items()})


def _columns(template: str) -> dict[str, tuple[pa.DataType, str]]:
    columns: dict[str, tuple[pa.DataType, str]] = {}
    for name, kind in kinds()[template].items():
        columns[name] = _TYPES.get(kind, _STRING)
        if kind == "code":
            columns[f"{name}_text"] = _STRING
    return columns


def schema(template: str) -> pa.Schema:
    """The whole schema of a record table, as declared to Delta; a part need not hold all of its columns."""
    return pa.schema([*OWN.items(), *arrow_types(template).items()])
