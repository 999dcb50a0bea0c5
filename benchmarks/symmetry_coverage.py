"""How often do the intervals that `hepsym symmetries` prints contain the truth? Many fresh tables a kind.

    python benchmarks/symmetry_coverage.py [--trials 2000] [--rows 2000] [--noise 0 0.01] [--first 10000]

Each trial draws one table, fits its equations, given how many there are, names them, both by the functions
that the command calls, and compares value +- error with the truth; --search finds how many there are too,
as the command does, and takes twice as long. Prints how often the number was named, the share within 1
and 1.96 errors with its 95 % binomial interval (Clopper and Pearson), whether it is within 2 % of 68.3 and
95.0 %, and mean and spread of the pulls. Without noise an error is a bound on rounding, and the share
within one bound is printed. A share over n trials has the binomial error sqrt(p (1 - p) / n): 1.0 % and
0.5 % for 2000.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, find_constraints
from hepsym.analysis.symmetries.equations.noise import find_noisy
from hepsym.analysis.symmetries.equations.noisy import claimed
from hepsym.analysis.symmetries.equations.surface import ambient, fit_surface
from hepsym.analysis.symmetries.recognition.names import recognise

Floats = NDArray[np.float64]

ONE, TWO = 0.6827, 0.95
"""Nominal shares within 1 and 1.96 standard errors"""
MARGIN = 0.02


@dataclass(frozen=True)
class Case:
    """A noise-free table, and which value has which truth."""

    name: str
    draw: Callable[[np.random.Generator, int], Floats]
    surfaces: tuple[int, int]
    """How many flat and curved ones it has"""
    wanted: tuple[tuple[str, str, float], ...]
    """(kind of the constraint, key of its value, truth)"""
    noise_is_known: bool = False
    """Told with `--noise` only: flat relations alone, or more equations than 2000 rows make certain"""


def circle(rng: np.random.Generator, n: int) -> Floats:
    """Radius 1.3 about (0.4, -0.2), filled unevenly."""
    t = rng.uniform(0, 2 * np.pi, n)
    t = t + 0.5 * np.sin(t)
    return np.column_stack([0.4 + 1.3 * np.cos(t), -0.2 + 1.3 * np.sin(t)])


def ellipse(rng: np.random.Generator, n: int) -> Floats:
    """Semi-axes 2.3 and 1.1, turned by 0.4, centre (5, -2)."""
    t = rng.uniform(0, 2 * np.pi, n)
    c, s = np.cos(0.4), np.sin(0.4)
    x, y = 2.3 * np.cos(t), 1.1 * np.sin(t)
    return np.column_stack([5 + c * x - s * y, -2 + s * x + c * y])


def sphere(rng: np.random.Generator, n: int) -> Floats:
    """Radius 1.7, one half of it better filled than the other."""
    v = rng.normal(size=(n, 3)) + np.array([0.5, 0.0, 0.0])
    rows: Floats = 1.7 * v / np.linalg.norm(v, axis=1, keepdims=True)
    return rows


def ellipsoid(rng: np.random.Generator, n: int) -> Floats:
    """Semi-axes 3, 2 and 1."""
    return sphere(rng, n) / 1.7 * np.array([3.0, 2.0, 1.0])


def hyperbola(rng: np.random.Generator, n: int) -> Floats:
    """x^2 / 4 - y^2 = 1, right branch and left."""
    u = rng.uniform(-1.5, 1.5, n)
    return np.column_stack([2 * np.cosh(u) * rng.choice([-1, 1], n), np.sinh(u)])


def product(rng: np.random.Generator, n: int) -> Floats:
    """z = 2.5 x y."""
    x, y = rng.uniform(-1, 2, n), rng.normal(size=n)
    return np.column_stack([x, y, 2.5 * x * y])


def planes(rng: np.random.Generator, n: int) -> Floats:
    """Two planes 2.6 apart."""
    return np.column_stack([1.3 * rng.choice([-1, 1], n), rng.normal(size=n), rng.exponential(size=n)])


def pair(rng: np.random.Generator, n: int) -> Floats:
    """Two of mass 40 from one at rest with energies spread evenly over 100 to 140."""
    e = rng.uniform(50, 70, n)
    v = rng.normal(size=(n, 3))
    p = np.sqrt(e**2 - 1600)[:, None] * v / np.linalg.norm(v, axis=1, keepdims=True)
    return np.column_stack([e, p, e, -p])


def beams(rng: np.random.Generator, n: int) -> Floats:
    """Two of mass 30 from total momentum (E, z) = (100, 40): sums and shell are fixed, and E1 follows z1."""
    mass, energy, along = 30.0, 100.0, 40.0
    half = np.sqrt(energy**2 - along**2) / 2
    v = rng.normal(size=(n, 3))
    p = np.sqrt(half**2 - mass**2) * v / np.linalg.norm(v, axis=1, keepdims=True)
    gamma, boost = energy / (2 * half), along / (2 * half)
    legs = [
        np.column_stack([gamma * half + boost * q[:, 2], q[:, :2], gamma * q[:, 2] + boost * half])
        for q in (p, -p)
    ]
    return np.concatenate(legs, axis=1)


def resonance(rng: np.random.Generator, n: int) -> Floats:
    """Two massless of invariant mass 91.1876, boosted along z."""
    v = rng.normal(size=(n, 3))
    p = 45.5938 * v / np.linalg.norm(v, axis=1, keepdims=True)
    y = 1.2 * rng.normal(size=n)
    legs = []
    for q in (p, -p):
        e = np.full(n, 45.5938)
        legs += [
            np.cosh(y) * e + np.sinh(y) * q[:, 2],
            q[:, 0],
            q[:, 1],
            np.cosh(y) * q[:, 2] + np.sinh(y) * e,
        ]
    return np.column_stack(legs)


def shares(rng: np.random.Generator, n: int) -> Floats:
    """Four columns that sum to 7.5, with the sphere of radius 1.7 beside them: flat and curved."""
    a = rng.exponential(size=(n, 3))
    return np.column_stack([a, 7.5 - a.sum(axis=1), sphere(rng, n)])


def plane(rng: np.random.Generator, n: int) -> Floats:
    """c = 1.37 a - 0.52 b + 2, skewed a and b far from 0."""
    a, b = rng.exponential(size=n) + 4, rng.gamma(3.0, size=n)
    return np.column_stack([a, b, 1.37 * a - 0.52 * b + 2])


TURN = np.linalg.qr(np.random.default_rng(3).normal(size=(5, 5)))[0]


def turned_sphere(rng: np.random.Generator, n: int) -> Floats:
    """The sphere in three directions of five columns, shifted."""
    rows: Floats = sphere(rng, n) @ TURN[:, :3].T + np.arange(5.0)
    return rows


def turned_ellipse(rng: np.random.Generator, n: int) -> Floats:
    """The ellipse in two directions of five columns, shifted."""
    rows: Floats = ellipse(rng, n) @ TURN[:, :2].T + np.arange(5.0)
    return rows


def momentum(rng: np.random.Generator, n: int) -> Floats:
    """x py - y px = 1.3 of positions and momenta in a plane."""
    r, t = rng.uniform(0.7, 1.6, n), rng.uniform(0, 2 * np.pi, n)
    out, along = rng.normal(size=n), 1.3 / r
    c, s = np.cos(t), np.sin(t)
    return np.column_stack([r * c, r * s, out * c - along * s, out * s + along * c])


def axes(kind: str, *lengths: float) -> tuple[tuple[str, str, float], ...]:
    """Semi-axes of this kind, longest first."""
    return tuple((kind, f"axis {k + 1}", length) for k, length in enumerate(lengths))


CASES = (
    Case("plane", plane, (1, 0),
         (("linear", "of c0", -1.37), ("linear", "of c1", 0.52), ("linear", "value", 2.0)), True),
    Case("circle", circle, (0, 1), (("circle", "radius", 1.3),)),
    Case("ellipse", ellipse, (0, 1), axes("ellipse", 2.3, 1.1)),
    Case("sphere", sphere, (0, 1), (("sphere", "radius", 1.7),)),
    Case("ellipsoid", ellipsoid, (0, 1), axes("ellipsoid", 3.0, 2.0, 1.0)),
    Case("hyperbola", hyperbola, (0, 1), axes("hyperbola", 2.0, 1.0)),
    Case("product", product, (0, 1), (("product", "factor", 2.5),)),
    Case("planes", planes, (0, 1), (("two planes", "distance", 2.6),), True),
    Case("shares", shares, (1, 1), (("sum rule", "value", 7.5), ("sphere", "radius", 1.7))),
    Case("turned sphere", turned_sphere, (2, 1), (("sphere", "radius", 1.7),)),
    Case("turned ellipse", turned_ellipse, (3, 1), axes("ellipse", 2.3, 1.1)),
    Case("momentum", momentum, (0, 1), (("angular momentum", "L", 1.3),)),
    Case("pair", pair, (4, 1),
         (("mass shell", "m", 40.0), ("mass shell", "m^2", 1600.0), ("momentum conservation", "value", 0.0))),
    Case("beams", beams, (5, 1), (("mass shell", "m", 30.0), ("energy conservation", "value", 100.0))),
    Case("resonance", resonance, (2, 3),
         (("resonance", "m", 91.1876), ("resonance", "m^2", 91.1876**2), ("mass shell", "m^2", 0.0)), True),
)  # fmt: skip


def told(case: Case, rows: Floats, noise: float, *, search: bool = False) -> list[Constraint]:
    """What `hepsym symmetries` names, by the same functions; without a search for the numbers of surfaces."""
    fit, test = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    made: Constraints | None = find_constraints(fit, test, max_degree=2, alpha=0.0025)
    if made is not None and noise and search:
        known = noise if case.noise_is_known else None
        made = find_noisy(fit, test, made, None, alpha=0.0025, noise=known)
    elif made is not None and noise:
        where = ambient(fit, made.frame, made.frame.scale)
        flat, curved = case.surfaces
        guess = fit_surface(where.into(fit), flat, curved, noise**2, free=curved > 0, steps=1)
        made = claimed(where, guess, rows, test, made, np.zeros(flat + curved))
    return [] if made is None else recognise(made, test, [f"c{i}" for i in range(rows.shape[1])], rows)


def offsets(case: Case, constraints: list[Constraint]) -> list[tuple[float, float]]:
    """(value - truth, error) of each wanted value; nan where it is not told."""
    out = []
    for kind, key, truth in case.wanted:
        values = [c.values[key] for c in constraints if c.kind == kind and key in c.values]
        out.append((values[0][0] - truth, values[0][1]) if values else (np.nan, np.nan))
    return out


def interval(inside: int, n: int) -> tuple[float, float]:
    """95 % interval of a share, Clopper and Pearson."""
    low = beta.ppf(0.025, inside, n - inside + 1) if inside else 0.0
    high = beta.ppf(0.975, inside + 1, n - inside) if inside < n else 1.0
    return float(low), float(high)


def share(inside: NDArray[np.bool_], nominal: float) -> str:
    """A share with its interval and the verdict."""
    low, high = interval(int(inside.sum()), len(inside))
    verdict = "yes" if abs(inside.mean() - nominal) <= MARGIN else "NO"
    return f"{inside.mean():6.1%} ({low:.1%} to {high:.1%}) {verdict:3s}"


def line(what: str, off: Floats, error: Floats, noise: float) -> str:
    """The row of one number: off from the truth (n,), and its stated errors (n,)."""
    named = np.isfinite(off)
    off, error = off[named], error[named]
    head = f"{what} {noise:5.3f} {named.mean():6.1%}"
    if not len(off):
        return head
    if noise == 0:
        known = error > 0
        if not known.any():
            return f"{head}  told without a bound"
        return (
            f"{head}  within one bound: {(np.abs(off[known]) <= error[known]).mean():6.1%} of {known.sum()}"
        )
    pull = off / error
    one, two = share(np.abs(pull) < 1, ONE), share(np.abs(pull) < 1.96, TWO)
    return f"{head}  {one}  {two}  {pull.mean():+.2f} {pull.std():.2f}"


def main() -> None:
    """Print a table of coverage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.01])
    parser.add_argument("--first", type=int, default=10_000, help="first seed")
    parser.add_argument("--cases", nargs="+", default=[case.name for case in CASES])
    parser.add_argument(
        "--search", action="store_true", help="search for the numbers of surfaces, as the command"
    )
    given = parser.parse_args()
    print(f"{given.trials} trials of {given.rows} rows, seeds from {given.first}")
    print(
        "case, kind, number, noise, named; within 1 error, within 2 %; within 1.96; mean and spread of pulls"
    )
    for case in (c for c in CASES if c.name in given.cases):
        for noise in given.noise:
            every = []
            for trial in range(given.trials):
                rng = np.random.default_rng([given.first + trial, 77])
                rows = case.draw(rng, given.rows)
                rows = rows + noise * rows.std(axis=0) * rng.normal(size=rows.shape)
                every.append(offsets(case, told(case, rows, noise, search=given.search)))
            for (kind, key, _), column in zip(case.wanted, np.swapaxes(np.array(every), 0, 1), strict=True):
                what = f"{case.name:14s} {kind:21s} {key:8s}"
                print(line(what, column[:, 0], column[:, 1], noise), flush=True)


if __name__ == "__main__":
    main()
