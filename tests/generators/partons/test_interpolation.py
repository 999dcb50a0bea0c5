"""Is x f what LHAPDF 6's published log-bicubic says: at knots, between them, at thresholds, outside."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.generators.partons import PDF, load_pdf
from hepsym.generators.partons.lhagrid import COLUMNS, Subgrid, read_member
from hepsym.random import uniforms
from tests.generators.partons.lhapdf_set import THRESHOLDS, grid_text, smooth

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> PDF:
    path = tmp_path_factory.mktemp("grid") / "known_0000.dat"
    path.write_text(grid_text(smooth))
    return load_pdf(path)


def hermite(knots: Array, values: Array, at: float, linear: bool = False) -> Array:
    """The definition, a slope at a time: values (knots, ...), mean of the two slopes inside, one at ends."""
    i = int(np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2))
    h = knots[i + 1] - knots[i]
    t = (at - knots[i]) / h
    if linear:
        return (1 - t) * values[i] + t * values[i + 1]

    def slope(k: int) -> Array:
        sides = [
            (values[j + 1] - values[j]) / (knots[j + 1] - knots[j])
            for j in (k - 1, k)
            if 0 <= j < len(knots) - 1
        ]
        return sum(sides) / len(sides)

    return (
        (2 * t**3 - 3 * t**2 + 1) * values[i]
        + (t**3 - 2 * t**2 + t) * h * slope(i)
        + (3 * t**2 - 2 * t**3) * values[i + 1]
        + (t**3 - t**2) * h * slope(i + 1)
    )


def by_definition(subgrids: tuple[Subgrid, ...], x: float, q2: float) -> Array:
    s = [g for g in subgrids if g.q[0] ** 2 <= q2][-1]
    rows = np.array([hermite(np.log(s.x), row, np.log(x)) for row in s.xf])
    return hermite(2 * np.log(s.q), rows, np.log(q2), linear=len(s.q) < 4)


def cloud(n: int, x_min: float, q2_min: float, q2_max: float, x_max: float = 1.0) -> tuple[Array, Array]:
    x = np.exp(np.log(x_min) + np.log(x_max / x_min) * uniforms(1, n))
    return x, np.exp(np.log(q2_min) + np.log(q2_max / q2_min) * uniforms(2, n))


def test_a_knot_gives_the_files_own_numbers(known: PDF) -> None:
    """To the last bit where log Q^2 comes out as twice log Q, else to the slope times its rounding."""
    for s in read_member(known.path).subgrids:
        for k, q in enumerate(s.q[:-1]):  # the last belongs to the next subgrid, which has it too
            found = known.xf(s.x, q * q)
            np.testing.assert_allclose(found, s.xf[k], rtol=1e-13, atol=1e-14)
    x_knots = known.xf(s.x, s.q[0] ** 2)
    assert x_knots[-1].tolist() == [0.0] * 14, "x = 1"


def test_between_knots_it_is_the_published_log_bicubic(known: PDF) -> None:
    """A loop over the definition in plain numpy, three subgrids, the first linear in log Q^2."""
    x, q2 = cloud(400, 1e-6, 1.0, 1e6)
    subgrids = read_member(known.path).subgrids
    expected = np.array([by_definition(subgrids, a, b) for a, b in zip(x, q2, strict=True)])
    scale = max(abs(s.xf).max() for s in subgrids)
    assert abs(known.xf(x, q2) - expected).max() < 2e-14 * scale


def test_what_is_quadratic_in_the_logarithms_is_exact_on_even_knots(tmp_path: Path) -> None:
    """Central differences are exact for a parabola; one-sided ones at the edges are not."""
    path = tmp_path / "parabola_0000.dat"
    path.write_text(
        grid_text(
            lambda c, lx, lq: (c % 7) + 0.3 * lx - 0.02 * lx**2 + 0.1 * lq + 0.05 * lq**2 + 0.01 * lx**2 * lq,
            x=np.geomspace(1e-5, 1e-1, 20),
            scales=[np.geomspace(2.0, 200.0, 12)],
        )
    )
    pdf = load_pdf(path)
    x, q2 = cloud(500, 2e-5, 10.0, 10000.0, x_max=5e-2)
    lx, lq = np.log(x), np.log(q2)
    for code in (-5, 1, 21, 22):
        law = (code % 7) + 0.3 * lx - 0.02 * lx**2 + 0.1 * lq + 0.05 * lq**2 + 0.01 * lx**2 * lq
        np.testing.assert_allclose(pdf.xf(x, q2)[:, COLUMNS[code]], law, rtol=2e-13, atol=2e-13)


def test_partons_that_the_file_leaves_out_are_zero(known: PDF) -> None:
    found = known.xf(0.1, 100.0)[0]
    assert found[COLUMNS[6]] == found[COLUMNS[-6]] == 0.0
    assert (np.delete(found, [0, 12]) > 0.0).all()


def test_outside_the_grid_the_edge_counts_and_nothing_is_above_one(known: PDF) -> None:
    inside = known.xf([1e-6, 0.1, 0.1], [50.0, 1.0, 1e6])
    assert (known.xf([1e-9, 0.1, 0.1], [50.0, 0.01, 1e9]) == inside).all()
    assert not known.xf([1.0, 1.5], 50.0).any()


def test_a_threshold_belongs_to_the_subgrid_above(known: PDF) -> None:
    above, below = THRESHOLDS[1] ** 2 * (1 + 1e-12), THRESHOLDS[1] ** 2 * (1 - 1e-12)
    np.testing.assert_allclose(known.xf(0.01, above), known.xf(0.01, below), rtol=1e-9)


def test_any_number_of_threads_and_any_cut_give_the_same_bits(known: PDF) -> None:
    x, q2 = cloud(3000, 1e-6, 1.0, 1e6)
    whole = known.xf(x, q2)
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(lambda k: known.xf(x[k : k + 77], q2[k : k + 77]), range(0, len(x), 77))
        assert (np.vstack(list(parts)) == whole).all()
    out = np.empty((3000, 14))
    assert known.xf(x, q2, out=out) is out
    assert (out == whole).all()
