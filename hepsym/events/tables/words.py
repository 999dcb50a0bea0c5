"""What do the words of a column mean as numbers? Their places in the sorted list; -1 is a gap."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Words"]

Floats = NDArray[np.float64]


class Words:
    """Numbers the words of one column as they come, block by block and file by file; `meaning` at the end."""

    def __init__(self, column: str) -> None:
        self.column = column
        self._numbers: dict[str, float] = {}

    def number(self, values: Sequence[Any] | NDArray[Any]) -> Floats:
        """The number of each value: one that the word keeps until `meaning` is asked for.

        Numbers are words too, as they are printed. None, NaN and empty texts are gaps.
        """
        if isinstance(values, np.ndarray):
            kinds, which = np.unique(values, return_inverse=True)
            return self.number(kinds.tolist())[which]
        return np.array([self._numbers.setdefault(w, float(len(self._numbers))) for w in map(_said, values)])

    def meaning(self, numbers: Floats) -> tuple[Floats, list[str]]:
        """What `number` gave, as what it means, and the sorted words; nothing but numbers mean themselves.

        A gap is -1, and so is the word "-1".
        """
        said = list(self._numbers)
        try:
            means, words = [float(word) if word else -1.0 for word in said], list[str]()
        except ValueError:
            words = sorted(set(said) - {"", "-1"})
            place = {word: float(i) for i, word in enumerate(words)} | {"": -1.0, "-1": -1.0}
            means = [place[word] for word in said]
        return np.asarray(means, dtype=np.float64)[numbers.astype(np.intp)], words


def _said(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = (value.decode(errors="replace") if isinstance(value, bytes) else str(value)).strip()
    return "" if text.lower() == "nan" else text
