"""Which rows are learned from, and which are only asked about? A labelled set, divided once for all seeds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.images import LabelledSet, glyphs, mnist_5000, small_digits
from hepsym.random import uniforms

if TYPE_CHECKING:
    from hepsym.report.representation.card import RowsStage

__all__ = ["UPRIGHT", "Divided", "divided", "shown_labels"]

Rows = NDArray[np.int64]
STREAM = 0xE0_5711

UPRIGHT = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "STIXGeneral", "STIXGeneralBol",
    "cmr10", "cmb10",
)  # fmt: skip
"""Fonts of the glyphs: in an oblique one the angle would be a matter of definition."""
TRUTH = ("angle", "scale", "right", "down", "log_mass")


@dataclass(frozen=True, slots=True, eq=False)
class Divided:
    """Training and test rows."""

    x: NDArray[Any]
    y: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    factors: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
    """What is true of how rows were made: of training and of test rows."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a row."""
        return tuple(self.x.shape[1:])


def divided(stage: "RowsStage") -> Divided:
    """The set, divided: of each class the `test` share with the smallest counter-based numbers is for tests.

    Raises InputError: what the sets' readers refuse.
    """
    rows = _read(stage)
    u = uniforms(1, len(rows.y), stream=STREAM)
    test = np.concatenate([
        places[np.argsort(u[places])][: round(stage.test * len(places))]
        for places in (np.flatnonzero(rows.y == k) for k in np.unique(rows.y))
    ])  # fmt: skip
    training, test = np.setdiff1d(np.arange(len(rows.y)), test), np.sort(test)
    if stage.develop:
        fresh = uniforms(2, len(rows.y), stream=STREAM)[training]
        training, test = training[fresh >= 0.15], training[fresh < 0.15]
    names = [name for name in rows.factors if name in TRUTH]
    return Divided(
        rows.x[training], rows.y[training], rows.x[test], rows.y[test],
        {name: (rows.factors[name][training], rows.factors[name][test]) for name in names},
    )  # fmt: skip


def _read(stage: "RowsStage") -> LabelledSet:
    if stage.set == "glyphs":
        return glyphs(stage.events, seed=1, fonts=UPRIGHT)
    if stage.set == "jets":
        from hepsym.report.representation.jets import jet_rows_of

        return jet_rows_of(stage.files, stage.events, gev=stage.mass)
    return small_digits() if stage.set == "digits" else mnist_5000()


def shown_labels(y: NDArray[Any], labels: int, seed: int) -> NDArray[Any]:
    """y with all but `labels` of them hidden, as many of each class; by the seed. 0 hides none."""
    if not labels:
        return y
    kinds = np.unique(y)
    each, rest = divmod(labels, len(kinds))
    if rest or each < 2 or any((y == k).sum() < each for k in kinds):
        raise InputError(
            f"rows.labels = {labels} must be a multiple of {len(kinds)} classes, 2 of each or more"
        )
    u = uniforms(seed, len(y), stream=STREAM + 1)
    chosen = np.concatenate([
        places[np.argsort(u[places])][:each] for places in (np.flatnonzero(y == k) for k in kinds)
    ])  # fmt: skip
    hidden = np.full(len(y), "" if y.dtype.kind == "U" else -1, dtype=y.dtype)
    hidden[chosen] = y[chosen]
    return hidden
