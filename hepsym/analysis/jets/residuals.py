"""How far are reconstructed jets from the jets, particle by particle and as a whole?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from hepsym.analysis.jets.coordinates import Floats, jet_quantities, relative_to

__all__ = ["JetResiduals", "Spread", "jet_residuals", "spread"]

RADIUS = 0.1
"""Angles are weighed against p_T in this unit where particles are matched."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the width of residuals, with errors."""

    median: float
    iqr: float
    """Upper minus lower quartile."""
    median_error: float
    iqr_error: float
    """Standard deviations over 100 bootstrap samples, drawn from a fixed seed."""
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class JetResiduals:
    """Relative errors, (reconstructed - true) / |true|; one entry a true particle, or one a jet."""

    ptrel: Floats
    etarel: Floats
    phirel: Floats
    mass: Floats
    pt: Floats
    missed: float
    """Share of true particles to which nothing with p_T > 0 was matched: ptrel -1, etarel and phirel -1."""

    def spreads(self) -> dict[str, Spread]:
        """Median and IQR of each."""
        return {name: spread(getattr(self, name)) for name in ("ptrel", "etarel", "phirel", "mass", "pt")}


def spread(values: Floats, seed: int = 1) -> Spread:
    """Median and interquartile range of values (n,), with bootstrap errors."""
    values = np.asarray(values, dtype=np.float64)
    lower, middle, upper = np.quantile(values, [0.25, 0.5, 0.75])
    rng = np.random.default_rng(seed)
    again = np.array([np.quantile(rng.choice(values, len(values)), [0.25, 0.5, 0.75]) for _ in range(100)])
    return Spread(
        float(middle), float(upper - lower), float(again[:, 1].std()),
        float((again[:, 2] - again[:, 0]).std()), len(values),
    )  # fmt: skip


def jet_residuals(found: Floats, true: Floats) -> JetResiduals:
    """Residuals of reconstructed momenta (n, S, 4) against true ones (n, P, 4), both (E, x, y, z), zeros
    empty.

    Both are seen relative to the *true* jet's axis and p_T. In each jet reconstructed and true particles are
    matched one to one with the least sum of squared distances of (z, z d-eta / 0.1, z d-phi / 0.1), z =
    p_T / p_T_jet (exact: scipy's linear_sum_assignment). Source of the quantities: arXiv:2212.07347,
    section 5.
    """
    a, b = relative_to(found, true), relative_to(true, true)
    flow_a = a[..., [2, 0, 1]] * np.concatenate([np.ones_like(a[..., 2:]), a[..., [2, 2]] / RADIUS], -1)
    flow_b = b[..., [2, 0, 1]] * np.concatenate([np.ones_like(b[..., 2:]), b[..., [2, 2]] / RADIUS], -1)
    slots = max(a.shape[1], b.shape[1])
    a, flow_a = _padded(a, slots), _padded(flow_a, slots)
    matched = np.zeros_like(_padded(b, slots))
    cost = ((flow_a[:, :, None] - _padded(flow_b, slots)[:, None]) ** 2).sum(-1)
    for jet, table in enumerate(cost):
        rows, columns = linear_sum_assignment(table)
        matched[jet, columns] = a[jet, rows]
    there = b[..., 2] > 0
    got, wanted = matched[:, : b.shape[1]][there], b[there]
    absent = got[:, 2] <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(wanted != 0, (got - wanted) / np.abs(wanted), 0.0)
    relative[absent] = -1.0
    mass_a, pt_a = jet_quantities(found)
    mass_b, pt_b = jet_quantities(true)
    return JetResiduals(
        relative[:, 2], relative[:, 0], relative[:, 1], (mass_a - mass_b) / mass_b, (pt_a - pt_b) / pt_b,
        float(absent.mean()),
    )  # fmt: skip


def _padded(values: NDArray[np.float64], slots: int) -> NDArray[np.float64]:
    return np.pad(values, [(0, 0), (0, slots - values.shape[1]), (0, 0)])
