"""Was a JSON document changed since it was written? It holds the SHA-256 of its own content."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["SEAL", "broken", "sealed"]

SEAL = "document_sha256"
"""The key; a document of before there were seals has none and is taken as it is."""


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its seal: the SHA-256 of the rest as JSON with sorted keys, whatever its layout."""
    return {**document, SEAL: _digest(document)}


def broken(document: dict[str, Any]) -> bool:
    """Take the seal off a document; whether it had one that does not fit its content."""
    seal = document.pop(SEAL, None)
    return seal is not None and bool(seal != _digest(document))


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
