"""How do columns become features? Constant ones dropped, the others centred and scaled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["Scaling", "constant_columns"]

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""A column whose range is below this share of its largest magnitude is constant but for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """x = (value - mean) / scale for the kept columns of a table; the others are constants."""

    columns: tuple[int, ...]
    """The kept columns' places in the table."""
    mean: Floats
    """(kept,), in the units of the columns."""
    scale: Floats
    """(kept,), in the units of the columns, all > 0."""
    constants: Floats
    """(D,), what each column of the table is set to where nothing is learned of it; 0 for kept ones."""

    def apply(self, values: Floats) -> Floats:
        """Features (n, kept) of values (n, D), or of values (n, kept) that have only the kept columns.

        Raises InputError for any other width, and where a value is not finite.
        """
        values = np.asarray(values, dtype=np.float64)
        width, kept = len(self.constants), len(self.columns)
        if values.ndim != 2 or values.shape[1] not in {width, kept}:
            raise InputError(
                f"values of shape {values.shape} do not fit this model: it was trained on {width} columns "
                f"({kept} of them not constant); give an array (n, {width})"
            )
        if not np.isfinite(values).all():
            raise InputError(f"row {_first_bad_row(values)} has a value that is not finite; drop such rows")
        if values.shape[1] == width:
            values = values[:, list(self.columns)]
        features: Floats = (values - self.mean) / self.scale
        return features

    def undo(self, features: Floats) -> Floats:
        """Values (n, D) of features (n, kept), constants filled in; undo(apply(v)) = v to 4 eps max|v|."""
        values = np.tile(self.constants, (len(features), 1))
        values[:, list(self.columns)] = features * self.scale + self.mean
        return values

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values; floats read back bit-identically."""
        return {
            "columns": list(self.columns),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "constants": self.constants.tolist(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Inverse of `to_json`. Raises InputError for anything else."""
        try:
            mean, scale, constants = (
                np.asarray(values[name], dtype=np.float64) for name in ("mean", "scale", "constants")
            )
            columns = tuple(int(c) for c in values["columns"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError(f"the scaling of the columns is damaged ({error}): restore the run") from None
        fits = mean.shape == scale.shape == (len(columns),) and constants.ndim == 1
        there = all(0 <= c < len(constants) for c in columns) if fits else False
        if not there or not all(np.isfinite(a).all() for a in (mean, scale, constants)) or (scale <= 0).any():
            raise InputError("the scaling of the columns is damaged: restore the run or train again")
        return cls(columns, mean, scale, constants)

    @classmethod
    def of(cls, training: Floats, kept: Sequence[int], constants: Floats, how: str) -> Self:
        """The scaling of the kept columns by their training rows (n, D); `how` as in FitSettings.scaling."""
        rows = training[:, list(kept)]
        mean, deviation = rows.mean(axis=0), rows.std(axis=0)
        if how == "common":
            scale = np.full(len(kept), np.sqrt(np.mean(deviation**2)))
        elif how == "standard":
            scale = deviation
        else:
            mean, scale = np.zeros(len(kept)), np.ones(len(kept))
        return cls(tuple(kept), mean, scale, constants)


def constant_columns(values: Floats) -> NDArray[np.int64]:
    """Places of the columns of (n, D) whose range is at most 1e-9 of their largest magnitude."""
    low, high = values.min(axis=0), values.max(axis=0)
    size = np.maximum(np.abs(low), np.abs(high))
    return np.flatnonzero(high - low <= ROUNDING * size)


def _first_bad_row(values: Floats) -> int:
    return int(np.argmin(np.isfinite(values).all(axis=1)))
