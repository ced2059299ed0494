"""Template rows of compiled releases as typed tables; what cannot be read becomes missing with its reason as a note."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from graphkit.intake.kinds import arrow_type, reader
from graphkit.intake.ocds.rows import Row
from graphkit.intake.templates import Template, templates


def typed(rows: Sequence[tuple[Row, int, str]]) -> Mapping[str, pa.Table]:
    """(row, physical line, row hash) → template name → table, as the CSV loader would give, absent columns left out."""
    by_template: dict[str, list[tuple[Row, int, str]]] = {}
    for item in rows:
        by_template.setdefault(item[0].template, []).append(item)
    return {name: _table(templates()[name], by_template[name]) for name in templates() if name in by_template}


def _table(template: Template, rows: Sequence[tuple[Row, int, str]]) -> pa.Table:
    notes = [dict(row.notes) for row, _, _ in rows]
    columns: dict[str, pa.Array] = {
        "_row": pa.array([line for _, line, _ in rows], pa.int64()),
        "_row_sha256": pa.array([digest for _, _, digest in rows], pa.string()),
    }
    values: dict[str, pa.Array] = {}
    for column in template.columns:
        texts = [row.cells.get(column.name, "") for row, _, _ in rows]
        if not any(texts):
            continue
        values[column.name] = pa.array(_read(texts, reader(column), column.name, notes), arrow_type(column))
        if column.kind == "code":
            wordings = [
                row.cells.get(f"{column.name}_text") or row.cells.get(column.name) or None for row, _, _ in rows
            ]
            values[f"{column.name}_text"] = pa.array(wordings, pa.string())
    columns["_extra"] = pa.array([_json(row.extra) for row, _, _ in rows], pa.string())
    columns["_notes"] = pa.array([_json(note) for note in notes], pa.string())
    return pa.table(columns | values)


def _read(texts: Sequence[str], read: Any, name: str, notes: Sequence[dict[str, str]]) -> list[Any]:
    out = []
    for text, note in zip(texts, notes, strict=True):
        parsed = read(text)
        out.append(parsed.value)
        if flag := parsed.reason or parsed.note:
            note[name] = ";".join(filter(None, (note.get(name), flag)))
    return out


def _json(value: Mapping[str, str]) -> str | None:
    kept = {key: text for key, text in value.items() if text}
    return json.dumps(kept, ensure_ascii=False) if kept else None
