"""Can a classifier tell two samples apart, in all observables at once?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hepsym.analysis.compare.cells import cell_of
from hepsym.errors import InputError

__all__ = ["ClassifierTest", "area_under_curve", "classifier_test"]

Floats = NDArray[np.float64]

LEAST = 200
"""Events of each sample: half of them must teach something, the other half test it."""
BINS = 64
"""Of each feature, as the trees see it."""


@dataclass(frozen=True, slots=True)
class ClassifierTest:
    """How well held-out events are told apart."""

    auc: float
    """Area under the ROC curve: 1/2 where they are not told apart, 1 where they are in every case."""
    error: float
    """One sigma"""
    p_value: float
    """One-sided: P(an area at least so large) under one law."""
    events: tuple[int, int]
    """Held-out events of each sample."""


def classifier_test(
    a: Floats, b: Floats, weights_a: Floats | None = None, weights_b: Floats | None = None, seed: int = 0
) -> ClassifierTest:
    """Gradient-boosted trees learn to tell a (n_a, features) from b (n_b, features) on half of each.

    On the other half, which the trees have not seen, the area under the ROC curve has the expectation
    1/2 under one law, whatever they learned, and is a weighted Mann-Whitney statistic: normal, with the
    variance of `area_under_curve`. Features may hold NaN or infinities. Weights may be negative (the
    trees then learn from their positive ones). Lopez-Paz and Oquab, https://arxiv.org/abs/1610.06545.

    Needs scikit-learn. Raises InputError without it, for another number of features, and for fewer
    than 200 events in a sample.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ModuleNotFoundError:
        raise InputError(
            "the classifier test needs scikit-learn, which is not installed: pip install 'hepsym[symmetry]'"
        ) from None
    if a.ndim != 2 or b.ndim != 2 or a.shape[1:] != b.shape[1:]:
        raise InputError(f"samples of shapes {a.shape} and {b.shape} do not have the same features")
    if min(len(a), len(b)) < LEAST:
        raise InputError(
            f"the classifier test needs {LEAST} events of each sample, not {min(len(a), len(b))}: give more"
        )
    rng = np.random.default_rng([seed, len(a), len(b)])
    halves = []
    for x, given in ((a, weights_a), (b, weights_b)):
        order = rng.permutation(len(x))
        w = np.ones(len(x)) if given is None else given
        cut = len(x) // 2
        halves.append([(x[rows], w[rows]) for rows in (order[:cut], order[cut:])])
    (learn_a, test_a), (learn_b, test_b) = halves
    learned = np.concatenate([learn_a[0], learn_b[0]])
    edges = [_edges(column) for column in learned.T]
    positive = [np.maximum(w, 0.0) / np.maximum(w, 0.0).sum() * len(w) for _, w in (learn_a, learn_b)]
    trees = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.1, max_leaf_nodes=12, min_samples_leaf=40, l2_regularization=1.0,
        max_bins=BINS + 1, early_stopping=False, random_state=0,
    )  # fmt: skip
    labels = np.repeat([0, 1], [len(learn_a[0]), len(learn_b[0])])
    trees.fit(_digits(learned, edges), labels, sample_weight=np.concatenate(positive))
    scores_a, scores_b = (trees.decision_function(_digits(x, edges)) for x, _ in (test_a, test_b))
    auc, error = area_under_curve(scores_a, scores_b, test_a[1], test_b[1])
    p = float(stats.norm.sf((auc - 0.5) / error)) if error > 0.0 else float(auc <= 0.5)
    return ClassifierTest(auc, error, p, (len(scores_a), len(scores_b)))


def _edges(values: Floats) -> Floats:
    """Quantiles of a feature. (Trees see bins anyway; scikit-learn's own, with weights, take a second.)"""
    ordered = np.sort(values[np.isfinite(values)])
    return np.unique(ordered[np.arange(1, BINS) * len(ordered) // BINS]) if len(ordered) else np.zeros(1)


def _digits(x: Floats, edges: Sequence[Floats]) -> Floats:
    """Features as numbers of bins; NaN is in the last one."""
    return np.stack([cell_of(x[:, i], e) for i, e in enumerate(edges)], axis=1).astype(np.float64)


def area_under_curve(
    scores_a: Floats, scores_b: Floats, weights_a: Floats, weights_b: Floats
) -> tuple[float, float]:
    """P(score of b > score of a) + P(equal) / 2 of weighted samples, and its standard error.

        error^2 = sum w_a^2 (V_a - auc)^2 / W_a^2 + the same of b,

    with V_a = P(b > a's score) + P(equal) / 2. For equal weights it is DeLong's, Biometrics 44 (1988) 837,
    and close to Mann and Whitney's exact (n_a + n_b + 1) / (12 n_a n_b) under one law.
    """
    above_a = 1.0 - _middle(scores_b, weights_b, scores_a)
    below_b = _middle(scores_a, weights_a, scores_b)
    auc = float(below_b @ weights_b / weights_b.sum())
    variance = sum(
        float((w**2 @ (v - auc) ** 2) / w.sum() ** 2) for v, w in ((above_a, weights_a), (below_b, weights_b))
    )
    return auc, variance**0.5


def _middle(sample: Floats, weights: Floats, at: Floats) -> Floats:
    """The weighted distribution function of a sample, ties counted half."""
    order = np.argsort(sample, kind="stable")
    ordered = sample[order]
    below = np.concatenate([[0.0], np.cumsum(weights[order])]) / weights.sum()
    left, right = (np.searchsorted(ordered, at, side=side) for side in ("left", "right"))
    return np.asarray(0.5 * (below[left] + below[right]))
