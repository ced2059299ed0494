"""States of a lead and the steps between them, read from `ledger.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from graphkit.errors import Text, UsageError

DISPOSITIONS = ("talk", "preliminary", "hold", "close")
"""谈话函询, 初步核实, 暂存待查, 予以了结."""

MGMT_LEVELS = ("unit", "county", "city", "province")
"""干部管理权限 from low to high."""


@dataclass(frozen=True, slots=True)
class State:
    """A state; `reopens_to` is where new evidence puts a lead that rests here, None when it does not rest."""

    id: str
    name: Text
    next: frozenset[str]
    reopens_to: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """A step: where it may start, what is passed on the way, what must be given."""

    id: str
    to: str
    sources: frozenset[str]
    via: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole table."""

    states: Mapping[str, State]
    actions: Mapping[str, Action]


@cache
def rules() -> Rules:
    """The shipped table. Every state that it names exists, and every step follows `next`."""
    raw = tomllib.loads(Path(__file__).with_name("ledger.toml").read_text("utf-8"))
    states = {
        name: State(name, Text(s["zh"], s["en"]), frozenset(s["next"]), s.get("reopens_to"))
        for name, s in raw["states"].items()
    }
    actions = {
        name: Action(name, a["to"], frozenset(a["from"]), tuple(a.get("via", ())), tuple(a["needs"]))
        for name, a in raw["actions"].items()
    }
    return Rules(MappingProxyType(states), MappingProxyType(actions))


def steps(action: str, state: str) -> Sequence[str]:
    """The states a lead passes from `state` by `action`, the last one included.

    Raises `UsageError` for an unknown action or one that is not allowed from here, naming those that are.
    """
    table = rules()
    if action not in table.actions:
        raise UsageError(
            "unknown-action",
            Text(f"没有处置动作 {action}", f"there is no step {action}"),
            Text(f"可用：{'、'.join(table.actions)}", f"known: {', '.join(table.actions)}"),
        )
    step = table.actions[action]
    if state not in step.sources:
        possible = [a.id for a in table.actions.values() if state in a.sources]
        raise UsageError(
            "not-allowed",
            Text(
                f"线索处于“{table.states[state].name.zh}”，不能 {action}",
                f"a lead that is {table.states[state].name.en} cannot take the step {action}",
            ),
            Text(f"此时可用：{'、'.join(possible) or '无'}", f"possible now: {', '.join(possible) or 'none'}"),
        )
    if step.to in table.states[state].next or step.to == state:
        return (step.to,)
    return (*step.via[step.via.index(state) + 1 if state in step.via else 0 :], step.to)


def above(level: str | None, own: str | None) -> bool:
    """True when a person of management level `level` belongs to a higher body than `own`; unknown levels never do."""
    if level not in MGMT_LEVELS or own not in MGMT_LEVELS:
        return False
    return MGMT_LEVELS.index(level) > MGMT_LEVELS.index(own)
