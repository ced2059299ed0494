"""Where the nodes of an opened lead stand: one lane per role, staff | people | firms | tenders | papers | money.

Lanes run from left to right; inside one, nodes stand beside what they are linked to. The spacing is counted in screen
pixels at the zoom at which the whole picture fits the smallest stage, so that the names of the nodes that matter have
room there. Same input, same positions: no chance is involved. Coordinates are canvas pixels at zoom 1, y down.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphkit.ui.layout import Point, first_layout, neighbours, parts
from graphkit.ui.parts import Node
from graphkit.ui.style import NUMBERED, breadth, wrap

STAGE = (745.0, 430.0)
"""Screen pixels for all cells in the smallest window that is served, 1280 × 720."""

LANES: tuple[tuple[str, ...], ...] = (
    ("Hospital", "Department", "Position", "School", "Village", "Staff"),
    ("Person", "Beneficiary"),
    ("Company", "Organization", "Agency"),
    ("Tender", "Lot"),
    ("Bid", "Award", "Contract", "Amendment", "RuralContract", "Benefit", "StatusFact", "Document", "Item", "Usage"),
    ("Account", "Invoice", "Contact", "Device", "Lead", "Case"),
)

_LANE: Mapping[str, int] = {label: k for k, lane in enumerate(LANES) for label in lane}
_GAP = 40.0
_SHIFT = 26.0
_LETTER = 13.0
_OVER = (1.0, 1.15, 1.35)
"""By how much the lanes may be wider than the stage: first not at all; then names get a little less room than they ask."""
_ZOOMS = (
    *((zoom, True, 1.0) for zoom in (1.0, 0.85, 0.7)),
    *((zoom, False, slack) for zoom in (0.8, 0.7, 0.6, 0.52, 0.45, 0.38, 0.32, 0.27) for slack in (1.0, 0.5)),
)
"""Zoom, whether the plain nodes get room for their names too, and how generous the gaps are; the first that fits."""


@dataclass(slots=True)
class _Block:
    """Nodes of one lane that get cells of one size, in rows; odd rows are shifted, so that lines pass between."""

    ids: list[str]
    cell: tuple[float, float]
    columns: int = 1
    shift: float = 0.0

    def rows(self, group: Mapping[str, int]) -> list[list[str]]:
        """The ids, row by row; a connected part of three and more begins a row of its own."""
        sizes: dict[int, int] = {}
        for i in self.ids:
            sizes[group[i]] = sizes.get(group[i], 0) + 1
        rows: list[list[str]] = []
        for k, i in enumerate(self.ids):
            before = self.ids[k - 1] if k else None
            new = before is not None and group[before] != group[i] and max(sizes[group[i]], sizes[group[before]]) > 2
            if not rows or new or len(rows[-1]) == self.columns:
                rows.append([])
            rows[-1].append(i)
        return rows

    def width(self) -> float:
        """Canvas pixels from the left of the first cell to the right of the last."""
        return self.columns * self.cell[0] + (self.shift if len(self.ids) > self.columns else 0.0)


def arrange(nodes: Sequence[Node], links: Iterable[tuple[str, str]], marked: Collection[str]) -> dict[str, Point]:
    """A place for every node; the `marked` ones get room for their names at the zoom at which everything is in view.

    When most links join nodes of one lane (a family, a ring of firms), lanes would draw them over each other: such a
    picture gets the springs of `first_layout`.
    """
    pairs = [(a, b) for a, b in links if a != b]
    lane = {n.id: _LANE.get(n.label, 2) for n in nodes}
    level = sum(lane.get(a) == lane.get(b) for a, b in pairs)
    if len(set(lane.values())) < 2 or level * 2 > len(pairs):
        return first_layout([n.id for n in nodes], pairs)
    return _in_lanes(nodes, lane, neighbours(lane, pairs), marked)


def _in_lanes(
    nodes: Sequence[Node], lane: Mapping[str, int], near: Mapping[str, set[str]], marked: Collection[str]
) -> dict[str, Point]:
    group = {i: k for k, part in enumerate(sorted(parts(near), key=lambda p: (-len(p), p[0]))) for i in part}
    for over, (zoom, named, slack) in itertools.product(_OVER, _ZOOMS):
        blocks = list(_blocks(nodes, lane, marked, zoom, named, slack))
        gap = slack * _GAP / zoom
        height = STAGE[1] / zoom
        for block in blocks:
            if len(block.ids) > 3 and any(near[i] & set(block.ids) for i in block.ids):
                _loosen(block)
            while len(block.rows(group)) * block.cell[1] > height and block.columns < len(block.ids):
                block.columns += 1
        width = sum(b.width() for b in blocks) + (len(blocks) - 1) * gap
        if width <= over * STAGE[0] / zoom:
            break
    _order(blocks, group, near)
    tallest = max(len(b.rows(group)) * b.cell[1] for b in blocks)
    for block in blocks:
        block.cell = (block.cell[0], block.cell[1] * min(1.4, max(1.0, height / tallest)))
    height = max(height, tallest)
    spare = max(0.0, STAGE[0] / zoom - width) / max(1, len(blocks) - 1)
    return _stand(blocks, group, near, height, gap + min(spare, 2 * _GAP / zoom), zoom)


def _loosen(block: _Block) -> None:
    """Room for lines inside the block: two columns, shifted by half a cell; few nodes also stand farther apart."""
    if len(block.ids) <= 12:
        block.cell = (block.cell[0] * 1.4, block.cell[1] * 1.4)
    block.columns, block.shift = 2, block.cell[0] / 2


def _blocks(
    nodes: Sequence[Node], lane: Mapping[str, int], marked: Collection[str], zoom: float, named: bool, slack: float
) -> Iterator[_Block]:
    """The lanes from left to right; in each those with names and those without apart, those with names nearer the rest."""
    for k in range(len(LANES)):
        inside = sorted((n for n in nodes if lane[n.id] == k), key=lambda n: n.id)
        for bold in (True, False) if k else (False, True):
            block = [n for n in inside if (n.id in marked) == bold]
            if block:
                cell = _named_cell(block, zoom) if bold or named else (max(54.0, 30 / zoom), max(52.0, 28 / zoom))
                yield _Block([n.id for n in block], cell, shift=min(cell[0] / 2, slack * _SHIFT / zoom))


def _named_cell(block: Sequence[Node], zoom: float) -> tuple[float, float]:
    """Room for a symbol and at most two lines of eight characters below it, which keep their size on the screen."""
    longest = max(breadth(line) for n in block for line in wrap(n.name))
    deepest = max(2 if n.label in NUMBERED else len(wrap(n.name)) for n in block)
    return max(60.0, (longest * _LETTER + 14) / zoom), max(42.0, 24 / zoom) + (deepest * 16 + 20) / zoom


def _order(blocks: Sequence[_Block], group: Mapping[str, int], near: Mapping[str, set[str]]) -> None:
    """Every block sorted so that linked nodes have like ranks (barycentres); connected parts stay together."""
    rank: dict[str, float] = {}
    for block in blocks:
        block.ids.sort(key=lambda i: (group[i], i))
        rank |= {i: (k + 0.5) / len(block.ids) for k, i in enumerate(block.ids)}
    for sweep in range(12):
        for block in blocks if sweep % 2 == 0 else blocks[::-1]:
            middle = {i: sum(rank[n] for n in near[i]) / len(near[i]) if near[i] else rank[i] for i in block.ids}
            block.ids.sort(key=lambda i, m=middle: (group[i], round(m[i], 9), i))  # type: ignore[misc]
            rank |= {i: (k + 0.5) / len(block.ids) for k, i in enumerate(block.ids)}


def _stand(
    blocks: Sequence[_Block],
    group: Mapping[str, int],
    near: Mapping[str, set[str]],
    height: float,
    gap: float,
    zoom: float,
) -> dict[str, Point]:
    """Rows of cells, each row pulled to the height of what its nodes are linked to.

    Every other block stands a symbol lower, so that a level line over a block runs beside its symbols.
    """
    x: dict[str, float] = {}
    y: dict[str, float] = {}
    left = 0.0
    lines = [block.rows(group) for block in blocks]
    for block, rows in zip(blocks, lines, strict=True):
        for k, row in enumerate(rows):
            start = left + block.cell[0] / 2 + (block.shift if k % 2 else 0.0)
            x |= {i: start + c * block.cell[0] for c, i in enumerate(row)}
            y |= dict.fromkeys(row, height * (k + 0.5) / len(rows))
        left += block.width() + gap
    for _ in range(16):
        for block, rows in zip(blocks, lines, strict=True):
            wanted = [sum(_pull(i, near, y) for i in row) / len(row) for row in rows]
            for row, at in zip(rows, _apart(wanted, block.cell[1], height), strict=True):
                y |= dict.fromkeys(row, at)
    low = {i: max(24.0, 13 / zoom) for block in blocks[1::2] for i in block.ids}
    return {i: (round(x[i], 1), round(y[i] + low.get(i, 0.0), 1)) for i in x}


def _pull(i: str, near: Mapping[str, set[str]], y: Mapping[str, float]) -> float:
    """The mean height of a node's neighbours; its own when it has none."""
    return sum(y[n] for n in near[i]) / len(near[i]) if near[i] else y[i]


def _apart(wanted: Sequence[float], step: float, height: float) -> list[float]:
    """Heights nearest to `wanted` (least squares) in the same order, `step` apart, inside 0…height.

    Pool-adjacent-violators (Ayer et al., 1955) on what remains after taking off k steps from the k-th.
    """
    high = max(step / 2, height - (len(wanted) - 0.5) * step)
    pools: list[tuple[float, int]] = []
    for k, w in enumerate(wanted):
        mean, count = min(max(w - k * step, step / 2), high), 1
        while pools and pools[-1][0] >= mean:
            other, n = pools.pop()
            mean, count = (other * n + mean * count) / (n + count), n + count
        pools.append((mean, count))
    level = [mean for mean, count in pools for _ in range(count)]
    return [at + k * step for k, at in enumerate(level)]
