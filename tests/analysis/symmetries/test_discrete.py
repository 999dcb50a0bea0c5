"""Reflections, exchanges and turns: those that hold are certified, those that do not are told as broken."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Discovery, discover
from hepsym.analysis.symmetries.flows.discrete import Discrete
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]
ROWS = 24_000


def toy(name: str) -> Discovery:
    return discover(TOYS[name].draw(ROWS, 5), TOYS[name].columns)


def certified(told: Discovery) -> set[str]:
    return {d.name for d in told.discrete if d.certified}


def broken(told: Discovery) -> set[str]:
    return {d.name for d in told.discrete if d.broken}


def maps(found: Discrete, rows: Floats, centre: Floats) -> Floats:
    return centre + (rows - centre) @ found.matrix.T + found.shift


def test_a_cube_has_its_48_elements() -> None:
    told = toy("cube")
    assert (told.discrete_group, broken(told)) == (48, set())
    assert {"reflection of x", "reflection of y", "reflection of z", "exchange of x and y"} <= certified(told)


def test_a_turned_cube_has_them_about_its_own_axes() -> None:
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    told = discover(TOYS["cube"].draw(ROWS, 3) @ turn, ["x", "y", "z"])
    assert told.discrete_group == 48
    assert "parity" in certified(told)
    assert "reflection of x" in broken(told)


def test_of_a_circle_one_reflection_is_enough() -> None:
    """The others differ from it by a rotation, which is certified."""
    told = toy("circle")
    assert (certified(told), broken(told)) == ({"reflection of x"}, set())


def test_a_lopsided_circle_keeps_the_mirror_that_it_has() -> None:
    told = toy("lopsided-circle")
    assert certified(told) == {"reflection of y"}
    assert "reflection of x" in broken(told)
    assert all(d.shown_by["observable"] for d in told.discrete if d.broken)


def test_polarised_beams_break_parity() -> None:
    """(1 + cos)^2 has no z -> -z; 1 + cos^2 has."""
    even, odd = toy("ee-2"), toy("ee-2-polarised")
    assert "reflection z -> -z of a.pz, b.pz" in certified(even)
    assert "parity" in broken(odd)
    assert not any("z" in name for name in certified(odd))


def test_equal_bodies_are_exchanged() -> None:
    assert {"exchange of a and b", "exchange of b and c"} <= certified(toy("ee-3"))


def test_bodies_of_unequal_mass_are_not() -> None:
    assert not any("exchange" in name for name in certified(toy("ee-3-massive")))


def test_three_leaves_are_turned_into_one_another() -> None:
    rng = np.random.default_rng(8)
    t = rng.uniform(0, 2 * np.pi, 4 * ROWS)
    t = t[rng.uniform(0, 2, 4 * ROWS) < 1 + np.cos(3 * t)][:ROWS]
    r = np.sqrt(rng.uniform(0.2, 1, len(t)))
    told = discover(np.column_stack([r * np.cos(t), r * np.sin(t)]), ["x", "y"])
    assert certified(told) == {"reflection of y", "1/3 of the rotation about z of x, y"}
    assert told.discrete_group == 6


def test_blocks_of_columns_move_together() -> None:
    """Two circles: (x1, y1) <-> (x2, y2), and no x1 <-> x2 alone."""
    told = toy("two-angles")
    assert any(name in certified(told) for name in (
        "exchange of x1 and x2, y1 and y2", "exchange of x1 and y2, y1 and x2",
    ))  # fmt: skip
    assert broken(told) == set()


def test_columns_of_unequal_units_are_exchanged_in_their_spreads() -> None:
    rng = np.random.default_rng(9)
    rows = rng.exponential(size=(ROWS, 2)) * [1.0, 50.0] + [0.0, 7.0]
    told = discover(rows, ["x", "y"])
    found = {d.name: d for d in told.discrete}["exchange of x and y, each in its own spread"]
    assert found.certified
    assert found.matrix[0, 1] == pytest.approx(1 / 50, rel=0.05)


def test_the_matrix_carries_the_rows_into_their_own_law() -> None:
    """Medians of z^2 + x of the rows and of their images agree within 5 standard errors, for each."""
    rows = TOYS["ee-3"].draw(ROWS, 5)
    told = toy("ee-3")
    weights = np.random.default_rng(1).normal(size=rows.shape[1])
    for found in told.discrete:
        if found.certified:
            before, after = rows @ weights, maps(found, rows, told.centre) @ weights
            allowed = 5 * np.sqrt(2) * rows.std() / np.sqrt(ROWS) * np.linalg.norm(weights)
            assert abs(np.median(before) - np.median(after)) < allowed


def test_nothing_is_told_of_few_rows() -> None:
    assert discover(TOYS["cube"].draw(500, 1), ["x", "y", "z"]).discrete == ()


@pytest.mark.parametrize("seed", range(12))
def test_skewed_mixtures_carry_none(seed: int) -> None:
    """Three blobs of unequal size, weight and shape: no linear map but the identity."""
    rng = np.random.default_rng([seed, 44])
    d = int(rng.integers(2, 6))
    which = rng.choice(3, 6000, p=[0.5, 0.3, 0.2])
    centres = 2 * rng.normal(size=(3, d))
    shapes = rng.normal(size=(3, d, d))
    rows = centres[which] + np.einsum("nij,nj->ni", shapes[which], rng.exponential(size=(6000, d)))
    told = discover(rows, [f"c{i}" for i in range(d)])
    assert certified(told) == set()
