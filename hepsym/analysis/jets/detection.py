"""How well does a score tell signal from background, at the few background events that an experiment can
bear?"""

from dataclasses import dataclass

import numpy as np

from hepsym.analysis.jets.coordinates import Floats
from hepsym.errors import InputError

__all__ = ["Detection", "detection", "signal_efficiencies"]

BACKGROUND_RATES = (1e-1, 1e-2, 1e-3)


@dataclass(frozen=True, slots=True)
class Detection:
    """Area under the ROC curve, and signal efficiencies at given background efficiencies, each with an
    error."""

    auc: float
    auc_error: float
    """Hanley and McNeil's standard error, from the two samples' own placements (DeLong)."""
    efficiency: dict[float, float]
    efficiency_error: dict[float, float]
    """Of the signal's count and of the threshold's: bootstrap of both samples, a fixed seed; nan without."""


def detection(
    background: Floats,
    signal: Floats,
    rates: tuple[float, ...] = BACKGROUND_RATES,
    *,
    bootstraps: int = 100,
) -> Detection:
    """Of scores (n,) and (m,) where large means signal; a rate below 1 / n of the background is nan.

    auc = P(signal > background) + P(equal) / 2. The threshold at a rate r is the background's upper
    r-quantile. Raises InputError for empty or not finite scores.
    """
    b, s = np.asarray(background, dtype=np.float64), np.asarray(signal, dtype=np.float64)
    if not len(b) or not len(s) or not (np.isfinite(b).all() and np.isfinite(s).all()):
        raise InputError(f"scores of {len(b)} and {len(s)} events must be there and finite")
    below = (_placed(s, b, "left") + _placed(s, b, "right")) / (2 * len(b))
    above = 1 - (_placed(b, s, "left") + _placed(b, s, "right")) / (2 * len(s))
    error = (
        np.sqrt(below.var(ddof=1) / len(s) + above.var(ddof=1) / len(b))
        if min(len(s), len(b)) > 1
        else np.nan
    )
    rng = np.random.default_rng(1)
    again = np.array([
        signal_efficiencies(rng.choice(b, len(b)), rng.choice(s, len(s)), rates) for _ in range(bootstraps)
    ]).reshape(bootstraps, len(rates))  # fmt: skip
    errors = again.std(axis=0) if bootstraps else np.full(len(rates), np.nan)
    return Detection(
        float(below.mean()), float(error),
        dict(zip(rates, signal_efficiencies(b, s, rates), strict=True)),
        dict(zip(rates, errors.tolist(), strict=True)),
    )  # fmt: skip


def _placed(values: Floats, among: Floats, side: str) -> Floats:
    order = np.sort(among)
    found: Floats = np.searchsorted(order, values, side="left" if side == "left" else "right").astype(
        np.float64
    )
    return found


def signal_efficiencies(b: Floats, s: Floats, rates: tuple[float, ...]) -> list[float]:
    """Shares of the signal's scores s above the background's upper r-quantile, for each rate r; nan where r
    is less than one event of the background."""
    return [
        float((s > np.quantile(b, 1 - rate, method="higher")).mean()) if rate * len(b) >= 1 else float("nan")
        for rate in rates
    ]
