"""BagIt 1.0 (RFC 8493) around some payload files: manifests, tag manifests, bag-info; SM3 sums in a tag file of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from graphkit.evidence.standalone import MANIFESTS, TAG_MANIFESTS

_SM3 = "sm3sums.txt"


def bag(payload: Mapping[str, bytes], tags: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """All files of the bag by name; payload lies under `data/`. `info` becomes `bag-info.txt`."""
    files = {f"data/{name}": content for name, content in payload.items()}
    size = sum(map(len, files.values()))
    lines = {**info, "Payload-Oxum": f"{size}.{len(files)}"}
    files |= tags
    files["bagit.txt"] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    files["bag-info.txt"] = "".join(f"{key}: {' '.join(value.split())}\n" for key, value in lines.items()).encode()
    for manifest in MANIFESTS:
        files[manifest] = _sums(files, manifest, payload=True)
    if "sm3" in hashlib.algorithms_available:
        files[_SM3] = "".join(f"{hashlib.new('sm3', files[n]).hexdigest()}  {n}\n" for n in sorted(files)).encode()
    for manifest in TAG_MANIFESTS:
        files[manifest] = _sums(files, manifest, payload=False)
    return files


def _sums(files: Mapping[str, bytes], manifest: str, *, payload: bool) -> bytes:
    algorithm = manifest.rpartition("-")[2].partition(".")[0]
    names = [n for n in sorted(files) if n.startswith("data/") == payload and n not in TAG_MANIFESTS]
    return "".join(f"{hashlib.new(algorithm, files[n]).hexdigest()}  {n}\n" for n in names).encode()
