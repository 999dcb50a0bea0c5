"""Observables are found by name, and a wrong name is answered with a right one."""

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events import Events, observable
from hepsym.events.observables.names import observable_names
from tests.events.conftest import MUON, muon_pairs, unlike


def sample(pdg: list[int], n: int = 50) -> Events:
    """Two come in, the rest leave with random momenta."""
    rng = np.random.default_rng(4)
    p = np.zeros((n, len(pdg), 4))
    p[..., 1:] = rng.normal(size=(n, len(pdg), 3)) * 30
    p[..., 0] = np.sqrt((p[..., 1:] ** 2).sum(-1))
    status = np.array([-1, -1] + [1] * (len(pdg) - 2), dtype=np.int8)
    return Events(p, np.array(pdg, dtype=np.int32), status, np.zeros(len(pdg)))


def test_names_of_legs() -> None:
    assert ev.leg_names(muon_pairs(2)) == ["e-", "e+", "mu-", "mu+"]
    assert ev.leg_names(sample([11, -11, 11, -11])) == ["e-#1", "e+#2", "e-", "e+"]
    assert ev.leg_names(sample([21, 21, 21, 21, 23])) == ["g#1", "g#2", "g#3", "g#4", "z"]


@pytest.mark.parametrize(("name", "leg"), [("mu-", 2), ("mu+", 3), ("e-", 0), ("#4", 3), ("mu-#3", 2)])
def test_legs_by_name(name: str, leg: int) -> None:
    assert ev.resolve_leg(muon_pairs(2), name) == leg


def test_bhabha_means_the_outgoing_electron() -> None:
    assert ev.resolve_leg(sample([11, -11, 11, -11]), "e-") == 2


@pytest.mark.parametrize(
    ("pdg", "name", "leg"),
    [([11, -11, 15, -15], "tau-", 2), ([11, -11, 15, -15], "ta+", 3), ([2, -2, 14, -14], "nu(mu)~", 3)],
)
def test_both_spellings(pdg: list[int], name: str, leg: int) -> None:
    assert np.array_equal(observable(sample(pdg), f"pz({name})").values, sample(pdg).momenta[:, leg, 3])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pt(mu)", "mu"),
        ("pt(ta-)", "no 'ta-' in the events, whose legs are e- e\\+ mu- mu\\+"),
        ("ptt(mu-)", "did you mean 'pt'"),
        ("cos_thetta(mu-)", "did you mean 'cos_theta'"),
        ("nonsense", "unknown observable 'nonsense'"),
        ("delta_r(mu-)", "needs two particles"),
        ("m(mu- mu-)", "the same particle twice"),
        ("pt(#7)", "a number from 1 to 4"),
        ("pt(mu-#4)", "leg 4 is a mu\\+"),
        ("pt(#0)", "a number from 1 to 4"),
        ("", "unknown observable"),
        ("mu-.mass", "unknown observable"),
    ],
)
def test_wrong_names(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        observable(muon_pairs(3), name)


def test_ambiguous_names_say_how() -> None:
    with pytest.raises(InputError, match="could be any of g#3, g#4: say which"):
        observable(sample([21, 21, 21, 21]), "pt(g)")
    assert len(observable(sample([21, 21, 21, 21]), "delta_r(g#3, #4)").values) == 50


def test_unlike_events_have_no_leg_names() -> None:
    with pytest.raises(InputError, match="differ in their particles"):
        observable(unlike(), "pt(mu-)")


def test_legs_of_several_particles_have_names_too() -> None:
    """p p > mu- mu+ j, say: partons of any flavour come in, a quark or a gluon leaves."""
    ids = np.array([[2, -2, 13, -13, 21], [21, 1, 13, -13, 1]], dtype=np.int32)
    status = np.tile(np.array([-1, -1, 1, 1, 1], dtype=np.int8), (2, 1))
    momenta = np.random.default_rng(1).normal(size=(2, 5, 4))
    events = Events(momenta, ids, status, np.zeros((2, 5)))
    assert ev.leg_names(events) == ["p#1", "p#2", "mu-", "mu+", "j#5"]
    assert [ev.resolve_leg(events, name) for name in ("j", "j#5", "#5")] == [4, 4, 4]
    assert ev.resolve_leg(events, "mu-") == 2
    assert ev.leg_latex(events, 0) == "p_{1}"
    np.testing.assert_array_equal(observable(events, "E(j)").values, momenta[:, 4, 0])
    with pytest.raises(InputError, match="could be any of p#1, p#2: say which"):
        ev.resolve_leg(events, "p")
    leptons = np.array([[11, -11], [13, -13]], dtype=np.int32)
    other = Events(momenta[:, :2], leptons, status[:, 2:4], np.zeros((2, 2)))
    assert ev.leg_names(other) == ["x#1", "x#2"]


@pytest.mark.parametrize("kind", observable_names())
def test_every_kind_against_the_textbook(kind: str) -> None:
    """The plain formula, for momenta where it does not cancel: 1e-12."""
    events = sample([2, -2, 13, -13])
    a, b = events.momenta[:, 2], events.momenta[:, 3]
    pt, eta, phi = (
        lambda p: np.sqrt(p[:, 1] ** 2 + p[:, 2] ** 2),
        lambda p: np.arctanh(p[:, 3] / np.sqrt((p[:, 1:] ** 2).sum(1))),
        lambda p: np.angle(p[:, 1] + 1j * p[:, 2]),
    )
    dphi = np.angle(np.exp(1j * (phi(a) - phi(b))))
    q = a + b
    size = np.sqrt((q[:, 1:] ** 2).sum(1))
    cos_open = (a[:, 1:] * b[:, 1:]).sum(1) / (a[:, 0] * b[:, 0])
    mass2 = 2 * a[:, 0] * b[:, 0] * (1 - cos_open)
    expected = {
        "E": q[:, 0], "px": q[:, 1], "py": q[:, 2], "pz": q[:, 3], "p": size, "pt": pt(q),
        "eta": np.arctanh(q[:, 3] / size), "y": np.arctanh(q[:, 3] / q[:, 0]), "phi": phi(q),
        "theta": np.arccos(q[:, 3] / size), "cos_theta": q[:, 3] / size, "m": np.sqrt(mass2),
        "delta_r": np.sqrt((eta(a) - eta(b)) ** 2 + dphi**2), "delta_phi": dphi, "delta_eta": eta(a) - eta(b),
        "delta_y": eta(a) - eta(b), "opening_angle": np.arccos(cos_open),
        # massless: cos theta* = (E_a - E_b) / |p_a + p_b|
        "cos_theta_star": (a[:, 0] - b[:, 0]) / size,
        "cos_theta_cs": 2 * (b[:, 0] * a[:, 3] - a[:, 0] * b[:, 3]) / np.sqrt(mass2 * (mass2 + pt(q) ** 2)),
    }  # fmt: skip
    found = observable(events, f"{kind}(mu- mu+)")
    assert np.abs(found.values - expected[kind]).max() < 1e-10 * max(1.0, np.abs(expected[kind]).max())
    assert found.unit in {"GeV", "rad", ""} and "mu" in found.latex
    assert (found.period == 2 * np.pi) == (kind in {"phi", "delta_phi"})
    assert np.array_equal(observable(events, f"{kind}()").values, found.values), "all outgoing ones"


def test_the_carried_mass_is_used() -> None:
    assert (observable(muon_pairs(4), "m(mu-)").values == MUON).all()
    assert np.array_equal(observable(muon_pairs(4), "mu-.px").values, muon_pairs(4).momenta[:, 2, 1])


def test_defaults_leave_out_what_does_not_vary() -> None:
    notes: list[str] = []
    kept = [o.name for o in ev.default_observables(muon_pairs(300), notes)]
    assert {"cos_theta(mu-)", "phi(mu-)", "phi(mu+)", "pt(mu-)"} <= set(kept)
    assert not {"E(mu-)", "m(mu- mu+)", "opening_angle(mu- mu+)"} & set(kept)
    assert "m(mu- mu+) is left out: it is 91.2 GeV in every event" in notes
    assert "cos_theta_star is left out: it is the same as cos_theta(mu-)" in notes
    names = [o.name for o in ev.default_observables(sample([2, -2, 13, -13, 21]))]
    assert {
        "m(mu- mu+)",
        "m(mu- g)",
        "delta_r(mu+ g)",
        "m()",
        "cos_theta_star",
        "cos_theta_cs",
        "y()",
    } <= set(names)


@pytest.mark.parametrize(("mass", "kept"), [(0.0, False), (0.10566, False), (5.0, True)])
def test_y_is_left_out_where_it_is_eta(mass: float, kept: bool) -> None:
    """|y - eta| is about (m / pt)^2 / 2: 1e-5 on average for a muon of 30 GeV, nothing for a massless leg."""
    massless = sample([2, -2, 13, -13])
    momenta = massless.momenta.copy()
    momenta[..., 0] = np.sqrt((momenta[..., 1:] ** 2).sum(-1) + mass**2)
    events = Events(momenta, massless.pdg_ids, massless.status, np.full(4, mass))
    notes: list[str] = []
    names = {o.name for o in ev.default_observables(events, notes)}
    assert {"eta(mu-)", "eta(mu+)"} <= names
    assert ("y(mu-)" in names) == ("y(mu+)" in names) == kept
    assert any(n.startswith("y(mu-) is left out: it is the same as eta(mu-)") for n in notes) != kept
