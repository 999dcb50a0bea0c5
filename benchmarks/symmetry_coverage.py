"""How often do intervals of masses, axes, radii and sums contain the truth? Noisy equations, many seeds.

    python benchmarks/symmetry_coverage.py [--trials 500] [--rows 2000] [--noise 0.003 0.01 0.03]

Each trial draws one table, fits the declared number of flat and curved surfaces with their noise, names
them, and compares value +- error with the truth. Prints the share of trials within 1 and 1.96 errors, the
mean and spread of the pulls, and (--found) how often the search by itself finds this number of equations.
A share over n trials has the binomial error sqrt(p (1 - p) / n): 2.1 % at 68 % and 1.0 % at 95 % for 500.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, find_constraints
from hepsym.analysis.symmetries.equations.noise import find_noisy
from hepsym.analysis.symmetries.equations.noisy import claimed
from hepsym.analysis.symmetries.equations.surface import ambient, fit_surface
from hepsym.analysis.symmetries.recognition.names import recognise

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A noise-free table, its numbers of noisy equations, and which value has which truth."""

    name: str
    draw: Callable[[np.random.Generator, int], Floats]
    flat: int
    curved: int
    wanted: tuple[tuple[str, str, float], ...]
    """(kind of the constraint, key of its value, truth)"""


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


def hyperbola(rng: np.random.Generator, n: int) -> Floats:
    """x^2 / 4 - y^2 = 1, right branch and left."""
    u = rng.uniform(-1.5, 1.5, n)
    return np.column_stack([2 * np.cosh(u) * rng.choice([-1, 1], n), np.sinh(u)])


def product(rng: np.random.Generator, n: int) -> Floats:
    """z = 2.5 x y."""
    x, y = rng.uniform(-1, 2, n), rng.normal(size=n)
    return np.column_stack([x, y, 2.5 * x * y])


def pair(rng: np.random.Generator, n: int) -> Floats:
    """Two of mass 40 from one at rest with energies spread evenly over 100 to 140."""
    e = rng.uniform(50, 70, n)
    v = rng.normal(size=(n, 3))
    p = np.sqrt(e**2 - 1600)[:, None] * v / np.linalg.norm(v, axis=1, keepdims=True)
    return np.column_stack([e, p, e, -p])


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


CASES = (
    Case("ellipse", ellipse, 0, 1, (("ellipse", "axis 1", 2.3), ("ellipse", "axis 2", 1.1))),
    Case("sphere", sphere, 0, 1, (("sphere", "radius", 1.7),)),
    Case("hyperbola", hyperbola, 0, 1, (("hyperbola", "axis 1", 2.0), ("hyperbola", "axis 2", 1.0))),
    Case("product", product, 0, 1, (("product", "factor", 2.5),)),
    Case("shares", shares, 1, 1, (("sum rule", "value", 7.5), ("sphere", "radius", 1.7))),
    Case("plane", plane, 1, 0,
         (("linear", "of c0", -1.37), ("linear", "of c1", 0.52), ("linear", "value", 2.0))),
    Case("turned sphere", turned_sphere, 2, 1, (("sphere", "radius", 1.7),)),
    Case("turned ellipse", turned_ellipse, 3, 1, (("ellipse", "axis 1", 2.3), ("ellipse", "axis 2", 1.1))),
    Case("momentum", momentum, 0, 1, (("angular momentum", "L", 1.3),)),
    Case("pair", pair, 4, 1, (("mass shell", "m", 40.0),)),
    Case("resonance", resonance, 2, 3, (("resonance", "m", 91.1876),)),
)  # fmt: skip


def told(case: Case, rows: Floats, noise: float) -> list[Constraint]:
    """What is named where the number of equations is given."""
    half = len(rows) // 2
    exact = find_constraints(rows[:half], rows[half:], max_degree=2, alpha=0.005)
    where = ambient(rows, exact.frame, exact.frame.scale)
    guess = fit_surface(where.into(rows), case.flat, case.curved, noise**2, free=case.curved > 0)
    every = np.zeros(case.flat + case.curved)
    found: Constraints = claimed(where, guess, rows, rows[half:], exact, every)
    return recognise(found, rows, [f"c{i}" for i in range(rows.shape[1])])


def pulls(case: Case, rows: Floats, noise: float) -> list[float]:
    """(value - truth) / error of each wanted value; nan where it is not told."""
    constraints = told(case, rows, noise)
    out = []
    for kind, key, truth in case.wanted:
        values = [c.values[key] for c in constraints if c.kind == kind and key in c.values]
        out.append((values[0][0] - truth) / values[0][1] if values else np.nan)
    return out


def main() -> None:
    """Print a table of coverage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.003, 0.01, 0.03])
    parser.add_argument("--first", type=int, default=10_000, help="first seed")
    parser.add_argument("--cases", nargs="+", default=[case.name for case in CASES])
    parser.add_argument("--found", action="store_true", help="also search without knowing the numbers")
    given = parser.parse_args()
    print(f"{given.trials} trials of {given.rows} rows, seeds from {given.first}")
    for case in (c for c in CASES if c.name in given.cases):
        for noise in given.noise:
            every, found = [], 0
            for trial in range(given.trials):
                rng = np.random.default_rng([given.first + trial, 77])
                rows = case.draw(rng, given.rows)
                rows = rows + noise * rows.std(axis=0) * rng.normal(size=rows.shape)
                every.append(pulls(case, rows, noise))
                if given.found:
                    half = len(rows) // 2
                    exact = find_constraints(rows[:half], rows[half:], max_degree=2, alpha=0.0025)
                    made = find_noisy(rows[:half], rows[half:], exact, None, alpha=0.0025)
                    found += made is not None and len(made.quadrics) == case.curved
            for (kind, key, _), column in zip(case.wanted, np.array(every).T, strict=True):
                named = column[np.isfinite(column)]
                one, two = (np.abs(named) < 1).mean(), (np.abs(named) < 1.96).mean()
                line = f"{case.name:14s} {kind:16s} {key:7s} noise {noise:.3f}"
                line += f"  named {len(named) / len(column):6.1%}  68 %: {one:6.1%}  95 %: {two:6.1%}"
                line += f"  pull {named.mean():+.2f} +- {named.std():.2f}"
                line += f"  found {found / given.trials:6.1%}" if given.found else ""
                print(line, flush=True)


if __name__ == "__main__":
    main()
