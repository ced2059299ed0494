"""Where nodes stand. Computed here, never in the browser: what has been placed stays, and no two labels overlap.

Coordinates are canvas pixels at zoom 1, y down. A node with its label fills one cell of `CELL` pixels.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]

CELL = (112.0, 88.0)
"""Width and height that a node keeps free of other nodes: eight Chinese characters, two lines and the symbol."""

CROWD = 24
"""More new neighbours than this are not fanned among the others."""

_STEP = 1.15 * CELL[0]
_GOLDEN = math.pi * (3 - math.sqrt(5))


class _Plane:
    """Occupied cells, hashed by square, so that a free spot is found without looking at every node."""

    def __init__(self, pos: Iterable[Point]) -> None:
        self._squares: dict[tuple[int, int], list[Point]] = {}
        for point in pos:
            self.put(point)

    def put(self, point: Point) -> None:
        self._squares.setdefault((int(point[0] // CELL[0]), int(point[1] // CELL[1])), []).append(point)

    def free(self, point: Point) -> bool:
        column, row = int(point[0] // CELL[0]), int(point[1] // CELL[1])
        return not any(
            abs(point[0] - x) < CELL[0] and abs(point[1] - y) < CELL[1]
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for x, y in self._squares.get((column + dx, row + dy), ())
        )

    def take(self, spots: Iterator[Point]) -> Point:
        """The first free spot, from now on occupied; coordinates are rounded to a tenth of a pixel."""
        for spot in spots:
            point = (round(spot[0], 1), round(spot[1], 1))
            if self.free(point):
                self.put(point)
                return point
        raise AssertionError("the spots never end")


def _around(point: Point) -> Iterator[Point]:
    """A point, then ever farther ones round it (a sunflower, squeezed to the shape of a cell)."""
    k = 0
    while True:
        radius, angle = 0.35 * math.sqrt(k), k * _GOLDEN
        yield point[0] + radius * CELL[0] * math.cos(angle), point[1] + radius * CELL[1] * math.sin(angle)
        k += 1


def _block(centre: Point) -> Iterator[Point]:
    """A field of cells, square ring by square ring."""
    for ring in itertools.count():
        for dx, dy in itertools.product(range(-ring, ring + 1), repeat=2):
            if max(abs(dx), abs(dy)) == ring:
                yield centre[0] + dx * CELL[0], centre[1] + dy * CELL[1]


def _fan(centre: Point, heading: float) -> Iterator[Point]:
    """Spots on arcs round a node, those in the direction `heading` (radians) first."""
    for ring in range(1, 10_000):
        radius = _STEP * (0.2 + ring)
        count = max(1, int(math.pi * radius / _STEP))
        half = math.pi * (0.45 if ring == 1 else min(1.0, 0.45 + 0.1 * ring))
        for k in range(count):
            side = (k + 1) // 2 * (1 if k % 2 else -1)
            angle = heading + side * 2 * half / count
            yield centre[0] + radius * math.cos(angle), centre[1] + 0.8 * radius * math.sin(angle)


def place_beside(pos: Mapping[str, Point], anchors: Mapping[str, str | None]) -> dict[str, Point]:
    """`pos` plus a spot for every new node, fanned beside its anchor and away from what stands already.

    `anchors` maps new ids to the node they belong beside (placed, or named earlier in the mapping), or to None.
    More than `CROWD` new ones of one anchor stand together outside the picture. Old positions are returned unchanged.
    """
    placed = dict(pos)
    plane = _Plane(placed.values())
    crowds = Counter(a for new, a in anchors.items() if a is not None and new not in pos)
    fields: dict[str, Iterator[Point]] = {}
    for new, anchor in anchors.items():
        if new in placed:
            continue
        at = placed.get(anchor) if anchor is not None else None
        if at is None or anchor is None:
            spots = _around(_below(placed))
        elif crowds[anchor] > CROWD:
            spots = fields.setdefault(anchor, _block(_beyond(at, placed, crowds[anchor])))
        else:
            spots = _fan(at, _outward(at, placed))
        placed[new] = plane.take(spots)
    return placed


def _beyond(at: Point, placed: Mapping[str, Point], count: int) -> Point:
    """The middle of a field for `count` nodes, clear of everything placed, on the side to which `at` is nearest."""
    xs, ys = [p[0] for p in placed.values()], [p[1] for p in placed.values()]
    reach = math.sqrt(count) / 2 + 2
    sides = {
        (min(xs) - reach * CELL[0], at[1]): at[0] - min(xs),
        (max(xs) + reach * CELL[0], at[1]): max(xs) - at[0],
        (at[0], min(ys) - reach * CELL[1]): at[1] - min(ys),
        (at[0], max(ys) + reach * CELL[1]): max(ys) - at[1],
    }
    return min(sides, key=lambda side: (sides[side], side))


def _outward(at: Point, placed: Mapping[str, Point]) -> float:
    """The direction from the middle of what stands within eight cells to `at`."""
    near = [p for p in placed.values() if abs(p[0] - at[0]) < 8 * CELL[0] and abs(p[1] - at[1]) < 8 * CELL[1]]
    x = at[0] - sum(p[0] for p in near) / len(near)
    y = at[1] - sum(p[1] for p in near) / len(near)
    return math.atan2(y, x) if abs(x) + abs(y) > 1 else math.pi / 2


def _below(placed: Mapping[str, Point]) -> Point:
    """Where something unconnected starts: under everything."""
    if not placed:
        return 0.0, 0.0
    middle = sum(p[0] for p in placed.values()) / len(placed)
    return middle, max(p[1] for p in placed.values()) + 1.5 * CELL[1]


def first_layout(ids: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, Point]:
    """A layout from nothing (meant for up to a few hundred nodes): connected parts apart, linked nodes near each other.

    Same input, same positions: no chance is involved. Cost is quadratic in the largest connected part.
    """
    near = neighbours(ids, links)
    placed: dict[str, Point] = {}
    right, top, row_height = 0.0, 0.0, 0.0
    total = math.sqrt(len(near)) * 2.2 * CELL[0]
    for part in sorted(parts(near), key=lambda p: (-len(p), p[0])):
        spots = _spread(part, near)
        low = (min(p[0] for p in spots.values()), min(p[1] for p in spots.values()))
        width = max(p[0] for p in spots.values()) - low[0] + CELL[0]
        height = max(p[1] for p in spots.values()) - low[1] + CELL[1]
        if right and right + width > max(total, 5 * CELL[0]):
            right, top, row_height = 0.0, top + row_height + 0.4 * CELL[1], 0.0
        placed |= {i: (round(right + p[0] - low[0], 1), round(top + p[1] - low[1], 1)) for i, p in spots.items()}
        right, row_height = right + width + 0.3 * CELL[0], max(row_height, height)
    return placed


def neighbours(ids: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Every id with those it is linked to; a link to something else, or to itself, is passed over."""
    near: dict[str, set[str]] = {i: set() for i in ids}
    for a, b in links:
        if a in near and b in near and a != b:
            near[a].add(b)
            near[b].add(a)
    return near


def parts(near: Mapping[str, set[str]]) -> list[list[str]]:
    """Connected parts, each in breadth-first order from its best connected node."""
    seen: set[str] = set()
    found = []
    for first in sorted(near, key=lambda i: (-len(near[i]), i)):
        if first in seen:
            continue
        seen.add(first)
        part, queue = [], deque([first])
        while queue:
            i = queue.popleft()
            part.append(i)
            fresh = sorted(near[i] - seen)
            seen.update(fresh)
            queue.extend(fresh)
        found.append(part)
    return found


def _spread(part: list[str], near: Mapping[str, set[str]]) -> dict[str, Point]:
    """One connected part: springs from a sunflower start, then every node to the free spot next to its place."""
    index = {i: k for k, i in enumerate(part)}
    pairs = np.array([(index[a], index[b]) for a in part for b in near[a] if a < b], dtype=np.int64).reshape(-1, 2)
    at = _level(_springs(len(part), pairs))
    if len(pairs):
        lengths = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
        at = at * (1.05 * _STEP / max(1.0, float(np.median(lengths))))
    order = np.lexsort((np.arange(len(part)), np.hypot(*(at - at.mean(axis=0)).T).round(3)))
    plane = _Plane(())
    return {part[k]: plane.take(_around((float(at[k, 0]), float(at[k, 1])))) for k in order}


def _level(at: Floats) -> Floats:
    """Turned about its middle so that the long side lies flat; a canvas is wider than high."""
    middle: Floats = at - at.mean(axis=0)
    if len(at) < 3:
        return middle
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    axes = axes * np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    return np.asarray(middle @ axes.T, dtype=np.float64)


def _springs(n: int, pairs: npt.NDArray[np.int64], steps: int = 200) -> Floats:
    """Fruchterman–Reingold on n nodes; columns x, y in pixels, ideal edge one step and a bit."""
    turn = np.arange(n) * _GOLDEN
    at: Floats = (np.sqrt(np.arange(n)) * _STEP)[:, None] * np.column_stack((np.cos(turn), np.sin(turn)))
    if n < 2:
        return at
    ideal = 1.15 * _STEP
    for step in range(steps):
        gap = at[:, None, :] - at[None, :, :]
        square = np.maximum((gap**2).sum(axis=2), 1.0)
        push = (gap * (ideal**2 / square)[:, :, None]).sum(axis=1)
        pull = np.zeros_like(at)
        along = at[pairs[:, 0]] - at[pairs[:, 1]]
        force = along * (np.hypot(along[:, 0], along[:, 1]) / ideal)[:, None]
        np.add.at(pull, pairs[:, 0], force)
        np.subtract.at(pull, pairs[:, 1], force)
        move = push - pull - 0.06 * (at - at.mean(axis=0))
        length = np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-9)
        at = at + move * (np.minimum(length, 2.5 * _STEP * (1 - step / steps) + 1) / length)[:, None]
    return at
