"""Generators of the density: those that survive are certified, and the others are reported broken."""

import numpy as np
import pytest

from hepsym.analysis.symmetries import discover
from hepsym.generators.toys import TOYS


@pytest.mark.parametrize(
    "name",
    ["circle", "lopsided-circle", "annulus", "sphere", "gaussian", "cube", "skewed", "ee-2", "pp-narrow"],
)
def test_the_density_s_algebra_is_the_one_declared(name: str) -> None:
    toy = TOYS[name]
    told = discover(toy.draw(20_000, 2), toy.columns)
    assert (told.density["algebra"], told.density["undecided"]) == (toy.density, 0)
    assert all(bound < told.density["delta"] for bound in told.density["bounds"])
    if toy.density == "none":
        assert told.broken


def test_of_two_bodies_the_rotation_about_the_beam_survives() -> None:
    told = discover(TOYS["ee-2"].draw(20_000, 2), TOYS["ee-2"].columns)
    assert [g.name for g in told.generators][-1] == "rotation about z of a.px, a.py, b.px, b.py"
    assert [b["p_value"] < 1e-6 for b in told.broken] == [True, True]


def test_an_ellipse_is_no_rigid_circle() -> None:
    told = discover(TOYS["ellipse"].draw(4000), ["x", "y"])
    assert "own units" in told.broken[0]["name"]
    assert told.broken[0]["unevenness"] == pytest.approx(
        (3 - 1 / 3) / np.sqrt(9 + 1 / 9) / np.sqrt(2), rel=0.02
    )


def test_a_cut_breaks_what_it_cuts() -> None:
    """A sphere without its caps |z| > 0.8: so(2) about z is left."""
    rows = TOYS["sphere"].draw(40_000, 3)
    told = discover(rows[np.abs(rows[:, 2]) < 0.8][:20_000], ["x", "y", "z"])
    assert (told.algebra, told.density["algebra"], len(told.broken)) == ("so(3)", "so(2)", 2)


def test_few_rows_leave_it_undecided() -> None:
    told = discover(TOYS["circle"].draw(600), ["x", "y"])
    assert (told.density["count"], told.density["undecided"], told.broken) == (0, 1, ())
