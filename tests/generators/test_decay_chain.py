"""Decay chains: exact mass laws and spectra, the same events however asked for, a line for what cannot be."""

import numpy as np
import pytest
from scipy import integrate, stats

from hepsym import constants, random
from hepsym.errors import InputError
from hepsym.generators.cards.card import Card, card_from_toml
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.decay_chain import DecayChain, is_decay_chain
from hepsym.generators.decay_shape import NARROW, WINDOW, DecayShape, law_of
from hepsym.generators.phasespace import mass_laws

B2KSTARGAMMA = "B0 > K*(892)0 gamma, K*(892)0 > K+ pi-"
KEY = random.key(11, "decays")
N = 20_000


def chain(process: str = B2KSTARGAMMA, **shapes: DecayShape) -> DecayChain:
    card: Card = card_from_toml(f'process = "{process}"')
    return DecayChain(card.model_copy(update={"decay": shapes}))


def events(generator: DecayChain, n: int = N, first: int = 0) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    out = np.full((n, generator.legs, 4), np.nan)
    columns = {name: column.empty(n) for name, column in generator.columns.items()}
    columns["weights"] = np.empty(n)
    generator.fill(out, first, KEY, columns)
    return out, columns


def test_legs_are_as_declared_and_know_their_mothers() -> None:
    generator = chain("B0 > D*(2010)- pi+, (D*(2010)- > D~0 pi-, D~0 > K+ pi-)")
    assert generator.pdg_ids == (511, -413, -421, 321, -211, -211, 211)
    assert generator.status == (-1, 2, 2, 1, 1, 1, 1)
    assert generator.beam_ids is None
    out, columns = events(generator, 50)
    assert columns["mothers"][0, :, 0].tolist() == [0, 1, 2, 3, 3, 2, 1]
    for mother, products in ((0, (1, 6)), (1, (2, 5)), (2, (3, 4))):
        gap = np.abs(out[:, mother] - out[:, list(products)].sum(axis=1))
        assert gap.max() < 1e-14 * generator.parent_mass
    assert np.array_equal(out[:, 0], np.tile([generator.parent_mass, 0.0, 0.0, 0.0], (50, 1)))


@pytest.mark.compiled
def test_a_sharp_two_body_chain_needs_no_trials() -> None:
    """cos theta* of the kaon in the K*0's frame is flat: its energy is, between its ends (KS, 1e-3)."""
    generator = chain(**{"K*(892)0": DecayShape(shape="fixed")})
    assert generator.tree.sharp and generator.efficiency() == 1.0
    out, columns = events(generator)
    assert (columns["weights"] == 1.0).all() and "masses" not in columns
    m, k, pi = (constants.mass(i) for i in (313, 321, -211))
    star, momentum = out[0, 1, 0], np.linalg.norm(out[0, 1, 1:])
    e = (m * m + k * k - pi * pi) / (2 * m)
    half = momentum * np.sqrt(e * e - k * k) / m
    low = star * e / m - half
    assert stats.kstest((out[:, 2, 0] - low) / (2 * half), "uniform").pvalue > 1e-3


@pytest.mark.compiled
def test_the_mass_of_a_resonance_follows_propagator_times_phase_space() -> None:
    """m M dGamma/dm: 2 m BW(m) p_B(m) p_K(m) / (M m), against its numerical integral (KS, 1e-3)."""
    generator = chain()
    _, columns = events(generator)
    mass, width = constants.mass(313), constants.width(313)
    b, k, pi = constants.mass(511), constants.mass(321), constants.mass(-211)
    low, high = max(k + pi, mass - WINDOW * width), min(b, mass + WINDOW * width)

    def density(m: np.ndarray) -> np.ndarray:
        inner = np.sqrt((m * m - (k + pi) ** 2) * (m * m - (k - pi) ** 2)) / m
        return inner / m * (b * b - m * m) * m / ((m * m - mass**2) ** 2 + (mass * width) ** 2)

    grid = low + (high - low) * np.linspace(0.0, 1.0, 20_001) ** 2
    cumulative = integrate.cumulative_trapezoid(density(grid), grid, initial=0.0)
    m = columns["masses"][:, 1]
    assert low <= m.min() and m.max() <= high
    assert (columns["weights"] / columns["weights"].min() - 1.0).mean() < 1e-3  # overweights, 1e-4 asked
    pvalue = stats.kstest(m, lambda x: np.interp(x, grid, cumulative / cumulative[-1])).pvalue
    assert pvalue > 1e-3


@pytest.mark.compiled
def test_events_do_not_depend_on_how_they_are_asked_for() -> None:
    for generator in (
        chain(),
        chain("D0 > K- pi+ pi+ pi-"),
        chain(**{"K*(892)0": DecayShape(shape="fixed")}),
    ):
        whole, columns = events(generator, 300)
        for first, n in ((0, 7), (150, 150), (299, 1)):
            part, own = events(generator, n, first)
            assert np.array_equal(part, whole[first : first + n])
            for name, column in own.items():
                assert np.array_equal(column, columns[name][first : first + n])
        without = np.empty((300, generator.legs - 1, 4))
        generator.fill(without, 0, KEY)
        assert np.array_equal(without, whole[:, 1:])


@pytest.mark.compiled
def test_weighted_and_unweighted_agree() -> None:
    """Energy of the kaon in D0 > K 3pi: weighted histogram against events, chi2 of 20 bins (1e-3)."""
    generator = chain("D0 > K- pi+ pi+ pi-")
    out, _ = events(generator)
    points, weights = np.empty((N, generator.legs, 4)), np.empty(N)
    generator.fill_weighted(points, weights, 0, KEY)
    assert abs(weights.mean() - 1.0) < 4 * weights.std() / np.sqrt(N) + 4 * generator.cross_section().error_pb
    edges = np.quantile(out[:, 1, 0], np.linspace(0, 1, 21))
    edges[[0, -1]] = 0.0, 10.0
    ours, _ = np.histogram(out[:, 1, 0], edges)
    theirs, _ = np.histogram(points[:, 1, 0], edges, weights=weights)
    variance, _ = np.histogram(points[:, 1, 0], edges, weights=weights**2)
    chi2 = ((ours - theirs) ** 2 / (ours + variance)).sum()
    assert stats.chi2.sf(chi2, 20) > 1e-3


def test_the_default_shape_follows_the_width() -> None:
    assert law_of("D0", 1.86, 1.6e-12, None).kind == mass_laws.FIXED
    assert law_of("x", 1.86, None, None).kind == mass_laws.FIXED
    law = law_of("J/psi(1S)", 3.0969, 9.3e-5, None)
    assert NARROW < 9.3e-5
    assert law.kind == mass_laws.BREIT_WIGNER
    assert law.low == pytest.approx(3.0969 - 15 * 9.3e-5) and law.high == pytest.approx(3.0969 + 15 * 9.3e-5)
    flat = law_of("x", 1.0, None, DecayShape(shape="flat", low=0.7, high=1.2))
    assert (flat.kind, flat.low, flat.high) == (mass_laws.FLAT, 0.7, 1.2)


def test_what_is_a_decay_chain() -> None:
    assert is_decay_chain(single_process(B2KSTARGAMMA))
    assert is_decay_chain(single_process("tau- > pi- vt"))
    assert not is_decay_chain(single_process("t > w+ b, w+ > mu+ vm"))
    assert not is_decay_chain(single_process("e- e+ > mu- mu+"))


@pytest.mark.parametrize(
    ("process", "shapes", "message"),
    [
        ("K+ > B0 pi+", {}, r"is not above the threshold"),
        ("B0 > K*(892)0 gamma", {"K+": DecayShape()}, r"decay.K\+: no such particle decays here"),
        ("B0 > K*(892)0 K*(892)~0, K*(892)0 > D0 pi+", {}, r"cannot decay to parts of 2.00441 GeV together"),
        (B2KSTARGAMMA, {"K*(892)0": DecayShape(low=6.0, high=7.0)}, r"is closed: its products take 6 GeV"),
        (B2KSTARGAMMA, {"K*(892)0": DecayShape(shape="breit_wigner", width=None, mass=20.0)}, r"is closed"),
        ("e- e+ > mu- mu+", {}, r"one particle must stand before the >"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(process: str, shapes: dict[str, DecayShape], message: str) -> None:
    with pytest.raises(InputError, match=message):
        text = f'process = "{process}"' + ("\nsqrt_s = 10.0" if process.startswith("e-") else "")
        DecayChain(card_from_toml(text).model_copy(update={"decay": shapes}))


@pytest.mark.parametrize(
    "values",
    [{"low": 2.0, "high": 1.0}, {"shape": "fixed", "low": 1.0}, {"shape": "breit_wigner", "width": 0.0}],
)
def test_a_table_that_contradicts_itself_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"low = 2|has no low or high|needs a width"):
        DecayShape(**values)


def test_the_card_is_written_out_with_what_was_used() -> None:
    card = chain().resolved()
    assert card.masses["K+"] == constants.mass(321)
    assert card.widths["K*(892)0"] == constants.width(313)
