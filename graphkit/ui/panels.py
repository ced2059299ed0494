"""Blocks that several pages show: colour words, a finding with its evidence, a row of a file as it was received."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from graphkit.types import COLOURS
from graphkit.ui.drawing import edge_caption
from graphkit.ui.markup import Html, bullets, join, tag
from graphkit.ui.session import ask, html, lang, say, table
from graphkit.ui.style import caption
from graphkit.ui.texts import known

Json = Mapping[str, Any]


def colour_chip(colour: str) -> Html:
    """A colour of a finding as a coloured word."""
    return tag("span", known(colour, lang()), f"chip {colour}" if colour in COLOURS else "chip")


def colour_cell(colour: object) -> str:
    """A colour of a finding in words, for a table column called `colour` (which paints it)."""
    return known(str(colour), lang())


def section(heading: str, items: Iterable[object]) -> Html:
    """A heading with a list under it, "(none)" when the list is empty."""
    rows = list(items)
    return join([tag("h5", say(heading)), bullets(rows) if rows else tag("p", say("nothing"), "dim")])


def subject_rows(subjects: Iterable[Json]) -> list[dict[str, object]]:
    """SUBJECTs for a table."""
    return [
        {
            "name": s["name"],
            "kind": caption(str(s.get("label", "")), lang()),
            "role": known(str(s.get("role") or ""), lang()),
            "grade": known(str(s.get("identity_grade", "")), lang()),
            "id": s["id"],
        }
        for s in subjects
    ]


SUBJECT_COLUMNS = ("name", "kind", "role", "grade", "id")


def headings(*keys: str) -> dict[str, str]:
    """Table columns named by the text table."""
    return {k: say(k) for k in keys}


def source_of(row: Json) -> dict[str, object]:
    """File, sheet and row of an EVIDENCE's sources, empty for a derived one."""
    sources = _sources(row)
    once = {key: dict.fromkeys(str(s.get(key) or "") for s in sources) for key in ("file", "sheet")}
    return {
        **{key: " + ".join(texts) for key, texts in once.items()},
        "row": " + ".join(str(s["row"]) for s in sources),
    }


def _sources(row: Json) -> list[Mapping[str, Any]]:
    return list(row.get("sources") or ([row["source"]] if row.get("source") else ()))


def evidence_rows(evidence: Iterable[Json], names: Mapping[str, str]) -> list[dict[str, object]]:
    """EVIDENCE for a table; a derived edge is followed by its parts, indented."""
    rows: list[dict[str, object]] = []

    def put(item: Json, depth: int) -> None:
        props = item.get("props") or {}
        edge = item["kind"] == "edge"
        kind = edge_caption(str(item["type"]), lang()) if edge else caption(str(item["type"]), lang())
        rows.append(
            {
                "relation": "　" * depth
                + ("└ " if depth else "")
                + kind
                + (f"（{say('derived')}）" if item.get("derived_from") else ""),
                "from": names.get(str(item.get("from")), item.get("from")) if edge else props.get("name", item["id"]),
                "to": names.get(str(item.get("to")), item.get("to")) if edge else "",
                "date": props.get("ts") or props.get("date") or props.get("from_date") or "",
                "amount": props.get("amount_cny", ""),
                **source_of(item),
                "item": item,
            }
        )
        for part in item.get("derived_from") or ():
            put(part, depth + 1)

    for item in evidence:
        put(item, 0)
    return rows


EVIDENCE_COLUMNS = ("relation", "from", "to", "date", "amount", "file", "row")


def names_in(findings: Iterable[Json]) -> dict[str, str]:
    """Id → name, from the subjects and the node evidence of some findings."""
    names: dict[str, str] = {}
    for finding in findings:
        for item in finding.get("evidence", ()):
            if item["kind"] == "node" and (item.get("props") or {}).get("name"):
                names[str(item["id"])] = str(item["props"]["name"])
        names |= {str(s["id"]): str(s["name"]) for s in finding.get("subjects", ())}
    return names


def show_finding(finding: Json, key: str, names: Mapping[str, str] | None = None) -> None:
    """A finding: the fact, what may explain it, its evidence, and the raw row of the piece that is picked."""
    html(
        tag("h4", finding["title"]),
        colour_chip(str(finding["colour"])),
        tag("span", finding["detector"], "chip"),
        tag("span", finding.get("class", ""), "chip"),
        tag("span", f"{say('score')} {float(finding['score']):.2f}", "chip"),
        tag("p", finding["message"]),
        section("innocent", (_explanation(e) for e in finding.get("innocent_explanations", ()))),
        section("law", finding.get("law_refs", ())),
        tag("h5", say("evidence")),
    )
    show_evidence(finding.get("evidence", ()), {**names_in([finding]), **(names or {})}, key)


def _explanation(e: Json) -> str:
    note = f" — {e['note']}" if e.get("note") else ""
    return (
        f"{e['check']}：{known(str(e['result']), lang())}{note}"
        if lang() == "zh"
        else f"{e['check']}: {known(str(e['result']), lang())}{note}"
    )


def show_evidence(evidence: Iterable[Json], names: Mapping[str, str], key: str) -> None:
    """Evidence as a table; the row that is picked shows where it was read from."""
    rows = evidence_rows(evidence, names)
    empty = {c for c in ("date", "amount") if not any(r[c] for r in rows)}
    columns = headings(*(c for c in EVIDENCE_COLUMNS if c not in empty))
    picked = table(
        rows, columns, key=f"{key}-evidence", mode="single-row", height=min(38 + 35 * max(1, len(rows)), 290)
    )
    if picked:
        item: Any = rows[picked[0]]["item"]
        show_source(item)
    else:
        html(tag("p", say("pick_fact"), "dim"))


def show_source(item: Json) -> None:
    """Where an EVIDENCE was read from: file, row, hashes, and the raw cells beside what was read from them."""
    sources = _sources(item)
    if not sources:
        html(tag("p", say("no_source"), "dim"))
    for source in sources:
        _show_row(item, source)


def _show_row(item: Json, source: Mapping[str, Any]) -> None:
    place = f"{source['file']} · {say('sheet')} {source['sheet']}" if source.get("sheet") else str(source["file"])
    html(tag("h5", say("source")), tag("p", f"{place} · {say('row')} {source['row']}"))
    html(
        tag("p", f"{say('row_hash')} {source['row_sha256']}", "hash"),
        tag("p", f"{say('file_hash')} {source['sha256']}", "hash"),
    )
    cells = ask(lambda ws: ws.source_row(source))["cells"]
    pairs = list(cells.items()) if isinstance(cells, Mapping) else [(str(c[0]), c[1]) for c in cells]
    left, right = st.columns([1, 1])
    table([{"column": k, "raw": v} for k, v in pairs], headings("column", "raw"), into=left)
    props = [{"column": k, "clean": v} for k, v in (item.get("props") or {}).items()]
    table(props, headings("column", "clean"), into=right)
