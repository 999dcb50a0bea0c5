"""The scattering angle: inversion is exact to its stated error, for every law and window."""

import mpmath
import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.generators.phasespace.quadratic_angle import AngularLaw, invert_even, invert_window

US = [2.0**-53, 1e-15, 1e-9, 1e-4, 0.013, 0.25, 0.5, 0.77, 0.999, 1 - 1e-9, 1 - 2.0**-53]


@pytest.mark.parametrize("ratio", [-0.5, 0.0, 1e-9, 0.3, 0.99, 1.0, 1.0 + 1e-12])
@pytest.mark.parametrize("edge", [1.0, 0.9, 0.01])
def test_even_part_is_inverted(ratio: float, edge: float) -> None:
    even = AngularLaw(1.0, 0.0, ratio, ((-edge, edge),)).even()
    assert even is not None
    for u in US:
        c = invert_even(u, even)
        assert 0.0 < c <= edge
        assert abs((c + ratio * c**3 / 3) / (edge + ratio * edge**3 / 3) - u) < 4e-15, u


@pytest.mark.parametrize(
    "law", [(1.0, 2.0, 1.0), (1.0, -2.0, 1.0), (1.0, 0.0, -1.0), (0.0, 0.0, 1.0), (1.0, 0.1, 0.3)]
)
@pytest.mark.parametrize("window", [(-1.0, 1.0), (-1.0, 0.2), (0.5, 0.500001), (-0.9, -0.3)])
def test_any_window_is_inverted(law: tuple[float, float, float], window: tuple[float, float]) -> None:
    a0, a1, a2 = (mpmath.mpf(a) for a in law)
    low, high = (mpmath.mpf(x) for x in window)

    def area(x: mpmath.mpf) -> mpmath.mpf:
        return (x - low) * (a0 + a1 * (x + low) / 2 + a2 * (x * x + x * low + low * low) / 3)

    with mpmath.workdps(40):
        for u in US:
            c = invert_window(u, *window, *law)
            assert window[0] <= c <= window[1]
            slope = (a0 + c * (a1 + c * a2)) * (high - low) / area(high)
            spacing = float(np.spacing(abs(c))) / float(high - low)  # the c next to it
            assert abs(area(mpmath.mpf(c)) / area(high) - u) < 1e-14 + 2 * float(slope) * spacing, u


def test_laws_that_the_fast_inversion_does_not_hold_for_are_left_to_the_other() -> None:
    assert AngularLaw(1.0, 0.0, 1.0, ((-0.5, 1.0),)).even() is None
    assert AngularLaw(1.0, 0.0, 1.0, ((-1.0, -0.5), (0.5, 1.0))).even() is None
    assert AngularLaw(0.0, 0.0, 1.0).even() is None
    assert AngularLaw(1.0, 0.0, -1.0).even() is None


def test_density_integrates_to_the_distribution_function() -> None:
    law = AngularLaw(1.0, 0.7, 0.4, ((-0.8, -0.1), (0.3, 1.0)))
    c = np.linspace(-1, 1, 20001)
    steps = np.cumsum(0.5 * (law.density(c)[1:] + law.density(c)[:-1]) * np.diff(c))
    assert np.abs(law.cumulative(c)[1:] - steps).max() < 2e-4
    assert law.cumulative(np.array([-1.0, 1.0])).tolist() == [0.0, 1.0]


def test_asymmetry() -> None:
    assert AngularLaw(1.0, 2 * 0.3 * 4 / 3, 1.0).asymmetry() == pytest.approx(0.3, rel=1e-15)
    assert AngularLaw(1.0, 0.5, 1.0, ((0.2, 0.9),)).asymmetry() == 1.0


def test_nothing_left() -> None:
    with pytest.raises(InputError, match="no scattering angle is left"):
        AngularLaw(1.0, 0.0, 1.0, ())
