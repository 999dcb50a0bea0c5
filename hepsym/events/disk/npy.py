"""What does numpy raise for an .npy or .npz file that is damaged, hostile, or of another kind?"""

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["NUMPY_FAULTS", "check_whole", "load_npz"]

NUMPY_FAULTS: tuple[type[Exception], ...] = (
    ValueError, EOFError, KeyError, TypeError, SyntaxError, OverflowError, NotImplementedError,
    IndexError, RuntimeError, MemoryError, RecursionError, UserWarning,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Found by damaging files at random; OSError is left apart, as it may be the disk's."""


LEAST_MEMBER = 100
"""Bytes: an array with its headers takes more, and what lies between members takes less."""


def check_whole(archive: zipfile.ZipFile) -> None:
    """Raise BadZipFile where the archive's directory, which has no checksum, leaves out a member."""
    end = 0
    for info in sorted(archive.infolist(), key=lambda member: member.header_offset):
        if info.header_offset > end + LEAST_MEMBER:
            break
        end = info.header_offset + 30 + len(info.filename) + info.compress_size
    else:
        if archive.start_dir <= end + LEAST_MEMBER:
            return
    raise zipfile.BadZipFile


def load_npz(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an .npz file, never unpickled. Raises InputError."""
    try:
        # numpy leaves a file that it opened itself open when the archive is bad
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not hasattr(file, "files"):
                raise ValueError
            check_whole(file.zip)
            return {name: file[name] for name in file.files}
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None
