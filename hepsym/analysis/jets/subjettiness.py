"""How many prongs has a jet? N-subjettiness about exclusive k_T axes."""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop

__all__ = ["n_subjettiness", "tau21"]

Floats = NDArray[np.float64]


@loop
def _tau(features: Floats, axes: int, radius: float, out: Floats) -> None:
    """tau_axes of each jet. Momenta merge as four-vectors (E scheme) until so many are left."""
    jets, slots, _ = features.shape
    p = np.empty((slots, 4))
    at = np.empty((slots, 3))
    for n in range(jets):
        many = 0
        total = 0.0
        for i in range(slots):
            pt = features[n, i, 2]
            if pt > 0.0:
                p[many, 0] = pt * np.cosh(features[n, i, 0])
                p[many, 1] = pt * np.cos(features[n, i, 1])
                p[many, 2] = pt * np.sin(features[n, i, 1])
                p[many, 3] = pt * np.sinh(features[n, i, 0])
                at[many, 0], at[many, 1], at[many, 2] = features[n, i, 0], features[n, i, 1], pt
                total += pt
                many += 1
        while many > axes:
            best, a, b = np.inf, 0, 1
            for i in range(many):
                for j in range(i):
                    turn = abs(at[i, 1] - at[j, 1])
                    turn = min(turn, 2.0 * np.pi - turn)
                    d = min(at[i, 2], at[j, 2]) ** 2 * ((at[i, 0] - at[j, 0]) ** 2 + turn**2)
                    if d < best:
                        best, a, b = d, j, i
            for c in range(4):
                p[a, c] += p[b, c]
                p[b, c] = p[many - 1, c]
            for c in range(3):
                at[b, c] = at[many - 1, c]
            many -= 1
            pt = np.sqrt(p[a, 1] ** 2 + p[a, 2] ** 2)
            at[a, 2], at[a, 1] = pt, np.arctan2(p[a, 2], p[a, 1])
            at[a, 0] = 0.5 * np.log((p[a, 0] + p[a, 3]) / (p[a, 0] - p[a, 3]))
        tau = 0.0
        for i in range(slots):
            pt = features[n, i, 2]
            if pt > 0.0:
                near = np.inf
                for k in range(many):
                    turn = abs(at[k, 1] - features[n, i, 1])
                    turn = min(turn, 2.0 * np.pi - turn)
                    near = min(near, (at[k, 0] - features[n, i, 0]) ** 2 + turn**2)
                tau += pt * np.sqrt(near)
        out[n] = tau / (total * radius)


def n_subjettiness(features: Floats, axes: int, radius: float = 0.4) -> Floats:
    """tau_N = sum_i p_Ti min_k theta_ik / (R sum_i p_Ti), beta = 1, of features (n, P, 3) = (eta, phi,
    p_T), (n,).

    The N axes are those of exclusive k_T clustering, E scheme, rapidities for axes; no minimisation
    follows. 0 for jets of at most N particles. Error: 1e-12. Source: Thaler and Van Tilburg, arXiv:1011.2268.
    """
    out = np.empty(len(features))
    _tau(np.ascontiguousarray(features, dtype=np.float64), axes, radius, out)
    return out


def tau21(features: Floats, radius: float = 0.4) -> Floats:
    """tau_2 / tau_1, (n,); 0 where tau_1 is 0."""
    one, two = n_subjettiness(features, 1, radius), n_subjettiness(features, 2, radius)
    return np.where(one > 0, two / np.where(one > 0, one, 1.0), 0.0)
