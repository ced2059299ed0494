"""Lawful in time (DESIGN 6.4): two ties belong on one path only if they can have met."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphkit.projection import OPEN_FROM, OPEN_TO, Projection
from graphkit.projection.weights import EVENTS


@dataclass(slots=True)
class TimeRule:
    """Whether dated edges of a projection can have met.

    Two lasting ties: their intervals overlap. A lasting tie and events: the tie held on the day of at least one of
    them. Events and events: they lie at most `window_days` apart. An edge without any date meets everything.
    `until` (day number) leaves later events out.
    """

    projection: Projection
    window_days: int = 730
    until: int = OPEN_TO
    _event: list[bool] = field(init=False)
    _known: dict[tuple[int, int], bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._event = [name in EVENTS for name in self.projection.types]

    def interval(self, edge: int) -> tuple[int, int]:
        """First and last day of an edge, ends open as `OPEN_FROM`, `OPEN_TO`."""
        return int(self.projection.from_day[edge]), int(self.projection.to_day[edge])

    def dated(self, edge: int) -> bool:
        """Whether an edge carries any date."""
        return self.interval(edge) != (OPEN_FROM, OPEN_TO)

    def is_event(self, edge: int) -> bool:
        """Whether an edge stands for things that happened, rather than for something that lasted."""
        return self._event[int(self.projection.type_code[edge])]

    def meet(self, one: int, other: int) -> bool:
        """Whether two edges can have met; symmetric. O(facts behind the edges) once, then remembered."""
        key = (one, other) if one <= other else (other, one)
        answer = self._known.get(key)
        if answer is None:
            answer = self._known[key] = self._meet(*key)
        return answer

    def _meet(self, one: int, other: int) -> bool:
        (from_1, to_1), (from_2, to_2) = self.interval(one), self.interval(other)
        open_ends = (OPEN_FROM, OPEN_TO)
        if (from_1, to_1) == open_ends or (from_2, to_2) == open_ends:
            return True
        event_1, event_2 = self.is_event(one), self.is_event(other)
        if event_1 and event_2:
            return max(from_1, from_2) - min(to_1, to_2) <= self.window_days
        if not event_1 and not event_2:
            return max(from_1, from_2) <= min(to_1, to_2)
        return self._held(other, from_1, to_1) if event_2 else self._held(one, from_2, to_2)

    def _held(self, event: int, start: int, end: int) -> bool:
        a, b = self.projection.part_ptr[event : event + 2]
        days = self.projection.part_day[a:b]
        return bool(np.any((days == OPEN_FROM) | ((days >= start) & (days <= end) & (days <= self.until))))
