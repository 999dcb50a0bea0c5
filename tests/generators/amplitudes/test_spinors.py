"""Helicity spinors solve the Dirac equation, are normalised, and their currents are conserved."""

import itertools

import numpy as np
import pytest

from hepsym.generators.amplitudes.spinors import current, helicity_spinor, u_spinor, v_spinor

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
ZERO = np.zeros((2, 2))
GAMMA = np.array(
    [np.block([[ZERO, np.eye(2)], [np.eye(2), ZERO]])] + [np.block([[ZERO, s], [-s, ZERO]]) for s in SIGMA]
)  # chiral basis, psi = (left, right)
METRIC = np.diag([1.0, -1, -1, -1])


def momenta() -> list[tuple[tuple[float, float, float, float], float]]:
    rng = np.random.default_rng(1)
    directions = [*rng.normal(size=(4, 3)), (0, 0, 1.0), (0, 0, -1.0), (1e-9, 0, -1.0), (1.0, 0, 0)]
    found = []
    for direction, p, m in itertools.product(directions, (0.3, 50.0), (0.0, 0.1, 40.0)):
        x, y, z = p * np.asarray(direction) / np.linalg.norm(direction)
        found.append(((float(np.sqrt(p * p + m * m)), float(x), float(y), float(z)), m))
    found.append(((0.5, 0.0, 0.0, 0.0), 0.5))
    return found


def slash(p: tuple[float, float, float, float]) -> np.ndarray:
    return np.einsum("m,mab->ab", METRIC @ np.array(p), GAMMA)


@pytest.mark.parametrize("h", [-1, 1])
def test_dirac_equation_and_norm(h: int) -> None:
    for p, m in momenta():
        u, v = np.array(u_spinor(p, m, h)), np.array(v_spinor(p, m, h))
        assert np.abs((slash(p) - m * np.eye(4)) @ u).max() < 1e-14 * p[0] ** 1.5 + 1e-15
        assert np.abs((slash(p) + m * np.eye(4)) @ v).max() < 1e-14 * p[0] ** 1.5 + 1e-15
        assert np.vdot(u, u).real == pytest.approx(2 * p[0], rel=1e-14)
        assert np.vdot(v, v).real == pytest.approx(2 * p[0], rel=1e-14)


@pytest.mark.parametrize("h", [-1, 1])
def test_helicity_is_an_eigenvalue(h: int) -> None:
    for p, _ in momenta():
        size = np.linalg.norm(p[1:])
        if size == 0:
            continue
        chi = np.array(helicity_spinor(*p[1:], h))
        along = np.einsum("i,iab->ab", np.array(p[1:]) / size, SIGMA)
        assert np.abs(along @ chi - h * chi).max() < 4 * np.finfo(float).eps


def test_a_hair_off_the_negative_axis_keeps_its_azimuth() -> None:
    a, b = helicity_spinor(3e-9, 4e-9, -50.0, 1)
    assert a.real == pytest.approx(5e-9 / 100, rel=1e-12)
    assert np.angle(b) == pytest.approx(np.arctan2(4, 3), rel=1e-12)


def test_currents_are_gamma_sandwiches() -> None:
    rng = np.random.default_rng(2)
    bar, ket = rng.normal(size=(2, 4)) + 1j * rng.normal(size=(2, 4))
    left, right = current(tuple(bar.tolist()), tuple(ket.tolist()))
    chirality = np.diag([-1.0, -1, 1, 1])
    for made, projector in ((left, (np.eye(4) - chirality) / 2), (right, (np.eye(4) + chirality) / 2)):
        wanted = [bar.conj() @ GAMMA[0] @ GAMMA[mu] @ projector @ ket for mu in range(4)]
        assert np.allclose(made, wanted, rtol=1e-14, atol=1e-14)
