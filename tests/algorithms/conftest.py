"""Tests of algorithms share the hand-made facts folders of the projection tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "projection"))
