"""JetNet's layout: the same bits back, the momenta it means, and every damage one clear line."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from hepsym import lorentz as lz
from hepsym.errors import InputError
from hepsym.events import Provenance
from hepsym.events.jets.jetnet import Jets, is_jetnet, iterate_jetnet, read_jetnet, write_jetnet

SOURCE = Provenance(process="jets", card='class = "top"\n' * 8000, seed=3, sqrt_s=13000.0, beams=(2212, 2212))


def jets(n: int = 200, particles: int = 30, seed: int = 5) -> Jets:
    """n random jets, the last third of whose slots are empty in part."""
    rng = np.random.default_rng(seed)
    features = np.empty((n, particles, 4))
    features[..., :2] = rng.normal(0.0, 0.1, (n, particles, 2))
    features[..., 2] = rng.exponential(1 / 30, (n, particles))
    features[..., 3] = np.arange(particles) < rng.integers(particles * 2 // 3, particles + 1, n)[:, None]
    features *= features[..., 3:]
    pt, eta = rng.uniform(800, 1600, n), rng.normal(0.0, 1.0, n)
    return Jets(features, np.stack([pt, eta, 0.1 * pt, features[..., 3].sum(axis=1)], axis=1), SOURCE)


def test_the_same_bits_and_bytes(tmp_path: Path) -> None:
    made = jets()
    assert write_jetnet(tmp_path / "a.h5", made) == 200
    write_jetnet(tmp_path / "b.h5", (made.select(slice(i, i + 50)) for i in range(0, 200, 50)))
    for name in ("a.h5", "b.h5"):
        found = read_jetnet(tmp_path / name)
        assert found.particle_features.tobytes() == made.particle_features.tobytes()
        assert found.jet_features.tobytes() == made.jet_features.tobytes()
        assert found.source == SOURCE and is_jetnet(tmp_path / name)
    write_jetnet(tmp_path / "c.h5", made)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "c.h5").read_bytes()
    assert sum(len(j) for j in iterate_jetnet(tmp_path / "a.h5", block=7)) == 200


def test_momenta_are_those_of_hepsym_lorentz() -> None:
    """p_T, eta, phi of each constituent come back, it is massless, and empty slots are zero."""
    made = jets()
    p, there = made.momenta(), made.mask
    pt = made.particle_features[..., 2] * made.jet_features[:, :1]
    eta = made.particle_features[..., 0] + made.jet_features[:, 1:2]
    assert np.abs(lz.pt(p)[there] / pt[there] - 1).max() < 1e-15
    assert np.abs(lz.pseudorapidity(p)[there] - eta[there]).max() < 5e-15
    assert (
        np.abs(lz.phi(p)[there] - made.particle_features[..., 1][there] % (2 * np.pi)).max() % (2 * np.pi)
        < 1e-15
    )
    off = np.abs((p[..., 0] - lz.momentum(p)) * (p[..., 0] + lz.momentum(p)))[there]
    assert (off <= 4 * np.finfo(float).eps * p[..., 0][there] ** 2).all()
    assert (p[~there] == 0.0).all()
    assert (
        np.abs(lz.pt(made.momenta(relative=True))[there] - made.particle_features[..., 2][there]).max()
        < 1e-15
    )


def test_jets_of_momenta() -> None:
    """Momenta to jets and back, in the frame where the jet is at phi = 0: to 1e-12 of the jet's p_T."""
    rng = np.random.default_rng(1)
    p = jets(50).momenta()
    total = p.sum(axis=1)
    turn = np.arctan2(total[:, 2], total[:, 1])[:, None]
    at_zero = p.copy()
    at_zero[..., 1] = p[..., 1] * np.cos(turn) + p[..., 2] * np.sin(turn)
    at_zero[..., 2] = p[..., 2] * np.cos(turn) - p[..., 1] * np.sin(turn)
    shuffled = rng.permuted(np.arange(30)[None].repeat(50, 0), axis=1)
    made = Jets.of(np.take_along_axis(p, shuffled[..., None], axis=1))
    order = np.argsort(-lz.pt(p), axis=1, kind="stable")
    wanted = np.take_along_axis(at_zero, order[..., None], axis=1)
    assert np.abs(made.momenta() - wanted).max() < 1e-12 * made.jet_features[:, 0].max()
    assert np.abs(made.jet_features[:, 2] / lz.mass(total) - 1).max() < 1e-12
    assert (np.diff(made.particle_features[..., 2]) <= 0).all()
    whole, few = Jets.of(p), Jets.of(p, particles=5)
    assert few.particle_features.tobytes() == whole.particle_features[:, :5].tobytes()
    assert few.jet_features[:, :3].tobytes() == whole.jet_features[:, :3].tobytes()


def test_files_of_others(tmp_path: Path) -> None:
    """Plain h5py, float32, no attributes: as the JetNet authors publish them."""
    made = jets(20)
    with h5py.File(tmp_path / "t.hdf5", "w") as file:
        file["particle_features"] = made.particle_features.astype(np.float32)
        file["jet_features"] = made.jet_features.astype(">f4")
    found = read_jetnet(tmp_path / "t.hdf5")
    assert np.allclose(found.momenta(), made.momenta(), rtol=1e-5)
    assert found.source == Provenance()


def _write(path: Path, particles: object, features: object) -> None:
    with h5py.File(path, "w") as file:
        if particles is not None:
            file["particle_features"] = particles
        if features is not None:
            file["jet_features"] = features


GOOD = jets(10)


def _changed(values: np.ndarray, at: tuple[int, ...], to: float) -> np.ndarray:
    out = values.copy()
    out[at] = to
    return out


@pytest.mark.parametrize(
    ("particles", "features", "said"),
    [
        (None, GOOD.jet_features, "no array 'particle_features'"),
        (GOOD.particle_features, GOOD.jet_features[:5], "10 jets of 30 particles, features of 5"),
        (GOOD.particle_features[..., :3], GOOD.jet_features, "not of JetNet's layout"),
        (GOOD.particle_features.astype("S8"), GOOD.jet_features, "not of numbers"),
        (_changed(GOOD.particle_features, (3, 2, 1), np.nan), GOOD.jet_features, "of jet 3 are not finite"),
        (
            _changed(GOOD.particle_features, (3, 2, 3), 0.5),
            GOOD.jet_features,
            "jet 3: the mask must be 0 or 1",
        ),
        (_changed(GOOD.particle_features, (4, 2, 2), -1.0), GOOD.jet_features, "jet 4: a particle has ptrel"),
        (GOOD.particle_features, _changed(GOOD.jet_features, (5, 1), 800.0), "jet 5: |eta| is above"),
        (GOOD.particle_features, _changed(GOOD.jet_features, (5, 0), -1.0), "jet 5: p_T and mass"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, particles: object, features: object, said: str) -> None:
    path = tmp_path / "x.h5"
    _write(path, particles, features)
    with pytest.raises(InputError) as caught:
        read_jetnet(path)
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_only_what_lies_inside_is_read(tmp_path: Path) -> None:
    """Links to other files, data outside, and arrays larger than what is stored."""
    write_jetnet(tmp_path / "good.h5", GOOD)
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["particle_features"] = h5py.ExternalLink("good.h5", "/particle_features")
        file["jet_features"] = GOOD.jet_features
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        file.create_dataset(
            "particle_features", (10, 30, 4), "f8", external=[(str(tmp_path / "good.h5"), 0, 9600)]
        )
        file["jet_features"] = GOOD.jet_features
    with h5py.File(tmp_path / "sparse.h5", "w") as file:
        file.create_dataset("particle_features", (10**9, 30, 4), "f8", chunks=(1024, 30, 4))
        file.create_dataset("jet_features", (10**9, 4), "f8", chunks=(1024, 4))
    for name in ("link", "outside", "sparse"):
        with pytest.raises(InputError, match=f"{name}.h5"):
            read_jetnet(tmp_path / f"{name}.h5")


def test_nothing_is_overwritten_or_left(tmp_path: Path) -> None:
    (tmp_path / "taken.h5").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write_jetnet(tmp_path / "taken.h5", GOOD)
    with pytest.raises(InputError, match="no jets"):
        write_jetnet(tmp_path / "none.h5", [])
    with pytest.raises(InputError, match="as many slots"):
        write_jetnet(tmp_path / "unlike.h5", [GOOD, jets(5, particles=10)])
    with pytest.raises(InputError, match="of jet 0 are not finite"):
        replace(GOOD, jet_features=np.full((10, 4), np.inf))
    assert [p.name for p in tmp_path.iterdir()] == ["taken.h5"]


def test_damage(tmp_path: Path) -> None:
    """300 seeded damages: an InputError of one line, or the jets as they were."""
    path = tmp_path / "x.h5"
    write_jetnet(path, GOOD)
    good = path.read_bytes()
    rng = np.random.default_rng(2)
    refused = 0
    for i in range(300):
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
            found = read_jetnet(path)
        except InputError as error:
            assert "\n" not in str(error) and str(path) in str(error)
            refused += 1
        else:
            assert found.particle_features.tobytes() == GOOD.particle_features.tobytes()
            assert found.jet_features.tobytes() == GOOD.jet_features.tobytes()
    assert refused > 200
