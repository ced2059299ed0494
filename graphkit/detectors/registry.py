"""Detectors are found by looking: one module a red flag, the id is the file name's head; a broken one stops the program."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import graphkit.detectors as package
from graphkit.detectors.contract import Detector
from graphkit.errors import GraphkitError, Text, UsageError

_MODULE = re.compile(r"([a-z]\d{2})_[a-z0-9_]+")


@cache
def detectors() -> Mapping[str, Detector]:
    """Every detector by id, in id order.

    Raises `GraphkitError` when a module holds no `DETECTOR`, or one whose id is not its file name's.
    """
    found: dict[str, Detector] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        match = _MODULE.fullmatch(info.name)
        if match is None:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        detector = getattr(module, "DETECTOR", None)
        if not isinstance(detector, Detector) or detector.id != match[1].upper() or detector.id in found:
            raise GraphkitError(
                "detector-module",
                Text(f"模块 {info.name} 没有编号相符的 DETECTOR", f"module {info.name} has no DETECTOR of its own id"),
                Text("文件名应为 <编号>_<名称>.py", "name the file <id>_<name>.py"),
            )
        found[detector.id] = replace(detector, page=(module.__doc__ or "").strip())
    return found


def detector(identifier: str) -> Detector:
    """One detector; raises `UsageError` with the known ids."""
    known = detectors()
    if identifier.upper() not in known:
        raise UsageError(
            "unknown-detector",
            Text(f"没有疑点规则 {identifier}", f"there is no detector {identifier}"),
            Text("可用：" + "、".join(known), "known: " + ", ".join(known)),
        )
    return known[identifier.upper()]
