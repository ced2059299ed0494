"""A synthetic province with planted nests and innocent look-alikes (`graphkit generate`). Everything is invented."""

from __future__ import annotations

from graphkit.generate.generator import generate

__all__ = ["generate"]
