"""What does a card mean? Its subprocesses, matrix elements, beams, phase space and cuts, made ready."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.amplitudes.matrix_element import matrix_element
from hepsym.generators.cards.card import Card
from hepsym.generators.cards.process_string import ProcessPattern, Subprocess, particles, read_process
from hepsym.generators.electroweak import couplings
from hepsym.generators.partons import AlphaS, load_pdf
from hepsym.generators.partons.alpha_s import constant, running
from hepsym.generators.scattering.channels import channels_of
from hepsym.generators.scattering.divergences import refuse_divergence
from hepsym.generators.scattering.groups import Group
from hepsym.generators.scattering.initial import Partons
from hepsym.generators.scattering.integrand import Channel, Collision, ScatteringIntegrand
from hepsym.generators.scattering.layout import Layout, layout
from hepsym.generators.scattering.record import Record
from hepsym.generators.scattering.selection import selection
from hepsym.generators.scattering.variations import variations_of
from hepsym.generators.theory import Theory, theory_of

__all__ = ["Definition"]

PROTON = 2212

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A card, understood."""

    collision: Collision
    integrand: ScatteringIntegrand
    layout: Layout
    record: Record
    masses: tuple[float, ...]
    """GeV, of all legs of an event; a decaying leg's is its pole mass."""
    hadrons: tuple[int, int] | None
    """PDG ids of the beam particles where partons collide."""
    theory: Theory

    @classmethod
    def of(cls, card: Card) -> Self:
        """Raises InputError for a process that cannot be made, closed, or left without phase space."""
        process = read_process(card.process)
        hadrons = _hadrons(process)
        card = _with_massless_partons(card) if hadrons else card
        theory = theory_of(card)
        degrees = card.beams.polarization
        if hadrons and any(degrees):
            raise InputError("beams.polarization is for leptons: partons of a proton are unpolarised")
        subprocesses = process.expand(bottom=card.qcd.flavors >= 5)
        groups = _groups(subprocesses, theory, degrees)
        _refuse_mixed_orders(card, groups)
        _refuse_mixed_masses(card, groups)
        collision = _collision(card, subprocesses[0].incoming, hadrons, theory)
        element = groups[0].element
        incoming = len(collision.masses)
        outgoing_masses = element.masses[incoming:]
        legs = tuple(
            frozenset(m[leg] for g in groups for m in g.members)
            for leg in range(incoming, len(element.pdg_ids))
        )
        chosen = selection(card.cuts, legs, outgoing_masses, particles)
        outgoing = subprocesses[0].outgoing
        channels, skip = channels_of(card.integration.bw_cutoff, theory, collision, groups, outgoing, chosen)
        _require_range(collision, channels, card.qcd.factorization_scale or card.qcd.scale)
        scale, other = card.qcd.scale, card.qcd.factorization_scale
        if incoming == 1 and isinstance(scale, str):  # no transverse momentum means anything at rest
            scale = collision.sqrt_s
        alpha_s = _alpha_s(card, collision.pdf, couplings(card.electroweak).m_z)
        integrand = ScatteringIntegrand(
            collision, groups, channels, chosen, skip,
            (scale, scale if other is None else other), alpha_s, theory.alpha_s,
        )  # fmt: skip
        refuse_divergence(card.process, integrand)
        plan = layout(incoming, outgoing)
        varied = variations_of(
            card.variations.scales, card.variations.members, collision.pdf, lambda k: collision.pdf.members[k]
        )
        masses = np.zeros(plan.legs)
        masses[list(plan.external)] = element.masses
        for (place, _), pdg in zip(plan.nodes, plan.node_ids, strict=True):
            masses[place] = theory.mass(pdg)
        return cls(
            collision=collision,
            integrand=integrand,
            layout=plan,
            record=Record(integrand, plan, varied, theory.alpha),
            masses=tuple(masses.tolist()),
            hadrons=hadrons,
            theory=theory,
        )

    def resolved(self, card: Card) -> Card:
        """The card with the masses, widths and couplings that are used written into it."""
        theory, inputs = self.theory, card.electroweak
        used: dict[str, Any] = {"m_z": theory.mass(23), "gamma_z": theory.width(23)}
        used |= {"m_w": theory.mass(24), "gamma_w": theory.width(24)}
        if inputs.scheme == "gmu" and inputs.G_F is None:
            used["G_F"] = constants.FERMI_CONSTANT
        elif inputs.alpha_inverse is None and inputs.scheme != "gmu":
            used["alpha_inverse"] = 1.0 / theory.alpha
        ids = sorted({abs(i) for g in self.integrand.groups for m in g.members for i in m} | {6, 25})
        listed = [i for i in ids if i not in {21, 22, 23, 24}]
        update: dict[str, Any] = {
            "masses": card.masses | {constants.name_of(i): theory.mass(i) for i in listed},
            "widths": card.widths | {constants.name_of(i): theory.width(i) for i in (6, 25)},
            "electroweak": inputs.model_copy(update=used),
        }
        if self.collision.pdf is not None:
            update["beams"] = card.beams.model_copy(update={"pdf": self.collision.pdf.name})
        return card.model_copy(update=update)


def _hadrons(process: ProcessPattern) -> tuple[int, int] | None:
    if not process.hadronic:
        return None
    if len(process.incoming) != 2 or not all(abs(i) == PROTON for leg in process.incoming for i in leg):
        raise InputError(
            f"process = {process.text!r}: a proton collides with a proton; write both incoming particles as p"
        )
    (first, *_), (second, *_) = process.incoming
    return first, second


def _with_massless_partons(card: Card) -> Card:
    """Partons of protons and jets have no mass: collinear factorisation knows none."""
    zero = {constants.name_of(f): 0.0 for f in range(1, card.qcd.flavors + 1)}
    heavy = {name for name in card.masses if constants.pdg_id(name) in range(1, card.qcd.flavors + 1)}
    for name in sorted(heavy):
        if card.masses[name] > 0.0:
            raise InputError(
                f"masses.{name} = {card.masses[name]:g} GeV: partons are massless; set it to 0, or "
                f"set qcd.flavors below {constants.pdg_id(name)}"
            )
    return card.model_copy(update={"masses": {**card.masses, **zero}})


def _groups(subprocesses: Sequence[Subprocess], theory: Theory, degrees: tuple[float, float]) -> list[Group]:
    """Subprocesses gathered by the signature of their matrix elements, those that vanish left out.

    Without orders in the string, those of the lowest WEIGHTED order alone, as in MadGraph.
    """
    elements: dict[Any, Any] = {}
    members: dict[Any, list[tuple[int, ...]]] = {}
    fault: InputError | None = None
    for subprocess in subprocesses:
        try:
            element = matrix_element(subprocess, theory, degrees)
        except InputError as error:  # one flavour combination among many may violate a conservation law
            fault = fault or error
            continue
        elements.setdefault(element.signature, element)
        members.setdefault(element.signature, []).append(tuple(element.pdg_ids))
    if not elements:
        assert fault is not None
        raise fault
    least = min(element.weighted for element in elements.values())
    ordered = any(subprocess.orders.given for subprocess in subprocesses)
    kept = [s for s, element in elements.items() if ordered or element.weighted == least]
    return [Group(elements[s], tuple(members[s])) for s in kept]


def _refuse_mixed_masses(card: Card, groups: Sequence[Group]) -> None:
    """One phase space serves all subprocesses, so that a leg has one mass."""
    first = groups[0].element
    for group in groups:
        for a, b, m, other in zip(
            first.pdg_ids, group.element.pdg_ids, first.masses, group.element.masses, strict=True
        ):
            if m != other:
                raise InputError(
                    f"process = {card.process!r}: {constants.name_of(a)} and {constants.name_of(b)} are "
                    f"one leg with masses {m:g} and {other:g} GeV; give both the same in [masses], such as 0"
                )


def _refuse_mixed_orders(card: Card, groups: Sequence[Group]) -> None:
    if card.qcd.order and any(g.element.qcd_power < 0 for g in groups):
        raise InputError(
            f"process = {card.process!r} adds diagrams of several powers of alpha_s, which cannot run with "
            "the scale: bound them as in 'QCD<=1' or 'QED=0', or set qcd.order = 0"
        )


def _collision(
    card: Card, incoming: Sequence[int], hadrons: tuple[int, int] | None, theory: Theory
) -> Collision:
    if hadrons:
        pdf = load_pdf(card.beams.pdf)
        return Collision(np.empty((0, 4)), card.sqrt_s, constants.GEV2_PICOBARN, (0.0, 0.0), pdf)
    masses = tuple(theory.mass(i) for i in incoming)
    if len(incoming) == 1:
        m = masses[0]
        if abs(card.sqrt_s - m) > 1e-12 * m:
            raise InputError(
                f"sqrt_s = {card.sqrt_s:g} GeV: a particle decays at its mass, {m:g} GeV; leave sqrt_s out"
            )
        return Collision(np.array([[m, 0.0, 0.0, 0.0]]), m, 1.0, masses)
    a, b = masses
    if card.sqrt_s <= a + b:
        raise InputError(
            f"sqrt_s = {card.sqrt_s!r} GeV is not above the masses of the beams, {a:g} + {b:g} GeV"
        )
    root = card.sqrt_s
    p = math.sqrt((root - a - b) * (root + a + b) * (root - a + b) * (root + a - b)) / (2.0 * root)
    beams = np.array([[math.sqrt(p * p + a * a), 0.0, 0.0, p], [math.sqrt(p * p + b * b), 0.0, 0.0, -p]])
    return Collision(beams, root, constants.GEV2_PICOBARN, masses)


def _require_range(collision: Collision, channels: Sequence[Channel], scale: str | float) -> None:
    """Refuse a process that lies outside the PDF's grid altogether."""
    if collision.pdf is None:
        return
    spans = [(c.initial.low, c.initial.high) for c in channels if isinstance(c.initial, Partons)]
    low, high = min(s[0] for s in spans), max(s[1] for s in spans)
    ends = (0.0, high) if isinstance(scale, str) and scale != "s_hat" else (low, high)
    q = (scale, scale) if isinstance(scale, float | int) else ends
    collision.pdf.require_range((low / collision.sqrt_s) ** 2, q[0] ** 2, q[1] ** 2)


def _alpha_s(card: Card, pdf: Any, m_z: float) -> AlphaS:
    """The coupling in Q^2: as the card says, else the PDF set's own, else 0.118 at M_Z."""
    if card.qcd.order == 0:
        return constant(card.qcd.value)
    if card.qcd.alpha_s is None and pdf is not None and pdf.coupling is not None:
        return pdf.coupling  # type: ignore[no-any-return]
    return running(card.qcd.value, card.qcd.order, m_z=m_z)
