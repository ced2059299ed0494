"""The truth: received files and the typed rows read from them, append-only, versioned, each row with its source."""

from graphkit.records.quarantine import Quarantine
from graphkit.records.report import FileReport, LoadReport
from graphkit.records.store import Records

__all__ = ["FileReport", "LoadReport", "Quarantine", "Records"]
