"""Where are a jet's particles relative to an axis, and what are its mass and p_T?"""

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["Floats", "checked", "jet_quantities", "relative_to"]

Floats = NDArray[np.float64]

SMALLEST = 1e-9
"""Particles of less than this share of the jet's p_T have no direction worth the name, and count as
absent."""


def checked(momenta: Floats) -> Floats:
    """As float64. Raises InputError: not (n, P, 4), no jets, or a number that is not finite."""
    p = np.asarray(momenta, dtype=np.float64)
    if p.ndim != 3 or p.shape[2] != 4 or not len(p):
        raise InputError(f"jets must have shape (n, particles, 4) with n > 0, not {p.shape}")
    finite = np.isfinite(p).all(axis=(1, 2))
    if not finite.all():
        raise InputError(f"momenta of jet {int((~finite).argmax())} are not finite: leave such jets out")
    return p


def jet_quantities(momenta: Floats) -> tuple[Floats, Floats]:
    """Mass and p_T of the sum of momenta (n, P, 4), (n,) each. Error in m: 4 eps E^2 / m; 0 below the
    light cone."""
    total = checked(momenta).sum(axis=1)
    pt = np.hypot(total[:, 1], total[:, 2])
    p = np.hypot(pt, total[:, 3])
    return np.sqrt(np.maximum((total[:, 0] - p) * (total[:, 0] + p), 0.0)), pt


def relative_to(momenta: Floats, jets: Floats) -> Floats:
    """(eta - eta_jet, phi - phi_jet, p_T / p_T_jet), (n, P, 3), relative to the sums of `jets`; 0 for
    absent ones.

    Raises InputError: shapes, jets of no p_T.
    """
    p, axis = checked(momenta), checked(jets).sum(axis=1)
    if len(p) != len(axis):
        raise InputError(f"{len(p)} jets cannot be seen relative to {len(axis)}")
    jet_pt = np.hypot(axis[:, 1], axis[:, 2])
    if not (jet_pt > 0).all():
        raise InputError(f"jet {int((jet_pt <= 0).argmax())} has no p_T, so that nothing is relative to it")
    pt = np.hypot(p[..., 1], p[..., 2])
    there = pt > SMALLEST * jet_pt[:, None]
    eta = np.arcsinh(p[..., 3] / np.where(there, pt, 1.0)) - np.arcsinh(axis[:, 3] / jet_pt)[:, None]
    turned = p[..., 2] * axis[:, None, 1] - p[..., 1] * axis[:, None, 2]
    phi = np.arctan2(turned, p[..., 1] * axis[:, None, 1] + p[..., 2] * axis[:, None, 2])
    found: Floats = np.stack([eta, phi, pt / jet_pt[:, None]], -1) * there[..., None]
    return found
