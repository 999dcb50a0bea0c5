"""|M|^2 of any tree-level process of the Standard Model, with its helicities, colour flows and diagrams.

matrix_element(single_process("g g > t t~"), theory).me2(momenta)
"""

import hashlib
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.amplitudes.colour.flows import colour_sum
from hepsym.generators.amplitudes.diagrams.assembly import Amplitudes, assemble
from hepsym.generators.amplitudes.diagrams.currents import helicity_of
from hepsym.generators.amplitudes.diagrams.model import anti, colour_of, kind_of
from hepsym.generators.amplitudes.diagrams.sample_points import sample_points
from hepsym.generators.amplitudes.machine import execute as machine
from hepsym.generators.amplitudes.machine.execute import Program
from hepsym.generators.amplitudes.machine.tape import Ref, Term
from hepsym.generators.cards.process_string import Subprocess
from hepsym.generators.theory import Theory

__all__ = ["MatrixElement", "Propagator", "matrix_element"]

Array = NDArray[np.float64]
SAMPLES = 4
ZERO = 2e-14
"""Amplitudes below this part of the largest, at every sample point, are zero: rounding leaves 1e-15."""
EQUAL = 1e-9
"""Amplitudes squared that differ by less, relative, at every sample point are equal."""


class Propagator(NamedTuple):
    """An internal line of a diagram."""

    legs: frozenset[int]
    """The final legs that it makes; or, where it is space-like, leg 0 and the final legs on its side."""
    pdg: int
    """Of the particle that those final legs come from; of one that leg 0 and they make, else."""
    mass: float
    width: float


class MatrixElement:
    """One process with definite particles, ready to be evaluated at any number of points.

    Natural units: |M|^2 in GeV^(8 - 2 legs). Averaged over initial spins and colours (with the given
    longitudinal polarisations of the beams), summed over final ones, 1/n! for identical final
    particles: MadGraph's convention. Momenta (n, legs, 4) in GeV in any frame, incoming first, decay
    products in place of their parent; on their mass shells and conserved, which is not checked.
    """

    def __init__(
        self, process: Subprocess, theory: Theory, polarization: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.process = process
        self.pdg_ids: tuple[int, ...] = process.pdg_ids
        """Incoming first."""
        self.masses: tuple[float, ...] = tuple(theory.mass(pdg) for pdg in self.pdg_ids)
        self._incoming = len(process.incoming)
        points = sample_points(self.masses[: self._incoming], self.masses[self._incoming :], SAMPLES, seed=1)
        made = assemble(process, theory)
        self._tape = made.tape
        self.qcd_power: int = made.qcd
        """|M|^2 goes as alpha_s to this power; -1 where diagrams of several powers are added."""
        self.weighted: int = made.weighted
        """2 QED + QCD of the amplitude: of the channels of "p p > ..." MadGraph keeps those of the least."""
        self.diagrams: tuple[tuple[Propagator, ...], ...] = tuple(
            tuple(sorted((self._propagator(legs, pdg, theory) for legs, pdg in tree), key=_rank))
            for tree in made.diagrams
        )
        """The propagators of every diagram, decaying parents among them; smallest subsets first."""
        self._colours = colour_sum(list(made.structures), len(self.pdg_ids), self._incoming)
        self.flows: NDArray[np.int64] = self._colours.tags
        """(n_flows, legs, 2) LHE's colour and anticolour tags, from 501 on."""
        self._find_helicities(made, points, polarization)

    def _propagator(self, legs: int, pdg: int, theory: Theory) -> Propagator:
        everything = (1 << len(self.pdg_ids)) - 1
        beams = (1 << self._incoming) - 1
        inside = legs & beams
        if inside == beams:
            legs, particle = everything ^ legs, pdg
        elif not inside:
            particle = anti(pdg)  # what outgoing legs make as incoming ones is the antiparticle
        elif inside & 1:
            particle = pdg
        else:
            legs, particle = everything ^ legs, anti(pdg)
        members = frozenset(k for k in range(len(self.pdg_ids)) if legs >> k & 1)
        return Propagator(members, particle, theory.mass(pdg), theory.width(pdg))

    def _find_helicities(self, made: Amplitudes, points: Array, polarization: tuple[float, float]) -> None:
        """The helicities that do not vanish, and one of each pair that parity makes equal."""
        coloured = self._colours.amplitudes(self._tape, made.structures)
        codes = sorted({h for by in coloured for h in by})
        places = [(f, h) for h in codes for f, by in enumerate(coloured) if h in by]
        outputs: list[Ref] = [(coloured[f][h], part) for f, h in places for part in (0, 1)]
        values = self._tape.program(outputs)(points)
        complex_values: NDArray[np.complex128] = values[:, 0::2] + 1j * values[:, 1::2]
        table = {place: complex_values[:, k] for k, place in enumerate(places)}
        largest = np.abs(complex_values).max(axis=1)
        alive = {p: v for p, v in table.items() if (np.abs(v) > ZERO * largest).any()}
        self._amplitudes = [{h: by[h] for h in codes if (f, h) in alive} for f, by in enumerate(coloured)]
        self._codes = [h for h in codes if any(h in by for by in self._amplitudes)]
        legs = len(self.pdg_ids)
        self.helicities: NDArray[np.int64] = np.array(
            [[helicity_of(h, leg) for leg in range(legs)] for h in self._codes], dtype=np.int64
        ).reshape(-1, legs)
        """(n_hel, legs): +1, -1 or 0, twice the helicity of fermions; those that do not vanish.

        With massive particles of spin a 2 -> 2 process has them in the frame of the incoming pair.
        """
        average = self._average(made.identical)
        self._weights = average * np.array(
            [_beam_weight(row, self.process, polarization) for row in self.helicities]
        )
        self._twin = self._parity_twins(alive)

    def _average(self, identical: int) -> float:
        states = 1.0
        for pdg, mass in zip(self.process.incoming, self.masses, strict=False):
            spins = {"S": 1, "V": 3 if mass > 0.0 else 2}.get(kind_of(pdg), 2)
            states *= spins * abs(colour_of(pdg))
        return 1.0 / (states * identical)

    def _parity_twins(self, alive: dict[tuple[int, int], NDArray[np.complex128]]) -> NDArray[np.int64]:
        """For every helicity the one whose square is evaluated in its place: its mirror image or itself."""
        squares = {}
        for h in self._codes:
            by = [alive.get((f, h), np.zeros(SAMPLES, complex)) for f in range(len(self._amplitudes))]
            squares[h] = np.array([(a * b.conj()).real for a in by for b in by])
        index = {tuple(row): k for k, row in enumerate(self.helicities.tolist())}
        twins = []
        for k, row in enumerate(self.helicities.tolist()):
            other = index.get(tuple(-x for x in row), k)
            a, b = squares[self._codes[k]], squares[self._codes[other]]
            same = np.abs(a - b).max() <= EQUAL * np.abs(a).max() if a.size else True
            twins.append(min(k, other) if same else k)
        return np.array(twins, dtype=np.int64)

    def _square(self, code: int) -> Ref:
        """The colour-summed square of one helicity, without averages."""
        gram, tape = self._colours.gram, self._tape
        terms = []
        for i, one in enumerate(self._amplitudes):
            for j, two in enumerate(self._amplitudes[: i + 1]):
                if code in one and code in two and gram[i, j] != 0.0:
                    g = float(gram[i, j]) * (1.0 if i == j else 2.0)
                    terms.append(Term(machine.SQUARE, ((one[code], 0), (two[code], 0)), g))
        return tape.value(1, terms), 0

    @cached_property
    def _program(self) -> Program:
        weights = np.bincount(self._twin, self._weights, minlength=len(self._codes))
        terms = [
            Term(machine.SUM, (self._square(code),), float(w), length=1)
            for code, w in zip(self._codes, weights, strict=True)
            if w != 0.0
        ]
        return self._tape.program([(self._tape.value(1, terms), 0)])

    @cached_property
    def _helicity_program(self) -> Program:
        return self._tape.program([self._square(code) for code in self._codes])

    @cached_property
    def _flow_program(self) -> Program:
        outputs: list[Ref] = []
        weights = np.bincount(self._twin, self._weights, minlength=len(self._codes))
        for by in self._amplitudes:
            terms = []
            for code, w in zip(self._codes, weights, strict=True):
                if code in by and w != 0.0:
                    own = self._tape.value(1, [Term(machine.SQUARE, ((by[code], 0), (by[code], 0)), 1.0)])
                    terms.append(Term(machine.SUM, ((own, 0),), float(w), length=1))
            outputs.append((self._tape.value(1, terms), 0))
        return self._tape.program(outputs)

    @cached_property
    def signature(self) -> str:
        """Equal for processes that run the same program with the same numbers, flows included."""
        digest = hashlib.sha256()
        for part in (
            *self._program.key(),
            *self._flow_program.key(),
            self.flows.tobytes(),
            self.helicities.tobytes(),
        ):
            digest.update(part)
        return digest.hexdigest()

    def me2(self, momenta: Array, out: Array | None = None) -> Array:
        """|M|^2 at momenta (n, legs, 4), (n,), written into `out` where given."""
        out = np.empty(len(momenta)) if out is None else out
        self._program(momenta, out[:, np.newaxis])
        return out

    def flow_weights(self, momenta: Array) -> Array:
        """(n, n_flows) |A_flow|^2, averaged and summed as |M|^2: probabilities up to a factor."""
        return self._flow_program(momenta)[:, self._colours.row] * self._colours.factor_squared

    def helicity_weights(self, momenta: Array) -> Array:
        """(n, n_hel): the share of every row of `helicities` in |M|^2; they add up to it."""
        return self._helicity_program(momenta) * self._weights


def matrix_element(
    process: Subprocess, theory: Theory, polarization: tuple[float, float] = (0.0, 0.0)
) -> MatrixElement:
    """The matrix element of a process. Raises InputError where no diagram exists, saying what forbids it."""
    return MatrixElement(process, theory, polarization)


def _rank(line: Propagator) -> tuple[int, list[int]]:
    return len(line.legs), sorted(line.legs)


def _beam_weight(
    helicities: NDArray[np.int64], process: Subprocess, polarization: tuple[float, float]
) -> float:
    """Product over the beams of 1 + h P, for particles of two helicities."""
    weight = 1.0
    for k, (h, degree) in enumerate(zip(helicities, polarization, strict=False)):
        if k < len(process.incoming):
            weight *= 1.0 + float(h) * degree
    return weight
