"""How small a difference does `hepsym compare` find in a million events? Its power, by drawing cells.

    python analysis/compare_power.py [--events 1000000] [--draws 4000] [--seed 515151]

The contents of all cells of all observables of `ee2mumu` are jointly normal; their covariance and what a
weight 1 + a f(cos theta, phi) does to them are taken from 200,000 events. Draws of that law go through the
tests of histograms as `compare` makes them, at the share of alpha = 0.01 that the histograms have where all
kinds of tests are made. Printed: the power of each test alone, of all together, and of those without the
slope test at a third of alpha, which is how it was before there was one.
"""

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hepsym import events as ev
from hepsym.analysis.compare.kolmogorov import tail
from hepsym.analysis.compare.smooth import directions, slopes
from hepsym.generators import generate, load_card
from hepsym.report.compare.verdict import COARSE, SHARES

Floats = NDArray[np.float64]
TESTS = ("chi2", "KS", "smooth", "slope")
ALPHA = 0.01


class Histograms:
    """Coarse cells of equal probability of every default observable, and the law of their contents."""

    def __init__(self, sample: ev.Events, events: int) -> None:
        observables = ev.default_observables(sample)
        self.periodic = [o.period is not None for o in observables]
        blocks = []
        for o in observables:
            inner = np.quantile(o.values, np.linspace(0, 1, COARSE + 1)[1:-1])
            blocks.append(np.eye(COARSE)[np.searchsorted(inner, o.values)])
        self.filled = np.concatenate(blocks, axis=1)
        self.p = self.filled.mean(axis=0)
        self.scale = 2.0 / events
        n = len(sample)
        values, vectors = np.linalg.eigh(
            (self.filled.T @ self.filled / n - np.outer(self.p, self.p)) * self.scale
        )
        some = values > 1e-12 * values[-1]
        self.root = vectors[:, some] * np.sqrt(values[some])
        self.suprema: list[Floats] = []

    def draws(self, draws: int, rng: np.random.Generator, weights: Floats | None = None) -> Floats:
        """Differences of contents, (draws, cells), of two samples, the second one weighted."""
        shift = 0.0 if weights is None else self.filled.T @ (weights / weights.sum()) - self.p
        return np.asarray(rng.standard_normal((draws, self.root.shape[1])) @ self.root.T + shift)

    def smallest(self, draws: Floats) -> dict[str, Floats]:
        """The smallest p-value over the observables, of each test; the first draws given are of the null."""
        found = {name: np.ones(len(draws)) for name in TESTS}
        first = not self.suprema
        for i, periodic in enumerate(self.periodic):
            here = slice(i * COARSE, (i + 1) * COARSE)
            p, d = self.p[here], draws[:, here]
            v = p * self.scale
            below = np.cumsum(p)
            supremum = np.abs(np.cumsum(d, axis=1)[:, :-1]).max(axis=1)
            if first:
                self.suprema.append(supremum)
            g = directions(p, round_=periodic)
            p_values = {
                "chi2": special.chdtrc(COARSE - 1, (d**2 / v).sum(axis=1)),
                "KS": tail(self.suprema[i], float((below * (1 - below)).max() * self.scale), supremum),
                "smooth": along(d, v, g),
                "slope": along(d, v, g[:, : slopes(round_=periodic)]),
            }
            for name, values in p_values.items():
                found[name] = np.minimum(found[name], values)
        return found


def along(d: Floats, v: Floats, g: Floats) -> Floats:
    """p-values of chi-squared in these directions."""
    moments = d @ g
    chi2 = np.einsum("ni,ij,nj->n", moments, np.linalg.inv(g.T @ (v[:, None] * g)), moments)
    return np.asarray(special.chdtrc(g.shape[1], chi2))


def power(null: dict[str, Floats], found: dict[str, Floats], tests: tuple[str, ...], alpha: float) -> float:
    """The fraction of draws whose smallest p-value only a fraction alpha of those of the null reaches."""
    bound = np.quantile(np.min([null[t] for t in tests], axis=0), alpha)
    return float((np.min([found[t] for t in tests], axis=0) < bound).mean())


def main() -> None:
    """Draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000, help="Of each sample.")
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=515151)
    asked = parser.parse_args()
    sample = generate(load_card("ee2mumu"), 200_000, seed=asked.seed)
    cos_theta, phi = (ev.observable(sample, f"{name}(mu-)").values for name in ("cos_theta", "phi"))
    histograms, rng = Histograms(sample, asked.events), np.random.default_rng(asked.seed)
    null = histograms.smallest(histograms.draws(10 * asked.draws, rng))
    share = SHARES["histograms"] * ALPHA
    print(f"{'weights':<34}" + "".join(f"{name:>8}" for name in (*TESTS, "all", "before")))
    for text, weights in {
        "1 + 0.01 cos theta": 1 + 0.01 * cos_theta,
        "1 + 0.0125 cos theta": 1 + 0.0125 * cos_theta,
        "1 + 0.015 cos theta": 1 + 0.015 * cos_theta,
        "1 + 0.02 P2(cos theta)": 1 + 0.02 * (1.5 * cos_theta**2 - 0.5),
        "1 + 0.02 P3(cos theta)": 1 + 0.02 * (2.5 * cos_theta**3 - 1.5 * cos_theta),
        "1 + 0.01 cos phi": 1 + 0.01 * np.cos(phi),
        "1 + 0.01 cos 2 phi": 1 + 0.01 * np.cos(2 * phi),
    }.items():
        found = histograms.smallest(histograms.draws(asked.draws, rng, weights))
        row = [power(null, found, (name,), share) for name in TESTS]
        row += [power(null, found, TESTS, share), power(null, found, TESTS[:3], ALPHA / 3)]
        print(f"{text:<34}" + "".join(f"{value:8.3f}" for value in row))


if __name__ == "__main__":
    main()
