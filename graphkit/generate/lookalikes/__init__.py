"""Innocent look-alikes: each lawful, each close to a nest, none may turn red."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphkit.generate.lookalikes import kinfolk, routine, traces
from graphkit.generate.objects import Hospital
from graphkit.generate.truth import LookAlike
from graphkit.generate.welfare import County
from graphkit.generate.world import World

KINDS: tuple[Callable[[World, Hospital, County], LookAlike], ...] = (
    kinfolk.same_name,
    kinfolk.recused,
    kinfolk.former_post,
    kinfolk.kin_elsewhere,
    kinfolk.family_transfers,
    traces.hub_address,
    traces.pool(0, "one guarantee insurer's pooled account paid the deposits of several bidders"),
    traces.bid_room,
    routine.framework,
    routine.back_payment,
    traces.hub_phone,
    routine.single_source,
    routine.transfer_month,
    traces.pool(1, "a pooled account that only the whitelist explains paid the deposits of several bidders"),
)


def plant(w: World, hospitals: Sequence[Hospital], counties: Sequence[County]) -> list[LookAlike]:
    """Every kind once, dealt out over the hospitals in the order given (those with nests first)."""
    units = [hospitals[number % len(hospitals)] for number in range(len(KINDS))]
    return [make(w, h, counties[h.index % len(counties)]) for make, h in zip(KINDS, units, strict=True)]
