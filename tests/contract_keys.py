"""Keys of the JSON documents of CONTRACT 2."""

from __future__ import annotations

SUBJECT = {"id", "label", "name", "role", "identity_grade"}
EVIDENCE = {"kind", "id", "type", "from", "to", "props", "source"}
SOURCE = {"file", "sha256", "sheet", "row", "row_sha256"}
FINDING = {
    "id", "detector", "version", "family", "title", "message", "colour", "class", "score", "p_value", "subjects", "evidence", "params", "law_refs",
    "innocent_explanations", "snapshot",
}  # fmt: skip
LEAD = {
    "lead_no", "title", "score", "colour", "status", "subjects", "findings", "families", "amount_cny", "reasons", "refuting", "missing", "first_seen",
    "changed", "pattern_id",
}  # fmt: skip
LOAD = {"run", "snapshot", "files", "nodes", "edges"}
FILE = {
    "path",
    "sha256",
    "loader",
    "loader_version",
    "encoding",
    "sheet",
    "rows_read",
    "loaded",
    "duplicate",
    "quarantined",
    "reasons",
    "status",
    "message",
}
SCAN = {"run", "snapshot", "as_of", "detectors", "findings", "leads"}
DETECTOR = {"id", "version", "outcome", "reason", "missing", "applied", "hits", "seconds"}
