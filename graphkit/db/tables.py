"""Every table of the ledger database on one page. Times are ISO 8601 UTC text; JSON is canonical text (sorted keys)."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()


def _table(name: str, *columns: sa.Column[object] | sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, METADATA, *columns)


def _text(name: str, *, null: bool = False, key: bool = False, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null, primary_key=key, index=index)


def _int(name: str, *, null: bool = False, key: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null, primary_key=key, autoincrement=False, index=index)


meta = _table("meta", _text("key", key=True), _text("value"))
"""`schema`, `release` (the one that made the database), `chain_head`, `chain_count`."""

runs = _table(
    "runs",
    _text("run", key=True),
    _int("seq", index=True),
    _text("verb"),
    _text("started"),
    _text("finished"),
    _text("snapshot"),
    _text("report"),
    _text("undone_by", null=True),
)
"""One row per finished load, retry or undo, written last: a run without a row never happened."""

contents = _table(
    "contents",
    _int("content_id", key=True),
    _text("sha256", index=True),
    _int("size"),
    _text("loader"),
    _text("loader_version"),
    _text("encoding", null=True),
    _text("run"),
    sa.UniqueConstraint("sha256", "loader", "loader_version"),
)
"""Bytes that were read once by one loader; what they yielded is in `sheets`, `parts`, `quarantine`."""

sheets = _table(
    "sheets",
    sa.Column("content_id", sa.BigInteger, sa.ForeignKey("contents.content_id"), primary_key=True),
    _int("sheet_no", key=True),
    _text("sheet", null=True),
    _int("rows_read"),
    _int("quarantined"),
    _text("reasons"),
    _text("unknown_columns"),
)

parts = _table(
    "parts",
    _int("part_no", key=True),
    sa.Column("content_id", sa.BigInteger, sa.ForeignKey("contents.content_id"), nullable=False, index=True),
    _int("sheet_no"),
    _text("sheet", null=True),
    _text("template"),
    _text("path"),
    _text("sha256"),
    _int("rows"),
    _text("columns"),
    _int("overlaps"),
    _text("run"),
)
"""One Parquet file below `records/`; `columns` have at least one value; `overlaps`: has a row of an older part."""

paths = _table(
    "paths",
    _int("id", key=True),
    _text("path", index=True),
    _text("name"),
    sa.Column("content_id", sa.BigInteger, sa.ForeignKey("contents.content_id"), nullable=False, index=True),
    _text("run"),
)
"""Append-only: which bytes a path held from which run on. The newest row of a path whose run is not undone counts."""

snapshots = _table("snapshots", _text("snapshot", key=True), _text("run"), _text("created"), _text("parts"))
"""Every state of the data by its content hash, with the list of its part numbers."""

judged = _table("judged", _text("snapshot", key=True), _text("judgements"))
"""Of a snapshot made under judgements on identity: those in force then, `[[verb, a, b], …]`. The judgements are events."""

quarantine = _table(
    "quarantine",
    _int("id", key=True),
    _text("path"),
    _text("file"),
    _text("sha256", index=True),
    _text("sheet", null=True),
    _int("row"),
    _text("column", null=True),
    _text("reason"),
    _text("message_zh"),
    _text("message_en"),
    _text("raw"),
    _text("loader"),
    _text("run"),
    _text("retried_as", null=True),
)

events = _table(
    "events",
    _int("seq", key=True),
    _text("at"),
    _text("by"),
    _text("subject_kind"),
    _text("subject_id"),
    _text("action"),
    _text("from_state"),
    _text("to_state"),
    _text("note"),
    _text("payload"),
    _text("prev_hash"),
    _text("hash"),
    sa.Index("events_subject", "subject_kind", "subject_id"),
)
"""Decisions and audit records, append-only: each hash covers its record and the hash before it."""

leads = _table(
    "leads",
    _text("lead_no", key=True),
    _text("key", index=True),
    _text("members"),
    _text("json"),
    _text("first_seen"),
    _text("changed"),
    _text("status"),
    _text("evidence_hash"),
)

confirmed = _table("confirmed", _text("lead_no", key=True), _text("subject_id", key=True), _text("at"), _text("by"))

scans = _table(
    "scans",
    _text("run", key=True),
    _int("seq", index=True),
    _text("snapshot"),
    _text("as_of"),
    _text("report"),
    _text("finished"),
)

findings = _table(
    "findings",
    sa.Column("run", sa.Text, sa.ForeignKey("scans.run"), primary_key=True),
    _text("id", key=True),
    _text("detector", index=True),
    _text("json"),
)
