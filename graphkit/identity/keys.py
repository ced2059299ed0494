"""The workspace's secret and the keyed hashes that stand for ID numbers, accounts and phones (CONTRACT 3).

Ids are the first 16 hex digits of HMAC-SHA-256 over `<kind>:<value>`: equal key, equal ids; without the key a number
cannot be found again by trying all of them.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from graphkit.errors import InputRefused, Text, Where

_BYTES = 32


def read_key(workspace: Path) -> bytes:
    """The key named by `GRAPHKIT_KEY_FILE`, else the workspace's own `key` (made once, mode 0600).

    Raises `InputRefused` when the file is shorter than 16 bytes.
    """
    path = Path(os.environ.get("GRAPHKIT_KEY_FILE") or workspace / "key")
    if not path.exists() and "GRAPHKIT_KEY_FILE" not in os.environ:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(_BYTES).encode("ascii"))
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputRefused(
            "key-unreadable",
            Text(f"无法读取密钥文件：{error.strerror}", f"the key file cannot be read: {error.strerror}"),
            Text("检查 GRAPHKIT_KEY_FILE 与文件权限", "check GRAPHKIT_KEY_FILE and the permissions of the file"),
            Where(file=str(path)),
        ) from None
    if len(key) < 16:
        raise InputRefused(
            "key-too-short",
            Text("密钥文件少于 16 字节", "the key file holds fewer than 16 bytes"),
            Text(
                "恢复原来的密钥文件；更换密钥会改变所有人员编号",
                "restore the old key file; another key changes every person's id",
            ),
            Where(file=str(path)),
        )
    return key


def keyed(key: bytes, kind: str, values: Iterable[str]) -> list[str]:
    """16 hex digits for each value, in order; `kind` keeps an account and an ID number of the same digits apart."""
    prefix = kind.encode() + b":"
    return [hmac.digest(key, prefix + value.encode(), "sha256").hex()[:16] for value in values]
