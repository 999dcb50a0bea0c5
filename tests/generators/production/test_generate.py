"""Generated events: exact kinematics, exact laws, one answer however they are made."""

import hashlib
import math

import numpy as np
import pytest
from scipy import stats

from hepsym.errors import InputError
from hepsym.events import observable
from hepsym.generators import generate, generator_for, load_card
from hepsym.generators.phasespace.quadratic_angle import AngularLaw
from hepsym.generators.production.generate import Filler

EPS = np.finfo(float).eps
N = 10_000_000


def sha(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


@pytest.mark.parametrize("settings", [[], ["cuts.cos_theta={min=-0.3}"], ["cuts.pt={max=30}"]])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_answer_for_any_threads_and_chunks(settings: list[str], weighted: bool) -> None:
    card = load_card("ee2mumu", settings)
    n = 20_011
    made = set()
    for threads in (1, 2, 3):
        for chunk in (
            (1, 997, 1 << 17) if threads == 2 and not settings and not weighted else (997, 5000, 1 << 17)
        ):
            events = generate(card, n, seed=11, threads=threads, chunk=chunk, weighted=weighted)
            made.add((sha(events.momenta), sha(events.weights) if weighted else ""))
    assert len(made) == 1
    parts = [
        generate(card, m, seed=11, first=f, weighted=weighted)
        for f, m in ((0, 7), (7, 10_004), (10_011, 10_000))
    ]
    assert sha(np.concatenate([p.momenta for p in parts])) == next(iter(made))[0]


def test_seeds_and_processes_differ() -> None:
    card = load_card("ee2mumu")
    first = generate(card, 100, seed=1).momenta
    assert not np.any(first[:, 2, 1] == generate(card, 100, seed=2).momenta[:, 2, 1])
    tau = generate(load_card("ee2mumu", ["process=e- e+ > ta- ta+"]), 100, seed=1).momenta
    assert not np.any(np.isclose(first[:, 2, 1], tau[:, 2, 1], rtol=1e-3))


def test_out_is_filled_in_place() -> None:
    card = load_card("ee2mumu")
    out = np.full((1000, 4, 4), np.nan)
    events = generate(card, 1000, out=out)
    assert events.momenta is out
    assert sha(out) == sha(generate(card, 1000).momenta)
    with pytest.raises(InputError, match="out must be C-contiguous float64 of shape"):
        generate(card, 1000, out=np.empty((1000, 4, 3)))


@pytest.mark.parametrize("ratio", [1 + 1e-15, 1 + 1e-9, 1.001, 1.5, 1e3, 1e6, 1e8])
@pytest.mark.parametrize("weighted", [False, True])
def test_kinematics_from_threshold_to_extreme_boost(ratio: float, weighted: bool) -> None:
    """max |p^2 - m^2| / E^2 <= 4 eps and |sum p| / sqrt(s) <= 8 eps, from 2m(1 + 1e-15) to 2e8 m."""
    m = 0.1056583755
    card = load_card("ee2mumu", [f"sqrt_s={2 * m * ratio!r}", f"masses={{mu-={m}, e-=0}}"])
    p = generate(card, 5000, seed=5, weighted=weighted).momenta
    e = p[:, :, 0].astype(np.longdouble)
    square = e * e - sum(p[:, :, i].astype(np.longdouble) ** 2 for i in (1, 2, 3))
    masses = np.array([0, 0, m, m], dtype=np.longdouble)
    assert np.abs((square - masses**2) / e**2).max() <= 4 * EPS
    total = p[:, :2].sum(axis=1) - p[:, 2:].sum(axis=1)
    assert np.abs(total).max() / card.sqrt_s <= 8 * EPS
    assert np.all(np.isfinite(p))


def angles(settings: list[str], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """cos theta and phi of 1e7 muons, drawn a million at a time into one buffer."""
    generator = generator_for(load_card("ee2mumu", settings))
    filler = Filler(generator, seed)
    momentum = math.sqrt(generator.beams[0, 0] ** 2 - generator.masses[2] ** 2)
    block = np.empty((1_000_000, 2, 4))
    cosine, phi = np.empty(N), np.empty(N)
    with filler.running() as fill:
        for first in range(0, N, len(block)):
            fill(block, {}, first)
            part = slice(first, first + len(block))
            cosine[part] = block[:, 0, 3] / momentum
            phi[part] = np.arctan2(block[:, 0, 2], block[:, 0, 1])
    return cosine, phi


def chi2_p(values: np.ndarray, law: AngularLaw, bins: int = 100) -> float:
    edges = np.linspace(-1, 1, bins + 1)
    counts = np.histogram(values, edges)[0]
    expected = np.diff(law.cumulative(edges)) * len(values)
    return float(stats.chi2.sf(np.sum((counts - expected) ** 2 / expected), bins - 1))


def moments_p(values: np.ndarray, law: AngularLaw) -> float:
    """chi2 of the sample means of c and c^2, two degrees of freedom: all that such a law can differ in."""
    grid, shares = np.polynomial.legendre.leggauss(12)
    weight = law.density(grid) * shares
    powers = np.array([weight @ grid**k for k in range(5)])
    covariance = np.array([[powers[i + j] - powers[i] * powers[j] for j in (1, 2)] for i in (1, 2)])
    away = np.array([values.mean(), np.mean(values * values)]) - powers[1:3]
    return float(stats.chi2.sf(len(values) * away @ np.linalg.solve(covariance, away), 2))


@pytest.mark.parametrize("sqrt_s", [10.58, 91.1876, 200.0, 500.0])
def test_ten_million_events_follow_the_exact_law(sqrt_s: float) -> None:
    """1e7 events, seed 20. Binned cos theta and phi, its two moments, A_FB: false alarm 1e-3 each look and
    0.3 % for A_FB. By the same bounds three planted faults are seen: cos^2 coefficient 0.99 (5 sigma
    expected), the sign of A_FB, and M_Z off by 100 MeV at the peak."""
    settings = [f"sqrt_s={sqrt_s}"]
    generator = generator_for(load_card("ee2mumu", settings))
    law = generator.law
    cosine, phi = angles(settings, seed=20)
    assert chi2_p(cosine, law) > 1e-3
    assert moments_p(cosine, law) > 1e-3
    counts = np.histogram(phi, np.linspace(-np.pi, np.pi, 101))[0]
    assert stats.chisquare(counts).pvalue > 1e-3
    asymmetry = 2 * np.mean(cosine > 0) - 1
    error = math.sqrt((1 - asymmetry**2) / N)
    assert abs(asymmetry - law.asymmetry()) < 3 * error
    assert moments_p(cosine, AngularLaw(law.a0, law.a1, 0.99 * law.a2)) < 1e-3
    assert chi2_p(cosine, AngularLaw(law.a0, -law.a1, law.a2)) < 1e-3
    if sqrt_s == 91.1876:
        m_z = generator.resolved().electroweak.m_z
        assert m_z is not None
        shifted = generator_for(load_card("ee2mumu", [*settings, f"electroweak.m_z={m_z + 0.1}"])).law
        assert chi2_p(cosine, shifted) < 1e-3


def test_weighted_and_unweighted_agree() -> None:
    """Closure: weighted flat phase space gives the cross section (3 sigma) and the same cos theta (chi2)."""
    card = load_card("ee2mumu", ["sqrt_s=200", "beams.polarization=[0.8, -0.3]"])
    n = 200_000
    weighted = generate(card, n, seed=4, weighted=True)
    plain = generate(card, n, seed=5)
    assert weighted.weights is not None
    source = weighted.provenance
    exact = generator_for(card).cross_section().value_pb
    assert source.cross_section_pb is not None and source.cross_section_error_pb is not None
    assert abs(source.cross_section_pb - exact) < 3 * source.cross_section_error_pb
    assert source.cross_section_error_pb < 0.005 * exact
    edges = np.linspace(-1, 1, 41)
    p = generator_for(card).beams[0, 0]
    w = weighted.weights / n
    c = weighted.momenta[:, 2, 3] / p
    rate = np.histogram(c, edges, weights=w)[0]
    variance = np.histogram(c, edges, weights=w * w)[0]
    counts = np.histogram(plain.momenta[:, 2, 3] / p, edges)[0]
    scale = exact / n
    chi2 = np.sum((rate - counts * scale) ** 2 / (variance + counts * scale**2))
    assert 1e-3 < stats.chi2.sf(chi2, 40) < 1 - 1e-3


def test_pure_chirality_has_a_zero_at_the_edge() -> None:
    """Left-handed electrons on massless muons, where the asymmetry is largest and the law nearly zero."""
    card = load_card("ee2mumu", ["masses={e-=0, mu-=0}", "beams.polarization=[-1.0, 1.0]", "sqrt_s=1e4"])
    law = generator_for(card).law
    c = generate(card, 200_000, seed=6).momenta[:, 2, 3] / 5e3
    assert stats.kstest(c, law.cumulative).pvalue > 1e-3


@pytest.mark.parametrize("settings", [[], ["sqrt_s=0.5"], ["cuts.cos_theta={min=-0.2, max=0.9}"]])
def test_every_exact_distribution(settings: list[str]) -> None:
    """KS of each observable that has a law (10 looks at 1e-4, two independent); density is its slope."""
    card = load_card("ee2mumu", settings)
    sample = generate(card, 50_000, seed=12)
    laws = generator_for(card).distributions()
    assert {name.split("(")[0] for name in laws} == {"cos_theta", "phi", "pt", "eta", "y"}
    for name, law in laws.items():
        values = observable(sample, name).values
        assert stats.kstest(values, law.cumulative).pvalue > 1e-4, name
        assert values.min() >= law.low - 1e-12 and values.max() <= law.high + 1e-12
        x = np.quantile(values, [0.1, 0.37, 0.5, 0.8])
        h = 1e-6 * np.ptp(values)
        slope = (law.cumulative(x + h) - law.cumulative(x - h)) / (2 * h)
        assert slope == pytest.approx(law.density(x), rel=1e-6), name


@pytest.mark.parametrize("text", ["e+ e- > mu+ mu-", "e+ e- > mu- mu+", "e- e+ > mu+ mu-"])
def test_order_of_legs_is_only_bookkeeping(text: str) -> None:
    """The angle between e- and mu- has one law; the first beam flies along +z."""
    card = load_card(text, ["sqrt_s=200"])
    events = generate(card, 50_000, seed=8)
    ids = events.pdg_ids.tolist()
    p = events.momenta
    assert np.all(p[:, 0, 3] > 0) and np.all(p[:, 1, 3] < 0)
    electron, muon = p[:, ids.index(11), 1:], p[:, ids.index(13), 1:]
    c = np.sum(electron * muon, axis=1) / np.linalg.norm(electron, axis=1) / np.linalg.norm(muon, axis=1)
    law = generator_for(load_card("ee2mumu", ["sqrt_s=200"])).law
    assert stats.kstest(c, law.cumulative).pvalue > 1e-3
    for pdg, name in ((13, "mu-"), (-13, "mu+")):
        along = p[:, ids.index(pdg), 3] / np.linalg.norm(p[:, ids.index(pdg), 1:], axis=1)
        exact = generator_for(card).distributions()[f"cos_theta({name})"]
        assert stats.kstest(along, exact.cumulative).pvalue > 1e-3


def test_provenance_says_everything() -> None:
    events = generate(load_card("ee2mumu"), 10, seed=77)
    p = events.provenance
    assert (p.process, p.seed, p.sqrt_s, p.beams, p.trials) == ("ee2mumu", 77, 91.1876, (11, -11), 10)
    assert "m_z = " in p.card and "mu- = " in p.card and "G_F = " in p.card
    assert p.cross_section_pb is not None and 1900 < p.cross_section_pb < 2100
    assert set(p.versions) >= {"hepsym", "numpy", "numba", "python", "particle"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": 0}, "n = 0 events"),
        ({"n": -5}, "n = -5 events"),
        ({"n": 5, "threads": 0}, "threads = 0"),
        ({"n": 5, "chunk": 0}, "chunk = 0"),
        ({"n": 5, "seed": -1}, "seed = -1 is out of range"),
    ],
)
def test_bad_arguments(arguments: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        generate(load_card("ee2mumu"), **arguments)
