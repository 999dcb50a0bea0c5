"""Sets whose truth is declared: dimension, number of equations and algebra come out exactly."""

import functools
import os

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from hepsym.analysis.symmetries import Discovery, discover
from hepsym.generators.toys import TOYS, Toy

ROWS = 4000


@functools.cache
def found(name: str) -> Discovery:
    toy = TOYS[name]
    return discover(toy.draw(ROWS), toy.columns)


DEGREE_THREE_AND_MORE = {"cubic-curve", "moebius", "two-circles", "torus", "swiss-roll", "helix"}
"""Their fields are those of equations that degree two does not see."""


OTHER_DAYS = {
    "disc", "ellipsoid", "capless-sphere", "sphere-7", "gaussian-2", "anisotropic-gaussian", "subspace",
    "mixture", "three-angles", "skewed", "paraboloid", "two-planes", "isotropic-oscillator",
    "spring-pair-energies", "kepler-orbits", "pendulum-energies", "drifting", "ee-2-massive",
    "ee-2-scalar", "ee-2-polarised", "ee-2-transverse", "ee-2-eta", "ee-2-pt", "ee-3-massive", "ee-4",
    "pp-narrow-eta", "pp-narrow-pt", "pp-breit-wigner-cuts", "turns", "oscillator-energies",
    "oscillator-momentum", "thin-annulus",
}  # fmt: skip
"""Sets much like another, or slow: HEPSYM_SLOW=1 pytest tests/analysis/symmetries/test_zoo.py"""
SLOW = [pytest.mark.slow, pytest.mark.skipif(os.environ.get("HEPSYM_SLOW") != "1", reason="half of the zoo")]


@pytest.mark.parametrize("name", [pytest.param(n, marks=SLOW if n in OTHER_DAYS else ()) for n in TOYS])
def test_dimension_equations_and_fields_are_those_declared(name: str) -> None:
    toy, told = TOYS[name], found(name)
    degrees = [c.degree for c in told.constraints]
    assert told.dimension.value == toy.dimension
    assert (degrees.count(1), degrees.count(2)) == (toy.linear, toy.quadratic)
    assert all(c.residual < 1e-9 and c.p_value < 1e-100 for c in told.constraints)
    if toy.fields is not None and name not in DEGREE_THREE_AND_MORE:
        assert (told.of, len(told.generators)) == ("manifold", len(toy.fields))
        assert all(g.score < 1e-9 for g in told.generators)
        assert angle(told, toy) < 1e-3
    if toy.manifold.startswith("so") and "solvable" not in toy.manifold and name not in DEGREE_THREE_AND_MORE:
        assert told.algebra == toy.manifold


def angle(told: Discovery, toy: Toy) -> float:
    """Largest principal angle between the fields told and those declared, as flows of the rows in units."""
    rows = toy.draw(200, 9)
    unit = np.maximum(toy.draw(ROWS).std(axis=0), 1e-9)
    flows = [
        [((rows @ a.T + b) / unit).ravel() for a, b in pairs]
        for pairs in (
            [(g.matrix, g.shift - g.matrix @ told.centre) for g in told.generators],
            [(f[:, :-1], f[:, -1]) for f in toy.fields],
        )
    ]
    return float(subspace_angles(np.array(flows[0]).T, np.array(flows[1]).T).max())


def test_terms_of_physics_are_called_by_their_names() -> None:
    kinds = [c.kind for c in found("ee-3").constraints]
    assert kinds.count("momentum conservation") == 3
    assert kinds.count("energy conservation") == 1
    assert kinds.count("mass shell") == 3
    resonance = found("pp-narrow").constraints[-1]
    assert resonance.kind == "resonance"
    assert resonance.values["m"][0] == pytest.approx(91.1876, abs=1e-9)


@pytest.mark.parametrize("name", ["sphere", "ee-2", "ee-3", "pp-narrow", "spring-pair"])
def test_turned_shifted_and_scaled_columns_change_nothing_but_names(name: str) -> None:
    """x -> x R + c with units from 1e-3 to 1e3: the same dimension, number of equations, and algebra."""
    toy = TOYS[name]
    rng = np.random.default_rng(5)
    rows = toy.draw(ROWS)
    columns = rows.shape[1]
    turn = np.linalg.qr(rng.normal(size=(columns, columns)))[0]
    moved = (rows @ turn + rng.normal(size=columns) * rows.std()) * 10 ** rng.uniform(-3, 3, columns)
    told = discover(moved, [f"c{i}" for i in range(columns)])
    degrees = [c.degree for c in told.constraints]
    assert told.dimension.value == toy.dimension
    assert (degrees.count(1), degrees.count(2)) == (toy.linear, toy.quadratic)
    assert told.algebra == toy.manifold


def test_the_order_of_columns_and_their_names_decide_nothing() -> None:
    toy = TOYS["ee-3"]
    order = np.random.default_rng(2).permutation(12)
    told = discover(toy.draw(ROWS)[:, order], [f"c{i}" for i in range(12)])
    assert told.dimension.value == 5
    assert sorted(c.kind for c in told.constraints)[-3:] == ["momentum conservation"] * 3
    assert [c.kind for c in told.constraints].count("mass shell") == 3
    assert told.algebra == "so(3)"
