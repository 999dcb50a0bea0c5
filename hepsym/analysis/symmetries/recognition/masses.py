"""What is the mass of legs whose (sum of p)^2 is fixed, and how well is it known?"""

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.constraints import Constraints
from hepsym.analysis.symmetries.features import pairs

__all__ = ["mass_of"]

Floats = NDArray[np.float64]

TOLD = 3.0
"""Errors from which m^2 is told from 0"""


def mass_of(found: Constraints, rows: Floats, form: Floats) -> dict[str, tuple[float, float]]:
    """m^2, the mean of x . F x over rows (n, D) less what noise adds, with its standard error, and m.

    With noise S a row weighs w = 1 / v with v = 4 x . F S F x + 2 tr (F S)^2, its variance of x . F x: a few
    rows of high energy would decide else. w sees the row's own noise too, to first order -16 w^2 x . F S F S
    F x, which is taken off. Rows are moved onto their linear relations, which takes off noise, where these
    are sums of columns, so that they have no error but that of their constants, the rows' mean.
    The error holds what is not known of S, which decides where there are many rows.
    m is 0 where m^2 is not told from 0 by three errors, and its error is then the root of m^2 plus its own.
    Exact equations have no statistical error: m alone is told, with a bound on its rounding.
    """
    span = found.frame
    sums = np.abs(span.relations[:, :-1] - np.round(span.relations[:, :-1])).max(initial=0.0) < 1e-6
    onto = span.to_white @ span.from_white if sums else np.eye(len(span.scale))
    middle = rows.mean(axis=0)
    x = middle + (rows - middle) @ onto
    squared = np.einsum("ni,ij,nj->n", x, form, x)
    if found.covariance is None:
        size = float(np.finfo(float).eps * (rows**2).sum(axis=1).mean())
        return _root(float(squared.mean()), 3 * float(squared.std() / np.sqrt(len(x))) + 8 * size)
    noise = onto.T @ found.covariance @ onto
    once = form @ noise @ form
    added, both = float((form * noise).sum()), float((once * noise).sum())
    weight = 1 / (4 * np.einsum("ni,ij,nj->n", x, once, x) + 2 * both)
    own = -16 * weight**2 * np.einsum("ni,ij,nj->n", x, once @ noise @ form, x)
    mean = float((weight * (squared - added) - own).sum() / weight.sum())
    share = weight / weight.mean()
    pulls = share * (squared - added - mean) - own / weight.mean()
    pulls += 2 * (rows - middle) @ (np.eye(len(form)) - onto) @ form @ (share @ x / len(x))
    doubt = _doubt(found, onto @ form @ onto.T, added)
    error = float(np.hypot(pulls.std() / np.sqrt(len(x)), doubt))
    return _root(mean, error) | {"m^2": (mean, error)}


def _doubt(found: Constraints, form: Floats, added: float) -> float:
    """Standard error of tr(F S): that of S, and what S is off from equal noise in the unit of its fit.

    S is read off distances, and a narrow width that is taken for noise makes it unequal: then it is no
    better known than by that.
    """
    equal = found.noise**2 * float((form.diagonal() * found.frame.scale**2).sum())
    if found.noise_axes is None or found.noise_doubt is None:
        return abs(added - equal) + abs(added) * float(np.sqrt(2 / max(found.rows, 1)))
    own = found.noise_axes.T @ form @ found.noise_axes
    i, j = pairs(len(own))
    slope = np.where(i == j, 1.0, 2.0) * own[i, j]
    return float(np.hypot(np.sqrt(slope @ found.noise_doubt @ slope), added - equal))


def _root(mean: float, error: float) -> dict[str, tuple[float, float]]:
    if mean <= TOLD * error:
        return {"m": (0.0, float(np.sqrt(max(mean, 0.0) + error)))}
    return {"m": (float(np.sqrt(mean)), float(error / (2 * np.sqrt(mean))))}
