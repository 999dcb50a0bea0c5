"""What a toy declares is true of its rows: by plain linear algebra that shares no code with discover()."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

from hepsym.errors import InputError
from hepsym.generators.toys import TOYS, Toy

Floats = NDArray[np.float64]
ROWS = 1500


def monomials(y: Floats, degree: int) -> Floats:
    columns = [np.ones(len(y))]
    for d in range(1, degree + 1):
        columns += [
            y[:, c].prod(axis=1) for c in itertools.combinations_with_replacement(range(y.shape[1]), d)
        ]
    return np.column_stack(columns)


def null_vectors(phi: Floats) -> Floats:
    size = np.sqrt((phi**2).mean(axis=0))
    _, values, right = np.linalg.svd(phi / size / np.sqrt(len(phi)), full_matrices=False)
    return right[values < 1e-8 * values[0]] / size


class Span:
    """White coordinates of the affine span of the rows."""

    def __init__(self, rows: Floats) -> None:
        self.centre, deviations = rows.mean(axis=0), rows - rows.mean(axis=0)
        spread = deviations.std(axis=0)
        self.scale = np.where(spread > 1e-10 * np.abs(rows).max(), spread, 1.0)
        _, s, axes = np.linalg.svd(deviations / self.scale / np.sqrt(len(rows)), full_matrices=False)
        self.rank = int((s > 1e-9 * s[0]).sum())
        self.axes, self.s = axes[: self.rank], s[: self.rank]

    def white(self, rows: Floats) -> Floats:
        return ((rows - self.centre) / self.scale) @ self.axes.T / self.s

    def outside(self, rows: Floats) -> float:
        scaled = (rows - self.centre) / self.scale
        return float(np.abs(scaled - scaled @ self.axes.T @ self.axes).max())


def quadrics(toy: Toy) -> tuple[Span, Floats, Floats]:
    rows = toy.draw(ROWS, 7)
    span = Span(rows)
    return span, rows, null_vectors(monomials(span.white(rows), 2))


@pytest.mark.parametrize("toy", TOYS.values(), ids=TOYS)
def test_equations_are_as_many_as_declared(toy: Toy) -> None:
    span, rows, found = quadrics(toy)
    assert len(toy.columns) == rows.shape[1]
    assert (rows.shape[1] - span.rank, len(found)) == (toy.linear, toy.quadratic)


@pytest.mark.parametrize("toy", [t for t in TOYS.values() if len(t.columns) <= 8], ids=lambda t: t.name)
def test_cubics_that_no_quadric_gives_are_as_many_as_declared(toy: Toy) -> None:
    span, rows, found = quadrics(toy)
    cubics = len(null_vectors(monomials(span.white(rows), 3)))
    off = np.random.default_rng(0).normal(size=(1000, span.rank))
    values = monomials(off, 2) @ found.T
    products = np.concatenate([values[:, :, None], values[:, :, None] * off[:, None]], axis=2).reshape(
        1000, -1
    )
    given = (
        np.linalg.matrix_rank(products / np.sqrt((products**2).mean(axis=0)), tol=1e-6) if len(found) else 0
    )
    assert cubics - given == toy.cubic


@pytest.mark.parametrize("toy", [t for t in TOYS.values() if t.fields is not None], ids=lambda t: t.name)
def test_declared_fields_are_independent_and_keep_the_equations(toy: Toy) -> None:
    """The rows are carried along the flow by a tenth, exactly, and still obey what the rows obeyed."""
    span, rows, found = quadrics(toy)
    for fields in (toy.fields, toy.kept):
        if fields is None:
            continue
        flows = np.array([(rows @ f[:, :-1].T + f[:, -1]).ravel() for f in fields])
        assert np.linalg.matrix_rank(flows) == len(fields)
        for field in fields:
            square = np.vstack([field, np.zeros(rows.shape[1] + 1)])
            step = expm(0.1 * square / np.abs(square).max())
            moved = rows @ step[:-1, :-1].T + step[:-1, -1]
            assert span.outside(moved) < 1e-9
            assert np.abs(monomials(span.white(moved), 2) @ found.T).max(initial=0.0) < 1e-8


BY_EQUATIONS = [
    t
    for t in TOYS.values()
    if t.quadratic and t.fields is not None and t.name != "helix" and len(t.columns) <= 12
]


@pytest.mark.parametrize("toy", BY_EQUATIONS, ids=lambda t: t.name)
def test_no_affine_field_is_forgotten(toy: Toy) -> None:
    """grad q . (A y + b) = 0 for all q at all rows has as many solutions as are declared."""
    span, rows, found = quadrics(toy)
    y, r = span.white(rows[:400]), span.rank
    step = 1e-4
    gradients = np.stack(
        [(monomials(y + step * e, 2) - monomials(y - step * e, 2)) @ found.T / (2 * step) for e in np.eye(r)],
        axis=2,
    )
    points = np.column_stack([y, np.ones(len(y))])
    values = np.linalg.svd(
        np.einsum("nmi,nj->nmij", gradients, points).reshape(-1, r * (r + 1)), compute_uv=False
    )
    assert int((values < 1e-7 * values[0]).sum()) == len(toy.fields)


@pytest.mark.parametrize("toy", [t for t in TOYS.values() if t.kept is not None], ids=lambda t: t.name)
def test_kept_flows_keep_the_moments_of_the_density(toy: Toy) -> None:
    """E[d/dt m(x)] = 0 for all moments to degree four in white coordinates, within 5 of their errors."""
    rows = toy.draw(8000, 11)
    span = Span(rows)
    y = span.white(rows)
    if span.rank > 8:
        y = y[:, :8]
    rng = np.random.default_rng(1)
    for field in toy.kept[:3]:
        flow = span.white(rows + 1e-6 * (rows @ field[:, :-1].T + field[:, -1])) - span.white(rows)
        flow = flow[:, : y.shape[1]] * 1e6
        for power in (1, 2, 3, 4):
            for w in rng.normal(size=(5, y.shape[1])):
                rate = power * (y @ w) ** (power - 1) * (flow @ w)
                assert abs(rate.mean()) < 5 * rate.std() / np.sqrt(len(rate)) + 1e-6


@pytest.mark.parametrize("toy", TOYS.values(), ids=TOYS)
def test_a_row_is_a_function_of_seed_and_number(toy: Toy) -> None:
    assert np.array_equal(toy.draw(50, 3)[:20], toy.draw(20, 3))
    assert not np.array_equal(toy.draw(20, 3), toy.draw(20, 4))


def test_the_dimension_depends_on_scale() -> None:
    z = TOYS["pp-breit-wigner"]
    assert [z.dimension_at(s) for s in (0.001, 0.1)] == [4, 3]
    assert [TOYS["circle"].dimension_at(s, 0.01) for s in (0.001, 0.04)] == [2, 1]


def test_noise_is_a_part_of_each_column_s_spread_or_of_one_unit() -> None:
    toy = TOYS["ellipse"]
    clean = toy.draw(20_000)
    spread = clean.std(axis=0)
    each = (toy.draw(20_000, noise=0.1) - clean).std(axis=0) / spread
    one = (toy.draw(20_000, noise=0.1, one_unit=True) - clean).std(axis=0)
    assert each == pytest.approx([0.1, 0.1], rel=0.03)
    assert one == pytest.approx(0.1 * np.sqrt((spread**2).mean()), rel=0.03)


def test_less_than_a_row_and_less_than_no_noise_are_refused() -> None:
    for n, noise in ((0, 0.0), (10, -0.1)):
        with pytest.raises(InputError, match="give n >= 1 and noise >= 0"):
            TOYS["circle"].draw(n, noise=noise)


@pytest.mark.parametrize("name", ["pp-breit-wigner", "pp-breit-wigner-cuts"])
def test_the_width_of_the_z_is_that_declared(name: str) -> None:
    """Deviation of m over its slope along the surface of all else, in deviations of the columns; median."""
    toy = TOYS[name]
    rows = toy.draw(4000, 5)
    unit = rows.std(axis=0)
    total = rows[:, :4] + rows[:, 4:]
    metric = np.array([1.0, -1, -1, -1])
    mass = np.sqrt(total**2 @ metric)
    slopes = np.concatenate([total, total], axis=1) * np.tile(metric, 2) / mass[:, None] * unit
    widths = []
    for row, slope in zip(rows[:800], slopes[:800], strict=True):
        shells = np.zeros((4, 8))
        shells[0, :4], shells[1, 4:] = row[:4] * metric, row[4:] * metric
        shells[2, [1, 5]] = shells[3, [2, 6]] = 1.0
        base, _ = np.linalg.qr((shells * unit).T)
        widths.append(mass.std() / np.linalg.norm(slope - base @ (base.T @ slope)))
    assert np.median(widths) == pytest.approx(toy.narrow[0], rel=0.1)
