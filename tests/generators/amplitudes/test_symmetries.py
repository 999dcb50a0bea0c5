"""What every amplitude must obey: gauge and Lorentz invariance, unitarity, colour flow, its own sums."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hepsym.generators.amplitudes.colour.flows import colour_sum
from hepsym.generators.amplitudes.diagrams.assembly import assemble
from hepsym.generators.amplitudes.diagrams.sample_points import sample_points
from hepsym.generators.amplitudes.fermion_pair import fermion_pair, me2
from hepsym.generators.amplitudes.machine import execute as machine
from hepsym.generators.amplitudes.machine.tape import Tape
from hepsym.generators.amplitudes.matrix_element import MatrixElement, matrix_element
from hepsym.generators.cards.card import Electroweak
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.electroweak import couplings
from hepsym.generators.theory import Theory

MASSES = {23: 91.188, 24: 80.41900244575616, 25: 125.0, 6: 173.0, 5: 4.7, 15: 1.777}
SIN2 = 1 - (MASSES[24] / MASSES[23]) ** 2
STABLE = Theory(1 / 132.507, SIN2, SIN2, 0.118, MASSES, {})
"""No widths: a fixed width breaks gauge invariance at the order of Gamma / M."""


def made(process: str, theory: Theory = STABLE) -> MatrixElement:
    return matrix_element(single_process(process), theory)


def points(element: MatrixElement, n: int = 5, seed: int = 3) -> np.ndarray:
    k = len(element.process.incoming)
    return sample_points(element.masses[:k], element.masses[k:], n, seed)


def leg_of(tape: Tape, momentum: tuple[int, int]) -> int:
    source = tape.terms[momentum[0]][0]
    return momentum[1] // 4 if source.opcode == machine.AT_REST else source.literal


@pytest.mark.parametrize(
    "process",
    [
        "e- e+ > a a", "e- e+ > w+ w- a", "w+ w- > a a", "w+ w- > z a", "u u~ > g g", "g g > g g",
        "g g > t t~", "g g > g g g", "g g > t t~ g", "u u~ > g g g", "u g > u a g", "g g > h",
        "t > b w+ g", "u d~ > w+ a a",
    ],
)  # fmt: skip
def test_ward_identity(process: str) -> None:
    """A massless gauge boson's polarisation replaced by its momentum gives nothing, every one in turn.

    e . p / E is of order one: what is left over is rounding, 1e-11 of the amplitude times E.
    """
    subprocess_ = single_process(process)
    element = made(process)
    momenta = points(element)
    for leg, pdg in enumerate(subprocess_.pdg_ids):
        if pdg not in {21, 22}:
            continue
        sizes = []
        for mass in (0.0, -1.0):
            amplitudes = assemble(subprocess_, STABLE)
            tape = amplitudes.tape
            for k, terms in enumerate(tape.terms):
                if terms[0].opcode == machine.VECTOR and leg_of(tape, terms[0].operands[0]) == leg:
                    tape.terms[k] = (terms[0]._replace(g=mass),)
            flows = colour_sum(list(amplitudes.structures), element.flows.shape[1], len(subprocess_.incoming))
            values = [v for by in flows.amplitudes(tape, amplitudes.structures) for v in by.values()]
            out = tape.program([(v, part) for v in values for part in (0, 1)])(momenta)
            sizes.append(np.abs(out).max(axis=1))
        assert (sizes[1] < 1e-11 * sizes[0] * momenta[:, leg, 0]).all(), (process, leg, sizes)


@pytest.mark.parametrize(
    ("process", "grows"),
    [
        ("w+ w- > w+ w-", 1), ("w+ w- > z z", 1), ("w+ w- > h h", 1), ("z z > h h", 1),
        ("z z > z z", 1), ("h h > h h", 1), ("e- e+ > w+ w-", 1), ("t t~ > w+ w-", 1),
        ("t t~ > z h", 1), ("w+ w- > t t~", 1),
    ],
)  # fmt: skip
def test_longitudinal_bosons_keep_unitarity(process: str, grows: int) -> None:
    """2 -> 2 amplitudes stay bounded as energy grows: single diagrams with W_L or Z_L grow as E^2 or E^4.

    Every three- and four-boson vertex and every Yukawa coupling must be right for it.
    """
    element = made(process)
    rate = []
    for energy in (5e3, 4e4):
        p = points(element, 1)
        masses = np.array(element.masses)
        momenta = p.copy()
        for pair in ((0, 1), (2, 3)):
            e = [(energy**2 + masses[i] ** 2 - masses[j] ** 2) / (2 * energy) for i, j in (pair, pair[::-1])]
            size = np.sqrt((e[0] - masses[pair[0]]) * (e[0] + masses[pair[0]]))
            direction = p[0, pair[0], 1:] / np.linalg.norm(p[0, pair[0], 1:])
            for k, sign in ((0, 1.0), (1, -1.0)):
                momenta[0, pair[k], 0] = e[k]
                momenta[0, pair[k], 1:] = sign * size * direction
        rate.append(element.me2(momenta)[0])
    assert rate[1] < 1.5 * grows * rate[0]


@pytest.mark.parametrize(
    "process",
    ["e- e+ > w+ w-", "g g > t t~", "u u~ > z g", "e- e+ > mu- mu+ a", "t > b ta+ vt"],
)
def test_lorentz_invariance(process: str) -> None:
    """A rotation and a boost of gamma 10 leave |M|^2 alone, to the rounding of the moved momenta."""
    element = made(process)
    momenta = points(element)
    turned = momenta.copy()
    turned[..., 1:] = np.einsum(
        "ij,nlj->nli", Rotation.from_rotvec([0.3, -1.0, 2.0]).as_matrix(), momenta[..., 1:]
    )
    eta = np.sqrt(99.0)
    moved = turned.copy()
    moved[..., 0] = 10.0 * turned[..., 0] + eta * turned[..., 1]
    moved[..., 1] = 10.0 * turned[..., 1] + eta * turned[..., 0]
    expected = element.me2(momenta)
    assert np.abs(element.me2(turned) / expected - 1).max() < 1e-11
    assert np.abs(element.me2(moved) / expected - 1).max() < 1e-8


@pytest.mark.parametrize("process", ["g g > t t~", "u u~ > g g", "g g > g g", "u d > u d", "u u~ > d d~ g"])
def test_colour_flows_are_lines(process: str) -> None:
    """Every tag joins one colour to one anticolour; an incoming colour is an outgoing one's other end."""
    element = made(process)
    incoming = len(element.process.incoming)
    for flow in element.flows:
        ends = {}
        for leg, (colour, anticolour) in enumerate(flow.tolist()):
            for tag, sign in ((colour, 1), (anticolour, -1)):
                if tag:
                    ends.setdefault(tag, []).append(sign if leg >= incoming else -sign)
        assert all(sorted(e) == [-1, 1] for e in ends.values())
        for leg, pdg in enumerate(element.pdg_ids):
            has = (flow[leg, 0] > 0, flow[leg, 1] > 0)
            assert has == {21: (True, True)}.get(pdg, (pdg > 0, pdg < 0))
    weights = element.flow_weights(points(element))
    assert weights.shape == (5, len(element.flows))
    assert (weights > 0).all()


def test_the_leading_flow_is_the_likelier() -> None:
    """In u d > u d colour is exchanged; the flow that leaves it is suppressed by 1/N^2 = 1/9."""
    weights = made("u d > u d").flow_weights(points(made("u d > u d")))
    assert np.allclose(np.sort(weights, axis=1)[:, 0] / np.sort(weights, axis=1)[:, 1], 1 / 9)


@pytest.mark.parametrize("process", ["g g > t t~", "e- e+ > w+ w-", "g g > g g", "e- e+ > e- e+"])
def test_helicities_add_up(process: str) -> None:
    element = made(process)
    momenta = points(element)
    shares = element.helicity_weights(momenta)
    assert shares.shape == (5, len(element.helicities))
    assert np.allclose(shares.sum(axis=1), element.me2(momenta), rtol=1e-13)


def test_polarised_beams() -> None:
    """Pure helicities average to the unpolarised rate; what is asked for is in `helicities`."""
    process = single_process("e- e+ > w+ w-")
    momenta = points(made("e- e+ > w+ w-"))
    rates = {
        (a, b): matrix_element(process, STABLE, (a, b)).me2(momenta)
        for a in (-1.0, 0.0, 1.0)
        for b in (-1.0, 0.0, 1.0)
    }
    pure = [rates[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    assert np.allclose(np.mean(pure, axis=0), rates[0.0, 0.0], rtol=1e-13)
    element = made("e- e+ > w+ w-")
    left = (element.helicities[:, 0] == -1) & (element.helicities[:, 1] == 1)
    assert np.allclose(4 * element.helicity_weights(momenta)[:, left].sum(axis=1), rates[-1.0, 1.0])


def test_equals_the_pair_family() -> None:
    """f fbar > F Fbar as PairProduction has it, which leaves the Higgs out: 1e-8 at these masses."""
    g = couplings(Electroweak())
    masses = {11: 0.000511, 13: 0.10566, 15: 1.777, 23: g.m_z, 24: g.m_w, 25: 125.0}
    theory = Theory(g.alpha, g.sin2_theta_w, g.sin2_theta_eff, 0.118, masses, {23: g.gamma_z})
    for degrees in ((0.0, 0.0), (0.8, -0.3)):
        element = matrix_element(single_process("e- e+ > mu- mu+"), theory, degrees)
        momenta = points(element)
        pair = fermion_pair(11, 13, (0.000511, 0.10566), g, degrees)
        assert np.abs(element.me2(momenta) / me2(pair, momenta) - 1).max() < 1e-7


@pytest.mark.parametrize(
    ("process", "count"),
    [
        ("e- e+ > mu- mu+", 2), ("e- e+ > e- e+", 4), ("e- e+ > w+ w-", 3), ("g g > g g", 4),
        ("g g > t t~", 3),
        ("g g > g g g", 25), ("u u~ > g g g", 16), ("g g > t t~ g", 16), ("e- e+ > w+ w- a", 14),
        ("e- e+ > mu- mu+ a", 8), ("u u~ > mu- mu+ g g", 16), ("w+ w- > w+ w-", 7),
    ],
)  # fmt: skip
def test_how_many_diagrams(process: str, count: int) -> None:
    """Counts by hand or as every generator gives them; a four-boson vertex is one diagram."""
    assert len(made(process).diagrams) == count


def test_propagators_of_diagrams() -> None:
    """Time-like lines by the final legs that they make, space-like ones by leg 0 and those on its side."""
    found = {tuple((tuple(sorted(p.legs)), p.pdg) for p in d) for d in made("g g > t t~").diagrams}
    assert found == {(((2, 3), 21),), (((0, 2), -6),), (((0, 3), 6),)}
    chain = made("u d~ > w+ h, w+ > mu+ vm, h > b b~").diagrams
    assert {(tuple(sorted(p.legs)), p.pdg) for p in chain[0]} == {
        ((2, 3), 24),
        ((4, 5), 25),
        ((2, 3, 4, 5), 24),
    }
    assert chain[0][-1].mass == MASSES[24]


def test_equal_programs_have_equal_signatures() -> None:
    """u u~ > g g and c c~ > g g are one computation; u u~ > mu- mu+ and d d~ > mu- mu+ are not."""
    assert made("u u~ > g g").signature == made("c c~ > g g").signature
    assert made("u u~ > g g").signature == made("d d~ > g g").signature
    assert made("u u~ > mu- mu+").signature != made("d d~ > mu- mu+").signature
    assert made("u u~ > g g").signature != made("g g > u u~").signature


def test_bits_do_not_depend_on_batch_or_thread() -> None:
    """Event by event, in one batch, and in two threads at once: the same bits."""
    element = made("g g > t t~")
    momenta = points(element, 100)
    whole = element.me2(momenta)
    assert all(element.me2(momenta[k : k + 1])[0] == whole[k] for k in range(0, 100, 7))
    assert (element.me2(momenta[3:]) == whole[3:]).all()
    with ThreadPoolExecutor(2) as pool:
        assert all((r == whole).all() for r in pool.map(element.me2, [momenta] * 8))


def test_any_layout_of_arrays() -> None:
    """Read-only, strided and Fortran-ordered momenta, a column to write to; nothing is compiled for them."""
    element = made("g g > t t~")
    momenta = points(element, 40)
    expected = element.me2(momenta)
    compiled = len(getattr(machine.execute, "signatures", []))
    locked = momenta.copy()
    locked.flags.writeable = False
    for layout in (locked, np.asfortranarray(momenta), np.repeat(momenta, 2, axis=0)[::2]):
        assert (element.me2(layout) == expected).all()
    table = np.zeros((40, 3))
    element.me2(momenta, table[:, 1])
    assert (table[:, 1] == expected).all()
    assert (table[:, [0, 2]] == 0).all()
    assert len(element.me2(momenta[:0])) == 0
    assert len(getattr(machine.execute, "signatures", [])) == compiled


def test_runs_as_plain_python() -> None:
    """The machine is plain Python under NUMBA_DISABLE_JIT=1, and gives the same bits."""
    code = (
        "from hepsym.generators.amplitudes.named import load_matrix_element as load\n"
        "from hepsym.generators.amplitudes.diagrams.sample_points import sample_points\n"
        "for p in ('e- e+ > w+ w-',):\n"
        "    m = load(p)\n"
        "    print([float(x).hex() for x in m.me2(sample_points(m.masses[:2], m.masses[2:], 1, 1))])\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
        ).stdout
        for off in ("0", "1")
    ]  # fmt: skip
    assert said[0] == said[1]
    assert said[0].count("0x1") == 1
