"""Which maps of white coordinates are tested as discrete symmetries? Of columns, of axes, turns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm, logm

from hepsym.analysis.symmetries.flows.levi import null_space
from hepsym.analysis.symmetries.flows.probes import least_gaussian
from hepsym.analysis.symmetries.flows.signed_permutations import exchanges, flips
from hepsym.analysis.symmetries.moments import whitened
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Connected", "Map", "candidates", "connected", "known", "turned_or_along_axes"]

Floats = NDArray[np.float64]

SAME = 0.05
"""Matrices this near are one, since axes and spreads are estimated."""
SCREENED = 10_000
"""Rows that candidates are drawn from."""
FOLDS = (2, 3, 4, 5, 6)
ROTATIONS = 8
"""Broken rotations whose turns by 2 pi / k are tried."""
HIGHEST_AXES = 6
COMMUTING = 12
"""Highest dimension where all commuting matrices are looked for, not the still directions alone."""
OF_NORMAL = 0.3943
"""Variance of tanh of a standard normal variable."""


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """y -> g y + b in white coordinates."""

    name: str
    kind: str
    g: Floats
    b: Floats
    matrix: Floats | None = None
    """The same in column units, where it is of columns"""
    about_mean: bool = True
    """Whether it leaves the mean, which is estimated, where it is"""
    estimated: bool = False
    """Whether g was estimated"""
    hopeful: bool = True
    """Whether no moment spoke against it"""


def candidates(fit: Floats, span: Frame, names: Sequence[str]) -> list[Map]:
    """Flips and exchanges of the columns that move; those that keep the span of the rows and covariance."""
    r = span.rank
    moving = np.flatnonzero(np.linalg.norm(span.from_white, axis=0) > 1e-9 * span.scale)
    few = whitened(fit[:SCREENED])
    x = fit[:SCREENED] @ span.from_white[:, moving]
    mean, spread = x.mean(axis=0), x.std(axis=0)
    own = [names[i] for i in moving.tolist()]
    z = (x - mean) / spread
    out = []
    for c in [*flips(z, own), *exchanges(z, own)]:
        whole, shift, matrix = np.eye(len(names)), np.zeros(len(names)), c.matrix
        raw = x + span.centre[moving]
        in_units = _alike(raw, matrix) if c.kind == "exchange" else _about_zero(raw, matrix)
        if in_units:
            shift[moving] = matrix @ span.centre[moving] - span.centre[moving]
        else:
            matrix = matrix * spread[:, None] / spread
        whole[np.ix_(moving, moving)] = matrix
        g = (span.from_white @ whole.T @ span.to_white).T
        left = span.from_white @ whole.T / span.scale - g.T @ span.from_white / span.scale
        if np.linalg.norm(left) > 1e-3 * np.sqrt(r) or not _keeps_covariance(few, g):
            continue
        estimated = c.kind == "exchange" and not in_units
        if estimated:
            u, _, v = np.linalg.svd(g)
            g = u @ v
        told = f"{c.name}, each in its own spread" if estimated else c.name
        out.append(
            Map(
                told, c.kind, g, shift @ span.to_white, whole,
                about_mean=not in_units, estimated=estimated, hopeful=c.hopeful,
            )
        )  # fmt: skip
    return out


def _about_zero(x: Floats, flip: Floats) -> bool:
    """Whether the means of the flipped columns are 0, so that no centre has to be estimated."""
    turned = x[:, flip.diagonal() < 0]
    error = turned.std(axis=0) / np.sqrt(len(x))
    return bool((np.abs(turned.mean(axis=0)) < 5 * error).all())


def _alike(x: Floats, permutation: Floats) -> bool:
    """Whether the exchanged columns have one mean and one spread, so that nothing has to be estimated."""
    change = x @ permutation.T - x
    squares = (x @ permutation.T - x.mean(axis=0)) ** 2 - (x - x.mean(axis=0)) ** 2
    moved = np.concatenate([change, squares], axis=1)
    error = np.maximum(moved.std(axis=0), 1e-300) / np.sqrt(len(x))
    return bool((np.abs(moved.mean(axis=0)) < 5 * error + 1e-12 * np.abs(moved).max()).all())


def _keeps_covariance(y: Floats, g: Floats) -> bool:
    turned = y @ g.T
    i, j = np.triu_indices(len(g))
    change = turned[:, i] * turned[:, j] - y[:, i] * y[:, j]
    error = np.maximum(change.std(axis=0), 1e-9) / np.sqrt(len(y))
    return bool((np.abs(change.mean(axis=0)) < 6 * error).all())


def turned_or_along_axes(fit: Floats, broken: Floats, names: Sequence[str], seed: int) -> list[Map]:
    """exp(2 pi A / (k rate)) of broken generators (m, r, r); flips and exchanges of least Gaussian axes."""
    r = fit.shape[1]
    none = np.zeros(r)
    out = []
    for a, name in list(zip(broken, names, strict=True))[:ROTATIONS]:
        if np.abs(a + a.T).max() > 1e-6 * np.abs(a).max():
            continue
        values, vectors = np.linalg.eigh(1j * a)
        rates = np.abs(values)[np.abs(values) > 0.05 * np.abs(values).max()]
        if np.ptp(rates) > 0.05 * rates.max():
            continue
        whole = np.round(values / rates.mean())  # -1, 0 or 1
        for fold in FOLDS:
            g = ((vectors * np.exp(-2j * np.pi * whole / fold)) @ vectors.conj().T).real
            out.append(Map(f"1/{fold} of the {name}", "turn", g, none, estimated=True))
    return out + (_along_axes(fit, seed) if r <= HIGHEST_AXES else [])


def _along_axes(fit: Floats, seed: int) -> list[Map]:
    y = whitened(fit[:20_000])
    r = y.shape[1]
    found = least_gaussian(y, 6 * r, np.random.default_rng([seed, 5]))
    found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-300)
    weight = np.abs(np.tanh(y @ found.T).var(axis=0) - OF_NORMAL)
    kept: list[Floats] = []
    for k in np.argsort(-weight):
        if all(abs(float(found[k] @ other)) < 0.3 for other in kept):
            kept.append(found[k])
    if len(kept) < r:
        return []
    left, _, right = np.linalg.svd(np.array(kept[:r]))
    axes = left @ right
    z = y @ axes.T
    names = [f"axis {i + 1}" for i in range(r)]
    return [
        Map(c.name, "of axes", axes.T @ c.matrix @ axes, np.zeros(r), estimated=True)
        for c in [*flips(z, names), *exchanges(z, names)]
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Connected:
    """The group exp(algebra) of antisymmetric matrices: does it hold a given matrix?"""

    flat: Floats
    """(r^2, k): orthonormal basis of the algebra"""
    step: Floats
    """A random element, to move half turns off"""
    commuting: Floats
    """(m, r, r): matrices that commute with the algebra, and so with the whole group"""

    def holds(self, g: Floats) -> bool:
        """Whether the orthogonal g is in it, to SAME."""
        if np.abs(g - np.eye(len(g))).max() < SAME:
            return True
        if not self.flat.size or np.linalg.det(g) < 0:
            return False
        if np.abs(g @ self.commuting - self.commuting @ g).max(initial=0.0) > 2 * SAME:
            return False
        u, _, v = np.linalg.svd(g @ self.step)
        log = np.asarray(logm(u @ v))
        if np.abs(log.imag).max() > 1e-6:
            return False
        real = log.real.ravel()
        left = np.linalg.norm(real - self.flat @ (self.flat.T @ real))
        return bool(left < 2 * SAME * np.linalg.norm(real))


def connected(algebra: Floats) -> Connected:
    """Of antisymmetric matrices (k, r, r)."""
    k, r = algebra.shape[:2]
    if k == 0:
        return Connected(np.empty((r * r, 0)), np.eye(r), np.empty((0, r, r)))
    rng = np.random.default_rng(k)
    flat = np.linalg.qr(algebra.reshape(k, -1).T)[0]
    basis = flat.T.reshape(k, r, r)
    if r <= COMMUTING:
        equations = [
            np.kron(a, np.eye(r)) - np.kron(np.eye(r), a.T)
            for a in np.einsum("mk,kij->mij", rng.normal(size=(min(k, 2), k)), basis)
        ]
        commuting = null_space(np.concatenate(equations), 0.02).reshape(-1, r, r)
    else:
        still = null_space(np.concatenate(list(basis)), 0.02)
        commuting = (still.T @ still)[None]
    return Connected(flat, expm((flat @ rng.normal(size=k)).reshape(r, r)), commuting)


def known(one: Map, chosen: Sequence[Map], group: Connected) -> bool:
    """Whether it is the identity, one that was chosen or a product of two, up to the connected group."""
    u, _, v = np.linalg.svd(one.g)
    others = [np.eye(len(u)), *(c.g for c in chosen)]
    hopeful = [c.g for c in chosen if c.hopeful]
    if one.hopeful and len(hopeful) < 16:
        others += [a @ b for a in hopeful for b in hopeful]
    return any(group.holds(u @ v @ np.linalg.inv(other)) for other in others)
