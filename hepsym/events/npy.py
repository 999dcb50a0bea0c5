"""What does numpy raise for an .npy or .npz file that is damaged, hostile, or of another kind?"""

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["NUMPY_FAULTS", "load_npz"]

NUMPY_FAULTS: tuple[type[Exception], ...] = (
    ValueError, EOFError, KeyError, TypeError, SyntaxError, OverflowError, NotImplementedError,
    IndexError, RuntimeError, MemoryError, RecursionError, UserWarning,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Found by damaging files at random; OSError is left apart, as it may be the disk's."""


def load_npz(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an .npz file, never unpickled. Raises InputError."""
    try:
        # numpy leaves a file that it opened itself open when the archive is bad
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not hasattr(file, "files"):
                raise ValueError
            return {name: file[name] for name in file.files}
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None
