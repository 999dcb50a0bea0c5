"""What does a label mean? Integers and strings alike, as class numbers 0 .. K - 1; -1 is unlabelled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["UNLABELLED", "Labels", "one_label_a_row", "read_label", "read_labels"]

UNLABELLED = -1

Codes = NDArray[np.int64]
Label = int | str


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes of a fit, in order: integers by size, strings that are all integers likewise, else a-z."""

    classes: tuple[Label, ...]

    def encode(self, y: ArrayLike, *, unlabelled: bool = False) -> Codes:
        """Class numbers (n,) of labels (n,); -1 where unlabelled, if that is allowed.

        "3" and 3 are the same label. Raises InputError for a label that is none of the classes.
        """
        plain = _plain(y)
        place = {str(label): code for code, label in enumerate(self.classes)}
        codes = np.empty(len(plain), np.int64)
        for i, label in enumerate(plain):
            if unlabelled and _is_unlabelled(label):
                codes[i] = UNLABELLED
                continue
            if str(label) not in place:
                known = ", ".join(str(c) for c in self.classes[:20])
                raise InputError(
                    f"label {label!r} (row {i}) is out of range: the classes are {known}"
                    + (", and -1 for unlabelled" if unlabelled else "")
                )
            codes[i] = place[str(label)]
        return codes

    def decode(self, codes: Codes) -> NDArray[np.generic]:
        """Labels (n,) of class numbers (n,)."""
        return np.asarray(self.classes)[codes]


def read_labels(y: ArrayLike, classes: Sequence[Label] | None = None) -> tuple[Labels, Codes]:
    """The classes found in labels (n,), and every row's class number, -1 where unlabelled.

    Labels are integers >= 0 or strings; -1, "-1", "" and None mean unlabelled. `classes` fixes what is
    allowed and the order. Raises InputError: not one-dimensional, all unlabelled, one class only, a
    class with a single member, a label that is negative, no whole number or not among `classes`.
    """
    plain = _plain(y)
    found = {str(label): label for label in plain if label is not None and not _is_unlabelled(label)}
    if not found:
        raise InputError(f"all {len(plain)} rows are unlabelled (-1): give labels of at least two classes")
    chosen = tuple(classes) if classes is not None else _sorted(list(found.values()))
    if len({str(c) for c in chosen}) < len(chosen):
        raise InputError(f"classes = {chosen}: a class is named twice")
    labels = Labels(chosen)
    codes = labels.encode(y, unlabelled=True)
    counts = np.bincount(codes[codes >= 0], minlength=len(chosen))
    if np.count_nonzero(counts) < 2:
        only = chosen[int(counts.argmax())]
        raise InputError(f"one class only: all {int(counts.sum())} labels are {only!r}; give at least two")
    if counts.min() < 2:
        few = int(counts.argmin())
        what = "a single member" if counts[few] else "no member"
        raise InputError(
            f"class {chosen[few]!r} has {what}: a class set without the row itself would be empty; "
            "give at least two rows of it or leave it out"
        )
    return labels, codes


def one_label_a_row(rows: int, labels: int) -> None:
    """Raises InputError where there are not as many of one as of the other."""
    if rows != labels:
        raise InputError(f"X has {rows} rows, y has {labels} labels: give one label a row")


def read_label(label: Label) -> Label:
    """One label, of a class. Raises InputError as `read_labels`, and where it means unlabelled."""
    found = _plain([label])[0]
    if found is None or _is_unlabelled(found):
        raise InputError(
            f"label {label!r} means unlabelled: name a class by a word or an integer of 0 or more"
        )
    return found


def _plain(y: ArrayLike) -> list[Label | None]:
    """Labels as Python integers, strings or None."""
    array = np.asarray(y, dtype=object) if isinstance(y, (list, tuple)) else np.asarray(y)
    if array.ndim != 1:
        raise InputError(f"labels have shape {array.shape}: give one label a row, (n,)")
    found: list[Label | None] = []
    for i, item in enumerate(array.tolist()):
        label = item.item() if isinstance(item, np.generic) else item
        if isinstance(label, float):
            if not np.isfinite(label) or label != int(label):
                raise InputError(f"label {label} (row {i}) is no whole number: give integers or strings")
            label = int(label)
        if isinstance(label, bool):
            label = int(label)
        if label is not None and not isinstance(label, (int, str)):
            raise InputError(f"label {label!r} (row {i}) is neither an integer nor a string")
        if isinstance(label, int) and label < UNLABELLED:
            raise InputError(f"label {label} (row {i}) is out of range: give 0 or more, or -1 for unlabelled")
        found.append(label)
    return found


def _is_unlabelled(label: Label | None) -> bool:
    return label is None or str(label) in {"", "-1"}


def _sorted(found: list[Label]) -> tuple[Label, ...]:
    if all(str(label).isdecimal() for label in found):
        return tuple(sorted(found, key=int))
    return tuple(sorted(found, key=str))
