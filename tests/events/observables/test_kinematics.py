"""Observables of extreme events against 60 digits, where the textbook forms lose everything."""

import mpmath
import numpy as np
import pytest

from hepsym.events import Events, observable

mpmath.mp.dps = 60
RNG = np.random.default_rng(20)
N = 60


def ask(kind: str, legs: list[np.ndarray], masses: list[float]) -> np.ndarray:
    """The observable of all these particles."""
    pdg, status = np.arange(11, 11 + len(legs), dtype=np.int32), np.ones(len(legs), dtype=np.int8)
    return observable(Events(np.stack(legs, axis=1), pdg, status, np.array(masses)), f"{kind}()").values


def directions(n: int, spread: float | None = None) -> np.ndarray:
    """Unit vectors, isotropic or within `spread` of (1, 2, 3)."""
    v = RNG.normal(size=(n, 3))
    if spread is not None:
        v = np.array([1.0, 2.0, 3.0]) + spread * v
    return v / np.linalg.norm(v, axis=1)[:, None]


def momenta(size: np.ndarray, unit: np.ndarray, mass: float) -> np.ndarray:
    three = size[:, None] * unit
    energy = [
        float(mpmath.sqrt(mpmath.mpf(mass) ** 2 + sum(mpmath.mpf(c) ** 2 for c in p))) for p in three.tolist()
    ]
    return np.concatenate([np.array(energy)[:, None], three], axis=1)


def exact_mass(particles: list[tuple[list[float], float]]) -> mpmath.mpf:
    """Of the sum, with energies of exact three-momenta and masses."""
    three = [[mpmath.mpf(c) for c in p[1:]] for p, _ in particles]
    energy = sum(
        mpmath.sqrt(mpmath.mpf(m) ** 2 + sum(c * c for c in q))
        for q, (_, m) in zip(three, particles, strict=True)
    )
    total = [sum(q[i] for q in three) for i in range(3)]
    return mpmath.sqrt(energy**2 - sum(c * c for c in total))


@pytest.mark.parametrize("gamma", [1e-6, 1.0, 1e4, 1e8])
@pytest.mark.parametrize("spread", [None, 1e-2, 1e-9, 0.0])
def test_invariant_mass(gamma: float, spread: float | None) -> None:
    """|error| <= 1e-14 relative at |p|/m up to 1e8, opening angles down to 0, of two and of three."""
    ma, mb = 0.10566, 0.139
    size = gamma * ma * RNG.uniform(0.5, 2.0, (3, N))
    a, b = momenta(size[0], directions(N, spread), ma), momenta(size[1], directions(N, spread), mb)
    c = momenta(size[2], directions(N, spread), ma)
    for group, masses in (([a, b], [ma, mb]), ([a, b, c], [ma, mb, ma])):
        found = ask("m", group, masses)
        for n in range(N):
            exact = exact_mass([(p[n].tolist(), m) for p, m in zip(group, masses, strict=True)])
            assert abs(mpmath.mpf(found[n]) / exact - 1) <= 1e-14


@pytest.mark.parametrize("angle", [1e-8, 1e-3, 1.0, np.pi - 1e-8])
def test_opening_angle(angle: float) -> None:
    """1e-15 relative, where the arc cosine of the dot product gives 0."""
    a = momenta(np.full(N, 7.0), np.tile([0.0, 0.0, 1.0], (N, 1)), 0.0)
    phi = RNG.uniform(0, 2 * np.pi, N)
    b = momenta(
        np.full(N, 3.0),
        np.stack([np.sin(angle) * np.cos(phi), np.sin(angle) * np.sin(phi), np.full(N, np.cos(angle))], 1),
        0.0,
    )
    found = ask("opening_angle", [a, b], [0.0, 0.0])
    for n in range(N):
        x, y, z = (mpmath.mpf(v) for v in b[n, 1:].tolist())
        exact = mpmath.atan2(mpmath.sqrt(x * x + y * y), z)
        assert abs(found[n] - exact) <= 1e-15 * exact


def test_rapidity_of_the_very_fast() -> None:
    """4e-15 at E/m = 1e8 along the beam, where log((E + z)/(E - z)) has no digit left."""
    mass = 0.10566
    z = mass * RNG.uniform(1e7, 1e8, N) * RNG.choice([-1, 1], N)
    p = momenta(np.abs(z), np.stack([np.zeros(N), np.zeros(N), np.sign(z)], 1), mass)
    for n, found in enumerate(ask("y", [p], [mass])):
        exact = mpmath.asinh(mpmath.mpf(p[n, 3]) / mpmath.mpf(mass))
        assert abs(found - exact) <= 4e-15 * abs(exact)


def test_pseudorapidity_and_its_limits() -> None:
    p = np.array(
        [[1, 0.3, -0.4, 1.2], [1, 0, 0, 1], [1, 0, 0, -1], [1, 0, 0, 0], [1, 1e-9, 0, 1]], dtype=float
    )
    eta = ask("eta", [p], [0.0])
    assert eta[0] == pytest.approx(float(mpmath.asinh(mpmath.mpf("2.4"))), rel=1e-15)
    assert eta[1:4].tolist() == [np.inf, -np.inf, 0.0]
    assert eta[4] == pytest.approx(-float(mpmath.log(mpmath.tan(mpmath.mpf(1e-9) / 2))), rel=1e-15)
    assert ask("y", [p], [0.0])[1:4].tolist() == [np.inf, -np.inf, 0.0]
    assert ask("cos_theta", [p], [0.0])[1:4].tolist() == [1.0, -1.0, 1.0]
    theta = ask("theta", [p], [0.0])
    assert theta[4] == pytest.approx(1e-9, rel=1e-15)
    assert theta[1:4].tolist() == [0.0, np.pi, 0.0]


def test_delta_phi_comes_round() -> None:
    a = np.array([[1, np.cos(3.1), np.sin(3.1), 0.0]])
    b = np.array([[1, np.cos(-3.1), np.sin(-3.1), 0.0]])
    assert ask("delta_phi", [a, b], [0.0, 0.0])[0] == pytest.approx(6.2 - 2 * np.pi, rel=1e-14)


def boosted_pair(velocity: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of mass 91 GeV at rest, then boosted along z by light-cone factors; with their cosine at rest."""
    m, half = 0.10566, 45.5
    p = np.sqrt((half - m) * (half + m))
    unit = directions(N)
    a = np.concatenate([np.full((N, 1), half), p * unit], axis=1)
    b = np.concatenate([np.full((N, 1), half), -p * unit], axis=1)
    up = np.sqrt((1 + velocity) / (1 - velocity))
    for q in (a, b):
        plus, minus = (q[:, 0] + q[:, 3]) * up, (q[:, 0] - q[:, 3]) / up
        q[:, 0], q[:, 3] = (plus + minus) / 2, (plus - minus) / 2
    return a, b, unit[:, 2]


@pytest.mark.parametrize("velocity", [0.0, 0.5, -0.5, 0.99])
def test_helicity_and_collins_soper_angles(velocity: float) -> None:
    """1e-13: a pair that flies along the beam keeps its cosine, with the flight's sign for cos_theta_star."""
    a, b, cosine = boosted_pair(velocity)
    sign = -1.0 if velocity < 0 else 1.0
    assert np.abs(ask("cos_theta_star", [a, b], [0.10566] * 2) - sign * cosine).max() < 1e-13
    assert np.abs(ask("cos_theta_cs", [a, b], [0.10566] * 2) - cosine).max() < 1e-13


def test_collins_soper_is_the_published_formula() -> None:
    """For massless particles: 2 (a+ b- - a- b+) / (M sqrt(M^2 + PT^2)), Phys. Rev. D16 (1977) 2219."""
    a = momenta(RNG.uniform(10, 50, N), directions(N), 0.0)
    b = momenta(RNG.uniform(10, 50, N), directions(N), 0.0)
    q = a + b
    m2 = q[:, 0] ** 2 - (q[:, 1:] ** 2).sum(1)
    plus, minus = (lambda p: (p[:, 0] + p[:, 3]) / np.sqrt(2)), (lambda p: (p[:, 0] - p[:, 3]) / np.sqrt(2))
    formula = 2 * (plus(a) * minus(b) - minus(a) * plus(b)) / np.sqrt(m2 * (m2 + q[:, 1] ** 2 + q[:, 2] ** 2))
    assert np.abs(ask("cos_theta_cs", [a, b], [0.0] * 2) - formula).max() < 1e-12
