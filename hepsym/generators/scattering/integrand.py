"""What is the rate at a point? Partons, flux, matrix elements and cuts, for points of any channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.integration import Integrand, Points
from hepsym.generators.integration.integrand import Density
from hepsym.generators.partons.alpha_s import AlphaS
from hepsym.generators.partons.luminosity import PartonPairs, luminosities
from hepsym.generators.partons.scales import scales
from hepsym.generators.scattering.assembly import boost_to_laboratory
from hepsym.generators.scattering.final import Final
from hepsym.generators.scattering.groups import Group
from hepsym.generators.scattering.initial import Initial
from hepsym.generators.scattering.selection import Selection

__all__ = ["Channel", "Collision", "ScatteringIntegrand"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to draw the energy of the collision, and what leaves it."""

    initial: Initial
    final: Final

    @property
    def axes(self) -> int:
        """Uniforms taken."""
        return self.initial.axes + self.final.axes


@dataclass(frozen=True, slots=True, eq=False)
class Collision:
    """What comes in: fixed legs, or partons of two beams."""

    beams: Array
    """(k, 4) GeV, of the first k legs where they are the same in all events; (0, 4) for partons."""
    sqrt_s: float
    unit: float
    """Of the rate per |M|^2 dPhi / flux: pb GeV^2, or 1 for a width in GeV."""
    masses: tuple[float, ...]
    """GeV, of the incoming legs."""
    pdf: Any = None
    """hepsym.generators.partons.PDF, for partons."""

    def flux(self, sqrt_s_hat: Array) -> Array:
        """4 |p| sqrt(s-hat) of the incoming pair, 2 m of a decaying particle, (n,)."""
        if len(self.masses) == 1:
            return np.full(len(sqrt_s_hat), 2.0 * self.masses[0])
        a, b = self.masses
        if a == b == 0.0:
            return np.asarray(2.0 * sqrt_s_hat**2)
        root = sqrt_s_hat
        product = (root - a - b) * (root + a + b) * (root - a + b) * (root + a - b)
        return np.asarray(2.0 * np.sqrt(product))


class ScatteringIntegrand(Integrand):
    """d sigma over the uniforms of its channels, in the collision's unit."""

    def __init__(
        self,
        collision: Collision,
        groups: Sequence[Group],
        channels: Sequence[Channel],
        selection: Selection,
        skip: frozenset[int],
        scale_choices: tuple[str | float, str | float],
        alpha_s: AlphaS,
        alpha_s_reference: float,
    ) -> None:
        self.collision = collision
        self.groups = tuple(groups)
        self.pairs = None if collision.pdf is None else PartonPairs.of([g.partons for g in groups])
        self.channels = tuple(channels)
        self.axes = tuple(c.axes for c in channels)
        self.selection = selection
        self._skip = skip
        self._renormalization, self._factorization = scale_choices
        self.alpha_s = alpha_s
        self._reference = alpha_s_reference
        self.powers = np.array([max(g.element.qcd_power, 0) for g in groups], dtype=np.float64)
        self._counts = np.array([len(g.members) for g in groups], dtype=np.float64)
        self.masses = np.array(groups[0].element.masses)
        self.legs = len(groups[0].element.pdg_ids)
        self.incoming = len(collision.masses)

    def evaluate(self, u: Array, density: Density) -> Points:
        """See Integrand.evaluate."""
        n = len(u)
        fractions, roots = np.empty((n, 2)), np.empty(n)
        rest = np.empty((n, self.legs - self.incoming, 4))
        measure, mixture = self._draw(u, density, fractions, roots, rest)
        momenta = self.laboratory(rest, fractions)
        inside = measure > 0.0
        if len(self.selection.conditions) > len(self._skip):
            inside &= self.selection.passes(momenta[:, self.incoming :], self._skip)
        rows = np.flatnonzero(inside)
        whole = len(rows) == n
        at = momenta if whole else momenta[rows]
        weight = np.zeros(n)
        squares = np.ones((n, 2))
        bare = np.zeros((n, len(self.groups)))
        if len(rows):
            root = roots if whole else roots[rows]
            squares[rows] = self._squared_scales(at)
            factor = self.collision.unit / self.collision.flux(root) * measure[rows]
            bare[rows] = self._bare(at, squares[rows, 0]) * factor[:, None]
            shares = bare[rows] * self._luminosity(fractions[rows], squares[rows, 1])
            weight[rows] = shares.sum(axis=1)
        return Points(momenta, weight, bare, fractions, squares, mixture)

    def _draw(
        self, u: Array, density: Density, fractions: Array, roots: Array, rest: Array
    ) -> tuple[Array, Array]:
        """Fill the points; their measure, and each channel's density over the mixture's (several only)."""
        if len(self.channels) == 1:
            x, stretch = density.grids[0].forward(np.ascontiguousarray(u[:, : self.axes[0]]))
            return self._forward(0, x, fractions, roots, rest) * stretch, np.empty((0, 0))
        chosen = density.choose(u[:, self.numbers - 1])
        for number in range(len(self.channels)):
            rows = np.flatnonzero(chosen == number)
            if not len(rows):
                continue
            x, _ = density.grids[number].forward(np.ascontiguousarray(u[rows, : self.axes[number]]))
            part = np.empty((len(rows), 2)), np.empty(len(rows)), np.empty((len(rows), *rest.shape[1:]))
            possible = self._forward(number, x, *part) > 0.0
            fractions[rows], roots[rows], rest[rows] = part
            roots[rows[~possible]] = 0.0
        each = np.zeros((len(u), len(self.channels)))
        good = np.flatnonzero(roots > 0.0)
        for number in range(len(self.channels)):
            each[good, number] = self._density(number, density, fractions[good], roots[good], rest[good])
        total = each @ density.chances
        with np.errstate(divide="ignore", invalid="ignore"):
            measure = np.where(total > 0.0, 1.0 / total, 0.0)
            return measure, np.where(total[:, None] > 0.0, each / total[:, None], 0.0)

    def _forward(self, number: int, x: Array, fractions: Array, roots: Array, rest: Array) -> Array:
        channel = self.channels[number]
        jacobian, rest_jacobian = np.empty(len(x)), np.empty(len(x))
        channel.initial.forward(x, fractions, roots, jacobian)
        channel.final.forward(np.ascontiguousarray(x[:, channel.initial.axes :]), roots, rest, rest_jacobian)
        return jacobian * rest_jacobian

    def _density(self, number: int, density: Density, fractions: Array, roots: Array, rest: Array) -> Array:
        """Points per measure that a channel with its grid would draw here; 0 where it cannot reach."""
        channel = self.channels[number]
        first = channel.initial.axes
        x, late = np.empty((len(roots), channel.axes)), np.empty((len(roots), channel.final.axes))
        jacobian, rest_jacobian = np.empty(len(roots)), np.empty(len(roots))
        channel.initial.inverse(fractions, x, jacobian)
        channel.final.inverse(rest, roots, late, rest_jacobian)
        x[:, first:] = late
        inside = ((x >= 0.0) & (x <= 1.0)).all(axis=1)
        slope = jacobian * rest_jacobian * density.grids[number].jacobian_at(x.clip(0.0, 1.0))
        with np.errstate(divide="ignore"):
            return np.where(inside & (slope > 0.0), 1.0 / slope, 0.0)

    def laboratory(self, rest: Array, fractions: Array) -> Array:
        """(n, legs, 4) GeV: incoming momenta, then the outgoing ones (n, k, 4), boosted from rest."""
        momenta = np.empty((len(rest), self.legs, 4))
        if len(self.collision.beams):
            momenta[:, : self.incoming] = self.collision.beams
            momenta[:, self.incoming :] = rest
        else:
            boost_to_laboratory(rest, fractions, 0.5 * self.collision.sqrt_s, momenta)
        return momenta

    def _squared_scales(self, momenta: Array) -> Array:
        """(n, 2) GeV^2: renormalisation and factorisation; 1 where nothing depends on them."""
        squares = np.ones((len(momenta), 2))
        if self.collision.pdf is None and not self.powers.any():
            return squares
        squares[:, 0] = scales(self._renormalization, momenta, self.masses)
        same = self._factorization == self._renormalization
        squares[:, 1] = squares[:, 0] if same else scales(self._factorization, momenta, self.masses)
        return squares

    def _bare(self, momenta: Array, q2: Array) -> Array:
        """(n, groups): |M|^2 of each group at the coupling of the scale, q2 (n,) in GeV^2."""
        values = np.empty((len(momenta), len(self.groups)))
        for number, group in enumerate(self.groups):
            values[:, number] = group.element.me2(momenta)
        if self.powers.any():
            values *= (self.alpha_s(q2) / self._reference)[:, None] ** self.powers
        return values

    def parton_densities(self, fractions: Array, q2: Array, pdf: Any = None) -> tuple[Array, Array]:
        """x f(x) / x, (n, 14), of both beams at q2 GeV^2; of the collision's PDF where none is given."""
        source = self.collision.pdf if pdf is None else pdf
        one, two = (source.xf(np.ascontiguousarray(fractions[:, k]), q2) for k in (0, 1))
        one /= fractions[:, :1]
        two /= fractions[:, 1:]
        return one, two

    def _luminosity(self, fractions: Array, q2: Array, pdf: Any = None) -> Array:
        """(n, groups): f(x1) f(x2) summed over each group's members; their number for fixed beams."""
        if self.pairs is None:
            return np.broadcast_to(self._counts, (len(fractions), len(self.groups)))
        one, two = self.parton_densities(fractions, q2, pdf)
        out = np.empty((len(fractions), len(self.groups)))
        luminosities(one, two, self.pairs.columns, self.pairs.first, out)
        return out

    def shares(self, points: Points, rows: NDArray[np.int64]) -> Array:
        """(m, groups): what each group contributes to the weight of these points."""
        return points.shares[rows] * self._luminosity(points.fractions[rows], points.scales[rows, 1])

    def varied(
        self, points: Points, rows: NDArray[np.int64], factors: tuple[float, float], pdf: Any
    ) -> Array:
        """Weight, over the nominal, with both scales multiplied by `factors` and with this PDF, (m,)."""
        q2, fractions = points.scales[rows], points.fractions[rows]
        ratio = self.alpha_s(q2[:, 0] * factors[0] ** 2) / self.alpha_s(q2[:, 0])
        bare = points.shares[rows]
        nominal = (bare * self._luminosity(fractions, q2[:, 1])).sum(axis=1)
        changed = bare * self._luminosity(fractions, q2[:, 1] * factors[1] ** 2, pdf)
        return np.asarray((changed * ratio[:, None] ** self.powers).sum(axis=1) / nominal)
