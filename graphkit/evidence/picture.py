"""The subgraph as one HTML file that asks nobody for anything, drawn by pyvis, and as GraphML."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from graphkit.evidence.standalone import sources_of
from graphkit.model import EDGES, NODES, SECOND_LABELS

_OUTSIDE = re.compile(r"<(?:link|script)\b[^>]*(?:href|src)\s*=\s*[\"']https?://[^>]*>(?:\s*</script>)?", re.IGNORECASE)
_CSP = (
    '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">"
)
_SHAPE = {
    "Person": "dot",
    "Staff": "dot",
    "Company": "square",
    "Organization": "square",
    "Hospital": "hexagon",
    "Account": "triangle",
}
_FILL = {
    "Person": "#4e79a7",
    "Staff": "#2f5d8a",
    "Company": "#9c755f",
    "Organization": "#bab0ac",
    "Hospital": "#59a14f",
    "Account": "#edc948",
}
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Item = Mapping[str, Any]


def xml_text(value: object) -> object:
    """Text without characters that XML cannot hold; they stand escaped, so nothing is lost unseen."""
    return _ILLEGAL.sub(lambda m: f"\\u{ord(m[0]):04x}", value) if isinstance(value, str) else value


def as_networkx(nodes: Sequence[Item], edges: Sequence[Item]) -> nx.MultiDiGraph[str]:
    """The subgraph with scalar attributes: label, name, type, dates, amounts, file and row."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in nodes:
        graph.add_node(node["id"], label=node["label"], name=xml_text(node["name"]), **_source(node))
    for edge in edges:
        props = {
            k: xml_text(v) for k, v in edge["props"].items() if isinstance(v, str | int | float | bool) and k != "id"
        }
        graph.add_edge(edge["from"], edge["to"], key=edge["id"], type=edge["type"], **props, **_source(edge))
    return graph


def _source(item: Item) -> dict[str, Any]:
    """File and row of a node or an edge; further rows that state the same as one text."""
    if not (found := sources_of(item)):
        return {}
    further = "; ".join(f"{s['file']} {s['row']}" for s in found[1:])
    return {
        "source_file": xml_text(found[0]["file"]),
        "source_row": found[0]["row"],
        **({"further_sources": xml_text(further)} if further else {}),
    }


def graphml(nodes: Sequence[Item], edges: Sequence[Item]) -> bytes:
    """GraphML with business ids as node and edge ids."""
    buffer = io.BytesIO()
    nx.write_graphml_xml(as_networkx(nodes, edges), buffer, prettyprint=True)
    return buffer.getvalue()


def html(nodes: Sequence[Item], edges: Sequence[Item], colours: Mapping[str, str], lang: str) -> bytes:
    """One HTML page with the picture; `colours` maps a node id to its finding colour (red, yellow)."""
    from pyvis.network import Network

    net = Network(height="92vh", width="100%", directed=True, cdn_resources="in_line", notebook=False)
    plain: nx.Graph[str] = nx.Graph(as_networkx(nodes, edges))
    place = nx.spring_layout(plain, seed=7, k=1.6, iterations=120) if nodes else {}
    ring = {"red": "#c62828", "yellow": "#f9a825"}
    for node in nodes:
        label = node["label"]
        net.add_node(
            node["id"], label=str(node["name"]), shape=_SHAPE.get(label, "dot"), size=18,
            x=round(float(place[node["id"]][0]) * 600), y=round(float(place[node["id"]][1]) * 600),
            color={"background": _FILL.get(label, "#8cd17d"), "border": ring.get(colours.get(node["id"], ""), "#555555")}, borderWidth=3,
            font={"face": "Noto Sans CJK SC, Microsoft YaHei, sans-serif", "size": 15}, title=f"{caption(label, lang)} {node['name']}",
        )  # fmt: skip
    for edge in edges:
        spec = EDGES[edge["type"]]
        net.add_edge(
            edge["from"],
            edge["to"],
            label=spec.zh if lang == "zh" else spec.en,
            title=_tip(edge),
            font={"size": 11, "align": "middle"},
        )
    net.set_options(
        '{"physics": {"enabled": false}, "interaction": {"hover": true, "multiselect": true}, "edges": {"smooth": {"type": "dynamic"}}}'
    )
    page = _OUTSIDE.sub("", net.generate_html(notebook=False))
    return page.replace("<head>", f"<head>{_CSP}", 1).encode("utf-8")


def caption(label: str, lang: str) -> str:
    """The label in words."""
    if label in SECOND_LABELS:
        return SECOND_LABELS[label][0 if lang == "zh" else 1]
    return (NODES[label].zh if lang == "zh" else NODES[label].en) if label in NODES else label


def _tip(edge: Item) -> str:
    return " + ".join(f"{s['file']} {s['row']}" for s in sources_of(edge)) or "derived"
