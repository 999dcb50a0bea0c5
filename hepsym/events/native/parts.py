"""How is one array of a shard written, checked and mapped back?"""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.disk.atomic import atomic_file
from hepsym.events.disk.npy import NUMPY_FAULTS
from hepsym.events.native.manifest import Part

__all__ = ["check_part", "file_name", "open_part", "write_part"]

_SLICE = 4 * 2**20
"""Bytes hashed and written at a time: they are still in the cache when they are written."""


def file_name(index: int, name: str) -> str:
    """events-000012.npy for the momenta of shard 12, events-000012.weights.npy for its weights."""
    return f"events-{index:06d}.npy" if name == "momenta" else f"events-{index:06d}.{name}.npy"


def write_part(directory: Path, index: int, name: str, array: NDArray[Any]) -> Part:
    """Write an .npy file whole (temporary name, fsync, rename), hashing it on the way."""
    path = directory / file_name(index, name)
    array = np.ascontiguousarray(array)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    content = array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
    digest = hashlib.sha256(header.getvalue())
    # A shard that is there already is one that a killed run did not get into its manifest.
    with atomic_file(path, overwrite=True) as file:
        file.write(header.getvalue())
        handle = file.raw if hasattr(file, "raw") else file
        file.flush()
        for start in range(0, len(content), _SLICE):
            piece = content[start : start + _SLICE]
            digest.update(piece)
            while len(piece):
                piece = piece[handle.write(piece) :]
    return Part(path.name, len(header.getvalue()) + len(content), digest.hexdigest())


def check_part(directory: Path, part: Part) -> str | None:
    """What is wrong with a part, in words: missing, truncated, or not the bits written; None if nothing."""
    path = directory / part.file
    try:
        size = path.stat().st_size
    except OSError:
        return f"{path} is missing"
    if size != part.bytes:
        return f"{path} is damaged: {size} bytes instead of {part.bytes}"
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_SLICE):
            digest.update(piece)
    if digest.hexdigest() != part.sha256:
        return f"{path} is damaged: its SHA-256 is not the one in the manifest"
    return None


def open_part(directory: Path, part: Part, events: int) -> NDArray[Any]:
    """A part as a read-only memory map. Raises InputError unless it is whole and has `events` rows."""
    path = directory / part.file
    try:
        size = os.stat(path).st_size  # noqa: PTH116 - one call instead of two
        if size != part.bytes:
            raise InputError(f"{path} is damaged: {size} bytes instead of {part.bytes}")
        array: NDArray[Any] = np.load(path, mmap_mode="r" if events else None, allow_pickle=False)
    except FileNotFoundError:
        raise InputError(f"{path} is missing: copy it here or generate it anew with --resume") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except InputError:
        raise
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged: it is not a whole .npy file") from None
    if array.ndim == 0 or len(array) != events:
        raise InputError(f"{path} is damaged: shape {array.shape} where {events} events belong")
    return array
