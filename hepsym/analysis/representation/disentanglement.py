"""Does each latent hold one factor, and each factor one latent? MIG, SAP, DCI and the FactorVAE score.

All take latents z (n, L) and known factors f (n, K). Factors are discrete (whole numbers) unless said
otherwise. None of them sees a rotation of z as harmless: read them beside equivariance errors.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix, same_length
from hepsym.errors import InputError

__all__ = ["DCI", "dci", "factor_vae_score", "importances", "mig", "mutual_informations", "sap", "sap_matrix"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DCI:
    """Of an importance matrix R (L, K) >= 0."""

    disentanglement: float
    """sum_i (row share) (1 - H_K(row i)): 1 where every latent serves one factor."""
    completeness: float
    """sum_k (column share) (1 - H_L(column k)): 1 where every factor is in one latent."""


def mig(z: ArrayLike, f: ArrayLike, *, bins: int = 20) -> float:
    """Mutual information gap: mean over factors of (largest - second largest I(z_i; f_k)) / H(f_k).

    z in `bins` cells of equal width, plug-in entropies. 0 <= mig <= 1; plug-in bias is of order
    bins * values / (2 n H). Chen et al., https://arxiv.org/abs/1802.04942. InputError: fewer than two
    latents, a constant factor, lengths that differ.
    """
    latents, factors = _pair(z, f)
    information, entropy = mutual_informations(latents, factors, bins=bins)
    ordered = np.sort(information, axis=0)
    return float(((ordered[-1] - ordered[-2]) / entropy).mean())


def mutual_informations(z: ArrayLike, f: ArrayLike, *, bins: int = 20) -> tuple[Floats, Floats]:
    """I(z_i; f_k) (L, K) and H(f_k) (K,) in nats, z in `bins` cells of equal width."""
    latents, factors = _pair(z, f)
    codes = [np.unique(column, return_inverse=True)[1] for column in factors.T]
    information = np.empty((latents.shape[1], len(codes)))
    for i, column in enumerate(latents.T):
        edges = np.linspace(column.min(), column.max(), bins + 1)[1:-1]
        cells = np.digitize(column, edges)
        for k, values in enumerate(codes):
            joint = np.zeros((bins, int(values.max()) + 1))
            np.add.at(joint, (cells, values), 1.0 / len(values))
            information[i, k] = _entropy(joint.sum(1)) + _entropy(joint.sum(0)) - _entropy(joint.ravel())
    entropies = np.array([_entropy(np.bincount(values) / len(values)) for values in codes])
    if (entropies <= 0).any():
        raise InputError(f"factor {int(entropies.argmin())} is constant: it has no information; drop it")
    return np.maximum(information, 0.0), entropies


def sap(z: ArrayLike, f: ArrayLike) -> float:
    """Separated attribute predictability: mean over factors of (largest - second largest score).

    The score of latent i for factor k is the R^2 of the best line, cov^2 / (var var), as for continuous
    factors. Kumar et al., https://arxiv.org/abs/1711.00848. InputError as `mig`.
    """
    ordered = np.sort(sap_matrix(z, f), axis=0)
    return float((ordered[-1] - ordered[-2]).mean())


def sap_matrix(z: ArrayLike, f: ArrayLike) -> Floats:
    """R^2 (L, K) of the line from each latent to each factor; 0 for a latent that is constant."""
    latents, factors = _pair(z, f)
    a, b = latents - latents.mean(0), factors - factors.mean(0)
    if (b.std(0) == 0).any():
        raise InputError(f"factor {int(b.std(0).argmin())} is constant: nothing predicts it; drop it")
    squares = (a**2).sum(0)[:, None] * (b**2).sum(0)[None]
    product = (a.T @ b) ** 2
    found: Floats = np.divide(product, squares, out=np.zeros_like(product), where=squares > 0)
    return found


def dci(importance: ArrayLike) -> DCI:
    """Disentanglement and completeness of an importance matrix R (L, K), entropies to base K and L.

    Eastwood and Williams, ICLR 2018. Shares with no importance at all count 0. InputError: negative,
    not finite, all 0, fewer than two rows or columns.
    """
    r = matrix(importance, "importance", rows=2)
    if r.shape[1] < 2 or (r < 0).any() or not r.sum() > 0:
        raise InputError("importance must be >= 0, not all 0, of at least two latents and two factors")
    return DCI(_pure(r), _pure(r.T))


def _pure(r: Floats) -> float:
    """sum over rows of (row share) (1 - normalised entropy of the row)."""
    share = r.sum(1) / r.sum()
    rows = r[share > 0] / r[share > 0].sum(1, keepdims=True)
    entropy = np.array([_entropy(row) for row in rows]) / np.log(r.shape[1])
    return float((share[share > 0] * (1 - entropy)).sum())


def importances(z: ArrayLike, f: ArrayLike, *, trees: int = 50, seed: int = 0) -> tuple[Floats, Floats]:
    """Importance (L, K) of each latent for each factor, and out-of-bag R^2 (K,): DCI's informativeness.

    Mean decrease of impurity in random forests of z for f as a number. Needs scikit-learn.
    """
    latents, factors = _pair(z, f)
    try:
        from sklearn.ensemble import RandomForestRegressor
    except ModuleNotFoundError:
        raise InputError("importances need scikit-learn: pip install 'hepsym[symmetry]'") from None
    columns, scores = [], []
    for target in factors.T:
        forest = RandomForestRegressor(trees, oob_score=True, random_state=seed, min_samples_leaf=5)
        forest.fit(latents, target)
        columns.append(forest.feature_importances_)
        scores.append(forest.oob_score_)
    return np.array(columns).T, np.array(scores)


def factor_vae_score(
    z: ArrayLike, f: ArrayLike, *, votes: int = 800, batch: int = 64, dead: float = 0.05, seed: int = 0
) -> float:
    """Accuracy of the majority vote: which factor was fixed, by the latent that varied least.

    A vote draws a factor and one of its values, then `batch` rows with that value (with replacement);
    the latent of least variance, in units of its overall variance, votes. Latents with a standard
    deviation below `dead` take no part. Scored on the votes themselves, as by its authors, so chance is
    above 1/K for few votes. Kim and Mnih, https://arxiv.org/abs/1802.05983. InputError as `mig`, and
    where every latent is dead.
    """
    latents, factors = _pair(z, f)
    spread = latents.std(0)
    alive = np.flatnonzero(spread >= dead)
    if not len(alive):
        raise InputError(f"every latent's standard deviation is below {dead:g}: nothing can vote")
    scaled = latents[:, alive] / spread[alive]
    rng = np.random.default_rng([seed, len(latents)])
    groups = [[np.flatnonzero(column == value) for value in np.unique(column)] for column in factors.T]
    table: Whole = np.zeros((len(alive), factors.shape[1]), np.int64)
    for _ in range(votes):
        k = int(rng.integers(len(groups)))
        rows = groups[k][int(rng.integers(len(groups[k])))]
        drawn = scaled[rows[rng.integers(len(rows), size=batch)]]
        table[int(drawn.var(axis=0).argmin()), k] += 1
    return float(table.max(axis=1).sum() / votes)


def _pair(z: ArrayLike, f: ArrayLike) -> tuple[Floats, Floats]:
    latents, factors = matrix(z, "z"), matrix(f, "f")
    same_length(z=latents, f=factors)
    if latents.shape[1] < 2:
        raise InputError("one latent has no second best: give at least two")
    return latents, factors


def _entropy(p: Floats) -> float:
    some = p[p > 0]
    return float(-(some * np.log(some)).sum())
