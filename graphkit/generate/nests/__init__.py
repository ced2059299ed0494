"""Five shapes of 窝案, each a function that plants one into a hospital (or its county) and says who is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from graphkit.generate.nests import benefits, kickback, nominee, ring, split
from graphkit.generate.objects import Hospital
from graphkit.generate.truth import Nest
from graphkit.generate.welfare import County
from graphkit.generate.world import World

SHAPES: Mapping[int, Callable[[World, Hospital, County, str], Nest]] = MappingProxyType(
    {1: kickback.plant, 2: ring.plant, 3: nominee.plant, 4: split.plant, 5: benefits.plant}
)
"""Shape number → planter(world, hospital, county, nest id)."""
