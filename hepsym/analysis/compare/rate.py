"""Do two samples say the same cross section?"""

from dataclasses import dataclass

from scipy import stats

__all__ = ["Rates", "rates"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Two rates and their ratio, the first as the reference; errors are one sigma."""

    reference: float
    """pb"""
    reference_error: float | None
    rate: float
    """pb"""
    rate_error: float | None
    ratio: float
    """rate / reference"""
    ratio_error: float | None
    p_value: float | None
    """Two-sided, normal; None where an error is not known, or both are one and the same number."""


def rates(
    reference: float, reference_error: float | None, rate: float, rate_error: float | None
) -> Rates | None:
    """The comparison of two cross sections; None where the reference is not positive.

    z = (rate - reference) / sqrt(e^2 + e_reference^2). Two samples made in runs of one integration carry
    one and the same number: they agree by construction, so nothing is tested. The errors must be
    independent, those of the integration: scale and PDF uncertainties are no part of them.
    """
    if not reference > 0.0:
        return None
    p_value = ratio_error = None
    if reference_error is not None and rate_error is not None:
        error = (reference_error**2 + rate_error**2) ** 0.5
        ratio = rate / reference
        ratio_error = ((rate_error / reference) ** 2 + (ratio * reference_error / reference) ** 2) ** 0.5
        apart = abs(rate - reference)
        # Two quadratures of one integral may differ by rounding.
        if apart > 1e-9 * reference and error > 0.0:
            p_value = float(2.0 * stats.norm.sf(apart / error))
    return Rates(reference, reference_error, rate, rate_error, rate / reference, ratio_error, p_value)
