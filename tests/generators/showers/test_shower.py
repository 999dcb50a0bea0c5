"""Showers through Pythia: conservation laws, weights carried, and the same bits for the same event."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyhepmc
import pytest
from particle import PDGID

import hepsym.generators.showers.shower as shower_module
from hepsym import events
from hepsym.errors import InputError
from hepsym.events import Events
from hepsym.generators import card_names, generate, load_card
from hepsym.generators.showers.shower import shower

LHE = Path(__file__).parents[2] / "reference" / "lhe"
FOREIGN = [
    "powheg-box-v2-Z.lhe",
    "powheg-box-v2-hvq.lhe",
    "madgraph-2.0.0-wbj.lhe",
    "pythia-8.3.14-weakbosons.lhe",
]


@pytest.fixture(scope="module")
def muons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 muon pairs at the Z, as LHE."""
    path = tmp_path_factory.mktemp("hard") / "muons.lhe"
    events.write(path, generate(load_card("ee2mumu"), 400, seed=2))
    return path


def final(sample: Events) -> Any:
    return np.broadcast_to(sample.status, sample.momenta.shape[:2]) == 1


def charge(sample: Events) -> Any:
    """Three times the summed charge of each event's final particles, an integer."""
    ids = np.where(final(sample), sample.pdg_ids, 0)
    kinds = np.unique(ids)
    of_kind = np.array([PDGID(int(k)).three_charge or 0 for k in kinds])
    return of_kind[np.searchsorted(kinds, ids)].sum(axis=1)


def imbalance(sample: Events) -> Any:
    """Largest component of (final - incoming) over the energy, an event."""
    sign = np.where(
        final(sample), 1.0, np.where(np.broadcast_to(sample.status, final(sample).shape) == -1, -1.0, 0.0)
    )
    total = np.sum(sample.momenta * sign[..., None], axis=1)
    incoming = np.where(sign < 0, sample.momenta[..., 0], 0.0).sum(axis=1)
    return np.abs(total).max(axis=1) / incoming


def graphs(path: Path) -> list[Any]:
    with pyhepmc.open(str(path)) as file:
        return list(file)


# Physics ----------------------------------------------------------------------------------------


def test_photons_come_off_muons_and_nothing_is_lost(muons: Path, tmp_path: Path) -> None:
    """Charge exactly, momentum to 1e-11 of sqrt(s); some 0.8 photons an event at the Z."""
    done = shower(muons, tmp_path / "out")
    sample = events.read(tmp_path / "out")
    assert (done.events, done.given_up, len(sample)) == (400, 0, 400)
    assert np.all(charge(sample) == 0)
    assert np.max(imbalance(sample)) < 1e-11
    photons = np.sum((sample.pdg_ids == 22) & final(sample), axis=1)
    assert 0.5 < photons.mean() < 1.1
    muon = (np.abs(sample.pdg_ids) == 13) & final(sample)
    assert np.all(muon.sum(axis=1) == 2)
    assert done.cross_section_pb == pytest.approx(2005.9388, rel=1e-6)


def test_without_a_shower_the_hard_event_comes_through(muons: Path, tmp_path: Path) -> None:
    shower(muons, tmp_path / "out", n=50, settings=["PartonLevel:FSR=off"])
    sample, hard = events.read(tmp_path / "out"), events.read(muons).select(slice(0, 50))
    assert sample.pdg_ids[0].tolist() == [11, -11, 13, -13]
    assert sample.momenta[:, 2:] == pytest.approx(hard.momenta[:, 2:], abs=1e-11 * 91.2)


@pytest.mark.parametrize("name", FOREIGN)
def test_files_of_other_programs(name: str, tmp_path: Path) -> None:
    """Proton collisions: charge exactly, momentum to 1e-7 of the energy (Pythia's own rounding)."""
    done = shower(LHE / name, tmp_path / "out", n=12)
    sample = events.read(tmp_path / "out")
    incoming = sample.pdg_ids[:, :2]
    assert np.all(np.isin(incoming, [2212, -2212]))
    assert np.all(charge(sample) == 3 * np.sign(incoming).sum(axis=1))
    assert np.max(imbalance(sample)) < 1e-7
    assert done.events + done.given_up == min(12, len(events.read(LHE / name)))
    assert done.given_up == 0
    assert done.particles > 50


def test_a_particle_that_pythia_does_not_know(muons: Path, tmp_path: Path) -> None:
    """A new resonance between the beams and the muons, by an id from the range for such things."""
    hard = events.read(muons).select(slice(0, 20))
    both = hard.momenta[:, 2:].sum(axis=1, keepdims=True)
    mothers = np.array([[0, 0], [0, 0], [1, 2], [3, 0], [3, 0]])
    new = Events(
        np.concatenate([hard.momenta[:, :2], both, hard.momenta[:, 2:]], axis=1),
        np.array([11, -11, 9900025, 13, -13], dtype=np.int32),
        np.array([-1, -1, 2, 1, 1], dtype=np.int8),
        np.concatenate([hard.masses[:2], [91.1876], hard.masses[2:]]),
        columns={"mothers": np.broadcast_to(mothers, (20, 5, 2)).copy()},
        provenance=hard.provenance,
    )
    events.write(tmp_path / "new.lhe", new)
    done = shower(tmp_path / "new.lhe", tmp_path / "out")
    sample = events.read(tmp_path / "out")
    assert (done.events, done.given_up) == (20, 0)
    assert np.max(imbalance(sample)) < 1e-11
    assert 9900025 not in sample.pdg_ids


def test_a_decay_has_no_beams(tmp_path: Path) -> None:
    hard = generate(load_card("ee2mumu"), 3)
    decay = replace(hard, status=np.array([-1, 1, 1, 1], dtype=np.int8))
    events.write(tmp_path / "decay.lhe", decay)
    with pytest.raises(InputError, match="has 1 incoming particles in an event: two beams are needed"):
        shower(tmp_path / "decay.lhe", tmp_path / "a.hepmc")


@pytest.mark.slow
@pytest.mark.parametrize("name", card_names())
def test_every_card_can_be_showered(name: str, tmp_path: Path) -> None:
    """Colours, decays, new particles: HEPSYM_SLOW=1 pytest tests/generators/showers -k every_card."""
    sample = generate(load_card(name), 20)
    if np.sum(np.broadcast_to(sample.status, sample.momenta.shape[:2])[0] == -1) != 2:
        pytest.skip("the decay of one particle")
    events.write(tmp_path / "hard.lhe", sample)
    done = shower(tmp_path / "hard.lhe", tmp_path / "out")
    assert (done.events, done.given_up) == (20, 0)
    showered = events.read(tmp_path / "out")
    assert np.max(imbalance(showered)) < 1e-7
    beams = np.where(showered.pdg_ids[:, :2] == 2212, 3, 0).sum(axis=1)
    assert np.all(charge(showered) == beams)


def test_partons_are_what_hadrons_are_made_of(tmp_path: Path) -> None:
    shower(LHE / "powheg-box-v2-hvq.lhe", tmp_path / "partons", hadrons=False)
    sample = events.read(tmp_path / "partons")
    ids = np.abs(sample.pdg_ids[final(sample)])
    assert np.any(ids == 21)
    assert np.all(
        (ids < 26) | (ids > 1000) & (ids < 6000) & (ids // 10 % 10 == 0)
    )  # diquarks of the remnants
    shower(LHE / "powheg-box-v2-hvq.lhe", tmp_path / "hadrons")
    sample = events.read(tmp_path / "hadrons")
    assert np.all(~np.isin(np.abs(sample.pdg_ids[final(sample)]), [1, 2, 3, 4, 5, 6, 21]))


# HepMC3 -----------------------------------------------------------------------------------------


def test_hepmc_holds_the_same_final_particles_in_a_whole_graph(tmp_path: Path) -> None:
    """What pyhepmc reads has every final particle, the beams, and vertices of decays that balance."""
    source = LHE / "powheg-box-v2-Z.lhe"
    shower(source, tmp_path / "a.hepmc", n=8)
    shower(source, tmp_path / "flat", n=8)
    assert "cycles" not in (tmp_path / "a.hepmc").read_text()  # HepMC3's word for a graph that is none
    sample, read = events.read(tmp_path / "flat"), graphs(tmp_path / "a.hepmc")
    again = events.read(tmp_path / "a.hepmc")  # by hepsym's own reader
    assert np.array_equal(np.sum(final(again), axis=1), np.sum(final(sample), axis=1))
    assert [e.event_number for e in read] == list(range(8))
    for i, event in enumerate(read):
        kept = final(sample)[i]
        momenta = sorted(map(tuple, sample.momenta[i][kept].tolist()))
        found = sorted(
            (p.momentum.e, p.momentum.px, p.momentum.py, p.momentum.pz)
            for p in event.particles
            if p.status == 1
        )
        assert np.array(found) == pytest.approx(np.array(momenta), rel=1e-15, abs=1e-15)
        assert [(b.pid, b.status) for b in event.beams] == [(2212, 4), (2212, 4)]
        assert all(p.production_vertex is not None for p in event.particles if p.status == 1)
        decays = [v for v in event.vertices if [p.status for p in v.particles_in] == [2]]
        assert len(decays) > 20
        for vertex in decays:
            of = vertex.particles_in[0].momentum
            out = [p.momentum for p in vertex.particles_out]
            assert sum(p.e for p in out) == pytest.approx(of.e, rel=1e-6)
            assert sum(p.pz for p in out) == pytest.approx(of.pz, rel=1e-6, abs=1e-6)


def test_named_weights_and_the_cross_section_are_carried(tmp_path: Path) -> None:
    source = LHE / "lhef3.lhe"
    done = shower(source, tmp_path / "a.hepmc.gz", n=5, settings=["PartonLevel:MPI=off"])
    hard, read = events.read(source), graphs(tmp_path / "a.hepmc.gz")
    names = [name for name in hard.columns if name.startswith("weight:")]
    assert done.weights == 1 + len(names) > 5
    assert read[0].run_info.weight_names == ["Default", *(n.removeprefix("weight:") for n in names)]
    for i, event in enumerate(read):
        nominal = 1.0 if hard.weights is None else hard.weights[i]
        assert event.weights == pytest.approx([nominal, *(hard.columns[n][i] for n in names)], rel=1e-15)
        assert event.cross_section.xsec() == pytest.approx(hard.provenance.cross_section_pb)
        assert event.cross_section.xsec_err() == pytest.approx(hard.provenance.cross_section_error_pb)
    shower(source, tmp_path / "flat", n=5, settings=["PartonLevel:MPI=off"])
    flat = events.read(tmp_path / "flat")
    assert np.array_equal(flat.columns[names[0]], hard.columns[names[0]][:5])


# Same bits --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(muons: Path, tmp_path: Path) -> None:
    for name in ("a.hepmc", "b.hepmc", "a.hepmc.gz", "b.hepmc.gz"):
        shower(muons, tmp_path / name, n=20, seed=3)
    shower(muons, tmp_path / "c.hepmc", n=20, seed=4)
    a, b, c = ((tmp_path / f"{x}.hepmc").read_bytes() for x in "abc")
    assert a == b != c
    assert (tmp_path / "a.hepmc.gz").read_bytes() == (tmp_path / "b.hepmc.gz").read_bytes()


def test_event_i_depends_on_seed_and_i_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 5 or of 64, one after another or from the middle: Pythia keeps no memory between events."""
    source = LHE / "powheg-box-v2-Z.lhe"
    shower(source, tmp_path / "whole", n=24)
    monkeypatch.setattr(shower_module, "BLOCK", 5)
    shower(source, tmp_path / "blocks", n=17)
    whole, blocks = events.read(tmp_path / "whole"), events.read(tmp_path / "blocks")
    legs = min(whole.legs, blocks.legs)
    assert np.array_equal(whole.momenta[:17, :legs], blocks.momenta[:, :legs])


def broken(sample: Events, i: int) -> Events:
    """The sample with one event whose colour lines lead nowhere, so that Pythia cannot hadronise it."""
    colours = sample.columns["colours"].copy()
    colours[i] = np.where(
        colours[i] > 0, colours[i] + 37 * np.arange(colours[i].size).reshape(colours[i].shape), 0
    )
    return replace(sample, columns={**sample.columns, "colours": colours})


def test_an_event_that_pythia_gives_up_is_counted_and_no_other_changes(tmp_path: Path) -> None:
    sample = events.read(LHE / "powheg-box-v2-hvq.lhe")
    events.write(tmp_path / "good.lhe", sample)
    events.write(tmp_path / "bad.lhe", broken(sample, 2))
    shower(tmp_path / "good.lhe", tmp_path / "good")
    done = shower(tmp_path / "bad.lhe", tmp_path / "bad")
    assert (done.events, done.given_up) == (len(sample) - 1, 1)
    good, bad = events.read(tmp_path / "good"), events.read(tmp_path / "bad")
    others = [i for i in range(len(sample)) if i != 2]
    assert bad.columns["event"].tolist() == others
    legs = min(good.legs, bad.legs)
    assert np.array_equal(good.momenta[others, :legs], bad.momenta[:, :legs])


# Bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "n", "words"),
    [
        (["Tune:pp"], None, "not of the form name=value"),
        (["Beams:eCM=7000"], None, "hepsym sets Pythia's 'beams' itself"),
        (["Random:seed=3"], None, "'random' itself"),
        (["No:suchThing=1"], None, "does not take the setting 'No:suchThing=1'"),
        ([], 0, "n = 0 events"),
    ],
)
def test_bad_settings_are_refused(
    settings: Sequence[str], n: int | None, words: str, muons: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        shower(muons, tmp_path / "a.hepmc", n=n, settings=settings)
    assert list(tmp_path.iterdir()) == []


def test_quarks_without_colours_are_refused(tmp_path: Path) -> None:
    sample = events.read(LHE / "powheg-box-v2-hvq.lhe")
    columns = {name: column for name, column in sample.columns.items() if name != "colours"}
    events.write(tmp_path / "bare.lhe", replace(sample, columns=columns))
    with pytest.raises(InputError, match="event 0 has a quark or gluon without colour flow"):
        shower(tmp_path / "bare.lhe", tmp_path / "a.hepmc")
    assert [p.name for p in tmp_path.iterdir()] == ["bare.lhe"]


def test_beams_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    sample = events.read(LHE / "powheg-box-v2-hvq.lhe")
    unknown = replace(sample.provenance, beams=None, sqrt_s=None)
    events.write(tmp_path / "x.npz", replace(sample, provenance=unknown))
    with pytest.raises(InputError, match="does not say what its beams are"):
        shower(tmp_path / "x.npz", tmp_path / "a.hepmc")


def test_a_damaged_file_leaves_nothing(tmp_path: Path) -> None:
    text = (LHE / "powheg-box-v2-Z.lhe").read_text()
    (tmp_path / "cut.lhe").write_text(text[: len(text) // 2])
    for name in ("a.hepmc", "flat"):
        with pytest.raises(InputError, match=r"cut\.lhe.*event 47"):
            shower(tmp_path / "cut.lhe", tmp_path / name)
    assert [p.name for p in tmp_path.iterdir()] == ["cut.lhe"]
