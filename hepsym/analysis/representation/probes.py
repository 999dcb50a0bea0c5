"""How much of a class can be read from a code? Probes, linear and not, beside chance and the ceiling."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix, same_length
from hepsym.analysis.estimate import Estimate, mean
from hepsym.errors import InputError

__all__ = ["Leak", "leak", "mixed_leak", "probe"]

Floats = NDArray[np.float64]
KINDS = ("linear", "mlp")


@dataclass(frozen=True, slots=True)
class Leak:
    """Accuracies of probes of y; independence means chance."""

    linear: Estimate
    mlp: Estimate
    chance: float
    """Of the best constant answer: the largest class' share of the scored rows."""
    ceiling: Estimate | None
    """Of the MLP probe on x itself, where x was given."""


def leak(
    v: ArrayLike, y: ArrayLike, *, v_test: ArrayLike | None = None, y_test: ArrayLike | None = None,
    x: ArrayLike | None = None, x_test: ArrayLike | None = None, folds: int = 5, seed: int = 0,
) -> Leak:  # fmt: skip
    """Accuracies at which y (n,) is read from v (n, d) by a logistic regression and by an MLP.

    With v_test, y_test: probes learn on v and are scored on v_test. Without: `folds`-fold cross-fitting,
    every row scored by a probe that has not seen it. x (and x_test) adds the ceiling: the MLP probe on x.
    Errors: sqrt(p (1 - p) / n) over scored rows, probes fixed. Needs scikit-learn. Raises InputError
    without it, for lengths that differ, values not finite, one class, one of v_test and y_test alone.
    """
    if (v_test is None) != (y_test is None):
        raise InputError("v_test and y_test belong together: give both or neither")
    if x is not None and v_test is not None and x_test is None:
        raise InputError("x is given without x_test: the ceiling is scored on the rows that v is")
    labels = np.asarray(y).ravel()
    scored = labels if y_test is None else np.asarray(y_test).ravel()
    found = {kind: _score(v, labels, v_test, scored, kind, folds, seed) for kind in KINDS}
    _, counts = np.unique(scored, return_counts=True)
    ceiling = None if x is None else _score(x, labels, x_test, scored, "mlp", folds, seed)
    return Leak(found["linear"], found["mlp"], float(counts.max() / len(scored)), ceiling)


def mixed_leak(
    v: ArrayLike, y: ArrayLike, v_test: ArrayLike, y_test: ArrayLike, *, folds: int = 3, seed: int = 0
) -> Estimate:
    """Accuracy of an MLP probe that learns on v (n, d) *and* on other folds of v_test, scored on each fold.

    What a map of v that was fitted to v hides there, but not in rows it has not seen, is read from the
    latter. Error and InputError as `leak`.
    """
    features, other = matrix(v, "v"), matrix(v_test, "v_test", rows=2)
    labels, scored = np.asarray(y).ravel(), np.asarray(y_test).ravel()
    same_length(v=features, y=labels)
    same_length(v_test=other, y_test=scored)
    if not 2 <= folds <= len(scored) // 2:
        raise InputError(f"folds = {folds} must lie from 2 to half the {len(scored)} test rows")
    fold = np.random.default_rng([seed, len(scored)]).permutation(len(scored)) % folds
    right = np.empty(len(scored))
    for k in range(folds):
        seen = np.vstack([features, other[fold != k]]), np.concatenate([labels, scored[fold != k]])
        right[fold == k] = probe("mlp", *seen, seed).predict(other[fold == k]) == scored[fold == k]
    return mean(right)


def _score(
    v: ArrayLike, y: NDArray[Any], v_test: ArrayLike | None, y_test: NDArray[Any], kind: str, folds: int,
    seed: int,
) -> Estimate:  # fmt: skip
    features = matrix(v, "v")
    same_length(v=features, y=y)
    if v_test is not None:
        other = matrix(v_test, "v_test", rows=2)
        same_length(v_test=other, y_test=y_test)
        return mean((probe(kind, features, y, seed).predict(other) == y_test).astype(np.float64))
    if not 2 <= folds <= len(y) // 2:
        raise InputError(f"folds = {folds} must lie from 2 to half the {len(y)} rows")
    fold = np.random.default_rng([seed, len(y)]).permutation(len(y)) % folds
    right = np.empty(len(y))
    for k in range(folds):
        fitted = probe(kind, features[fold != k], y[fold != k], seed)
        right[fold == k] = fitted.predict(features[fold == k]) == y[fold == k]
    return mean(right)


def probe(kind: str, v: Floats, y: NDArray[Any], seed: int = 0) -> Any:
    """A fitted scikit-learn classifier of y from v (n, d): "linear" or "mlp" (two hidden layers of 64,
    stopped early where there are 60 rows to judge by).

    Features are standardised. Raises InputError without scikit-learn, for one class, another kind.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ModuleNotFoundError:
        raise InputError("probes need scikit-learn: pip install 'hepsym[symmetry]'") from None
    if len(np.unique(y)) < 2:
        raise InputError(f"all {len(y)} rows are of class {y[0]}: a probe needs at least two classes")
    if kind == "linear":
        model: Any = LogisticRegression(max_iter=2000)
    elif kind == "mlp":
        # Stopped where a held-out sixth says so: without, it learns noise by heart and reads less.
        model = MLPClassifier(
            (64, 64), learning_rate_init=3e-3, early_stopping=len(y) >= 60, validation_fraction=0.15,
            n_iter_no_change=15, max_iter=400, random_state=seed,
        )  # fmt: skip
    else:
        raise InputError(f"probe {kind!r} is not one of {', '.join(KINDS)}")
    return make_pipeline(StandardScaler(), model).fit(v, y)
