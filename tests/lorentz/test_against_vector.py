"""The `vector` library, which others wrote, gives the same numbers, as far as its plain formulas carry."""

import numpy as np
import pytest

import hepsym.lorentz as lz

vector = pytest.importorskip("vector")
N = 500


def both(seed: int):
    rng = np.random.default_rng(seed)
    p = lz.from_mass(rng.normal(size=(N, 3)) * 20, rng.uniform(0.1, 5, N))
    x = vector.array({"px": p[:, 1], "py": p[:, 2], "pz": p[:, 3], "E": p[:, 0]})
    return p, x


P, A = both(1)
Q, B = both(2)

CASES = {
    "dot": (lambda: lz.dot(P, Q), lambda: A.dot(B)),
    "mass": (lambda: lz.mass(P), lambda: A.mass),
    "mass of a sum": (lambda: lz.invariant_mass(P, Q), lambda: (A + B).mass),
    "momentum": (lambda: lz.momentum(P), lambda: A.mag),
    "pt": (lambda: lz.pt(P), lambda: A.pt),
    "phi": (lambda: lz.phi(P), lambda: A.phi),
    "rapidity": (lambda: lz.rapidity(P), lambda: A.rapidity),
    "pseudorapidity": (lambda: lz.pseudorapidity(P), lambda: A.eta),
    "cos_theta": (lambda: lz.cos_theta(P), lambda: A.costheta),
    "transverse mass": (lambda: lz.transverse_mass(P), lambda: A.mt),
    "delta_phi": (lambda: lz.delta_phi(P, Q), lambda: A.deltaphi(B)),
    "delta_eta": (lambda: lz.delta_eta(P, Q), lambda: A.deltaeta(B)),
    "delta_r": (lambda: lz.delta_r(P, Q), lambda: A.deltaR(B)),
    "opening_angle": (lambda: lz.opening_angle(P, Q), lambda: A.deltaangle(B)),
}


def components(x) -> np.ndarray:
    return np.column_stack([x.E, x.px, x.py, x.pz])


@pytest.mark.parametrize("name", CASES)
def test_scalars(name: str) -> None:
    ours, theirs = CASES[name]
    # eps E^2 / m^2 of their mass; opening angles of theirs through arccos
    assert np.allclose(ours(), theirs(), rtol=1e-10, atol=1e-11)


def test_boosts_and_rotations() -> None:
    close = {"rtol": 1e-10, "atol": 1e-9}
    assert np.allclose(lz.boost_to_rest(P, Q), components(A.boostCM_of_p4(B)), **close)
    assert np.allclose(lz.boost_from_rest(P, Q), components(A.boost_p4(B)), **close)
    assert np.allclose(
        lz.boost(P, [0.1, -0.2, 0.3]), components(A.boost(vector.obj(x=0.1, y=-0.2, z=0.3))), **close
    )
    assert np.allclose(lz.boost_z(P, np.arctanh(0.6)), components(A.boostZ(beta=0.6)), **close)
    for axis, turned in (
        ([1, 0, 0], A.rotateX(0.7)),
        ([0, 1, 0], A.rotateY(0.7)),
        ([0, 0, 1], A.rotateZ(0.7)),
    ):
        assert np.allclose(lz.rotate(P, axis, 0.7), components(turned), **close)
    about = A.rotate_axis(vector.obj(x=1.0, y=2.0, z=3.0), 0.7)
    assert np.allclose(lz.rotate(P, [1, 2, 3], 0.7), components(about), **close)


def test_from_pt_eta_phi_mass() -> None:
    made = lz.from_pt_eta_phi_mass(A.pt, A.eta, A.phi, A.mass)
    assert np.allclose(made, P, rtol=1e-10, atol=1e-10)
