"""The inspector: what is known of a node or a line, from which row of which file, and the raw cells of that row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.ui.drawing import edge_caption
from graphkit.ui.markup import tag
from graphkit.ui.panels import headings, show_source, source_of
from graphkit.ui.parts import Edge
from graphkit.ui.session import html, lang, say, table
from graphkit.ui.state import State
from graphkit.ui.style import caption
from graphkit.ui.texts import known

_BASE = ("id", "name", "grade")


def show_node(state: State, node_id: str) -> None:
    """Name, identity, properties, counts in the whole graph, and every fact on the canvas with its source."""
    node = state.view.nodes[node_id]
    language = lang()
    html(
        tag("h4", node.name),
        tag("span", known(node.colour, language), f"chip {node.colour}") if node.colour else "",
        tag("span", caption(node.label, language), "chip"),
        tag("span", f"{say('grade')}: {known(node.grade, language)}", "chip") if node.grade else "",
        tag("p", node.id, "dim"),
    )
    props = {k: v for k, v in node.props.items() if k not in _BASE and v not in (None, "", [])}
    if props:
        columns = {"column": say("properties"), "value": say("value")}
        rows = [{"column": k, "value": v} for k, v in props.items()]
        table(rows, columns, height=min(38 + 35 * len(rows), 178))
    if node.counts:
        rows = [
            {"relation": f"{'→' if c.direction == 'out' else '←'} {edge_caption(c.type, language)}", "count": c.count}
            for c in node.counts
        ]
        columns = {"relation": say("counts"), "count": say("count")}
        table(rows, columns, height=min(38 + 35 * len(rows), 178))
    html(tag("h5", say("facts")))
    mine = [e for e in state.view.edges_shown() if node_id in (e.from_id, e.to_id)]
    picked = show_edges(state, mine, f"node-{node_id}", origin=node_id)
    if picked is None and node.sources:
        show_source({"props": node.props, "source": node.sources[0]})


def show_edges(state: State, edges: list[Edge], key: str, origin: str | None = None) -> Edge | None:
    """Edges as a table with file and row; the one that is picked shows its raw row. Answers the picked one."""
    rows = [_row(state, e, origin) for e in edges]
    middle = ("counterpart",) if origin else ("from", "to")
    told = [c for c in ("date", "until", "amount") if any(r[c] for r in rows)]
    place = ("file", "sheet", "row") if any(r["sheet"] for r in rows) else ("file", "row")
    columns = headings("relation", *middle, *told, *place)
    picked = table(rows, columns, key=f"facts-{key}", mode="single-row", height=min(38 + 35 * max(1, len(rows)), 320))
    chosen = edges[picked[0]] if picked else edges[0] if len(edges) == 1 else None
    if chosen is None:
        html(tag("p", say("pick_fact"), "dim"))
        return None
    _show_edge(state, chosen)
    return chosen if picked else None


def _row(state: State, edge: Edge, origin: str | None) -> dict[str, object]:
    language, props = lang(), edge.props
    arrow = "" if origin is None else "→ " if edge.from_id == origin else "← "
    derived = f"（{say('derived')}）" if edge.parts or props.get("derived") else ""
    other = edge.to_id if edge.from_id == origin else edge.from_id
    return {
        "relation": arrow + edge_caption(edge.type, language) + derived,
        "counterpart": _name(state, other),
        "from": _name(state, edge.from_id),
        "to": _name(state, edge.to_id),
        "date": props.get("ts") or props.get("date") or props.get("from_date") or "",
        "until": props.get("to_date") or "",
        "amount": props.get("amount_cny") or "",
        **source_of({"sources": edge.sources}),
    }


def _name(state: State, node_id: str) -> str:
    node = state.view.nodes.get(node_id)
    return node.name if node else node_id


def _show_edge(state: State, edge: Edge) -> None:
    language = lang()
    title = f"{_name(state, edge.from_id)} → {edge_caption(edge.type, language)} → {_name(state, edge.to_id)}"
    html(tag("h5", title))
    if edge.sources:
        show_source({"props": edge.props, "sources": edge.sources})
        return
    html(tag("p", say("no_source"), "dim"))
    if edge.parts:
        html(tag("h5", say("parts")))
        for part in edge.parts:
            item: Mapping[str, Any] = {"props": part.props, "sources": part.sources}
            html(
                tag(
                    "p",
                    f"{_name(state, part.from_id)} → {edge_caption(part.type, language)} → {_name(state, part.to_id)}",
                )
            )
            show_source(item)
