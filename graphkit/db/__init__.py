"""The ledger database: runs, parts of the records, quarantine, leads, the audit chain (SQLAlchemy Core)."""

from graphkit.db.engine import SCHEMA, Database, open_database, storage_guard

__all__ = ["SCHEMA", "Database", "open_database", "storage_guard"]
