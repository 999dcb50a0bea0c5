"""Jets become events and events jets: what survives, and what is said to be lost."""

from pathlib import Path

import numpy as np

from hepsym import events as ev
from hepsym.events.conversion import convert
from hepsym.events.jets.as_events import CONSTITUENT, events_of_jets, jets_of_events
from hepsym.events.jets.jetnet import read_jetnet, write_jetnet
from tests.events.conftest import PROVENANCE, muon_pairs
from tests.events.jets.test_jetnet import SOURCE, jets


def test_there_and_back() -> None:
    """The jet's own numbers bit for bit, its constituents to 1e-12, in order of p_T."""
    made = jets(100)
    events = events_of_jets(made)
    assert set(np.unique(events.pdg_ids)) == {0, CONSTITUENT} and (events.masses == 0).all()
    back = jets_of_events(events)
    assert back.jet_features.tobytes() == made.jet_features.tobytes() and back.source == SOURCE
    order = np.argsort(-made.momenta()[..., 1:3].__pow__(2).sum(-1), axis=1, kind="stable")
    wanted = np.take_along_axis(made.particle_features, order[..., None], axis=1)
    assert np.abs(back.particle_features - wanted).max() < 1e-12


def test_conversion(tmp_path: Path) -> None:
    """A JetNet file through ROOT and Parquet, and back under a name that says so."""
    made = jets(50)
    write_jetnet(tmp_path / "a.h5", made)
    assert ev.format_of(tmp_path / "a.h5") == "jetnet"
    for name in ("a.root", "a.parquet", "a.lhe", "b.h5"):
        done = convert(tmp_path / "a.h5", tmp_path / name)
        lost = {f"column 'jet_{n}'" for n in ("pt", "eta", "mass", "num_particles")}
        assert done.events == 50 and set(done.dropped) == (lost if name == "a.lhe" else set())
        assert ev.provenance_of(tmp_path / name).card == SOURCE.card
    assert ev.format_of(tmp_path / "b.h5") == "hdf5"
    done = convert(tmp_path / "a.root", tmp_path / "c.jetnet.h5")
    assert done.dropped == ()
    found = read_jetnet(tmp_path / "c.jetnet.h5")
    assert found.jet_features.tobytes() == made.jet_features.tobytes()
    assert np.abs(np.sort(found.momenta(), axis=1) - np.sort(made.momenta(), axis=1)).max() < 1e-9


def test_events_of_a_process_are_jets_with_losses(tmp_path: Path) -> None:
    boosted = muon_pairs(20, weighted=True).momenta[:, 2:].copy()
    boosted[..., 1] += 200.0
    boosted[..., 0] = np.sqrt((boosted[..., 1:] ** 2).sum(-1) + 0.10566**2)
    events = ev.Template((13, -13), (1, 1), (0.10566, 0.10566)).expand(
        boosted, weights=np.ones(20), provenance=PROVENANCE
    )
    ev.write(tmp_path / "a", events)
    done = convert(tmp_path / "a", tmp_path / "a.jetnet.h5")
    assert done.dropped == ("kinds of particles, their masses, and the azimuth of the whole", "weights")
    found = read_jetnet(tmp_path / "a.jetnet.h5")
    assert found.mask.sum() == 40 and (found.jet_features[:, 3] == 2).all()
    assert ev.validate(tmp_path / "a.jetnet.h5").good
