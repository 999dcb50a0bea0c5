"""|M|^2 against formulae that people derived by hand, each in a line, and against narrow widths."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from hepsym.generators.amplitudes.diagrams.sample_points import sample_points
from hepsym.generators.amplitudes.matrix_element import MatrixElement, matrix_element
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.cards.resonance import Resonance
from hepsym.generators.theory import Theory

MASSES = {23: 91.188, 24: 80.41900244575616, 25: 125.0, 6: 173.0, 5: 4.7, 15: 1.777}
SIN2 = 1 - (MASSES[24] / MASSES[23]) ** 2
THEORY = Theory(1 / 132.507, SIN2, SIN2, 0.118, MASSES, {})
G4 = (4 * math.pi * 0.118) ** 2
E2 = THEORY.e**2
G2 = E2 / SIN2


def made(process: str, theory: Theory = THEORY) -> MatrixElement:
    return matrix_element(single_process(process), theory)


def points(element: MatrixElement, n: int = 6, seed: int = 3) -> np.ndarray:
    k = len(element.process.incoming)
    return sample_points(element.masses[:k], element.masses[k:], n, seed)


def dot(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return p[:, 0] * q[:, 0] - (p[:, 1:] * q[:, 1:]).sum(axis=1)


def mandelstam(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """s, t, u of massless legs."""
    return 2 * dot(p[:, 0], p[:, 1]), -2 * dot(p[:, 0], p[:, 2]), -2 * dot(p[:, 0], p[:, 3])


QCD = {
    "u d > u d": lambda s, t, u: 4 / 9 * (s**2 + u**2) / t**2,
    "u d~ > u d~": lambda s, t, u: 4 / 9 * (s**2 + u**2) / t**2,
    "u u > u u": lambda s, t, u: (
        0.5 * (4 / 9 * ((s**2 + u**2) / t**2 + (s**2 + t**2) / u**2) - 8 / 27 * s**2 / (t * u))
    ),
    "u u~ > d d~": lambda s, t, u: 4 / 9 * (t**2 + u**2) / s**2,
    "u u~ > u u~": lambda s, t, u: (
        4 / 9 * ((s**2 + u**2) / t**2 + (t**2 + u**2) / s**2) - 8 / 27 * u**2 / (s * t)
    ),
    "u u~ > g g": lambda s, t, u: (t**2 + u**2) * (16 / 27 / (t * u) - 4 / 3 / s**2),
    "g g > u u~": lambda s, t, u: 1 / 6 * (t**2 + u**2) / (t * u) - 3 / 8 * (t**2 + u**2) / s**2,
    "u g > u g": lambda s, t, u: -4 / 9 * (s**2 + u**2) / (s * u) + (u**2 + s**2) / t**2,
    "g g > g g": lambda s, t, u: 0.5 * 9 / 2 * (3 - t * u / s**2 - s * u / t**2 - s * t / u**2),
}


@pytest.mark.parametrize("process", QCD)
def test_qcd_two_to_two(process: str) -> None:
    """Ellis, Stirling and Webber, QCD and Collider Physics, table 7.1; 1/2 for equal particles."""
    element = made(process)
    momenta = points(element)
    expected = G4 * QCD[process](*mandelstam(momenta))
    assert np.abs(element.me2(momenta) / expected - 1).max() < 1e-12


def test_top_pairs() -> None:
    """Combridge, Nucl. Phys. B151 (1979) 429, in the notation of Nason, Dawson and Ellis."""
    for process in ("u u~ > t t~", "g g > t t~"):
        element = made(process)
        p = points(element)
        s = 2 * dot(p[:, 0], p[:, 1])
        t1, t2, rho = 2 * dot(p[:, 0], p[:, 2]) / s, 2 * dot(p[:, 0], p[:, 3]) / s, 4 * 173.0**2 / s
        quarks = 4 / 9 * (t1**2 + t2**2 + rho / 2)
        gluons = (1 / (6 * t1 * t2) - 3 / 8) * (t1**2 + t2**2 + rho - rho**2 / (4 * t1 * t2))
        expected = G4 * (quarks if process.startswith("u") else gluons)
        assert np.abs(element.me2(p) / expected - 1).max() < 1e-12


def test_photon_pairs() -> None:
    """e- e+ > a a: e^4 (t/u + u/t) with 1/2 for two photons; quarks with Q^4 / 3."""
    for process, factor in (("e- e+ > a a", 1.0), ("u u~ > a a", 16 / 81 / 3), ("d d~ > a a", 1 / 81 / 3)):
        element = made(process)
        p = points(element)
        _, t, u = mandelstam(p)
        assert np.abs(element.me2(p) / (factor * E2**2 * (t / u + u / t)) - 1).max() < 1e-12


def test_compton_crosses_annihilation() -> None:
    """u g > u a is u u~ > g a with s and t exchanged, times -3/8 for the average over gluons."""
    g2 = 4 * math.pi * 0.118

    def pair(s: np.ndarray, t: np.ndarray, u: np.ndarray) -> np.ndarray:
        return 8 / 9 * g2 * E2 * 4 / 9 * (t / u + u / t) + 0 * s

    annihilation, compton = made("u u~ > g a"), made("u g > u a")
    p = points(annihilation)
    assert np.abs(annihilation.me2(p) / pair(*mandelstam(p)) - 1).max() < 1e-12
    p = points(compton)
    s, t, u = mandelstam(p)
    assert np.abs(compton.me2(p) / (-3 / 8 * pair(t, s, u)) - 1).max() < 1e-12


@pytest.mark.parametrize(
    ("process", "partner"),
    [("mu- > vm e- ve~", 3), ("ta- > vt mu- vm~", 3), ("t > b mu+ vm", 2), ("t~ > b~ mu- vm~", 2)],
)
def test_weak_decays(process: str, partner: int) -> None:
    """Averaged |M|^2 = 2 g^4 (P.k)(p.q) / |D_W|^2, exact where one W current has massless legs.

    k is the antineutrino of a lepton's decay (Griffiths, sec. 9.2) and the charged lepton of a top's
    (Jezabek and Kuhn, Nucl. Phys. B320 (1989) 20); p and q are the other two.
    """
    extra = {13: 0.10566} if process.startswith("mu") else {}
    element = made(process, replace(THEORY, masses=MASSES | extra, widths={24: 2.0476}))
    p = points(element)
    d = (2 * dot(p[:, 2], p[:, 3]) - MASSES[24] ** 2) ** 2 + (MASSES[24] * 2.0476) ** 2
    product = dot(p[:, 0], p[:, partner]) * dot(p[:, 1], p[:, 5 - partner])
    assert np.abs(element.me2(p) / (2 * G2**2 * product / d) - 1).max() < 1e-11


def test_higgs_decays() -> None:
    """h > b b~: 6 (m_b/v)^2 (m_h^2 - 4 m_b^2); g g and a a: 2 A^2 m_h^4 and B^2 m_h^4 / 4, 1/2 included."""
    m, v = 125.0, THEORY.vev
    for process, expected in (
        ("h > b b~", 6 * (4.7 / v) ** 2 * (m**2 - 4 * 4.7**2)),
        ("h > g g", 2 * THEORY.higgs_gluon**2 * m**4),
        ("h > a a", 0.25 * THEORY.higgs_photon**2 * m**4),
    ):
        element = made(process)
        assert element.me2(points(element))[0] == pytest.approx(expected, rel=1e-12)


def test_higgs_widths() -> None:
    """Gamma(h > g g) = alpha_s^2 m^3 / (72 pi^3 v^2), and Gamma(h > a a) near the 9.3 keV of the full LO."""
    theory = replace(THEORY, alpha=1 / 137.036, masses=MASSES | {24: 80.36, 6: 172.6})
    v = THEORY.vev
    gluons = made("h > g g").me2(points(made("h > g g")))[0] / (16 * math.pi * 125.0)
    assert gluons == pytest.approx(0.118**2 * 125.0**3 / (72 * math.pi**3 * v**2), rel=1e-12)
    photons = made("h > a a", theory).me2(points(made("h > a a")))[0] / (16 * math.pi * 125.0)
    assert photons * (theory.vev / 246.22) ** 2 == pytest.approx(9.3e-6, rel=0.03)


def sphere(n: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Directions and weights that integrate polynomials of degree below 2 n over the sphere exactly."""
    c, w = leggauss(n)
    phi = 2 * math.pi * (np.arange(2 * n) + 0.3) / (2 * n)
    s = np.sqrt(1 - c**2)
    direction = np.array(
        [[s_ * math.cos(f), s_ * math.sin(f), c_] for s_, c_ in zip(s, c, strict=True) for f in phi]
    )
    return direction, np.repeat(w / 2, 2 * n) / (2 * n)


def decayed(parent: np.ndarray, mass: float, direction: np.ndarray) -> np.ndarray:
    """Two massless products of a parent on its shell, (n, 2, 4), along directions in its rest frame."""
    from hepsym import lorentz

    half = 0.5 * mass
    rest = np.concatenate([np.full((len(direction), 1), half), half * direction], axis=1)
    one = lorentz.boost_from_rest(rest, np.broadcast_to(parent, rest.shape).copy(), mass)
    return np.stack([one, parent - one], axis=1)


@pytest.mark.parametrize(
    ("core", "chain", "decay", "parent"),
    [
        ("e- e+ > z h", "e- e+ > z h, z > mu+ mu-", "z > mu+ mu-", 2),
        ("u d~ > w+ g", "u d~ > w+ g, w+ > mu+ vm", "w+ > mu+ vm", 2),
        ("e- e+ > w+ w-", "e- e+ > w+ w-, w+ > mu+ vm", "w+ > mu+ vm", 2),
        ("u u~ > z g", "u u~ > z g, z > e- e+", "z > e- e+", 2),
    ],
)
def test_a_decay_chain_averages_to_production_times_decay(
    core: str, chain: str, decay: str, parent: int
) -> None:
    """On the parent's shell the chain's |M|^2 times (m Gamma)^2, averaged over decay angles, is the product.

    The average kills the interference of the parent's helicities, and nothing else.
    """
    theory = replace(THEORY, widths={23: 1.0, 24: 1.0})
    production, whole, width = made(core, theory), made(chain, theory), made(decay)
    p = points(production, 3)
    mass = production.masses[parent]
    direction, weights = sphere()
    for k in range(len(p)):
        products = decayed(p[k, parent], mass, direction)
        rest = np.broadcast_to(p[k], (len(direction), *p[k].shape))
        momenta = np.concatenate([rest[:, :parent], products, rest[:, parent + 1 :]], axis=1)
        average = weights @ whole.me2(np.ascontiguousarray(momenta)) * mass**2
        at_rest = np.concatenate([rest[:, parent : parent + 1], products], axis=1)
        expected = production.me2(p[k : k + 1])[0] * (weights @ width.me2(np.ascontiguousarray(at_rest)))
        assert average == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("final", ["mu- mu+ e- e+", "mu- mu+ mu- mu+", "ta- vt~ mu+ vm", "b b~"])
def test_a_scalar_s_decay_factorises(final: str) -> None:
    """g g > h, h > X at the peak is |M(g g > h)|^2 |M(h > X)|^2 / (m Gamma)^2, point by point; 1/n! too."""
    theory = replace(THEORY, masses=MASSES | {13: 0.10566}, widths={23: 2.4, 24: 2.0, 25: 0.5})
    chain, production, decay = (made(p, theory) for p in (f"g g > h, h > {final}", "g g > h", f"h > {final}"))
    p, first = points(decay, 4), points(production, 1)
    beams = np.broadcast_to(first[:, :2], (4, 2, 4))
    # The sample points share their frame: both parents are the same momentum.
    assert np.allclose(first[0, 2], p[:, 0])
    momenta = np.ascontiguousarray(np.concatenate([beams, p[:, 1:]], axis=1))
    expected = production.me2(first)[0] * decay.me2(p) / (125.0 * 0.5) ** 2
    assert np.abs(chain.me2(momenta) / expected - 1).max() < 1e-9


def test_spins_are_correlated() -> None:
    """The muon's angle in e- e+ > z h, z > mu+ mu- is not flat, as a product of rates would be."""
    theory = replace(THEORY, widths={23: 1.0})
    whole, production = made("e- e+ > z h, z > mu+ mu-", theory), made("e- e+ > z h")
    p = points(production, 1)
    direction, _ = sphere()
    products = decayed(p[0, 2], MASSES[23], direction)
    rest = np.broadcast_to(p[0], (len(direction), 4, 4))
    rates = whole.me2(np.ascontiguousarray(np.concatenate([rest[:, :2], products, rest[:, 3:]], axis=1)))
    assert rates.max() > 2 * rates.min()


def in_the_cms(energy: float, cosines: np.ndarray, mass: float = 0.0) -> np.ndarray:
    """Massless beams along z, legs of one mass out, in the plane y = 0."""
    e = 0.5 * energy
    k = math.sqrt((e - mass) * (e + mass))
    momenta = np.zeros((len(cosines), 4, 4))
    momenta[:, :, 0] = e
    momenta[:, 0, 3], momenta[:, 1, 3] = e, -e
    momenta[:, 2, 3], momenta[:, 2, 1] = k * cosines, k * np.sqrt(1 - cosines**2)
    momenta[:, 3, 1:] = -momenta[:, 2, 1:]
    return momenta


@pytest.mark.parametrize(
    ("spin", "chain", "law"),
    [
        (0, "g g > xs, xs > mu- mu+", lambda c: 0 * c + 1),
        (1, "u u~ > zp, zp > mu- mu+", lambda c: 1 + c**2),
        (2, "u u~ > x2, x2 > mu- mu+", lambda c: 1 - 3 * c**2 + 4 * c**4),
        (2, "g g > x2, x2 > mu- mu+", lambda c: 1 - c**4),
        (2, "g g > x2, x2 > g g", lambda c: 1 + 6 * c**2 + c**4),
    ],
)
def test_resonances_have_their_spin(spin: int, chain: str, law) -> None:  # type: ignore[no-untyped-def]
    """The angular laws of a scalar, a vector and a graviton (Han, Lykken and Zhang 1999), and the peak."""
    x = Resonance(spin=spin, mass=1000.0, width=10.0, quark=0.3, lepton=0.2, gluon=0.0 if spin == 1 else 0.4)
    theory = Theory(1 / 132.507, SIN2, SIN2, 0.118, {**MASSES, x.pdg: 1000.0}, {x.pdg: 10.0}, resonance=x)
    element = made(chain, theory)
    c = np.linspace(-0.9, 0.9, 7)
    on, off = (element.me2(in_the_cms(energy, c)) for energy in (1000.0, 1100.0))
    assert np.abs(on / on[3] / (law(c) / law(c)[3]) - 1).max() < 1e-12
    propagator = ((1100.0**2 - 1e6) ** 2 + 1e8) / 1e8
    powers = {0: 1.1**6, 1: 1.1**4, 2: 1.1**8}
    assert np.abs(on / off / propagator * powers[spin] - 1).max() < 1e-12


def test_z_prime_strength() -> None:
    """u u~ > Z' > mu- mu+ with vector couplings at its peak: (g_u g_l)^2 / 3 (1 + c^2) M^2 / Gamma^2."""
    x = Resonance(mass=1000.0, width=10.0, quark=0.3, lepton=0.2)
    theory = Theory(1 / 132.507, SIN2, SIN2, 0.118, {**MASSES, 32: 1000.0}, {32: 10.0}, resonance=x)
    c = np.array([-0.5, 0.2])
    got = made("u u~ > zp, zp > mu- mu+", theory).me2(in_the_cms(1000.0, c))
    assert np.allclose(got, 0.06**2 * (1 + c**2) / 3 * 1e4, rtol=1e-12)


def test_extreme_energy() -> None:
    """e- e+ > mu- mu+ at E/m = 1e8 with both masses kept, against 60 digits: 1e-11."""
    m, energy = 0.1056583755, 2.1e7
    theory = Theory(1 / 132.507, SIN2, SIN2, 0.118, {23: 91.188, 24: MASSES[24], 25: 125.0, 13: m}, {23: 2.4})
    element = made("e- e+ > mu- mu+", theory)
    for c in (-0.7, 0.1, 0.99):
        got = element.me2(in_the_cms(energy, np.array([c]), m))[0]
        with mpmath.workdps(60):
            assert abs(got / massive_pair(energy, c, m) - 1) < 1e-11


def massive_pair(energy: float, c: float, m: float) -> mpmath.mpf:
    """Massless beams to massive muons through a photon and a Z, by the helicity sums of a textbook."""
    mp = mpmath.mp
    s = mp.mpf(energy) ** 2
    b2 = 1 - 4 * mp.mpf(m) ** 2 / s
    e2 = 4 * mp.pi / mp.mpf(132.507)
    sw2, c = mp.mpf(SIN2), mp.mpf(c)
    weak = e2 / (sw2 * (1 - sw2)) / mp.mpc(s - mp.mpf(91.188) ** 2, mp.mpf(91.188) * mp.mpf(2.4))
    left, right = mp.mpf(-0.5) + sw2, sw2
    total = mp.mpf(0)
    for coupling, sign in ((left, -1), (right, 1)):
        v = e2 / s + weak * coupling * (left + right) / 2
        a = weak * coupling * (right - left) / 2
        total += abs(v) ** 2 * (1 + c**2 + (1 - b2) * (1 - c**2)) + abs(a) ** 2 * b2 * (1 + c**2)
        total += 4 * sign * mp.sqrt(b2) * c * mp.re(v * mp.conj(a))
    return total * s**2 / 2
