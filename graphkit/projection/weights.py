"""How strong a tie is: the weight of an edge in people-and-firms projections (CATALOGUE N01).

Weights lie in (0, 1]. The numbers of the catalogue stand beside ours (marked so); a payment and a sponsorship grow
with the logarithm of their sum: ln(1 + Σ yuan / 1000) / 10, at most 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from graphkit.model import EDGES

BASE: Mapping[str, float] = MappingProxyType(
    {
        "OWNS": 1.0,
        "LEGAL_REP_OF": 1.0,
        "NOMINEE_FOR": 1.0,
        "CONTROLS": 1.0,  # ours: as ownership
        "DIRECTS": 0.9,
        "KIN_OF": 0.9,  # × 0.7^degree
        "ASSOCIATE_OF": 0.6,
        "SHARES_CONTACT": 0.7,  # / ln(hub size + 5)
        "SUBMITTED_VIA": 0.8,  # × ln 7 / ln(bidders on the device + 5), × 0.4 for an IP address (ours)
        "DEPOSIT_FROM": 0.8,  # × ln 7 / ln(bidders paid from the account + 5) (ours)
        "CO_BID": 0.3,  # × Jaccard of tenders × min(1, joint tenders / 3)
        "EMPLOYED_BY": 0.1,
        "AWARDED_TO": 0.15,
        "EVALUATED": 0.1,  # this and the next four: ours, / √suppliers decided on
        "REQUESTED": 0.1,
        "APPROVED": 0.1,
        "ACCEPTED": 0.1,
        "SETTLED": 0.1,
        "OPERATES_ACCOUNT": 0.8,  # ours: who moves another's account
        "BID_CONTACT": 0.4,  # ours
        "PROJECT_MEMBER": 0.3,  # ours
        "SUBCONTRACTED_TO": 0.4,  # ours
        "HANDLED_BY": 0.3,  # ours, / √recipients handled
        "PAID_TO_ACCOUNT": 0.6,  # ours: a benefit paid to another's account, / √recipients paid there
    }
)
BY_AMOUNT = ("PAID", "SPONSORED")

LASTING: frozenset[str] = frozenset(
    (
        "KIN_OF",
        "ASSOCIATE_OF",
        "LEGAL_REP_OF",
        "DIRECTS",
        "OWNS",
        "CONTROLS",
        "NOMINEE_FOR",
        "EMPLOYED_BY",
        "HOLDS_POST",
    )
) | frozenset(
    (
        "HAS_CONTACT",
        "USED_DEVICE",
        "SHARES_CONTACT",
        "HOLDS_ACCOUNT",
        "OPERATES_ACCOUNT",
        "SOLD_BY",
        "MADE_BY",
        "SIMILAR",
    )
)
"""Types that last from a date to a date."""

EVENTS: frozenset[str] = frozenset(EDGES) - LASTING
"""Types that happen on a date."""


_FLOOR = 1e-4


def edge_weights(
    types: Sequence[str],
    type_code: NDArray[np.uint8],
    strength: NDArray[np.float64],
    amount_fen: NDArray[np.int64],
    confidence: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weight of each edge, float64 (m,), in (0, 1]; arrays are aligned, `amount_fen` in fen. O(m)."""
    base = np.array([BASE.get(name, 1.0) for name in types], dtype=np.float64)
    weight = base[type_code] * strength
    money = np.isin(type_code, [i for i, name in enumerate(types) if name in BY_AMOUNT])
    weight[money] = np.log1p(amount_fen[money] / 100 / 1000) / 10
    return np.clip(weight * confidence, _FLOOR, 1.0)
