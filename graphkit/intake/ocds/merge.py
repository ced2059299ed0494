"""Releases of one contracting process become one compiled release, as the OCDS merging rules say.

Objects merge by field, arrays of objects by `id`, any other array or value is replaced by the newer one, null removes.
Source: OCDS 1.1, "Releases and records: merging".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
SECTIONS = ("parties", "awards", "contracts")


def merge(releases: Sequence[Json]) -> Json:
    """The compiled release of some releases of one ocid, oldest first."""
    out: Json = {}
    for release in releases:
        out = _objects(out, release)
    return out


def _objects(old: Json, new: Mapping[str, Any]) -> Json:
    out = dict(old)
    for key, value in new.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = _values(out.get(key), value)
    return out


def _values(old: Any, new: Any) -> Any:
    if isinstance(new, dict):
        return _objects(old if isinstance(old, dict) else {}, new)
    if isinstance(new, list) and isinstance(old, list) and _all_have_id(old) and _all_have_id(new):
        return _lists(old, new)
    return new


def _all_have_id(items: Sequence[Any]) -> bool:
    return all(isinstance(item, dict) and "id" in item for item in items)


def _lists(old: Sequence[Json], new: Sequence[Json]) -> list[Json]:
    out = {str(item["id"]): item for item in old}
    for item in new:
        key = str(item["id"])
        out[key] = _objects(out[key], item) if key in out else item
    return list(out.values())


def flatten(value: Any) -> Any:
    """A versioned release as a compiled one: of every value its latest version, by release date."""
    if isinstance(value, list):
        if value and all(isinstance(v, dict) and {"releaseDate", "value"} <= v.keys() for v in value):
            return max(value, key=lambda version: str(version["releaseDate"]))["value"]
        return [flatten(item) for item in value]
    if isinstance(value, dict):
        flat = {key: flatten(item) for key, item in value.items()}
        return {key: item for key, item in flat.items() if item is not None}
    return value


def entity_ids(release: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(section, id) of everything in a release that becomes a row of its own."""
    found = {("tender", "")} if isinstance(release.get("tender"), dict) else set()
    for section in SECTIONS:
        found |= {(section, str(item.get("id"))) for item in objects(release.get(section))}
    found |= {("bids", str(bid.get("id"))) for bid in objects(mapping(release.get("bids")).get("details"))}
    return found | {("lots", str(lot.get("id"))) for lot in objects(mapping(release.get("tender")).get("lots"))}


def objects(value: Any) -> list[Json]:
    """The objects of an array; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> Json:
    """An object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}
