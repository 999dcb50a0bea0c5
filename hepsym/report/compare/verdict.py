"""Is a sample compatible with the reference? Every test of the two, and one p-value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis import compare as tests
from hepsym.errors import InputError
from hepsym.report.compare.filled import Binning, Filled
from hepsym.report.compare.sources import Source

__all__ = ["P_VALUES", "Verdict", "judged", "together"]

Floats = NDArray[np.float64]

P_VALUES = ("p_chi2", "p_ks", "p_smooth", "p_slope")
"""Of each observable."""
SHARES = {"histograms": 0.6, "classifier": 0.3, "rate": 0.1}
"""Of alpha, for each kind of test: most for that which sees most, of those that were made."""
COARSE = 24
"""Cells an observable in the simulation of how the tests depend on each other."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sample beside the reference."""

    source: Source
    observables: dict[str, dict[str, Any]]
    """name: {chi2, ndf, p_chi2, p_ks, p_smooth, p_slope}"""
    family: tests.Family
    """Of all tests of histograms."""
    classifier: tests.ClassifierTest | None
    rate: tests.Rates | None
    p_value: float
    notes: tuple[str, ...]

    def to_json(self, alpha: float) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "file": str(self.source.path),
            "observables": self.observables,
            "histograms": {
                "smallest_p": self.family.smallest,
                "tests": self.family.tests,
                "effective_tests": self.family.effective_tests,
                "p_value": self.family.p_value,
            },
            "classifier": None
            if self.classifier is None
            else {
                "auc": self.classifier.auc,
                "error": self.classifier.error,
                "p_value": self.classifier.p_value,
                "events": list(self.classifier.events),
            },
            "rate": None
            if self.rate is None
            else {name: getattr(self.rate, name) for name in self.rate.__slots__},
            "p_value": self.p_value,
            "compatible": self.p_value >= alpha,
        }


def judged(
    reference: Source, other: Source, a: Filled, b: Filled, binnings: Sequence[Binning], seed: int
) -> Verdict:
    """All tests of b against a.

    The p-value is Bonferroni's with weights, the smallest p / SHARES of the kinds of tests that were
    made: the histograms (min-p with their joint null, so that many observables that say the same cost
    next to nothing), the classifier, and the rate. Raises InputError for weights that do not sum to more
    than zero.
    """
    observables: dict[str, dict[str, Any]] = {}
    asked: list[tests.Tested] = []
    notes: list[str] = []
    for i, binned in enumerate(binnings):
        try:
            shown = tests.difference(a.shown[i], b.shown[i])
            fine = tests.difference(a.fine[i], b.fine[i])
        except InputError as error:
            raise InputError(f"{reference.path} and {other.path}: {error}") from None
        chi2 = tests.chi_squared(shown)
        ks = tests.kolmogorov_smirnov(fine, seed)
        smooth = tests.smooth_test(fine, round_=binned.period is not None)
        slope = tests.slope_test(fine, round_=binned.period is not None)
        observables[binned.name] = {
            "chi2": chi2.chi2, "ndf": chi2.ndf, "p_chi2": chi2.p_value, "p_ks": ks.p_value,
            "p_smooth": smooth.p_value, "p_slope": slope.p_value, "ks_distance": ks.distance,
        }  # fmt: skip
        edges = binned.fine[:: max(1, (len(binned.fine) + 1) // COARSE)]
        asked.append(
            tests.Tested(
                (chi2.p_value, ks.p_value, smooth.p_value, slope.p_value),
                tests.cell_of(a.kept[:, i], edges), tests.cell_of(b.kept[:, i], edges),
                round_=binned.period is not None,
            )
        )  # fmt: skip
    if all(value["chi2"] == 0.0 and value["ks_distance"] == 0.0 for value in observables.values()):
        notes.append(f"{other.path} fills every histogram exactly as the reference does: the same events?")
    found = tests.family(asked, a.kept_weights, b.kept_weights, seed)
    classifier = _classified(a, b, binnings, seed, notes)
    rate = _rates(reference, other)
    p_values = {
        "histograms": found.p_value,
        "classifier": None if classifier is None else classifier.p_value,
        "rate": None if rate is None else rate.p_value,
    }
    return Verdict(other, observables, found, classifier, rate, together(p_values), tuple(notes))


def together(p_values: Mapping[str, float | None]) -> float:
    """One p-value of kinds of tests, None for those not made: min p / share, their shares adding up to one.

    At any level it is right or too careful, however the kinds depend on each other (Bonferroni's bound
    with weights: Holm, Scand. J. Statist. 6 (1979) 65).
    """
    made = {kind: p for kind, p in p_values.items() if p is not None}
    whole = sum(SHARES[kind] for kind in made)
    return min(1.0, *(p * whole / SHARES[kind] for kind, p in made.items()))


def _classified(
    a: Filled, b: Filled, binnings: Sequence[Binning], seed: int, notes: list[str]
) -> tests.ClassifierTest | None:
    features = [
        np.concatenate([_features(f.kept[:, i], x.period) for i, x in enumerate(binnings)], axis=1)
        for f in (a, b)
    ]
    try:
        return tests.classifier_test(features[0], features[1], a.kept_weights, b.kept_weights, seed)
    except InputError as error:
        notes.append(f"no classifier: {error}")
        return None


def _features(values: Floats, period: float | None) -> Floats:
    if period is None:
        return values[:, None]
    turns = 2.0 * np.pi * values / period
    return np.stack([np.cos(turns), np.sin(turns)], axis=1)


def _rates(reference: Source, other: Source) -> tests.Rates | None:
    (sigma_a, error_a), (sigma_b, error_b) = (
        (s.provenance.get("cross_section_pb"), s.provenance.get("cross_section_error_pb"))
        for s in (reference, other)
    )
    if sigma_a is None or sigma_b is None:
        return None
    return tests.rates(sigma_a, error_a, sigma_b, error_b)
