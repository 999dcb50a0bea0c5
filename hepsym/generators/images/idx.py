"""What is in an IDX file, MNIST's format? Arrays, from bounded and checked bytes."""

import gzip
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.images.labelled import LabelledSet

__all__ = ["LARGEST", "read_idx", "read_mnist"]

LARGEST = 1 << 31
"""Bytes that a file may unpack to."""

PIECE = 1 << 24

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | Path) -> NDArray[np.generic]:
    """The array of an IDX file, gzipped or not, in this machine's byte order.

    Layout: two zero bytes, a type byte (0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32,
    0x0E float64), the number of axes, each axis as a big-endian uint32, then the values. Raises
    InputError: no such file, another format, damaged, cut short or with bytes to spare, above 2 GiB.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            content = b"".join(_pieces(file.read))
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} cannot be read as IDX: {error}") from None
    if len(content) > LARGEST:
        raise InputError(f"{path} unpacks to more than {LARGEST} bytes: no IDX data set is so large")
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES or not content[3]:
        raise InputError(
            f"{path} is no IDX file: it starts with {content[:4].hex() or 'nothing'}, not 0000 08 .."
        )
    axes, kind = content[3], np.dtype(TYPES[content[2]])
    start = 4 + 4 * axes
    if len(content) < start:
        raise InputError(f"{path} is cut short: {len(content)} bytes, its header alone has {start}")
    shape = struct.unpack(f">{axes}I", content[4:start])
    wanted = start + kind.itemsize * int(np.prod([int(s) for s in shape], dtype=object))
    if len(content) != wanted:
        raise InputError(f"{path} has {len(content)} bytes, but its header says {wanted} (shape {shape})")
    return np.frombuffer(content, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """What is there, up to a byte more than LARGEST: one read of so much would ask for as much memory."""
    held = 0
    while held <= LARGEST and (piece := read(PIECE)):
        held += len(piece)
        yield piece


def read_mnist(pictures: str | Path, labels: str | Path) -> LabelledSet:
    """The set of MNIST's two files: x (n, h, w) from 0 to 255, y (n,) integers.

    Raises InputError as `read_idx`, and where shapes do not match.
    """
    x, y = read_idx(pictures), read_idx(labels)
    if x.ndim != 3 or y.ndim != 1 or len(x) != len(y):
        raise InputError(f"{pictures} has shape {x.shape}, {labels} {y.shape}: (n, h, w) and (n,) are needed")
    return LabelledSet(x.astype(np.float64), y.astype(np.int64))
