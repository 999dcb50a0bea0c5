"""What does numpy raise for an .npy or .npz file that is damaged, hostile, or of another kind?"""

import tokenize
import zipfile
import zlib

__all__ = ["NUMPY_FAULTS"]

NUMPY_FAULTS: tuple[type[Exception], ...] = (
    ValueError, EOFError, KeyError, TypeError, SyntaxError, OverflowError, NotImplementedError,
    IndexError, RuntimeError, MemoryError, RecursionError, UserWarning,
    tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Found by damaging files at random; OSError is left apart, as it may be the disk's."""
