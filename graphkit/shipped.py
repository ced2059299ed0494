"""Where the files that ship beside the package lie: in the wheel under `graphkit/_shipped`, in a checkout at its root."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `loaders`, `queries` or `sample_graphs`, wherever this installation keeps it."""
    packed = _PACKAGE / "_shipped" / name
    return packed if packed.exists() else _PACKAGE.parent / name
