"""Samples that the tests of events share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepsym.events import Events, Provenance, Template
from hepsym.random import uniforms

REFERENCE = Path(__file__).parents[1] / "reference" / "lhe"
FOREIGN = sorted(REFERENCE.glob("*.lhe"))

ELECTRON, MUON, BEAM = 0.000511, 0.10566, 45.6
PROVENANCE = Provenance(
    process="ee2mumu",
    card='process = "e- e+ > mu- mu+"\ntitle = "<&\\"\\u00e9>"',
    seed=7,
    sqrt_s=2 * BEAM,
    beams=(11, -11),
    cross_section_pb=2005.9387,
    cross_section_error_pb=0.25,
    trials=1000,
    versions={"hepsym": "0.1.0"},
)


def template() -> Template:
    pz = ((BEAM - ELECTRON) * (BEAM + ELECTRON)) ** 0.5
    return Template(
        (11, -11, 13, -13),
        (-1, -1, 1, 1),
        (ELECTRON, ELECTRON, MUON, MUON),
        {0: (BEAM, 0.0, 0.0, pz), 1: (BEAM, 0.0, 0.0, -pz)},
    )


def muon_momenta(n: int, seed: int = 1) -> np.ndarray:
    """(n, 2, 4): isotropic, back to back."""
    p = ((BEAM - MUON) * (BEAM + MUON)) ** 0.5
    cosine = 2 * uniforms(seed, n, stream=1) - 1
    phi = 2 * np.pi * uniforms(seed, n, stream=2)
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    out = np.empty((n, 2, 4))
    out[:, :, 0] = BEAM
    out[:, 0, 1:] = p * np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=1)
    out[:, 1, 1:] = -out[:, 0, 1:]
    return out


def muon_pairs(n: int, seed: int = 1, *, weighted: bool = False) -> Events:
    weights = uniforms(seed, n, stream=3) - 0.1 if weighted else None
    return template().expand(muon_momenta(n, seed), weights=weights, provenance=PROVENANCE)


def unlike(n: int = 40) -> Events:
    """Events of three and four legs, each with masses, mothers and a reweight of its own."""
    pairs = muon_pairs(n)
    ids = np.tile(pairs.pdg_ids, (n, 1))
    status = np.tile(pairs.status, (n, 1))
    masses = np.tile(pairs.masses, (n, 1)) * (1 + np.arange(n)[:, None] / 1000)
    momenta = pairs.momenta.copy()
    ids[::3, 3], status[::3, 3], masses[::3, 3], momenta[::3, 3] = 0, 0, 0.0, 0.0
    mothers = np.zeros((n, 4, 2), dtype=np.int32)
    mothers[:, 2] = (1, 2)
    weight = np.where(np.arange(n) % 5 == 0, np.nan, np.arange(n) / 7.0)
    columns = {"mothers": mothers, "scale": np.arange(n) / 3.0, "weight:a<b": weight}
    return Events(momenta, ids, status, masses, np.arange(n) - 3.5, columns, PROVENANCE)


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def assert_same(a: Events, b: Events) -> None:
    """Equal bit for bit, columns included."""
    for name in ("momenta", "pdg_ids", "status", "masses"):
        assert same_bits(getattr(a, name), getattr(b, name)), name
    assert (a.weights is None) == (b.weights is None)
    assert a.weights is None or b.weights is None or same_bits(a.weights, b.weights)
    assert set(a.columns) == set(b.columns)
    for name, column in a.columns.items():
        assert same_bits(np.asarray(column), np.asarray(b.columns[name])), name
    assert a.provenance == b.provenance


@pytest.fixture
def native(tmp_path: Path) -> Callable[..., Path]:
    """A native dataset of shards of 100 events."""

    def make(name: str = "dataset", n: int = 950, **options: object) -> Path:
        from hepsym.events.native import DatasetWriter

        path = tmp_path / name
        momenta = muon_momenta(n)
        with DatasetWriter(
            path, template=template(), provenance=PROVENANCE, total=n, shard_events=100, **options
        ) as dataset:
            for index in dataset.missing:
                first, last = dataset.span(index)
                buffer = dataset.buffer(index)
                buffer[:] = momenta[first:last]
                dataset.put(index, buffer)
        return path

    return make
