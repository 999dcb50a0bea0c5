"""Every format gives back what it was given, and what cannot be read or written is said in one line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.conversion import convert
from hepsym.events.summary import momenta_digest, summarize
from tests.events.conftest import PROVENANCE, assert_same, muon_pairs, unlike

NAMES = ["events", "events.lhe", "events.lhe.gz", "events.npz", "events.parquet", "events.h5", "events.root"]
ALL = [*NAMES, "events.hepmc.gz", "events.rntuple.root", "events.hdf5", "events.hepmc"]
SAMPLES: dict[str, Callable[[], ev.Events]] = {
    "alike": lambda: muon_pairs(500),
    "weighted": lambda: muon_pairs(500, weighted=True),
    "unlike": unlike,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_round_trip_in_pieces(tmp_path: Path, name: str, sample: str) -> None:
    events = SAMPLES[sample]()
    with ev.open_writer(tmp_path / name) as writer:
        for start in range(0, len(events), 17):
            writer.write(events.select(slice(start, start + 17)))
    assert_same(ev.read(tmp_path / name), events)
    assert ev.provenance_of(tmp_path / name) == PROVENANCE
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("to", ALL)
@pytest.mark.parametrize("source", ALL[::2])
def test_conversion_keeps_every_bit(tmp_path: Path, source: str, to: str) -> None:
    events = unlike()
    (tmp_path / "out").mkdir()
    ev.write(tmp_path / source, events)
    done = convert(tmp_path / source, tmp_path / "out" / to)
    assert (done.events, done.dropped) == (40, ())
    digest = momenta_digest([events])
    assert summarize(tmp_path / "out" / to, digest=True).digest == digest
    assert ev.provenance_of(tmp_path / "out" / to).history[-1].startswith("converted from")


def test_what_lhe_drops_is_said(tmp_path: Path) -> None:
    from dataclasses import replace

    events = replace(muon_pairs(5), columns={"mine": np.arange(5), "scale": np.ones(5)})
    ev.write(tmp_path / "a.npz", events)
    assert convert(tmp_path / "a.npz", tmp_path / "a.lhe").dropped == ("column 'mine'",)
    assert list(ev.read(tmp_path / "a.lhe").columns) == ["scale"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_after_a_failure(tmp_path: Path, name: str) -> None:
    with pytest.raises(ZeroDivisionError), ev.open_writer(tmp_path / name) as writer:
        writer.write(muon_pairs(5))
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_checked_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("kept")
    with pytest.raises(InputError, match="exists already"):
        ev.write(tmp_path / name, muon_pairs(5))
    assert (tmp_path / name).read_text() == "kept"
    with pytest.raises(InputError, match="does not exist"):
        ev.check_output(tmp_path / "nowhere" / name)
    with pytest.raises(InputError, match="is not a directory"):
        ev.check_output(tmp_path / name / name)


def test_formats_by_name(tmp_path: Path) -> None:
    named = {"a": "native", "a.LHE": "lhe", "a.b.lhe.gz": "lhe", "x.npz": "npz", "x.parquet": "parquet"}
    named |= {"x.h5": "hdf5", "x.jetnet.h5": "jetnet", "x.hepmc.gz": "hepmc", "x.rntuple.root": "root"}
    assert {name: ev.format_of(name) for name in named} == named
    for name in ("a.rot", "a.txt", "a.gz", "a.v2"):
        with pytest.raises(InputError, match=r"unknown suffix .*\.lhe\.gz, .*\.root, \.npz, \.parquet"):
            ev.check_output(tmp_path / name)
    with pytest.raises(InputError, match="does not exist"):
        ev.read(tmp_path / "absent.lhe")


@pytest.mark.parametrize("name", ["a.npz", "a.parquet"])
def test_random_damage_of_columnar_files(tmp_path: Path, name: str) -> None:
    """150 seeded damages: an InputError of one line, or events."""
    path = tmp_path / name
    ev.write(path, muon_pairs(200, weighted=True))
    good = path.read_bytes()
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        if rng.random() < 0.3:
            data = data[: rng.integers(len(data))]
        else:
            for _ in range(int(rng.integers(1, 20))):
                data[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(data)
        try:
            ev.read(path)
        except InputError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 100


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    array = np.array([{"a": 1}], dtype=object)
    np.savez(tmp_path / "a.npz", momenta=array, pdg_ids=array, status=array, masses=array)
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match="damaged"):
        ev.read(tmp_path / "a.npz")
    with pytest.raises(InputError, match="damaged"):
        ev.read_table(tmp_path / "a.npy")


def test_concatenate_pads_and_refuses() -> None:
    pair, other = muon_pairs(3), unlike()
    joined = ev.concatenate([pair, other])
    assert len(joined) == 43 and not joined.uniform
    assert joined.weights is not None and joined.weights[:3].tolist() == [1.0, 1.0, 1.0]
    assert np.isnan(joined.columns["scale"][:3]).all()
    with pytest.raises(InputError, match="no events"):
        ev.concatenate([])
