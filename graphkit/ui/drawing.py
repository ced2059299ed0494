"""From the state of the canvas to what the browser draws, and the difference between two drawings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from graphkit.model import EDGES
from graphkit.ui.parts import Edge, Node
from graphkit.ui.state import State, View
from graphkit.ui.style import NUMBERED, RINGS, caption, look_of, wrap

FAN = 6
"""A node with more lines of one relationship than this shows their text only under the pointer."""

Drawn = dict[str, dict[str, Any]]


def edge_caption(kind: str, lang: str) -> str:
    """A relationship type in words."""
    known = EDGES.get(kind)
    return kind if known is None else known.zh if lang == "zh" else known.en


def _short_caption(kind: str, lang: str) -> str:
    """The caption for a line: of a long one with alternatives the first."""
    text = edge_caption(kind, lang)
    return text.partition("/")[0] if len(text) > 8 and lang == "zh" else text


def money(value: Decimal, lang: str) -> str:
    """Yuan, short: 35.6万, 1.2亿; 356k, 1.2M. The exact figure stands in the tables."""
    if lang == "zh":
        for unit, name in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
            if abs(value) >= unit:
                return f"¥{_short(value / unit)}{name}"
    else:
        for unit, name in ((Decimal(10**6), "M"), (Decimal(10**3), "k")):
            if abs(value) >= unit:
                return f"¥{_short(value / unit)}{name}"
    return f"¥{_short(value)}"


def _short(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def draw_nodes(state: State, lang: str) -> Drawn:
    """Node id → everything the browser needs to draw it."""
    view = state.view
    loaded = Counter(i for e in view.edges.values() for i in {e.from_id, e.to_id})
    shown = [view.nodes[i] for i in sorted(view.nodes) if view.shown(i)]
    names = Counter((n.label, n.name) for n in shown)
    return {n.id: _node(view, n, loaded[n.id], _lines(n, names[n.label, n.name] > 1), lang) for n in shown}


def _lines(node: Node, shared: bool) -> list[str]:
    """What is written under a symbol; where several tenders or contracts are called the same, with the number."""
    if shared and node.label in NUMBERED:
        return [wrap(node.name, lines=1)[0], wrap(node.id.partition(":")[2], width=10.0, lines=1)[0]]
    return wrap(node.name)


def _node(view: View, node: Node, loaded: int, lines: list[str], lang: str) -> dict[str, Any]:
    look = look_of(node.label)
    x, y = view.pos[node.id]
    total = sum(c.count for c in node.counts) if node.counts is not None else 0
    groups = [
        {"type": c.type, "direction": c.direction, "count": c.count, "text": edge_caption(c.type, lang)}
        for c in node.counts or ()
    ]
    return {
        "id": node.id,
        "x": x,
        "y": y,
        "lines": lines,
        "full": f"{caption(node.label, lang)} · {node.name}",
        "kind": node.label,
        "shape": look.shape,
        "fill": look.fill,
        "glyph": look.glyph_zh if lang == "zh" else look.glyph_en,
        "ring": RINGS.get(node.colour, ""),
        "more": max(0, total - loaded),
        "groups": groups if node.counts is not None else None,
        "pin": node.id in view.pins,
        "key": view.matters(node.id),
    }


def merged(view: View) -> dict[str, list[Edge]]:
    """The edges shown, parallel ones of one type and direction together, by the id of the line that stands for them."""
    lines: dict[str, list[Edge]] = {}
    for edge in view.edges_shown():
        lines.setdefault(f"{edge.from_id}|{edge.type}|{edge.to_id}", []).append(edge)
    return lines


def draw_edges(state: State, lang: str) -> Drawn:
    """Line id → everything the browser needs to draw it; lines between the same two nodes bend apart."""
    drawn: Drawn = {}
    beside: Counter[tuple[str, ...]] = Counter()
    lines = merged(state.view)
    fans = Counter((i, e[0].type) for e in lines.values() for i in (e[0].from_id, e[0].to_id))
    for line, edges in sorted(lines.items()):
        first = edges[0]
        pair = tuple(sorted((first.from_id, first.to_id)))
        turn = beside[pair]
        beside[pair] += 1
        total = sum((e.amount for e in edges), Decimal(0))
        text = _short_caption(first.type, lang) + (f" ×{len(edges)}" if len(edges) > 1 else "")
        text += f" · {money(total, lang)}" if total else ""
        drawn[line] = {
            "id": line,
            "from": first.from_id,
            "to": first.to_id,
            "text": text if max(fans[first.from_id, first.type], fans[first.to_id, first.type]) <= FAN else "",
            "full": text,
            "ids": [e.id for e in edges],
            "derived": all(bool(e.props.get("derived")) or bool(e.parts) for e in edges),
            "lit": any(e.id in state.lit for e in edges),
            "bend": (turn + 1) // 2 * (1 if turn % 2 else -1) * (1 if first.from_id == pair[0] else -1),
            "width": 1.2 + min(3.0, len(str(int(total))) / 3 if total else 0.0),
        }
    return drawn


@dataclass(frozen=True, slots=True)
class Feed:
    """The last drawing sent to the browser, its number, and the message that sent it."""

    rev: int = 0
    nodes: Drawn = field(default_factory=dict)
    edges: Drawn = field(default_factory=dict)
    message: Mapping[str, Any] = field(default_factory=dict)


def advance(feed: Feed, nodes: Drawn, edges: Drawn) -> Feed:
    """The feed after a new drawing: a message with the difference only, or an empty one when nothing changed.

    A message applies to a browser whose revision is `base`; with `base: null` it replaces everything. The position of a
    node travels only when it is new or was moved, so that nothing jumps back under a hand that is dragging it.
    """
    if feed.rev == 0:
        return Feed(1, nodes, edges, _message(1, None, list(nodes.values()), list(edges.values()), [], []))
    add_nodes = [_news(feed.nodes.get(i), n) for i, n in nodes.items() if feed.nodes.get(i) != n]
    add_edges = [e for i, e in edges.items() if feed.edges.get(i) != e]
    gone_nodes, gone_edges = sorted(feed.nodes.keys() - nodes.keys()), sorted(feed.edges.keys() - edges.keys())
    if not (add_nodes or add_edges or gone_nodes or gone_edges):
        return Feed(feed.rev, nodes, edges, _message(feed.rev, feed.rev, [], [], [], []))
    rev = feed.rev + 1
    return Feed(rev, nodes, edges, _message(rev, feed.rev, add_nodes, add_edges, gone_nodes, gone_edges))


def resync(feed: Feed) -> Feed:
    """Everything again, for a browser that missed a message or was mounted anew."""
    full = _message(feed.rev, None, list(feed.nodes.values()), list(feed.edges.values()), [], [])
    return Feed(feed.rev, feed.nodes, feed.edges, full)


def _news(before: Mapping[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    if before is None or (before["x"], before["y"]) != (now["x"], now["y"]):
        return now
    return {k: v for k, v in now.items() if k not in ("x", "y")}


def _message(
    rev: int, base: int | None, nodes: list[Any], edges: list[Any], no_nodes: list[str], no_edges: list[str]
) -> dict[str, Any]:
    return {
        "rev": rev,
        "base": base,
        "add": {"nodes": nodes, "edges": edges},
        "remove": {"nodes": no_nodes, "edges": no_edges},
    }
