"""How sure should q(y|x) be? One temperature, set on rows that were not trained on."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

__all__ = ["fit_temperature"]


def fit_temperature(scores: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """T > 0 that makes softmax(scores / T) most likely, scores (n, K), true class numbers (n,).

    Minimises the mean of -log softmax(scores / T)[y] over log T in [log 1e-2, log 1e3], to 1e-6 in
    log T. It moves no argmax. 1 for no rows. Guo et al., https://arxiv.org/abs/1706.04599
    """
    if not len(scores):
        return 1.0
    rows = np.arange(len(codes))

    def loss(log_t: float) -> float:
        return float(-log_softmax(scores / np.exp(log_t), axis=1)[rows, codes].mean())

    found = minimize_scalar(
        loss, bounds=(np.log(1e-2), np.log(1e3)), method="bounded", options={"xatol": 1e-6}
    )
    return float(np.exp(found.x))
