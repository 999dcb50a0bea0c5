"""Lie algebras are named alike in every basis: textbook ones, and those of all toys."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import identify
from hepsym.analysis.symmetries.flows.levi import decompose
from hepsym.analysis.symmetries.flows.naming import describe, name_field
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]


def unit(r: int, *entries: tuple[int, int, float], shift: int | None = None) -> Floats:
    field = np.zeros((r, r + 1))
    for i, j, value in entries:
        field[i, j] = value
    if shift is not None:
        field[shift, r] = 1.0
    return field


def turn(r: int, i: int, j: int, sign: float = -1.0) -> Floats:
    return unit(r, (i, j, 1.0), (j, i, sign))


def so(p: int, q: int = 0) -> list[Floats]:
    r = p + q
    return [turn(r, i, j, 1.0 if i < p <= j else -1.0) for i in range(r) for j in range(i + 1, r)]


def gl(n: int) -> list[Floats]:
    return [unit(n, (i, j, 1.0)) for i in range(n) for j in range(n)]


def shifts(r: int) -> list[Floats]:
    return [unit(r, shift=i) for i in range(r)]


TEXTBOOK = [
    ([turn(2, 0, 1)], "so(2)"),
    ([turn(2, 0, 1, 1.0)], "R"),
    ([unit(3, (0, 1, 1.0), (1, 0, -1.0), shift=2)], "R"),
    (so(3), "so(3)"),
    (so(4), "so(4)"),
    (so(6), "so(6)"),
    (so(2, 1), "so(2,1)"),
    (so(2, 2), "so(2,2)"),
    (so(3, 1), "so(3,1)"),
    (so(4, 1), "so(4,1)"),
    ([turn(6, i, j) for s in (0, 3) for i in range(s, s + 3) for j in range(i + 1, s + 3)], "so(3) + so(3)"),
    ([turn(4, 0, 1), turn(4, 2, 3, 1.0)], "so(2) + R"),
    ([turn(4, 0, 1), unit(4, shift=2), unit(4, shift=3)], "so(2) + R^2"),
    ([*so(3), unit(3, *((i, i, 1.0) for i in range(3)))], "so(3) + R"),
    (gl(2), "gl(2)"),
    (gl(3), "sl(3) + R"),
    ([*so(2), *shifts(2)], "e(2)"),
    ([*so(3), *shifts(3)], "e(3)"),
    ([*so(3, 1), *shifts(4)], "iso(3,1)"),
    ([unit(1, (0, 0, 1.0)), unit(1, shift=0)], "solvable(2)"),
    (so(3)[:2], "not closed (2 generators)"),
]


def in_another_basis(fields: Floats, seed: int) -> Floats:
    """Other combinations of the fields, in other coordinates about another centre."""
    rng = np.random.default_rng(seed)
    k, r = fields.shape[:2]
    into = np.linalg.qr(rng.normal(size=(r, r)))[0] * rng.uniform(0.5, 2, r)
    a = np.linalg.inv(into) @ fields[:, :, :-1] @ into
    b = (fields[:, :, -1] + fields[:, :, :-1] @ rng.normal(size=r)) @ np.linalg.inv(into).T
    mix = np.linalg.qr(rng.normal(size=(k, k)))[0]
    return np.einsum("kl,lij->kij", mix, np.concatenate([a, b[:, :, None]], axis=2))


@pytest.mark.parametrize(("fields", "name"), TEXTBOOK, ids=[name for _, name in TEXTBOOK])
def test_textbook_algebras_have_their_names_in_every_basis(fields: list[Floats], name: str) -> None:
    assert identify(np.array(fields)).name == name
    assert identify(in_another_basis(np.array(fields), 3)).name == name


@pytest.mark.parametrize("toy", [t for t in TOYS.values() if t.fields is not None], ids=lambda t: t.name)
def test_toys_algebras_have_their_names_in_every_basis(toy: object) -> None:
    fields = toy.fields  # type: ignore[attr-defined]
    assert identify(fields).closed
    assert identify(in_another_basis(fields, 4)).name == identify(fields).name


def test_the_factor_beside_the_radical_is_a_subalgebra() -> None:
    """so(3) in e(3) about a point that is not the origin: mixed with translations, then parted again."""
    fields = in_another_basis(np.array([*so(3), *shifts(3)]), 7)
    structure = identify(fields).structure
    parts = decompose(structure, 1e-6)
    brackets = np.einsum("ai,bj,ijk->abk", parts.factor, parts.factor, structure)
    q = np.linalg.qr(parts.factor.T)[0]
    assert (len(parts.radical), len(parts.factor), len(parts.ideals)) == (3, 3, 1)
    assert np.abs(brackets - brackets @ q @ q.T).max() < 1e-10


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (turn(3, 0, 1), "rotation"),
        (turn(3, 0, 1, 1.0), "boost"),
        (unit(2, (0, 0, 1.0), (1, 1, 1.0)), "dilation"),
        (unit(2, (0, 0, 1.0), (1, 1, 2.0)), "scaling"),
        (unit(2, (0, 1, 1.0)), "shear"),
        (unit(2, shift=1), "translation"),
        (unit(2, (0, 0, 0.1), (1, 1, 0.1), (0, 1, 1.0), (1, 0, -1.0)), "spiral"),
        (unit(3, (0, 1, 1.0), (1, 0, -1.0), shift=2), "screw"),
    ],
)
def test_a_field_is_called_by_what_it_does(field: Floats, kind: str) -> None:
    assert describe(field[:, :-1], field[:, -1]) == kind


def test_axes_are_told_for_columns_that_are_named_for_them() -> None:
    names, ones, none = ["a.E", "a.px", "a.py", "a.pz"], np.ones(4), np.zeros(4)
    told = [name_field(f[:, :-1], none, names, ones) for f in (turn(4, 1, 2), turn(4, 0, 3, 1.0))]
    assert told == ["rotation about z of a.px, a.py", "boost along z of a.E, a.pz"]
    assert name_field(turn(4, 1, 2)[:, :-1], none, list("pqrs"), ones) == "rotation of q, r"
