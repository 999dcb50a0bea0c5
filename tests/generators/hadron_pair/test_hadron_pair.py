"""Are the events of the one loop those of the general way, at the quadrature's rate?"""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from hepsym.generators.cards.card import card_from_toml
from hepsym.generators.hadron_pair.generator import HadronPair, hadron_generator
from hepsym.generators.partons import load_pdf
from hepsym.generators.process import Generator
from hepsym.generators.scattering.generator import Scattering
from hepsym.random import key
from tests.generators.oracles import hadron_rates, hadrons
from tests.generators.oracles.electroweak import Inputs

pytest.importorskip("pythia8mc")
pytestmark = pytest.mark.compiled

HEAD = "sqrt_s = 13000\n"
MUONS = 'process = "p p > mu- mu+ QCD=0"\n' + HEAD + '[qcd]\nscale = "s_hat"\n'
CARDS = {
    "drell-yan": MUONS + '[cuts]\n"m(mu- mu+)" = { min = 60 }\n',
    "drell-yan in a detector": MUONS
    + '[cuts]\n"m(mu- mu+)" = { min = 60 }\npt = { min = 25 }\nabs_eta = { max = 2.4 }\n',
    "w": 'process = "p p > mu+ vm"\n' + HEAD + '[qcd]\nscale = "s_hat"\n[cuts]\nm = { min = 20 }\n',
    "top": 'process = "p p > t t~"\n' + HEAD + '[qcd]\nscale = "mt"\n[masses]\nt = 173\n[widths]\nt = 0\n',
}
N = 20_000


@cache
def made(name: str, general: bool = False) -> Generator:
    coarse = "[integration]\npoints = 20_000\nprecision = 0.002\n"
    if general:
        return Scattering(card_from_toml(CARDS[name] + coarse))
    return hadron_generator(card_from_toml(CARDS[name]))


@cache
def drawn(name: str, general: bool = False) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    generator = made(name, general)
    out = np.empty((N, 4, 4))
    columns = {k: c.empty(N) for k, c in generator.columns.items()} | {"weights": np.empty(N)}
    generator.fill(out, 0, key(3, name), columns)
    return out, columns


def observables(p: np.ndarray) -> dict[str, np.ndarray]:
    total = p[:, 2] + p[:, 3]
    mass = np.sqrt(total[:, 0] ** 2 - total[:, 3] ** 2 - total[:, 1] ** 2 - total[:, 2] ** 2)
    rapidity = np.arctanh(total[:, 3] / total[:, 0])
    ahead, behind = (p[:, k, 0] + p[:, k, 3] for k in (2, 3)), (p[:, k, 0] - p[:, k, 3] for k in (2, 3))
    (a, b), (c, d) = ahead, behind
    return {
        "mass": mass,
        "rapidity": rapidity,
        "pt": np.hypot(p[:, 2, 1], p[:, 2, 2]),
        "cosine": (a * d - c * b) / mass**2,
        "phi": np.arctan2(p[:, 2, 2], p[:, 2, 1]),
    }


@pytest.mark.parametrize("name", CARDS)
def test_the_closed_forms_are_the_amplitudes(name: str) -> None:
    """|M|^2 to 1e-9, helicities and flows to 1e-8, of every group of subprocesses."""
    generator = made(name)
    assert isinstance(generator, HadronPair)
    assert generator.agrees()


def test_a_law_that_is_wrong_is_not_taken() -> None:
    generator = made("drell-yan")
    assert isinstance(generator, HadronPair)
    wrong = generator._physics._replace(mass_2=generator._physics.mass_2 * (1 + 1e-6))
    assert not HadronPair(made("drell-yan", True), wrong).agrees()  # type: ignore[arg-type]


@pytest.mark.parametrize("process", ["p p > a a", "p p > t t~, t > b mu+ vm, t~ > b~ e- ve~"])
def test_what_has_no_law_here_is_made_the_general_way(process: str) -> None:
    text = f'process = "{process}"\n' + HEAD + "[cuts]\npt = { min = 20 }\n"
    assert type(hadron_generator(card_from_toml(text))) is Scattering


def test_the_rate_of_top_pairs_is_the_quadratures() -> None:
    """alpha_s runs with m_T here, so it is fixed for the comparison, and the scales with it."""
    text = 'process = "p p > t t~"\n' + HEAD + "[qcd]\nscale = 173.0\norder = 0\nalpha_s = 0.1\n"
    text += "[masses]\nt = 173\n[widths]\nt = 0\n"
    found = hadron_generator(card_from_toml(text)).cross_section()
    rate = hadron_rates.top_pair(173.0, 0.1)
    edges = [346.0001, 360, 400, 500, 700, 1000, 2000, 5000, 13000]
    exact = hadrons.cross_section(rate, load_pdf().xf, 13000.0, edges, scale=173.0, rapidities=32)
    assert found.error_pb < 2e-3 * exact
    assert abs(found.value_pb - exact) < 4 * found.error_pb


def test_the_rate_of_muon_pairs_is_the_quadratures() -> None:
    g = made("drell-yan").definition.theory  # type: ignore[attr-defined]
    inputs = Inputs(alpha=g.alpha, sin2=g.sin2_theta_w, m_z=g.mass(23), gamma_z=g.width(23))
    edges = [60, 75, 85, 89, 90.5, 92, 94, 98, 110, 150, 300, 1000, 13000]
    rate = hadron_rates.drell_yan(inputs, 5)
    exact = hadrons.cross_section(rate, load_pdf().xf, 13000.0, edges, rapidities=48)
    found = made("drell-yan").cross_section()
    assert found.error_pb < 1e-3 * exact
    assert abs(found.value_pb - exact) < 4 * found.error_pb + 3e-6 * exact  # the muon's mass is in ours


@pytest.mark.parametrize("name", CARDS)
def test_rates_are_those_of_the_general_way(name: str) -> None:
    ours, theirs = made(name).cross_section(), made(name, True).cross_section()
    assert abs(ours.value_pb - theirs.value_pb) < 4 * np.hypot(ours.error_pb, theirs.error_pb)


@pytest.mark.parametrize("name", CARDS)
def test_events_are_distributed_as_those_of_the_general_way(name: str) -> None:
    """KS of five observables; p > 1e-4 each: a false alarm in 1 of 500 choices of seeds, for these none."""
    ours, theirs = observables(drawn(name)[0]), observables(drawn(name, True)[0])
    for what, values in ours.items():
        assert stats.ks_2samp(values, theirs[what]).pvalue > 1e-4, what


@pytest.mark.parametrize("name", CARDS)
def test_what_is_said_of_events_is_as_frequent_as_in_the_general_way(name: str) -> None:
    """Partons, colour flows and helicities together, by chi^2 of the two samples; p > 1e-4."""
    tables = []
    for general in (False, True):
        columns = drawn(name, general)[1]
        tables.append(
            [
                (*columns["pdg_ids"][i, :2].tolist(), *columns["spins"][i, :, 0].tolist(),
                 columns["colours"][i, 0, 0] == columns["colours"][i, 2, 0])
                for i in range(N)
            ]
        )  # fmt: skip
    kinds = sorted({*tables[0], *tables[1]})
    place = {kind: k for k, kind in enumerate(kinds)}
    counts = np.array([np.bincount([place[k] for k in t], minlength=len(kinds)) for t in tables])
    enough = counts.sum(axis=0) > 20
    assert stats.chi2_contingency(counts[:, enough]).pvalue > 1e-4
    assert counts[:, enough].sum() > 0.97 * 2 * N


@pytest.mark.parametrize("name", CARDS)
def test_events_are_on_shell_balanced_and_inside_the_cuts(name: str) -> None:
    generator = made(name)
    p, columns = drawn(name)
    energy = p[:, 0, 0] + p[:, 1, 0]
    balance = abs(p[:, 0] + p[:, 1] - p[:, 2] - p[:, 3]).max(axis=1)
    assert (balance / energy).max() < 8 * np.finfo(float).eps
    for leg in range(4):
        square = p[:, leg, 0] ** 2 - (p[:, leg, 1:] ** 2).sum(axis=1)
        off = abs(square - generator.masses[leg] ** 2) / p[:, leg, 0] ** 2
        assert off.max() < 8 * np.finfo(float).eps
    assert generator.definition.integrand.selection.passes(p[:, 2:]).all()  # type: ignore[attr-defined]
    charge = columns["pdg_ids"][:, :2].sum(axis=1)
    assert set(charge.tolist()) <= ({1} if name == "w" else {0, 42})


@pytest.mark.parametrize("name", CARDS)
def test_the_mean_weight_is_the_rate(name: str) -> None:
    weights = drawn(name)[1]["weights"]
    exact = made(name).cross_section()
    assert weights.mean() == pytest.approx(exact.value_pb, rel=1e-3)
    assert (weights < weights.mean() * 0.999).sum() == 0, "overweights alone differ"
    out, own = np.empty((N, 4, 4)), np.empty(N)
    made(name).fill_weighted(out, own, 0, key(1, name))
    assert abs(own.mean() - exact.value_pb) < 4 * own.std() / np.sqrt(N)


def test_event_i_does_not_depend_on_how_it_is_asked_for() -> None:
    name = "drell-yan in a detector"
    whole, columns = drawn(name)
    generator = made(name)
    for first, n in ((0, 1), (7, 50), (8190, 40), (19_000, 1000)):
        out = np.empty((n, 4, 4))
        part = {k: c.empty(n) for k, c in generator.columns.items()} | {"weights": np.empty(n)}
        generator.fill(out, first, key(3, name), part)
        assert (out == whole[first : first + n]).all()
        for k, values in part.items():
            assert (values == columns[k][first : first + n]).all(), k
    bare = np.empty((100, 4, 4))
    generator.fill(bare, 0, key(3, name))
    assert (bare == whole[:100]).all()
