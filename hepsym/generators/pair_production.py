"""f fbar -> F Fbar through a photon and a Z, ready to be drawn: e- e+ -> mu- mu+ and its kin.

The exchange carries spin one (or the Z's scalar part, at masses squared over M_Z^2), so the rate
is a quadratic polynomial in the cosine of the scattering angle whatever the masses are. Its three
coefficients are read off the helicity amplitudes at c = -1, 0, 1, once; every event is then drawn
by exact inversion, without rejection.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.polynomial.legendre import leggauss

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.amplitudes.fermion_pair import fermion_pair, me2
from hepsym.generators.cards.card import Card
from hepsym.generators.cuts import PairKinematics, windows
from hepsym.generators.electroweak import couplings
from hepsym.generators.phasespace import pair as phase_space
from hepsym.generators.phasespace.quadratic_angle import AngularLaw
from hepsym.generators.process import NO_COLUMNS, Array, Columns, CrossSection, Distribution, Generator

__all__ = ["PairProduction"]


class PairProduction(Generator):
    """Incoming charged lepton pair to another charged lepton pair. Legs in the order of the card."""

    def __init__(self, card: Card, incoming: tuple[int, int], outgoing: tuple[int, int]) -> None:
        f, big_f = max(incoming), max(outgoing)
        self.card = card
        self.pdg_ids = (*incoming, *outgoing)
        self.status = (-1, -1, 1, 1)
        m_in, m_out = card.mass(f), card.mass(big_f)
        self.masses = (m_in, m_in, m_out, m_out)
        threshold = 2.0 * max(m_in, m_out)
        if card.sqrt_s <= threshold:
            legs = "outgoing" if m_out >= m_in else "incoming"
            raise InputError(
                f"sqrt_s = {card.sqrt_s!r} GeV is not above the threshold 2 x {max(m_in, m_out):.10g} = "
                f"{threshold!r} GeV of the {legs} pair; raise sqrt_s"
            )
        self._energy = 0.5 * card.sqrt_s
        self._momentum, self._beam_momentum = (
            math.sqrt((self._energy - m) * (self._energy + m)) for m in (m_out, m_in)
        )
        self.beams = np.array([[self._energy, 0.0, 0.0, z * self._beam_momentum] for z in (1.0, -1.0)])
        self._couplings = couplings(card.electroweak)
        degrees = card.beams.polarization
        polarization = degrees if incoming[0] > 0 else (degrees[1], degrees[0])
        self._pair = fermion_pair(f, big_f, (m_in, m_out), self._couplings, polarization)
        self._f_along_z = 1.0 if incoming[0] > 0 else -1.0
        self._first_is_fermion = 1.0 if outgoing[0] > 0 else -1.0
        self._order = (
            0 if incoming[0] > 0 else 1,
            1 if incoming[0] > 0 else 0,
            2 if outgoing[0] > 0 else 3,
            3 if outgoing[0] > 0 else 2,
        )
        self.law = self._angular_law()
        self._even = self.law.even()
        self._edges = _edges(self.law)
        self._flat = AngularLaw(1.0, 0.0, 0.0, self.law.windows)
        self._flat_edges = _edges(self._flat)

    def _angular_law(self) -> AngularLaw:
        backward, central, forward = self._me2_at(np.array([-1.0, 0.0, 1.0])).tolist()
        if max(backward, central, forward) <= 0.0:
            degrees = list(self.card.beams.polarization)
            raise InputError(f"beams.polarization = {degrees} leaves a rate of zero; change one of them")
        signs = {pdg: self._f_along_z * (1.0 if pdg > 0 else -1.0) for pdg in self.pdg_ids[2:]}
        kinematics = PairKinematics(self._energy, self._momentum, signs)
        return AngularLaw(
            central,
            0.5 * (forward - backward),
            0.5 * (forward + backward) - central,
            windows(self.card.cuts, kinematics),
        )

    def _me2_at(self, c: Array) -> Array:
        """|M|^2 at scattering-angle cosines c, (n,), in the plane y = 0."""
        along = self._momentum * c * self._f_along_z
        across = self._momentum * np.sqrt((1.0 - c) * (1.0 + c))
        momenta = np.zeros((len(c), 4, 4))
        momenta[:, :2] = self.beams
        momenta[:, 2:, 0] = self._energy
        for row, sign in ((2, self._first_is_fermion), (3, -self._first_is_fermion)):
            momenta[:, row, 1] = sign * across
            momenta[:, row, 3] = sign * along
        return self.me2(momenta)

    @property
    def _picobarn(self) -> float:
        """Cross section in pb per unit integral of |M|^2 over the cosine: p_out / (32 pi s p_in)."""
        flux = 32.0 * math.pi * self.card.sqrt_s**2 * self._beam_momentum
        return constants.GEV2_PICOBARN * self._momentum / flux

    def cross_section(self) -> CrossSection:
        """Analytic integral of the angular law; the error is its distance from a quadrature of |M|^2."""
        value = self._picobarn * self.law.integral()
        nodes, shares = leggauss(8)
        integral = 0.0
        for low, high in self.law.windows:
            c = 0.5 * (low + high) + 0.5 * (high - low) * nodes
            integral += 0.5 * (high - low) * float(shares @ self._me2_at(c))
        integrated = self._picobarn * integral
        return CrossSection(value, abs(integrated - value) + 4e-16 * value, integrated)

    def fill(
        self,
        out: Array,
        first: int,
        key: tuple[np.uint64, np.uint64],
        columns: Columns = NO_COLUMNS,  # noqa: ARG002 - it has none
    ) -> None:
        """See Generator.fill."""
        law = self.launch()
        if law.even is not None:
            phase_space.fill_even(out, first, *key, law.even, law.odd, law.ratio, law.frame)
        else:
            phase_space.fill_windows(out, first, *key, law.stream, law.edges, law.coefficients, law.frame)

    def fill_weighted(
        self,
        out: Array,
        weights: Array,
        first: int,
        key: tuple[np.uint64, np.uint64],
        columns: Columns = NO_COLUMNS,  # noqa: ARG002 - it has none
    ) -> None:
        """See Generator.fill_weighted. out must have all four legs: the weight is of the momenta."""
        law = self.launch(weighted=True)
        phase_space.fill_windows(out, first, *key, law.stream, law.edges, law.coefficients, law.frame)
        weights[:] = self.weights(out)

    def weights(self, momenta: Array) -> Array:
        """Weights in pb, (n,), of momenta (n, 4, 4) that are flat in phase space."""
        return self.me2(momenta) * (self._picobarn * self._flat.integral())

    def launch(self, *, weighted: bool = False) -> phase_space.Launch:
        """What the loops over events are given, on any device; flat in phase space where weighted."""
        law, edges, stream = self.law, self._edges, phase_space.UNWEIGHTED
        if weighted:
            law, edges, stream = self._flat, self._flat_edges, phase_space.FLAT
        even = None if weighted else self._even
        odd, ratio = (0.0, 0.0) if even is None else (law.a1 / law.a0, law.a2 / law.a0)
        coefficients = (law.a0, law.a1, law.a2)
        return phase_space.Launch(even, odd, ratio, stream, edges, coefficients, self._frame())

    def _frame(self) -> phase_space.Frame:
        sign = self._f_along_z * self._first_is_fermion
        return self._energy, self._momentum, sign * self._momentum, self._energy, self._beam_momentum

    def me2(self, momenta: Array) -> Array:
        """See Generator.me2."""
        return me2(self._pair, momenta, self._order)

    def distributions(self) -> Mapping[str, Distribution]:
        """cos_theta, phi, pt, eta and y of either outgoing leg."""
        laws = {}
        for pdg in self.pdg_ids[2:]:
            sign = self._f_along_z * (1.0 if pdg > 0 else -1.0)
            name = constants.name_of(pdg)
            laws[f"cos_theta({name})"] = _polar(self.law, sign)
            laws[f"phi({name})"] = _AZIMUTH
            laws[f"pt({name})"] = _transverse(self.law, self._momentum)
            laws[f"eta({name})"] = _pseudorapidity(laws[f"cos_theta({name})"])
            laws[f"y({name})"] = _rapidity(laws[f"cos_theta({name})"], self._momentum / self._energy)
        return laws

    def figures(self) -> Mapping[str, float]:
        """The forward-backward asymmetry within the cuts, forward being F along f."""
        return {"forward_backward_asymmetry": self.law.asymmetry()}

    def resolved(self) -> Card:
        """See Generator.resolved."""
        g = self._couplings
        legs = zip(self.pdg_ids, self.masses, strict=True)
        used = {"m_z": g.m_z, "gamma_z": g.gamma_z, "m_w": g.m_w, "gamma_w": g.gamma_w}
        inputs = self.card.electroweak
        if inputs.scheme == "gmu" and inputs.G_F is None:
            used["G_F"] = constants.FERMI_CONSTANT
        elif inputs.alpha_inverse is None and inputs.scheme != "gmu":
            used["alpha_inverse"] = 1.0 / g.alpha
        return self.card.model_copy(
            update={
                "masses": {constants.name_of(pdg): mass for pdg, mass in legs if pdg > 0},
                "electroweak": inputs.model_copy(update=used),
            }
        )


def _edges(law: AngularLaw) -> Array:
    shares = np.cumsum([law.integral(windows=(window,)) for window in law.windows]) / law.integral()
    shares[-1] = 1.0
    return np.array([[low, high, share] for (low, high), share in zip(law.windows, shares, strict=True)])


def _polar(law: AngularLaw, sign: float) -> Distribution:
    if sign > 0:
        return Distribution(law.density, law.cumulative, law.windows[0][0], law.windows[-1][1])
    return Distribution(
        lambda c: law.density(-c), lambda c: 1.0 - law.cumulative(-c), -law.windows[-1][1], -law.windows[0][0]
    )


def _transverse(law: AngularLaw, momentum: float) -> Distribution:
    """pt = p sin(theta): both signs of cos(theta) contribute; the density is infinite at pt = p."""

    def cosine(pt: Array) -> Array:
        ratio = np.clip(pt / momentum, 0.0, 1.0)
        return np.asarray(np.sqrt((1.0 - ratio) * (1.0 + ratio)))

    def density(pt: Array) -> Array:
        c = cosine(pt)
        with np.errstate(divide="ignore"):
            return (law.density(c) + law.density(-c)) * pt / (momentum * momentum * c)

    def cumulative(pt: Array) -> Array:
        c = cosine(pt)
        return 1.0 - (law.cumulative(c) - law.cumulative(-c))

    return Distribution(density, cumulative, 0.0, momentum)


def _pseudorapidity(polar: Distribution) -> Distribution:
    return _rapidity(polar, 1.0)


def _rapidity(polar: Distribution, velocity: float) -> Distribution:
    """y = artanh(v cos(theta)); the pseudorapidity is that of v = 1."""

    def density(y: Array) -> Array:
        t = np.tanh(y)
        return polar.density(t / velocity) * (1.0 - t) * (1.0 + t) / velocity

    def cumulative(y: Array) -> Array:
        return polar.cumulative(np.tanh(y) / velocity)

    with np.errstate(divide="ignore"):
        low, high = (float(np.arctanh(velocity * c)) for c in (polar.low, polar.high))
    return Distribution(density, cumulative, low, high)


_AZIMUTH = Distribution(
    lambda phi: np.full_like(phi, 0.5 / math.pi),
    lambda phi: np.clip(0.5 + phi * (0.5 / math.pi), 0.0, 1.0),
    -math.pi,
    math.pi,
)
