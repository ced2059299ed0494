"""Is a statement complete? Every balance must follow from the one before it: balance = balance before ± amount − fee.

The order of the lines is found, not assumed: ascending, descending, or by time with lines of one moment in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The transactions of one table in file order, as columns of one length.

    `rows`: numbers in the file; `group`: 0, 1 … one for each account and currency; `when` in microseconds; `delta`: fen
    that the line adds to the balance, without the `fee`; `balance` in fen, where `known`.
    """

    rows: Ints
    group: Ints
    when: Ints
    delta: Ints
    fee: Ints
    balance: Ints
    known: Flags


@dataclass(frozen=True, slots=True)
class Point:
    """A balance in fen that a line without a transaction states. `ascending`: it says so only where old lines come first."""

    row: int
    fen: int
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Between two lines (`before` is the older one) `missing` fen came in (+) or went out (−) that no line tells of.

    `at`: place of the newer line in the ledger; None where a closing balance does not follow.
    """

    group: int
    before: int
    after: int
    missing: int
    at: int | None


def find_breaks(ledger: Ledger, opening: Mapping[int, Point], closing: Mapping[int, Point]) -> list[Break]:
    """All breaks, by group and time. `opening` and `closing`: group → the balance before its first and after its last line.

    Some statements take the fee of a line from the balance on the line itself, others on a line of its own: the reading
    with fewer breaks is right.
    """
    plain = _read(ledger, opening, closing)
    if not ledger.fee.any() or not plain:
        return plain
    charged = _read(replace(ledger, delta=ledger.delta - ledger.fee), opening, closing)
    return min(charged, plain, key=len)


def _read(ledger: Ledger, opening: Mapping[int, Point], closing: Mapping[int, Point]) -> list[Break]:
    order, ascending = _order(ledger)
    order = _mend_ties(ledger, order)
    places, missing, bad = _check(ledger, order)
    found = [
        Break(int(ledger.group[at]), int(ledger.rows[before]), int(ledger.rows[at]), int(missing[i]), int(at))
        for i in np.flatnonzero(bad).tolist()
        for before, at in [(order[places[i]], order[places[i + 1]])]
    ]
    starts = np.searchsorted(ledger.group[order], np.arange(len(ascending) + 1))
    for group, (start, stop) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        found += _edges(ledger, order[start:stop], group, bool(ascending[group]), opening, closing)
    position = np.empty(len(order), np.int64)
    position[order] = np.arange(len(order))
    return sorted(found, key=lambda b: (b.group, len(order) if b.at is None else position[b.at]))


def _edges(
    ledger: Ledger,
    chain: Ints,
    group: int,
    ascending: bool,
    opening: Mapping[int, Point],
    closing: Mapping[int, Point],
) -> list[Break]:
    """Breaks before the first and behind the last balance of a group."""
    known = np.flatnonzero(ledger.known[chain])
    if not len(known):
        return []
    found = []
    first, last = int(known[0]), int(known[-1])
    point = opening.get(group)
    if point is not None and (ascending or not point.ascending):
        missing = int(ledger.balance[chain[first]] - ledger.delta[chain[: first + 1]].sum()) - point.fen
        if missing:
            found.append(Break(group, point.row, int(ledger.rows[chain[0]]), missing, int(chain[0])))
    point = closing.get(group)
    if point is not None:
        missing = point.fen - int(ledger.balance[chain[last]] + ledger.delta[chain[last + 1 :]].sum())
        if missing:
            found.append(Break(group, int(ledger.rows[chain[-1]]), point.row, missing, None))
    return found


def _check(ledger: Ledger, order: Ints) -> tuple[Ints, Ints, Flags]:
    """(places of the known balances, missing fen between each two of them, whether that is a break)."""
    sums, groups = np.cumsum(ledger.delta[order]), ledger.group[order]
    places = np.flatnonzero(ledger.known[order])
    missing = np.diff(ledger.balance[order][places]) - np.diff(sums[places])
    return places, missing, (np.diff(groups[places]) == 0) & (missing != 0)


def _order(ledger: Ledger) -> tuple[Ints, Flags]:
    """(places of the lines by group and time, whether old lines come first in each group).

    Of four orders (as in the file, backwards, by time with ties either way) each group takes the one with the fewest
    breaks and steps back in time together (of equally many, with fewer steps): either alone may be an accident.
    """
    place = np.arange(len(ledger.rows))
    keys = ((place,), (-place,), (place, ledger.when), (-place, ledger.when))
    orders = [np.lexsort((*key, ledger.group)) for key in keys]
    groups = int(ledger.group.max()) + 1
    costs = []
    for order in orders:
        places, _, bad = _check(ledger, order)
        broken = np.bincount(ledger.group[order][places[1:]][bad], minlength=groups)
        sorted_groups = ledger.group[order]
        back = (np.diff(sorted_groups) == 0) & (np.diff(ledger.when[order]) < 0)
        steps = np.bincount(sorted_groups[1:][back], minlength=groups)
        costs.append(2 * broken + 3 * steps)
    best = np.argmin(np.stack(costs), axis=0)
    position = np.empty((len(orders), len(place)), np.int64)
    for which, order in enumerate(orders):
        position[which, order] = place
    return np.lexsort((position[best[ledger.group], place], ledger.group)), best % 2 == 0


def _mend_ties(ledger: Ledger, order: Ints) -> Ints:
    """Lines of one moment may stand in any order: around a break they are put so that their balances follow."""
    places, _, bad = _check(ledger, order)
    if not bad.any():
        return order
    group, when = ledger.group[order], ledger.when[order]
    fresh = np.flatnonzero((np.diff(group) != 0) | (np.diff(when) != 0)) + 1
    starts = np.concatenate([[0], fresh, [len(order)]])
    touched = np.concatenate([places[:-1][bad], places[1:][bad]])
    runs = np.unique(np.searchsorted(starts, touched, side="right") - 1)
    mended = order.copy()
    for start, stop in zip(starts[runs].tolist(), starts[runs + 1].tolist(), strict=True):
        run = mended[start:stop]
        if stop - start < 2 or not ledger.known[run].all():
            continue
        before = int(mended[start - 1]) if start and group[start - 1] == group[start] else None
        after = int(mended[stop]) if stop < len(order) and group[stop] == group[start] else None
        first = int(ledger.balance[before]) if before is not None and ledger.known[before] else None
        last = int(ledger.balance[after] - ledger.delta[after]) if after is not None and ledger.known[after] else None
        steps = [(int(ledger.balance[i] - ledger.delta[i]), int(ledger.balance[i])) for i in run]
        path = trail(steps, first, last)
        if _cost([steps[i] for i in path], first, last) < _cost(steps, first, last):
            mended[start:stop] = run[path]
    return mended


def _cost(steps: Sequence[tuple[int, int]], first: int | None, last: int | None) -> int:
    """How often a balance does not follow from the one before it."""
    ends, begins = [first, *(after for _, after in steps)], [*(before for before, _ in steps), last]
    return sum(1 for end, begin in zip(ends, begins, strict=True) if None not in (end, begin) and end != begin)


def trail(steps: Sequence[tuple[int, int]], first: int | None, last: int | None) -> list[int]:
    """The places of (balance before, balance after) steps in an order with the fewest jumps, from `first` to `last`.

    An Eulerian trail (Hierholzer 1873): balances are points, steps are arrows; arrows that are not there close the
    circuit and are cut out again. Of equal choices the earlier step comes first.
    """
    arrows: dict[int, list[tuple[int, int]]] = defaultdict(list)
    surplus: dict[int, int] = defaultdict(int)
    for place in range(len(steps) - 1, -1, -1):
        before, after = steps[place]
        arrows[before].append((after, place))
        surplus[before] += 1
        surplus[after] -= 1
    if first is not None and last is not None:
        surplus[last] += 1
        surplus[first] -= 1
        arrows[last].insert(0, (first, -1))
    lacking = [point for point, n in surplus.items() for _ in range(max(0, n))]
    spare = [point for point, n in surplus.items() for _ in range(max(0, -n))]
    for point, target in zip(spare, lacking, strict=True):
        arrows[point].insert(0, (target, -1))
    starts = ([first] if first is not None else []) + lacking + [before for before, _ in steps]
    pieces: list[list[int]] = []
    for start in starts:
        cut: list[list[int]] = [[]]
        for place in _circuit(arrows, start):
            if place < 0:
                cut.append([])
            else:
                cut[-1].append(place)
        # A circuit ends where it began: its last piece goes on with its first.
        pieces += [cut[-1] + cut[0], *cut[1:-1]] if len(cut) > 1 else cut
    kept = [piece for piece in pieces if piece]
    opens = [p for p in kept if first is not None and steps[p[0]][0] == first][:1]
    closes = [p for p in kept if p not in opens and last is not None and steps[p[-1]][1] == last][-1:]
    middle = sorted(p for p in kept if p not in opens and p not in closes)
    return [place for piece in (*opens, *middle, *closes) for place in piece]


def _circuit(arrows: Mapping[int, list[tuple[int, int]]], start: int) -> list[int]:
    """The places of a circuit from a point; its arrows are used up."""
    stack: list[tuple[int, int | None]] = [(start, None)]
    found: list[int] = []
    while stack:
        point, place = stack[-1]
        if arrows.get(point):
            stack.append(arrows[point].pop())
        else:
            stack.pop()
            if place is not None:
                found.append(place)
    return found[::-1]
