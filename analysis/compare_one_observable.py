"""Does one observable of two samples follow one law? The tests of `hepsym compare`, called by hand.

    python analysis/compare_one_observable.py UNWEIGHTED WEIGHTED "cos_theta(mu-)"

is `hepsym compare` in miniature, for scripts of one's own: arrays in, p-values out.
"""

import sys

import numpy as np

from hepsym import events as ev
from hepsym.analysis import compare as c


def main(first: str, second: str, name: str) -> None:
    """Print chi-squared, Kolmogorov-Smirnov and the smooth test of one observable."""
    samples = [ev.read(path) for path in (first, second)]
    values = [ev.observable(sample, name).values for sample in samples]
    pooled = np.sort(np.concatenate(values))
    fine = np.unique(pooled[np.arange(1, 1024) * len(pooled) // 1024])  # cells of equal probability
    coarse = np.linspace(*np.quantile(pooled, [0.001, 0.999]), 41)
    between = {}
    for what, edges in (("fine", fine), ("coarse", coarse)):
        a, b = (
            c.Sums.of(c.cell_of(x, edges), len(edges) + 1, sample.weights)
            for x, sample in zip(values, samples, strict=True)
        )
        between[what] = c.difference(a, b)
    chi2 = c.chi_squared(between["coarse"])
    print(f"{name}: chi2 / ndf = {chi2.chi2:.1f} / {chi2.ndf}, p = {chi2.p_value:.3g}")
    print(f"KS p = {c.kolmogorov_smirnov(between['fine']).p_value:.3g}")
    print(f"smooth p = {c.smooth_test(between['fine']).p_value:.3g}")
    print(f"slope p = {c.slope_test(between['fine']).p_value:.3g}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
