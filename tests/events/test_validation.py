"""Each planted fault is found, with its event's number; a good file has none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.summary import momenta_digest, summarize
from tests.events.conftest import FOREIGN, muon_pairs, unlike

NAMES = ["e", "e.lhe", "e.npz", "e.parquet"]


@pytest.mark.parametrize("name", NAMES)
def test_good_files(tmp_path: Path, name: str) -> None:
    ev.write(tmp_path / name, muon_pairs(200, weighted=True))
    found = ev.validate(tmp_path / name)
    assert (found.good, found.events, found.faults) == (True, 200, [])


@pytest.mark.parametrize("file", FOREIGN, ids=lambda f: f.name)
def test_other_programs_files_are_good(file: Path) -> None:
    assert ev.validate(file).good
    assert not ev.validate(file, tolerance=1e-13).good, "they have fewer than 13 digits"


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        ((7, 2, 1), np.nan, ["event 7: leg 3 (mu-) is not finite"]),
        (
            (7, 2, 0),
            -45.6,
            ["event 7: leg 3 (mu-) has negative energy", "event 7: four-momentum is not conserved"],
        ),
        (
            (7, 3, 1),
            40.0,
            ["event 7: leg 4 (mu+) is off its mass shell", "event 7: four-momentum is not conserved"],
        ),
    ],
)
@pytest.mark.parametrize("name", ["e", "e.npz"])
def test_planted_faults(
    tmp_path: Path, name: str, where: tuple[int, int, int], value: float, said: list[str]
) -> None:
    events = muon_pairs(20)
    events.momenta[where] = value
    ev.write(tmp_path / name, events)
    found = ev.validate(tmp_path / name)
    assert found.count == len(said) and not found.good
    for line, start in zip(found.faults, said, strict=True):
        assert line.startswith(start)


def test_small_faults_near_the_tolerance(tmp_path: Path) -> None:
    """A balance off by 1e-8 of the energy is a fault, 1e-12 is not."""
    for off, count in ((1e-8, 1), (1e-12, 0)):
        events = muon_pairs(5)
        events.momenta[2, 2, 1:] *= 1 + off
        events.momenta[2, 2, 0] *= 1 + off
        ev.write(tmp_path / f"e{count}", events)
        assert ev.validate(tmp_path / f"e{count}").count == count


def test_weights_and_counting(tmp_path: Path) -> None:
    events = muon_pairs(60, weighted=True)
    assert events.weights is not None
    events.weights[:50] = np.inf
    ev.write(tmp_path / "e.npz", events)
    found = ev.validate(tmp_path / "e.npz", most=3)
    assert found.count == 50 and len(found.faults) == 3 and found.faults[0] == "event 0: its weight is inf"


def test_damage_is_a_fault(tmp_path: Path) -> None:
    ev.write(tmp_path / "e", muon_pairs(20))
    ev.write(tmp_path / "e.lhe", muon_pairs(20))
    shard = tmp_path / "e" / "events-000000.npy"
    shard.write_bytes(shard.read_bytes()[:-9])
    text = (tmp_path / "e.lhe").read_text()
    (tmp_path / "e.lhe").write_text(text[: len(text) // 2])
    assert any("bytes instead of" in fault for fault in ev.validate(tmp_path / "e").faults)
    found = ev.validate(tmp_path / "e.lhe")
    assert not found.good and "event" in found.faults[0]
    with pytest.raises(InputError, match="does not exist"):
        ev.validate(tmp_path / "absent")


def test_the_digest_depends_on_the_momenta_alone(tmp_path: Path) -> None:
    events = muon_pairs(100)
    digest = momenta_digest([events])
    assert momenta_digest([events.select(slice(33)), events.select(slice(33, None))]) == digest
    assert momenta_digest([replace(events, weights=np.ones(100))]) == digest
    events.momenta[5, 2, 1] = np.nextafter(events.momenta[5, 2, 1], 0)
    assert momenta_digest([events]) != digest
    padded = unlike()
    wide = ev.concatenate([padded, replace(padded.select(slice(0, 1)), **grown(padded))]).select(
        slice(len(padded))
    )
    assert wide.legs == 5 and momenta_digest([wide]) == momenta_digest([padded])


def grown(events: ev.Events) -> dict[str, object]:
    """One event with a fifth leg."""
    one = events.select(slice(0, 1))
    return {
        name: np.pad(getattr(one, name), [(0, 0), (0, 1)] + [(0, 0)] * (getattr(one, name).ndim - 2))
        for name in ("momenta", "pdg_ids", "status", "masses")
    } | {"columns": {}}


def test_summary(tmp_path: Path) -> None:
    ev.write(tmp_path / "e", muon_pairs(100, weighted=True))
    found = summarize(tmp_path / "e")
    assert [leg["name"] for leg in found.legs] == ["e-", "e+", "mu-", "mu+"]
    assert found.balance is not None and found.balance < 1e-15 and found.off_shell < 1e-15
    assert found.weighted and found.sum_weights == pytest.approx(muon_pairs(100, weighted=True).weights.sum())
    mixed = tmp_path / "u.npz"
    ev.write(mixed, unlike())
    assert summarize(mixed).legs == [] and summarize(mixed).particles["mu-"] == 40
