"""Which equations are found, how they are told, and how well what they fix is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.adjusted import block_moments, pencil, replica_polynomials
from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, find_constraints
from hepsym.analysis.symmetries.equations.evidence import profile_p_value
from hepsym.analysis.symmetries.equations.noise import find_noisy
from hepsym.analysis.symmetries.equations.resolution import resolution
from hepsym.analysis.symmetries.features import (
    count,
    evaluate,
    gradients,
    monomials,
    raised,
    times_coordinate,
)  # fmt: skip
from hepsym.analysis.symmetries.recognition.names import recognise
from hepsym.analysis.symmetries.recognition.quadric_shapes import Quadric, shape
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]


def told(rows: Floats, *, degree: int = 3, noise: float | None = None) -> list[Constraint]:
    half = len(rows) // 2
    exact = find_constraints(rows[:half], rows[half:], max_degree=degree, alpha=0.0025)
    noisy = find_noisy(rows[:half], rows[half:], exact, None, alpha=0.0025, noise=noise)
    found: Constraints = exact if noisy is None else noisy
    return recognise(found, rows[half:], [f"c{i}" for i in range(rows.shape[1])])


def ellipse(n: int, rng: np.random.Generator) -> Floats:
    """Semi-axes 2.3 and 1.1, turned by 0.4, centre (5, -2)."""
    t = rng.uniform(0, 2 * np.pi, n)
    turn = np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    return np.column_stack([2.3 * np.cos(t), 1.1 * np.sin(t)]) @ turn + np.array([5.0, -2.0])


def blurred(rows: Floats, noise: float, rng: np.random.Generator) -> Floats:
    return rows + noise * rows.std(axis=0) * rng.normal(size=rows.shape)


@pytest.mark.parametrize(("rank", "degree"), [(1, 3), (3, 1), (3, 2), (4, 3)])
def test_gradients_are_those_of_finite_differences(rank: int, degree: int) -> None:
    rng = np.random.default_rng(1)
    y, q = rng.normal(size=(5, rank)), rng.normal(size=(2, count(rank, degree)))
    for i in range(rank):
        step = 1e-6 * np.eye(rank)[i]
        slope = (evaluate(y + step, q) - evaluate(y - step, q)) / 2e-6
        assert gradients(y, q)[:, :, i] == pytest.approx(slope, abs=1e-7)


def test_products_with_coordinates_are_products() -> None:
    rng = np.random.default_rng(2)
    y, q = rng.normal(size=(6, 3)), rng.normal(size=(2, count(3, 2)))
    products = evaluate(y, times_coordinate(q, 3)).reshape(6, 3, 2)
    assert products == pytest.approx(y[:, :, None] * evaluate(y, q)[:, None, :])
    assert evaluate(y, raised(q, 3, 3)) == pytest.approx(evaluate(y, q))


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_adjusted_least_squares_has_no_bias_where_plain_ones_do(noise: float) -> None:
    """Axes 4/3 and 2/3 of 30 tables of 5000: the mean is within 4 standard errors, plain fits are 10 off."""
    rng = np.random.default_rng(3)
    axes, plain = [], []
    for _ in range(30):
        t = rng.uniform(0, 2 * np.pi, 5000)
        rows = np.column_stack([4 / 3 * np.cos(t), 2 / 3 * np.sin(t)]) + noise * rng.normal(size=(5000, 2))
        phi = monomials(rows)
        q = pencil(phi.T @ phi / len(phi), noise**2 * np.eye(2), 2).polynomials[0]
        axes.append(np.sqrt(-q[0] / q[[3, 5]]))
        smallest = np.linalg.eigh(phi.T @ phi)[1][:, 0]
        plain.append(np.sqrt(-smallest[0] / smallest[[3, 5]]))
    error = np.std(axes, axis=0) / np.sqrt(30)
    truth = np.array([4 / 3, 2 / 3])
    assert (np.abs(np.mean(axes, axis=0) - truth) < 4 * error).all()
    assert (np.abs(np.mean(plain, axis=0) - truth) > 10 * error).any()


def test_cubics_with_noise_are_unbiased_too() -> None:
    """y = x^3 - x with noise of 0.05, known: the coefficients of 20 tables of 10,000 on the average."""
    rng = np.random.default_rng(4)
    told_as = []
    for _ in range(20):
        u = rng.uniform(-1.3, 1.3, 10_000)
        rows = np.column_stack([u, u**3 - u]) + 0.05 * rng.normal(size=(10_000, 2))
        phi = monomials(rows, 3)
        q = pencil(phi.T @ phi / len(phi), 0.05**2 * np.eye(2), 3).polynomials[0]
        told_as.append(q[[1, 6]] / q[2])
    mean, error = np.mean(told_as, axis=0), np.std(told_as, axis=0) / np.sqrt(20)
    assert (np.abs(mean - np.array([1.0, -1.0])) < 4 * error).all()
    assert (error < 0.01).all()


def test_replicas_are_fits() -> None:
    rng = np.random.default_rng(5)
    moments = block_moments(blurred(TOYS["sphere"].draw(2000, 3), 0.02, rng), 2, 10)
    moments = (moments.sum(axis=0) - moments) / 9
    noise = 1e-4 * np.eye(3)
    replicas = replica_polynomials(moments, noise, 1)[:, 0]
    for b in (0, 7):
        alone = pencil(moments[b], noise, 2).polynomials[0]
        cosine = replicas[b] @ alone / np.linalg.norm(replicas[b]) / np.linalg.norm(alone)
        assert abs(cosine) == pytest.approx(1.0, abs=1e-12)


def test_axes_of_a_noisy_ellipse_are_within_their_errors() -> None:
    """12 tables of 4000 rows at 1 %: chi2 of 24 pulls within its central 99.8 %, 8.1 to 51.2."""
    chi2 = 0.0
    for seed in range(12):
        rng = np.random.default_rng([seed, 6])
        (only,) = told(blurred(ellipse(4000, rng), 0.01, rng))
        assert only.kind == "ellipse"
        for key, truth in (("axis 1", 2.3), ("axis 2", 1.1)):
            value, error = only.values[key]
            assert 0 < error < 0.002
            chi2 += ((value - truth) / error) ** 2
    assert 8.1 < chi2 < 51.2


def test_masses_of_a_resonance_and_its_legs_under_noise() -> None:
    toy = TOYS["pp-narrow"]
    constraints = told(toy.draw(8000, 3, noise=0.01))
    assert [c.kind for c in constraints].count("mass shell") == 2
    mass, error = next(c.values["m"] for c in constraints if c.kind == "resonance")
    assert 0 < error < 0.2
    assert abs(mass - 91.1876) < 3 * error


def test_noise_before_a_turn_is_found_as_well_as_after_it() -> None:
    """1 % of columns of unequal spread, then turned, shifted, in other units: noise of full covariance."""
    rng = np.random.default_rng(7)
    rows = blurred(TOYS["spring-pair"].draw(4000, 5), 0.01, rng)
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    degrees = [c.degree for c in told((rows @ turn + 3) * 10 ** rng.uniform(-3, 3, 4))]
    assert (degrees.count(1), degrees.count(2)) == (2, 1)


def test_a_known_noise_lets_a_single_relation_be_told() -> None:
    rng = np.random.default_rng(8)
    a = rng.exponential(size=(4000, 3))
    rows = blurred(np.column_stack([a, 7.5 - a.sum(axis=1)]), 0.01, rng)
    assert told(rows) == []
    (only,) = told(rows, noise=0.01)
    value, error = only.values["value"]
    assert only.formula.startswith("c0 + c1 + c2 + c3 = 7.")
    assert abs(value - 7.5) < 4 * error


@pytest.mark.parametrize("name", ["cubic-curve", "moebius"])
def test_cubics_are_told_and_hold(name: str) -> None:
    (only,) = told(TOYS[name].draw(4000, 5))
    assert (only.kind, only.degree) == ("cubic", 3)
    assert only.residual < 1e-10


@pytest.mark.parametrize("name", ["twisted-cubic", "kepler-orbit", "ee-2", "sphere"])
def test_no_cubic_is_told_that_quadrics_imply(name: str) -> None:
    assert all(c.degree < 3 for c in told(TOYS[name].draw(4000, 5)))


def test_a_table_written_to_six_digits_keeps_its_equations() -> None:
    rows = np.array([[float(f"{v:.6g}") for v in row] for row in TOYS["ee-2"].draw(2000, 4)])
    assert 0 < resolution(rows) < 1e-4
    degrees = [c.degree for c in told(rows)]
    assert (degrees.count(1), degrees.count(2)) == (5, 1)
    assert 0 < resolution(TOYS["ee-2"].draw(300, 4)) < 1e-14  # that of a double
    assert resolution(np.random.default_rng(1).integers(0, 5, (300, 2)).astype(float)) == 0.0


@pytest.mark.parametrize("condition", [1e4, 1e6])
def test_a_nearly_degenerate_gaussian_carries_no_relation(condition: float) -> None:
    rng = np.random.default_rng(9)
    turns = [np.linalg.qr(rng.normal(size=(4, 4)))[0] for _ in range(2)]
    rows = rng.normal(size=(3000, 4)) @ turns[0] * np.geomspace(1, 1 / condition, 4) @ turns[1]
    assert told(rows) == []


def test_shells_and_sheets_are_not_noise() -> None:
    """A shell of even thickness, and a smooth sheet that is nearly a quadric."""
    rng = np.random.default_rng(10)
    v = rng.normal(size=(8000, 3))
    assert told(v / np.linalg.norm(v, axis=1, keepdims=True) * rng.uniform(0.95, 1.05, (8000, 1))) == []
    x = rng.uniform(-1, 1, (8000, 3))
    assert (
        told(np.column_stack([x, np.exp(x @ np.array([0.5, -0.4, 0.3])) + 0.1 * np.sin(3 * x[:, 0])])) == []
    )


def test_profiles_of_noise_pass_and_others_do_not() -> None:
    rng = np.random.default_rng(11)
    place = rng.normal(size=(4000, 3))
    near = rng.integers(0, 4000, (1000, 10))
    assert profile_p_value(rng.normal(size=4000), place, near) < 1e-6
    for other in (
        rng.uniform(-1.73, 1.73, 4000),
        rng.laplace(size=4000) / 1.41,
        rng.exponential(size=4000) - 1,
    ):
        assert profile_p_value(other, place, near) > 0.5
    assert profile_p_value(rng.normal(size=4000) * np.exp(0.7 * place[:, 0]), place, near) > 0.5
    assert profile_p_value((rng.normal(size=4000) + place[:, 0]) / 1.41, place, near) > 0.5


@pytest.mark.parametrize(
    ("form", "t", "c", "kind"),
    [
        (np.diag([1.0, 4.0]), np.zeros(2), -1.0, "ellipse"),
        (np.diag([1.0, 1.0, 1.0]), np.array([2.0, 0.0, 0.0]), -3.0, "sphere"),
        (np.diag([1.0, 1.0, -1.0]), np.zeros(3), 0.0, "cone"),
        (np.diag([1.0, 1.0, -1.0]), np.zeros(3), 1.0, "hyperboloid (1, 2)"),
        (np.diag([1.0, -1.0]), np.zeros(2), -2.0, "hyperbola"),
        (np.diag([1.0, 0.0]), np.array([0.0, 1.0]), 0.0, "parabola"),
        (np.diag([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]), 0.0, "paraboloid"),
        (np.diag([1.0, 0.0, 0.0]), np.zeros(3), -4.0, "two planes"),
    ],
)
def test_quadrics_are_called_by_rank_and_signature(form: Floats, t: Floats, c: float, kind: str) -> None:
    assert shape(Quadric(c, t, form), None, np.ones(len(t))).kind == kind
