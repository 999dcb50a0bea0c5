"""Do two samples come from one law? Weighted histograms, a classifier, and one p-value of all tests."""

from hepsym.analysis.compare.cells import Sums, cell_of, merged_groups
from hepsym.analysis.compare.chi_squared import ChiSquared, chi_squared
from hepsym.analysis.compare.classifier import ClassifierTest, classifier_test
from hepsym.analysis.compare.difference import Difference, difference
from hepsym.analysis.compare.family import Family, Tested, family
from hepsym.analysis.compare.kolmogorov import KolmogorovSmirnov, kolmogorov_smirnov
from hepsym.analysis.compare.rate import Rates, rates
from hepsym.analysis.compare.smooth import SmoothTest, slope_test, smooth_test

__all__ = [
    "ChiSquared",
    "ClassifierTest",
    "Difference",
    "Family",
    "KolmogorovSmirnov",
    "Rates",
    "SmoothTest",
    "Sums",
    "Tested",
    "cell_of",
    "chi_squared",
    "classifier_test",
    "difference",
    "family",
    "kolmogorov_smirnov",
    "merged_groups",
    "rates",
    "slope_test",
    "smooth_test",
]
