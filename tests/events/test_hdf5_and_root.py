"""HDF5 and ROOT: the same bits back, a natural layout for h5py and uproot, every damage one clear line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import uproot

from hepsym import events as ev
from hepsym.errors import InputError
from tests.events.conftest import FOREIGN, PROVENANCE, assert_same, muon_pairs, unlike

SUFFIXES = [".h5", ".root", ".rntuple.root"]


def rich(n: int = 30) -> ev.Events:
    """Columns of every form: numbers of an event, lists, numbers of particles."""
    events = muon_pairs(n, weighted=True)
    lists = np.where(np.arange(3) < (np.arange(n) % 3 + 1)[:, None], np.arange(n)[:, None] / 7, np.nan)
    columns = {
        "weight:1001": np.arange(n) / 3,
        "process_id": np.arange(n, dtype=np.int32),
        "weights": lists,
        "colours": np.arange(n * 8, dtype=np.int32).reshape(n, 4, 2),
        "spins": np.full((n, 4, 1), 9.0),
    }
    return replace(events, columns=columns)


SAMPLES: dict[str, Callable[[], ev.Events]] = {
    "alike": lambda: muon_pairs(300),
    "weighted": lambda: muon_pairs(300, weighted=True),
    "unlike": unlike,
    "rich": rich,
    "one": lambda: muon_pairs(1),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_bits_come_back(tmp_path: Path, sample: str, suffix: str) -> None:
    events = SAMPLES[sample]()
    ev.write(tmp_path / f"a{suffix}", events)
    assert_same(ev.read(tmp_path / f"a{suffix}"), events)
    ev.write(tmp_path / f"b{suffix}", (events.select(slice(i, i + 7)) for i in range(0, len(events), 7)))
    assert_same(ev.read(tmp_path / f"b{suffix}"), events)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("file", FOREIGN, ids=lambda f: f.name)
def test_les_houches_files_of_others(tmp_path: Path, file: Path, suffix: str) -> None:
    events = ev.read(file)
    ev.write(tmp_path / f"a{suffix}", events)
    assert_same(ev.read(tmp_path / f"a{suffix}"), events)


def test_what_h5py_sees(tmp_path: Path) -> None:
    events = rich()
    ev.write(tmp_path / "a.h5", events)
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["momenta"][()].tobytes() == events.momenta.tobytes()
        assert file["pdg_ids"][3].tolist() == [11, -11, 13, -13]
        assert {c.attrs["name"]: c.shape for c in file["columns"].values()}["colours"] == (30, 4, 2)


@pytest.mark.parametrize("suffix", [".root", ".rntuple.root"])
def test_what_uproot_sees(tmp_path: Path, suffix: str) -> None:
    events = rich()
    ev.write(tmp_path / f"a{suffix}", events)
    with uproot.open(tmp_path / f"a{suffix}") as file:
        tree = file["events"]
        assert ("RNTuple" in file.classnames()["events;1"]) == (suffix == ".rntuple.root")
        assert tree.num_entries == 30 and "2005.9387" in str(file["hepsym"])
        assert tree["particle_px"].array().to_numpy().tobytes() == events.momenta[:, :, 1].copy().tobytes()
        assert tree["weight"].array().to_numpy().tolist() == events.weights.tolist()
        assert tree["weight_1001"].array().to_numpy().tolist() == events.columns["weight:1001"].tolist()
        assert tree["particle_colours_2"].array().to_list()[1] == [9, 11, 13, 15]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_more_legs_later(tmp_path: Path, suffix: str) -> None:
    """A wider event after narrow ones: empty slots where there is nothing, momenta as they were."""
    ev.write(tmp_path / f"a{suffix}", [ev.read(f) for f in FOREIGN if f.name.startswith("pythia")])
    few, many = muon_pairs(5), ev.read(next(f for f in FOREIGN if f.name.startswith("pythia")))
    many = replace(many, weights=None, columns={})
    ev.write(tmp_path / f"b{suffix}", [few, many])
    found = ev.read(tmp_path / f"b{suffix}")
    assert len(found) == 5 + len(many) and found.legs == many.legs
    assert found.momenta[:5, :4].tobytes() == few.momenta.tobytes()
    assert found.momenta[5:].tobytes() == many.momenta.tobytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_half_written(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InputError, match="is not in all events"):
        ev.write(
            tmp_path / f"x{suffix}", [rich() if i else muon_pairs(70000, weighted=True) for i in range(2)]
        )
    with pytest.raises(ZeroDivisionError), ev.open_writer(tmp_path / f"x{suffix}") as writer:
        writer.write(muon_pairs(3))
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())
    ev.write(tmp_path / f"none{suffix}", [], provenance=PROVENANCE)
    assert list(ev.iterate(tmp_path / f"none{suffix}")) == []
    assert ev.provenance_of(tmp_path / f"none{suffix}") == PROVENANCE


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_of_others(tmp_path: Path, suffix: str) -> None:
    if suffix == ".h5":
        with h5py.File(tmp_path / f"x{suffix}", "w") as file:
            file["mine"] = np.arange(3)
    else:
        with uproot.recreate(tmp_path / f"x{suffix}") as file:
            file["t"] = {"a": np.arange(3)}
    for text in (None, b"", b"root\x00", b"\x89HDF\r\n\x1a\n"):
        if text is not None:
            (tmp_path / f"x{suffix}").write_bytes(text)
        with pytest.raises(InputError, match=f"x{suffix}"):
            ev.read(tmp_path / f"x{suffix}")


def test_a_description_of_variable_length_is_not_read(tmp_path: Path) -> None:
    """It lies in a heap without checksum; fuzzing found one bent into a ring, in which HDF5 never ends."""
    ev.write(tmp_path / "a.h5", rich())
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        assert file.attrs.get_id("hepsym").dtype.kind == "S"
        text = bytes(file.attrs["hepsym"]).decode()
        del file.attrs["hepsym"]
        file.attrs["hepsym"] = text
    with pytest.raises(InputError, match="not a text of fixed length"):
        ev.read(tmp_path / "a.h5")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damage(tmp_path: Path, suffix: str) -> None:
    """150 seeded damages each: an InputError of one line, or events; of HDF5, the same events."""
    events = rich(200)
    path = tmp_path / f"x{suffix}"
    ev.write(path, events)
    good = path.read_bytes()
    rng = np.random.default_rng(3)
    refused = 0
    for i in range(150):
        data = bytearray(good)
        at = int(rng.integers(len(data)))
        if i % 3 == 0:
            del data[at:]
        elif i % 3 == 1:
            data[at] ^= 1 << int(rng.integers(8))
        else:
            data[at : at + 16] = rng.integers(0, 256, 16, dtype=np.uint8).tobytes()
        path.write_bytes(bytes(data))
        try:
            found = ev.read(path)
        except InputError as error:
            assert "\n" not in str(error) and str(path) in str(error)
            refused += 1
        else:
            assert suffix != ".h5" or found.momenta.tobytes() == events.momenta.tobytes()
    assert refused > 75
