"""The signature of a pack: Ed25519 over the exact file set (RELIABILITY fact 11: BagIt alone is not tamper-proof)."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from graphkit.errors import InputRefused, Text, Where
from graphkit.evidence.standalone import inventory, seal_text, signed_bytes


def signing_key(workspace_key: bytes, path: Path | None) -> Ed25519PrivateKey:
    """The private key in the PEM file `path`, else one derived from the workspace's secret (equal secret, equal seal).

    Raises `InputRefused` when the file holds no unencrypted Ed25519 key.
    """
    if path is None:
        seed = HKDF(SHA256(), 32, salt=None, info=b"graphkit evidence pack").derive(workspace_key)
        return Ed25519PrivateKey.from_private_bytes(seed)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputRefused(
            "signing-key",
            Text("不是未加密的 Ed25519 私钥", "not an unencrypted Ed25519 private key"),
            Text("openssl genpkey -algorithm ed25519 -out key.pem", "openssl genpkey -algorithm ed25519 -out key.pem"),
            Where(file=str(path)),
        )
    return key


def seal(files: dict[str, bytes], key: Ed25519PrivateKey) -> bytes:
    """The content of `signature.json` for these files."""
    listed = inventory(files)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return seal_text(listed, public, key.sign(signed_bytes(listed)).hex())
