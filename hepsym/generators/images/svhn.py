"""What is in an SVHN cropped-digits file? 32 x 32 colour pictures and labels, from MATLAB's format."""

from pathlib import Path

import numpy as np

from hepsym.errors import InputError
from hepsym.generators.images.labelled import LabelledSet

__all__ = ["read_svhn"]


def read_svhn(path: str | Path) -> LabelledSet:
    """x (n, 32, 32, 3) from 0 to 255, y (n,) 0 .. 9 (the file's 10 is the digit 0).

    Raises InputError: no such file, no MATLAB file, no X (h, w, 3, n) and y (n, 1) of its length.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        found = loadmat(Path(path), variable_names=["X", "y"])
    except (OSError, ValueError, TypeError, NotImplementedError, MatReadError, IndexError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a MATLAB file: {error}") from None
    x, y = found.get("X"), found.get("y")
    if not isinstance(x, np.ndarray) or not isinstance(y, np.ndarray) or x.ndim != 4 or x.shape[3] != y.size:
        raise InputError(f"{path} is no SVHN file: X (h, w, 3, n) and y (n, 1) are needed")
    labels = y.ravel().astype(np.int64) % 10
    return LabelledSet(np.moveaxis(x, 3, 0).astype(np.float64), labels)
