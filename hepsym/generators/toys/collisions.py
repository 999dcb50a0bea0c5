"""Which decays have known equations? Tables of momenta of e+e- to 2, 3, 4 bodies, a Z, a pair of tops.

Beams may be polarised and legs cut, which breaks symmetries of the density and leaves the surface.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.fields import boosts, dilation, rotations, so, stacked
from hepsym.generators.toys.sampling import angle, direction, first_accepted
from hepsym.generators.toys.toy import Toy
from hepsym.random import normals, uniforms

__all__ = ["COLLISIONS"]

Floats = NDArray[np.float64]
Rows = Callable[[int, int], Floats]

SQRT_S, M_Z, WIDTH_Z, M_TOP = 91.1876, 91.1876, 2.4952, 172.5
"""GeV"""


def _polar(n: int, seed: int, stream: int = 0) -> Floats:
    """Unit vectors of density 1 + cos^2 in the polar angle: the root of c^3 + 3 c = 8 u - 4."""
    half = 4 * uniforms(seed, n, stream=stream) - 2
    root = np.cbrt(half + np.sqrt(half * half + 1))
    return _vectors(np.clip(root - 1 / root, -1, 1), angle(n, seed, stream + 1))


def _vectors(cosine: Floats, phi: Floats) -> Floats:
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    return np.column_stack([sine * np.cos(phi), sine * np.sin(phi), cosine])


def _back_to_back(unit: Floats, mass: float = 0.0) -> Floats:
    """p_1 + p_2 = (sqrt(s), 0), equal masses."""
    energy = np.full((len(unit), 1), SQRT_S / 2)
    p = np.sqrt((SQRT_S / 2 - mass) * (SQRT_S / 2 + mass)) * unit
    return np.column_stack([energy, p, energy, -p])


def two_bodies(n: int, seed: int, stream: int = 0, mass: float = 0.0) -> Floats:
    """Back to back, at rest, with density 1 + cos^2 about the beam."""
    return _back_to_back(_polar(n, seed, stream), mass)


def scalar_decay(n: int, seed: int) -> Floats:
    """Back to back, at rest, even in all directions: so(3) of the density."""
    return _back_to_back(direction(n, seed, 3))


def polarised(n: int, seed: int) -> Floats:
    """Beams polarised along themselves: density (1 + cos)^2. Rotations about the beam are left, no parity."""
    cosine = 2 * np.cbrt(uniforms(seed, n)) - 1
    return _back_to_back(_vectors(cosine, angle(n, seed, 1)))


def transverse(n: int, seed: int) -> Floats:
    """Beams polarised by 0.7 across themselves: 1 + cos^2 + sin^2 cos(2 phi) / 2. No rotation is left."""

    def rows(n: int, seed: int, stream: int) -> Floats:
        return np.column_stack([direction(n, seed, 3, stream), uniforms(seed, n, stream=stream + 3)])

    def keep(r: Floats) -> NDArray[np.bool_]:
        x, y, z, u = r.T
        taken: NDArray[np.bool_] = 2 * u < 1 + z * z + (x * x - y * y) / 2
        return taken

    return _back_to_back(first_accepted(rows, keep, n, seed)[:, :3])


def _bodies(n: int, seed: int, masses: tuple[float, ...]) -> Floats:
    """Flat in phase space (RAMBO), at rest."""
    from hepsym.generators.phasespace.draws import draw

    momenta, _ = draw(n, list(masses), SQRT_S, seed, "rambo")
    return momenta.reshape(n, 4 * len(masses))


def _hadron_z(n: int, seed: int, mass: Floats, stream: int = 0) -> Floats:
    """Massless pairs of this mass, boosted along z to rapidities of standard deviation 1.2."""
    y = 1.2 * normals(seed, n, stream=stream + 3)
    p = mass[:, None] / 2 * _polar(n, seed, stream)
    return _pushed(mass / 2, p, y)


def _pushed(energy: Floats, p: Floats, rapidity: Floats) -> Floats:
    """Two legs of this energy and momenta p and -p, boosted along z."""
    legs = []
    for sign in (1.0, -1.0):
        z = sign * p[:, 2]
        legs += [
            np.cosh(rapidity) * energy + np.sinh(rapidity) * z,
            sign * p[:, 0],
            sign * p[:, 1],
            np.cosh(rapidity) * z + np.sinh(rapidity) * energy,
        ]
    return np.column_stack(legs)


def narrow_z(n: int, seed: int, stream: int = 0) -> Floats:
    """pp to Z to two leptons at one mass."""
    return _hadron_z(n, seed, np.full(n, M_Z), stream)


def breit_wigner_z(n: int, seed: int, stream: int = 0) -> Floats:
    """The same with a Cauchy mass, cut where |m - M| < 1.8 widths: narrow, but a direction of its own."""
    tilt = 2.6 * uniforms(seed, n, stream=stream + 2) - 1.3
    return _hadron_z(n, seed, M_Z + WIDTH_Z / 2 * np.tan(tilt), stream)


def tops(n: int, seed: int) -> Floats:
    """pp to a pair of tops: pair masses falling as m^-3 from 2 to 20 m_t, rapidities of deviation 0.8."""
    pair = 2 * M_TOP / np.sqrt(0.01 + 0.99 * uniforms(seed, n, stream=2))
    p = np.sqrt((pair / 2 - M_TOP) * (pair / 2 + M_TOP))[:, None] * direction(n, seed, 3, 4)
    return _pushed(pair / 2, p, 0.8 * normals(seed, n, stream=3))


def _within(low_pt: float, high_eta: float, rows: Floats) -> NDArray[np.bool_]:
    """Both legs with pT above and |eta| below."""
    keep = np.ones(len(rows), dtype=bool)
    for leg in (0, 4):
        x, y, z = rows[:, leg + 1 : leg + 4].T
        pt = np.hypot(x, y)
        keep &= (pt > low_pt) & (np.abs(z) < pt * np.sinh(high_eta))
    return keep


def _columns(legs: int) -> tuple[str, ...]:
    return tuple(f"{letter}.{c}" for letter in "abcd"[:legs] for c in ("E", "px", "py", "pz"))


def _so3(legs: int) -> Floats:
    return so(4 * legs, *(range(4 * leg + 1, 4 * leg + 4) for leg in range(legs)))


def _about_z(legs: int) -> Floats:
    return stacked(rotations(4 * legs, *((4 * leg + 1, 4 * leg + 2) for leg in range(legs))))


TWO, THREE, FOUR = _columns(2), _columns(3), _columns(4)
_ALONG_Z = stacked(boosts(8, (0, 3), (4, 7)))
_EACH_ALONG_Z = np.concatenate([stacked(boosts(8, (0, 3)), boosts(8, (4, 7))), _about_z(2)])
_MASSLESS = np.concatenate([_EACH_ALONG_Z, dilation(8, *range(8))[None]])


def _pairs(name: str, rows: Rows, density: str, kept: Floats | None) -> Toy:
    return Toy(name, TWO, rows, 2, 5, 1, "so(3)", density, fields=_so3(2), kept=kept)


def _flat(name: str, columns: tuple[str, ...], *masses: float) -> Toy:
    k, turns = len(masses), _so3(len(masses))
    rows = partial(_bodies, masses=masses)
    return Toy(name, columns, rows, 3 * k - 4, 4, k, "so(3)", "so(3)", fields=turns, kept=turns)


def _narrow(name: str, rows: Rows) -> Toy:
    fields = np.concatenate([_ALONG_Z, _about_z(2)])
    return Toy(name, TWO, rows, 3, 2, 3, "so(2) + R", "so(2)", fields=fields, kept=_about_z(2))


def _broad(name: str, rows: Rows, width: float) -> Toy:
    kept = _about_z(2)
    return Toy(name, TWO, rows, 4, 2, 2, "so(2) + R^3", "so(2)", fields=_MASSLESS, kept=kept, narrow=(width,))


def _cut(source: Callable[[int, int, int], Floats], low_pt: float, high_eta: float) -> Rows:
    def rows(n: int, seed: int) -> Floats:
        return first_accepted(source, partial(_within, low_pt, high_eta), n, seed)

    return rows


COLLISIONS: tuple[Toy, ...] = (
    _pairs("ee-2", two_bodies, "so(2)", _about_z(2)),
    _pairs("ee-2-massive", partial(two_bodies, mass=35.0), "so(2)", _about_z(2)),
    _pairs("ee-2-scalar", scalar_decay, "so(3)", _so3(2)),
    _pairs("ee-2-polarised", polarised, "so(2)", _about_z(2)),
    _pairs("ee-2-transverse", transverse, "none", None),
    _pairs("ee-2-eta", _cut(two_bodies, 0.0, 1.0), "so(2)", _about_z(2)),
    _pairs("ee-2-pt", _cut(two_bodies, 25.0, 10.0), "so(2)", _about_z(2)),
    _flat("ee-3", THREE, 0.0, 0.0, 0.0),
    _flat("ee-3-massive", THREE, 20.0, 10.0, 5.0),
    _flat("ee-4", FOUR, 0.0, 0.0, 0.0, 0.0),
    _narrow("pp-narrow", narrow_z),
    _narrow("pp-narrow-eta", _cut(narrow_z, 0.0, 2.4)),
    _narrow("pp-narrow-pt", _cut(narrow_z, 25.0, 10.0)),
    _broad("pp-breit-wigner", breit_wigner_z, 0.015),
    _broad("pp-breit-wigner-cuts", _cut(breit_wigner_z, 20.0, 2.4), 0.036),
    Toy("pp-tops", TWO, tops, 4, 2, 2, "so(2) + R^2", "so(2)", fields=_EACH_ALONG_Z, kept=_about_z(2)),
)  # fmt: skip
