"""Can a model learn from this table? Checked once, then split and scaled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.models.rows.digest import data_digest
from hepsym.models.rows.scaling import Scaling, constant_columns
from hepsym.models.rows.splitting import split_rows
from hepsym.models.settings import FitSettings

__all__ = ["Dataset", "prepare"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A table ready for training."""

    names: tuple[str, ...]
    scaling: Scaling
    training: Floats
    """(n_train, kept) scaled features"""
    validation: Floats
    """(n_validation, kept) scaled features"""
    counts: tuple[int, int, int]
    """Rows for training, validation and test."""
    digest: str
    """SHA-256 of names and values."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """JSON values that the model is built from beside the number of features: classes, shapes."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the columns that are learned."""
        return tuple(self.names[c] for c in self.scaling.columns)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Names of the constant columns."""
        return tuple(n for i, n in enumerate(self.names) if i not in self.scaling.columns)


def prepare(
    values: Floats, names: Sequence[str], settings: FitSettings, *, drop_constant: bool = False
) -> Dataset:
    """Check, split and scale values (n, D), with column `names`; scaling is of the training rows alone.

    Raises InputError: not two-dimensional, names that do not match or repeat, no rows, a value that is
    not finite (row and column named), a constant column unless drop_constant, nothing but constant
    columns, fewer training rows than a batch, no validation row.
    """
    values = np.asarray(values, dtype=np.float64)
    names = tuple(names)
    _check_table(values, names)
    constant = constant_columns(values)
    kept = [c for c in range(len(names)) if c not in constant]
    if not kept:
        raise InputError(f"every column is constant ({', '.join(names)}): there is nothing to learn")
    if len(constant) and not drop_constant:
        first = int(constant[0])
        raise InputError(
            f"column {names[first]!r} is constant, {values[0, first]:g} in all {len(values)} rows: "
            f"leave it out by --columns {','.join(names[c] for c in kept)}"
        )
    training, validation, test = split_rows(len(values), settings.seed, settings.validation, settings.test)
    _check_rows(len(values), len(training), len(validation), settings)
    constants = np.where(np.isin(np.arange(len(names)), constant), values[0], 0.0)
    rows = values[training]
    varying = [c for c in kept if c not in constant_columns(rows)]
    if varying != kept:
        lost = next(names[c] for c in kept if c not in varying)
        raise InputError(
            f"column {lost!r} is constant in all {len(rows)} training rows: leave it out by --columns"
        )
    scaling = Scaling.of(rows, kept, constants, settings.scaling)
    return Dataset(
        names, scaling, scaling.apply(rows), scaling.apply(values[validation]),
        (len(training), len(validation), len(test)), data_digest(values, names),
    )  # fmt: skip


def _check_table(values: Floats, names: tuple[str, ...]) -> None:
    if values.ndim != 2:
        raise InputError(f"the table has shape {values.shape}: give (rows, columns)")
    if values.shape[1] != len(names):
        raise InputError(
            f"the table has {values.shape[1]} columns, but {len(names)} names: {', '.join(names)}"
        )
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise InputError(f"column {repeated[0]!r} is named twice: leave one out")
    if not len(values) or not names:
        raise InputError(
            f"the table is empty ({len(values)} rows, {len(names)} columns): there is nothing to learn"
        )
    finite = np.isfinite(values)
    if not finite.all():
        row, column = (int(i) for i in np.argwhere(~finite)[0])
        raise InputError(
            f"row {row}, column {names[column]!r} is {values[row, column]}: leave such rows or columns out "
            f"({int((~finite).sum())} values in all are not finite)"
        )


def _check_rows(n: int, training: int, validation: int, settings: FitSettings) -> None:
    if training < settings.batch:
        raise InputError(
            f"{n} rows leave {training} for training, fewer than a batch of {settings.batch}: "
            f"give more rows or a smaller batch, such as --batch {max(1, training // 4)}"
        )
    if not validation:
        raise InputError(
            f"{n} rows leave none for validation (validation = {settings.validation:g}): "
            "give more rows or a larger share"
        )
