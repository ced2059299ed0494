"""How often a test does again what it has done once: a few times always, in full with GRAPHKIT_EXHAUSTIVE=1.

Tests that ask for it carry the marker `exhaustive`; `make test-exhaustive` runs those, in full.
"""

from __future__ import annotations

import os


def repeats(short: int, full: int) -> int:
    """`full` when GRAPHKIT_EXHAUSTIVE is set, else `short`."""
    return full if os.environ.get("GRAPHKIT_EXHAUSTIVE") else short
