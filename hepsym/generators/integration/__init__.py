"""From an integrand on the unit cube to a rate with its error, and to points of equal weight."""

from hepsym.generators.integration.adaptation import Adapted, adapt
from hepsym.generators.integration.integrand import Integrand, Points
from hepsym.generators.integration.rate import Iteration, Rate, integrate
from hepsym.generators.integration.unweighting import Maximum, accepted, maximum_of

__all__ = [
    "Adapted",
    "Integrand",
    "Iteration",
    "Maximum",
    "Points",
    "Rate",
    "accepted",
    "adapt",
    "integrate",
    "maximum_of",
]
