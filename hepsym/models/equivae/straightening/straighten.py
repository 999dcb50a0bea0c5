"""Can v be made alike in all classes without touching the model? One invertible map of v for each class.

    v' = T_y(v),  decoder of v' = decoder of T_y^-1(v'),

so the bound is what it was, to the last bit, and v' has in every class about the law N(0, 1): the means of q
over a class' training rows are centred, whitened (symmetrically, which keeps axes) and, in a few rotated
frames, mapped coordinate by coordinate from their quantiles to those of the normal law. Where that is not
enough, `Couplings` follow. The first `kept` of v may be left as they are, where a group acts on them (but
for `Origins` of poses): the others are then mapped, by `Couplings` in a way that depends on these.
Laparra, Camps-Valls, Malo, https://arxiv.org/abs/1602.00229 (iterative Gaussianisation).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.models.equivae.straightening.couplings import Couplings, fit_couplings
from hepsym.models.equivae.straightening.origins import POSE, Origins

__all__ = ["ROUNDS", "Straightening", "straightening"]

Floats = NDArray[np.float64]

ROUNDS = 4
"""Frames in which coordinates are mapped: the given one, then random ones."""
KNOTS = 17
"""Quantiles of each coordinate, from 3 % to 97 %; straight between, on as it ends beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class Straightening:
    """T of every class; arrays lead with the class."""

    middle: Floats
    """(K, d)"""
    whitening: Floats
    """(K, d, d), symmetric"""
    knots: Floats
    """(K, ROUNDS, d, KNOTS) quantiles, increasing"""
    couplings: Couplings | None = None
    kept: int = 0
    """How many coordinates lead that are left alone; d above counts the others."""
    origins: Origins | None = None
    """Of poses among those."""

    def apply(self, v: Floats, codes: NDArray[np.int64]) -> Floats:
        """T_y(v), (n, kept + d), of v (n, kept + d) and class numbers (n,)."""
        v = v if self.origins is None else self.origins.apply(v, codes)
        mapped = self._each(v, codes, self._forward)
        return mapped if self.couplings is None else self.couplings.apply_to(mapped, codes)

    def invert(self, v: Floats, codes: NDArray[np.int64]) -> Floats:
        """The v of which `apply` makes this; to 1e-9 of its size."""
        if self.couplings is not None:
            v = self.couplings.apply_to(v, codes, backward=True)
        found = self._each(v, codes, self._backward)
        return found if self.origins is None else self.origins.invert(found, codes)

    def with_couplings(
        self, shown: Sequence[Floats], codes: NDArray[np.int64], epochs: int, seed: int
    ) -> "Straightening":
        """With couplings fitted to rows (n, kept + d), shown as often as they were seen: `fit_couplings`."""
        mapped = [self.apply(v, codes) for v in shown]
        return replace(
            self,
            couplings=fit_couplings(
                mapped, codes, len(self.middle), epochs=epochs, seed=seed, kept=self.kept
            ),
        )

    def with_class(self) -> "Straightening":
        """With a class more, of which nothing is known: its T is the identity."""
        d = self.middle.shape[1]
        plain = np.tile(normal_quantiles(), (1, ROUNDS, d, 1))
        return Straightening(
            np.vstack([self.middle, np.zeros((1, d))]), np.concatenate([self.whitening, np.eye(d)[None]]),
            np.concatenate([self.knots, plain]), self.couplings, self.kept,
            None if self.origins is None else self.origins.with_class(),
        )  # fmt: skip

    def _each(self, v: Floats, codes: NDArray[np.int64], map_: Callable[[Floats, int], Floats]) -> Floats:
        out = np.array(v, dtype=np.float64)
        for k in np.unique(codes):
            out[codes == k, self.kept :] = map_(out[codes == k, self.kept :], k)
        return out

    def _forward(self, v: Floats, k: int) -> Floats:
        v = (v - self.middle[k]) @ self.whitening[k]
        for frame, knots in zip(frames(v.shape[1]), self.knots[k], strict=True):
            v = _coordinates(v @ frame, knots, backward=False) @ frame.T
        return v

    def _backward(self, v: Floats, k: int) -> Floats:
        for frame, knots in zip(frames(v.shape[1])[::-1], self.knots[k][::-1], strict=True):
            v = _coordinates(v @ frame, knots, backward=True) @ frame.T
        found: Floats = np.linalg.solve(self.whitening[k], v.T).T + self.middle[k]
        return found


def straightening(
    v: Floats, codes: NDArray[np.int64], classes: int, kept: int = 0,
    units: tuple[float, float, float] | None = None,
) -> Straightening:  # fmt: skip
    """T of each class from its training rows v (n, kept + d), class numbers (n,); units of kept poses.

    A class with fewer rows than 4 d + KNOTS is centred only: its spread is not known well enough.
    """
    origins = None if units is None or kept < POSE else Origins.of(v, codes, classes, units)
    v = v[:, kept:]
    d = v.shape[1]
    normal = normal_quantiles()
    middle, whitening = np.zeros((classes, d)), np.tile(np.eye(d), (classes, 1, 1))
    knots = np.tile(normal, (classes, ROUNDS, d, 1))
    for k in range(classes):
        rows = v[codes == k]
        middle[k] = rows.mean(0)
        if len(rows) < 4 * d + KNOTS:
            continue
        values, vectors = np.linalg.eigh(np.cov(rows.T).reshape(d, d))
        # What hardly varies stays small: stretched, it would be noise at full size.
        whitening[k] = (vectors / np.sqrt(np.maximum(values, 1e-2))) @ vectors.T
        moved = (rows - middle[k]) @ whitening[k]
        for i, frame in enumerate(frames(d)):
            turned = moved @ frame
            knots[k, i] = np.maximum.accumulate(
                np.quantile(turned, np.linspace(0.03, 0.97, KNOTS), axis=0).T + 1e-6 * np.arange(KNOTS),
                axis=1,
            )
            moved = _coordinates(turned, knots[k, i], backward=False) @ frame.T
    return Straightening(middle, whitening, knots, kept=kept, origins=origins)


def normal_quantiles() -> Floats:
    """(KNOTS,) of the standard normal law."""
    found: Floats = norm.ppf(np.linspace(0.03, 0.97, KNOTS))
    return found


def frames(d: int) -> list[Floats]:
    """ROUNDS rotations (d, d), the first the identity; the same in every call."""
    rng = np.random.default_rng(d)
    return [np.eye(d), *(np.linalg.qr(rng.normal(size=(d, d)))[0] for _ in range(ROUNDS - 1))]


def _coordinates(v: Floats, knots: Floats, *, backward: bool) -> Floats:
    """Each coordinate from its quantiles to the normal's, or back; straight on outside."""
    normal = normal_quantiles()
    out = np.empty_like(v)
    for j in range(v.shape[1]):
        a, b = (normal, knots[j]) if backward else (knots[j], normal)
        low, high = (b[1] - b[0]) / (a[1] - a[0]), (b[-1] - b[-2]) / (a[-1] - a[-2])
        inside = np.interp(v[:, j], a, b)
        out[:, j] = inside + low * np.minimum(v[:, j] - a[0], 0) + high * np.maximum(v[:, j] - a[-1], 0)
    return out
