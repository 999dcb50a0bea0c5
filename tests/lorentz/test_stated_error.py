"""Every function of hepsym.lorentz holds the numerical error that its docstring states, against 60 digits.

Each case says what is asked, what is exact, and the stated bound; the momenta are those of
`lorentz_oracle`: E/m from 1 to 1e8, at rest, massless, along and next to axes, close pairs.
"""

from collections.abc import Callable, Iterator
from typing import Any

import lorentz_oracle as exact
import mpmath as mp
import numpy as np
import pytest
from lorentz_oracle import EPS

import hepsym.lorentz as lz

N = 250
Row = tuple[float, mp.mpf, mp.mpf]  # got, exact, stated error


class Sample:
    """Momenta p and q at random, c close to p, massive parents; floats, and the same as mpmath numbers."""

    def __init__(self, seed: int, max_gamma: float = 1e8) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.p, self.m = exact.momenta(rng, N, max_gamma)
        self.q, _ = exact.momenta(rng, N, max_gamma)
        self.r, _ = exact.momenta(rng, N, max_gamma)
        self.c = exact.near(rng, self.p)
        self.parent, self.parent_m = exact.momenta(rng, N, max_gamma, light=0.0)
        keep = [exact.dot(k, k) > 0 for k in map(exact.exact, self.parent)]
        self.parent = np.where(np.array(keep)[:, None], self.parent, [2.0, 1.0, 0.0, 0.5])

    def exactly(self, *names: str) -> Iterator[tuple[Any, ...]]:
        for rows in zip(*(getattr(self, name) for name in names), strict=True):
            yield tuple(exact.exact(row) if np.ndim(row) else mp.mpf(float(row)) for row in rows)


def relative(values: list[mp.mpf | None], factor: float) -> list[mp.mpf]:
    return [factor * EPS * abs(v) if v is not None else mp.inf for v in values]


def or_none(function: Callable[..., mp.mpf], *arguments: Any) -> mp.mpf | None:
    """None where the exact result is 0/0 or infinite: test_awkward.py has those."""
    try:
        return function(*arguments)
    except ZeroDivisionError:
        return None


def hold(got: Any, want: list[mp.mpf | None], bound: list[mp.mpf]) -> None:
    worst, where = 0.0, -1
    for i, (g, w, b) in enumerate(zip(np.asarray(got, np.float64), want, bound, strict=True)):
        if w is None:
            continue
        # what 60 digits lose themselves where they cancel
        off = abs(mp.mpf(float(g)) - w) / (b + mp.mpf(10) ** -55 * (1 + abs(w))) if np.isfinite(g) else mp.inf
        if off > worst:
            worst, where = float(off), i
    assert worst <= 1.0, (
        f"{worst:.3g} times the stated error, at sample {where}: {got[where]} for {want[where]}"
    )


SIMPLE: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, float]] = {
    "momentum": (lz.momentum, exact.momentum, "p", 2),
    "pt": (lz.pt, exact.pt, "p", 2),
    "phi": (lz.phi, exact.phi, "p", 2),
    "cos_theta": (lz.cos_theta, lambda p: p[3] / exact.momentum(p), "p", 3),
    "pseudorapidity": (lz.pseudorapidity, exact.eta, "p", 4),
    "transverse_mass": (lz.transverse_mass, lambda p: exact.root(p[0] ** 2 - p[3] ** 2), "p", 2),
    "opening_angle, close": (lz.opening_angle, exact.opening_angle, "pc", 4),
    "opening_angle": (lz.opening_angle, exact.opening_angle, "pq", 4),
    "transverse_mass_of_pair, close": (lz.transverse_mass_of_pair, exact.transverse_mass_of_pair, "pc", 16),
    "transverse_mass_of_pair": (lz.transverse_mass_of_pair, exact.transverse_mass_of_pair, "pq", 16),
}


@pytest.mark.parametrize("name", SIMPLE)
def test_relative_error(name: str) -> None:
    """Functions whose error is so many eps of the result."""
    ours, theirs, arguments, factor = SIMPLE[name]
    s = Sample(1)
    want = [or_none(theirs, *row) for row in s.exactly(*arguments)]
    hold(ours(*(getattr(s, a) for a in arguments)), want, relative(want, factor))


def test_dot() -> None:
    s = Sample(2)
    rows = list(s.exactly("p", "c"))
    want = [exact.dot(p, c) for p, c in rows]
    terms = [mp.fsum(abs(a * b) for a, b in zip(p, c, strict=True)) for p, c in rows]
    hold(lz.dot(s.p, s.c), want, [EPS * abs(w) + 12 * EPS**2 * t for w, t in zip(want, terms, strict=True)])


def test_mass() -> None:
    s = Sample(3)
    ps = [p for (p,) in s.exactly("p")]
    squares = [exact.dot(p, p) for p in ps]
    hold(
        lz.mass_squared(s.p),
        squares,
        [2 * EPS * abs(w) + 24 * EPS**2 * p[0] ** 2 for w, p in zip(squares, ps, strict=True)],
    )
    roots = [exact.root(w) for w in squares]
    hold(
        lz.mass(s.p),
        roots,
        [
            2 * EPS * abs(w) + 12 * EPS**2 * p[0] ** 2 / abs(w) if w else mp.inf
            for w, p in zip(roots, ps, strict=True)
        ],
    )


@pytest.mark.parametrize("legs", ["pc", "pq", "pcr", "pcqr", "pcqrp"])
def test_invariant_mass(legs: str) -> None:
    s = Sample(4)
    rows = list(s.exactly(*legs))
    want = [exact.mass(*row) for row in rows]
    energies = [mp.fsum(leg[0] for leg in row) for row in rows]
    bound = [
        2 * EPS * abs(w) + 40 * EPS**2 * e**2 / abs(w) if w else mp.inf
        for w, e in zip(want, energies, strict=True)
    ]
    hold(lz.invariant_mass(*(getattr(s, leg) for leg in legs)), want, bound)


def test_mandelstam() -> None:
    s = Sample(5)
    got = lz.mandelstam(s.p, s.q, s.c, s.r)
    rows = list(s.exactly("p", "q", "c", "r"))
    pairs = [
        [(exact.plus(p, q), p[0] + q[0]) for p, q, _, _ in rows],
        [(exact.minus(p, c), p[0] + c[0]) for p, _, c, _ in rows],
        [(exact.minus(p, r), p[0] + r[0]) for p, _, _, r in rows],
    ]
    for g, pair in zip(got, pairs, strict=True):
        want = [exact.dot(k, k) for k, _ in pair]
        hold(g, want, [2 * EPS * abs(w) + 80 * EPS**2 * e**2 for w, (_, e) in zip(want, pair, strict=True)])


def test_energy_and_momentum_from_mass() -> None:
    s = Sample(6)
    rng = s.rng
    s.e = s.m * (1 + 10.0 ** rng.uniform(-15, 8, N))
    want = [mp.sqrt(e**2 - m**2) for e, m in s.exactly("e", "m")]
    hold(lz.momentum_from_mass(s.e, s.m), want, relative(want, 2))
    s.k = lz.momentum(s.p)
    want = [mp.sqrt(k**2 + m**2) for k, m in s.exactly("k", "m")]
    hold(lz.energy_from_mass(s.k, s.m), want, relative(want, 2))
    made = lz.from_mass(s.p[:, 1:], s.m)
    want = [mp.sqrt(exact.dot3(p, p) + m**2) for p, m in s.exactly("p", "m")]
    hold(made[:, 0], want, relative(want, 2))
    assert np.array_equal(made[:, 1:], s.p[:, 1:])
    off = [exact.dot(k, k) - mp.mpf(float(m)) ** 2 for k, m in zip(map(exact.exact, made), s.m, strict=True)]
    hold(np.zeros(N), off, [4 * EPS * w**2 for w in want])


@pytest.mark.parametrize("other", ["c", "q"])
def test_delta_phi(other: str) -> None:
    s = Sample(7)
    want = [exact.delta_phi(p, q) if exact.pt(p) * exact.pt(q) else None for p, q in s.exactly("p", other)]
    got = lz.delta_phi(s.p, getattr(s, other))
    # pi and -pi are one angle
    got = np.array(
        [-g if w is not None and abs(g - float(w)) > 6 else g for g, w in zip(got, want, strict=True)]
    )
    hold(got, want, relative(want, 4))


@pytest.mark.parametrize("other", ["c", "q"])
def test_delta_r_and_delta_eta(other: str) -> None:
    s = Sample(8)
    rows = list(s.exactly("p", other))
    eta = [or_none(lambda p, q: exact.eta(p) - exact.eta(q), *row) for row in rows]
    want = [
        mp.hypot(e, exact.delta_phi(*row)) if e is not None else None
        for e, row in zip(eta, rows, strict=True)
    ]
    hold(lz.delta_r(s.p, getattr(s, other)), want, relative(want, 8))
    hold(lz.delta_eta(s.p, getattr(s, other)), eta, relative(want, 8))


def test_rapidity() -> None:
    s = Sample(9)
    want = [mp.atanh(p[3] / p[0]) if abs(p[3]) < p[0] else None for (p,) in s.exactly("p")]
    hold(lz.rapidity(s.p), want, relative(want, 4))
    want = [
        or_none(lambda p, m: mp.asinh(p[3] / mp.sqrt(m * m + exact.pt(p) ** 2)), *row)
        for row in s.exactly("p", "m")
    ]
    hold(lz.rapidity(s.p, s.m), want, relative(want, 4))


def gamma(q: list[mp.mpf]) -> mp.mpf:
    return q[0] / exact.mass(q)


def test_boost_from_rest() -> None:
    s = Sample(10)
    rows = list(s.exactly("p", "parent"))
    want = [exact.boost_from_rest(p, q) for p, q in rows]
    got = lz.boost_from_rest(s.p, s.parent)
    for i in range(4):
        hold(got[:, i], [w[i] for w in want], [8 * EPS * gamma(q) * p[0] for p, q in rows])


def test_boost_to_rest() -> None:
    s = Sample(11)
    rows = list(s.exactly("p", "parent"))
    want = [exact.boost_to_rest(p, q) for p, q in rows]
    got = lz.boost_to_rest(s.p, s.parent)
    energy = [2 * EPS * w[0] + 30 * EPS**2 * gamma(q) * p[0] for w, (p, q) in zip(want, rows, strict=True)]
    space = [8 * EPS * (p[0] + w[0]) for w, (p, _) in zip(want, rows, strict=True)]
    for i in range(4):
        hold(got[:, i], [w[i] for w in want], space if i else energy)


def test_boost_by_a_velocity() -> None:
    s = Sample(12)
    speed = np.sqrt(1 - 10.0 ** s.rng.uniform(-14, 0, N)) * (1 - 2 * EPS)
    v = exact.directions(s.rng, N)
    s.v = v / np.linalg.norm(v, axis=1)[:, None] * speed[:, None]
    rows = list(s.exactly("p", "v"))
    want = [exact.boost(p, v) for p, v in rows]
    got = lz.boost(s.p, s.v)
    bound = [8 * EPS * p[0] / mp.sqrt(1 - mp.fsum(x * x for x in v)) for p, v in rows]
    for i in range(4):
        hold(got[:, i], [w[i] for w in want], bound)


def test_boost_z() -> None:
    s = Sample(13)
    s.y = s.rng.normal(size=N) * 6
    want, bound = [], []
    for p, y in s.exactly("p", "y"):
        plus, minus = (p[0] + p[3]) * mp.exp(y), (p[0] - p[3]) * mp.exp(-y)
        want.append(((plus + minus) / 2, (plus - minus) / 2))
        bound.append(3 * EPS * (abs(plus) + abs(minus)))
    got = lz.boost_z(s.p, s.y)
    hold(got[:, 0], [w[0] for w in want], bound)
    hold(got[:, 3], [w[1] for w in want], bound)
    assert np.array_equal(got[:, 1:3], s.p[:, 1:3])


def test_rotations() -> None:
    s = Sample(14)
    s.axis = exact.directions(s.rng, N) * 10.0 ** s.rng.uniform(-3, 3, N)[:, None]
    s.angle = s.rng.normal(size=N) * 10.0 ** s.rng.uniform(-9, 1, N)
    bound = [8 * EPS * exact.momentum(p) for (p,) in s.exactly("p")]
    want = [exact.rotate(p, n, a) for p, n, a in s.exactly("p", "axis", "angle")]
    got = lz.rotate(s.p, s.axis, s.angle)
    turned = [exact.rotate_z_to(p, q) for p, q in s.exactly("p", "q")]
    got_z = lz.rotate_z_to(s.p, s.q)
    for i in range(4):
        hold(got[:, i], [w[i] for w in want], bound)
        hold(got_z[:, i], [w[i] for w in turned], bound)


def test_cos_theta_star() -> None:
    s = Sample(15)
    rows = list(s.exactly("p", "parent"))
    want = [or_none(exact.cos_theta_star, p, q) for p, q in rows]
    rest = [exact.boost_to_rest(p, q) for p, q in rows]
    bound = [
        8 * EPS * (p[0] + r[0]) / exact.momentum(r) if exact.momentum(r) else mp.inf
        for (p, _), r in zip(rows, rest, strict=True)
    ]
    hold(lz.cos_theta_star(s.p, s.parent), want, bound)


@pytest.mark.parametrize("equal_masses", [False, True])
def test_collins_soper(equal_masses: bool) -> None:
    s = Sample(16, max_gamma=1e3)
    if equal_masses:
        s.q = lz.from_mass(s.q[:, 1:], s.m)
    rows = list(s.exactly("p", "q"))
    cosine, angle, cosine_bound, angle_bound = [], [], [], []
    for p, q in rows:
        m = exact.mass(p, q)
        length = exact.momentum(exact.boost_to_rest(p, exact.plus(p, q))) if m > 0 else mp.mpf(0)
        if not length or exact.opening_angle(p, q) < 1e-6:
            c = a = None
            bound, sine = mp.inf, mp.mpf(1)
        else:
            c, a = exact.collins_soper(p, q)
            bound, sine = 4 * EPS * (p[0] + q[0]) ** 2 / (m * 2 * length), mp.sqrt(1 - c * c)
        cosine.append(c)
        angle.append(a)
        cosine_bound.append(bound)
        angle_bound.append(bound / sine if sine else mp.inf)
    got_cosine, got_angle = lz.collins_soper(s.p, s.q)
    hold(got_cosine, cosine, cosine_bound)
    got_angle = np.array(
        [g - 2 * np.pi * np.round((g - float(w)) / (2 * np.pi)) if w is not None else g
         for g, w in zip(got_angle, angle, strict=True)]
    )  # fmt: skip
    hold(got_angle, angle, angle_bound)


def test_kallen_and_breakup_momentum() -> None:
    s = Sample(17)
    rng = s.rng
    s.a = 10.0 ** rng.uniform(-3, 6, N)
    s.b = s.a * 10.0 ** rng.uniform(-6, 0, N)
    s.d = (np.sqrt(s.a) - np.sqrt(s.b)) ** 2 * (1 + rng.normal(size=N) * 10.0 ** rng.uniform(-16, 0, N))
    rows = list(s.exactly("a", "b", "d"))
    want = [exact.kallen(*row) for row in rows]
    bound = [2 * EPS * abs(w) + 40 * EPS**2 * mp.fsum(row) ** 2 for w, row in zip(want, rows, strict=True)]
    hold(lz.kallen(s.a, s.b, s.d), want, bound)
    s.m1 = 10.0 ** rng.uniform(-3, 3, N)
    s.m2 = 10.0 ** rng.uniform(-3, 3, N) * (rng.random(N) > 0.1)
    s.top = (s.m1 + s.m2) * (1 + 10.0 ** rng.uniform(-15, 8, N))
    want = [
        exact.breakup_momentum(m, a, b) if m > a + b else None for m, a, b in s.exactly("top", "m1", "m2")
    ]
    hold(lz.breakup_momentum(s.top, s.m1, s.m2), want, relative(want, 4))


def test_from_pt_eta_phi_mass() -> None:
    s = Sample(18)
    rng = s.rng
    s.pt, s.eta, s.phi = 10.0 ** rng.uniform(-3, 3, N), rng.normal(size=N) * 3, rng.uniform(-np.pi, np.pi, N)
    got = lz.from_pt_eta_phi_mass(s.pt, s.eta, s.phi, s.m)
    rows = list(s.exactly("pt", "eta", "phi", "m"))
    energy = [mp.sqrt(m**2 + (t * mp.cosh(e)) ** 2) for t, e, _, m in rows]
    hold(got[:, 0], energy, relative(energy, 4))
    along = [t * mp.sinh(e) for t, e, _, _ in rows]
    hold(got[:, 3], along, relative(along, 4))
    hold(got[:, 1], [t * mp.cos(f) for t, _, f, _ in rows], [4 * EPS * t for t, _, _, _ in rows])
    hold(got[:, 2], [t * mp.sin(f) for t, _, f, _ in rows], [4 * EPS * t for t, _, _, _ in rows])


@pytest.mark.parametrize("excess", [1e-15, 1e-12, 1e-6, 1.0, 1e3, 1e8])
def test_a_decay_stays_on_shell_and_balanced(excess: float) -> None:
    """From threshold to 1e8 masses: |p.p - m^2| <= 4 eps E^2 and |sum p| <= 8 eps sqrt_s."""
    rng = np.random.default_rng(19)
    m = 0.1056583755
    sqrt_s = 2 * m * (1 + excess)
    n = exact.directions(rng, N)
    n /= np.linalg.norm(n, axis=1)[:, None]
    k = lz.breakup_momentum(sqrt_s, m, m)
    a, b = lz.from_mass(k * n, m), lz.from_mass(-k * n, m)
    for leg in (a, b):
        off = [exact.dot(p, p) - mp.mpf(m) ** 2 for p in map(exact.exact, leg)]
        assert max(float(abs(x)) for x in off) <= 4 * EPS * leg[0, 0] ** 2
    total = a + b - np.array([sqrt_s, 0, 0, 0])
    assert np.abs(total).max() <= 8 * EPS * sqrt_s
    assert np.abs(lz.invariant_mass(a, b) - sqrt_s).max() <= 8 * EPS * sqrt_s
