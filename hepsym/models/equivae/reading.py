"""May these x come in, and in which units does the network see them? Vectors, pictures, point clouds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["Reading", "checked"]

Floats = NDArray[np.float64]
AXES = {
    "vector": "(n, D)", "image": "(n, h, w) or (n, h, w, channels)", "cloud": "(n, points, features)",
    "momenta": "(n, particles, 3)",
}  # fmt: skip

LARGEST = 1e150
"""Of a value: squares of larger ones overflow."""
FARTHEST = 1e18
"""Of a feature, in the units of the network: squares of larger ones overflow in float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """How rows become features: x' = (x - offset) / scale, flattened."""

    kind: str
    shape: tuple[int, ...]
    """(D,), (h, w, channels) or (points, features)"""
    flat_channel: bool
    """Whether pictures came without an axis of channels, and go out without one."""
    offset: Floats
    """(D,)"""
    scale: Floats
    """(D,)"""
    levels: int
    """Largest value + 1, where all values are whole numbers from 0; else 0."""

    @classmethod
    def of(cls, x: ArrayLike, kind: str, scaling: str = "standard") -> "Reading":
        """Read the shape and scale off training rows.

        Vectors: mean and standard deviation of each column (1 for a constant one), or with scaling =
        "common" the rms of all values, and no offset. Pictures: divided by
        the largest value where that is above 1. Clouds: divided by each feature's rms over points, so
        that padding, all 0, stays 0; momenta: all by one rms. Raises InputError as `checked`.
        """
        values = checked(x)
        if kind == "auto":
            kind = "vector" if values.ndim == 2 else "image"
        if values.ndim not in {"vector": (2,), "image": (3, 4), "cloud": (3,), "momenta": (3,)}[kind]:
            article = "an" if kind == "image" else "a"
            raise InputError(f"X has shape {values.shape}: {article} {kind} is {AXES[kind]}")
        if kind == "momenta" and values.shape[2] != 3:
            raise InputError(f"X has shape {values.shape}: momenta are {AXES[kind]}, see `rest_rows`")
        flat = values.reshape(len(values), -1)
        shape = values.shape[1:] + ((1,) if kind == "image" and values.ndim == 3 else ())
        offset, scale = np.zeros(flat.shape[1]), np.ones(flat.shape[1])
        if kind == "vector" and scaling == "common":
            scale[:] = float(np.sqrt((flat**2).mean())) or 1.0
        elif kind == "vector":
            spread = flat.std(0)
            offset, scale = flat.mean(0), np.where(spread > 0, spread, 1.0)
        elif kind == "image":
            scale[:] = max(1.0, float(flat.max()))
        else:
            there = (values != 0).any(-1)
            rms = np.sqrt((values[there] ** 2).mean(0)) if there.any() else np.ones(values.shape[2])
            if kind == "momenta":  # one number, as directions are alike
                rms = np.full(3, np.sqrt((rms**2).mean()))
            scale = np.tile(np.where(rms > 0, rms, 1.0), values.shape[1])
        whole = kind == "image" and bool((flat == np.round(flat)).all()) and flat.min() >= 0
        levels = int(flat.max()) + 1 if whole and flat.max() >= 1 else 0
        return cls(
            kind, tuple(int(s) for s in shape), values.ndim == 3 and kind == "image", offset, scale, levels
        )

    def apply(self, x: ArrayLike) -> NDArray[np.float32]:
        """Features (n, D) of rows. Raises InputError as `checked`; for another shape, or rows too far out."""
        values = checked(x)
        wanted = self.shape[:-1] if self.flat_channel else self.shape
        if values.shape[1:] != wanted:
            raise InputError(f"X has rows of shape {values.shape[1:]}, but the model was fitted to {wanted}")
        flat = values.reshape(len(values), -1)
        features = (flat - self.offset) / self.scale
        far = np.abs(features).max(axis=1) > FARTHEST
        if far.any():
            raise InputError(
                f"row {int(np.argmax(far))} of X is {FARTHEST:g} times farther out than the rows that were "
                f"fitted (so are {int(far.sum())} rows in all): give the same units, or leave such rows out"
            )
        return features.astype(np.float32)

    def invert(self, features: NDArray[np.floating]) -> Floats:
        """Rows, in the shape and units they came in, of features (n, D)."""
        flat = np.asarray(features, dtype=np.float64) * self.scale + self.offset
        return flat.reshape(len(flat), *(self.shape[:-1] if self.flat_channel else self.shape))

    @property
    def log_volume(self) -> float:
        """sum_j log scale_j: what a log density in features exceeds that in the rows' own units by."""
        return float(np.log(self.scale).sum())

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "kind": self.kind, "shape": list(self.shape), "flat_channel": self.flat_channel,
            "offset": self.offset.tolist(), "scale": self.scale.tolist(), "levels": self.levels,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`."""
        return cls(values["kind"], tuple(values["shape"]), values["flat_channel"],
                   np.array(values["offset"]), np.array(values["scale"]), values["levels"])  # fmt: skip


def checked(x: ArrayLike) -> Floats:
    """Rows as one float64 array.

    Raises InputError: rows of different shapes (pictures of different sizes), no real numbers, no rows, fewer
    than two axes, a value that is not finite or too large to be squared.
    """
    if isinstance(x, (list, tuple)) or (isinstance(x, np.ndarray) and x.dtype.kind == "O" and x.ndim):
        shapes = [np.shape(row) for row in x]
        odd = next((i for i, s in enumerate(shapes) if s != shapes[0]), None)
        if odd is not None:
            raise InputError(
                f"row {odd} has shape {shapes[odd]}, row 0 has {shapes[0]}: bring all to one size first"
            )
    try:
        given = np.asarray(x)
        values = given if np.iscomplexobj(given) else np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("X does not hold numbers alone: give an array of numbers, one row each") from None
    if np.iscomplexobj(values):
        raise InputError("X holds complex numbers: give real ones, such as real and imaginary parts")
    if values.ndim < 2 or 0 in values.shape:
        raise InputError(f"X has shape {values.shape}: give rows, as {' or '.join(AXES.values())}")
    finite = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if not finite.all():
        raise InputError(
            f"row {int(np.argmin(finite))} of X holds a value that is not finite (so do "
            f"{int((~finite).sum())} rows in all): leave such rows out"
        )
    largest = np.abs(values.reshape(len(values), -1)).max(axis=1)
    if largest.max() > LARGEST:
        raise InputError(
            f"row {int(largest.argmax())} of X holds {largest.max():.3g}, whose square overflows: "
            f"give other units, so that all are below {LARGEST:g}"
        )
    return values
