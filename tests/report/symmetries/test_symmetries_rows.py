"""Rows for `hepsym symmetries`: any table in blocks, the same random choice of any format, clear refusals."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.tables import columns
from hepsym.generators import generate, load_card
from hepsym.report.symmetries.rows import read_rows

NAMES = ("a", "b.px", "c")
VALUES = np.random.default_rng(1).normal(size=(5000, 3))


def csv(path: Path) -> None:
    np.savetxt(path, VALUES, delimiter=",", header=",".join(NAMES), comments="", fmt="%.17g")


def npz(path: Path) -> None:
    np.savez(path, **dict(zip(NAMES, VALUES.T, strict=True)))


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        for name, column in zip(NAMES, VALUES.T, strict=True):
            file[name] = column


def hdf5_matrix(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["rows"] = VALUES
        file["rows"].attrs["columns"] = NAMES


def structured(path: Path) -> None:
    np.save(path, np.rec.fromarrays(VALUES.T, names=NAMES))


FORMATS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "t.csv": (csv, NAMES),
    "t.npy": (lambda p: np.save(p, VALUES), ("x0", "x1", "x2")),
    "structured.npy": (structured, NAMES),
    "columns.npz": (npz, NAMES),
    "matrix.npz": (lambda p: np.savez(p, VALUES), ("x0", "x1", "x2")),
    "fortran.npz": (lambda p: np.savez(p, np.asfortranarray(VALUES)), ("x0", "x1", "x2")),
    "packed.npz": (lambda p: np.savez_compressed(p, VALUES), ("x0", "x1", "x2")),
    "t.parquet": (lambda p: pq.write_table(pa.table(dict(zip(NAMES, VALUES.T, strict=True))), p), NAMES),
    "columns.h5": (hdf5, NAMES),
    "matrix.h5": (hdf5_matrix, NAMES),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_rows_in_blocks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them to the bit; the same random ones whatever the format and block size; a column alone."""
    write, names = FORMATS[name]
    write(tmp_path / name)
    monkeypatch.setattr(columns, "BLOCK_NUMBERS", 1000)
    whole = read_rows([tmp_path / name])
    assert whole.names == names
    assert (whole.total, np.array_equal(whole.values, VALUES)) == (5000, True)
    few = read_rows([tmp_path / name], seed=4, most=700)
    monkeypatch.setattr(columns, "BLOCK_NUMBERS", 100_000)
    assert (few.total, len(few.values)) == (5000, 700)
    assert np.array_equal(few.values, read_rows([tmp_path / name], seed=4, most=700).values)
    assert np.array_equal(few.values, VALUES[np.isin(VALUES[:, 0], few.values[:, 0])])
    picked = read_rows([tmp_path / name], [names[2], names[0]], first=1200)
    assert np.array_equal(picked.values, VALUES[:1200, [2, 0]])
    table = ev.read_table(tmp_path / name)
    assert table.names == names and np.array_equal(table.values, VALUES)


def test_kept_rows_are_a_fair_sample(tmp_path: Path) -> None:
    """Mean row number of 400 kept of 4000, over 50 seeds: 1999.5, its error 7.75; within 4 of them."""
    np.save(tmp_path / "t.npy", np.column_stack([np.arange(4000.0), np.ones(4000)]))
    means = [read_rows([tmp_path / "t.npy"], seed=s, most=400).values[:, 0].mean() for s in range(50)]
    assert abs(np.mean(means) - 1999.5) < 4 * 1095.2 / np.sqrt(400 * 50)


def test_two_files_follow_one_another(tmp_path: Path) -> None:
    for name, part in (("a.npy", VALUES[:3000]), ("b.npy", VALUES[3000:])):
        np.save(tmp_path / name, part)
    both = [tmp_path / "a.npy", tmp_path / "b.npy"]
    assert np.array_equal(read_rows(both).values, VALUES)
    assert np.array_equal(read_rows(both, first=3500).values, VALUES[:3500])
    np.savez(tmp_path / "c.npz", other=VALUES[:, 0])
    with pytest.raises(InputError, match="different columns"):
        read_rows([tmp_path / "a.npy", tmp_path / "c.npz"])


def test_events_come_as_momenta_or_observables(tmp_path: Path) -> None:
    events = generate(load_card("ee2mumu"), 400, seed=1)
    ev.write(tmp_path / "e.h5", events)
    assert np.array_equal(read_rows([tmp_path / "e.h5"]).values, ev.read_table(tmp_path / "e.h5").values)
    mass = read_rows([tmp_path / "e.h5"], ["m(mu- mu+)", "mu-.pz"])
    assert mass.values[:, 0] == pytest.approx(91.1876, rel=1e-9)


def bad(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t.csv", "", "is empty"),
        ("t.csv", "x,y\n", "is empty: it has no rows"),
        ("t.csv", "x,y\n1,2\n3,red\n", "line 3: column 'y' is 'red', not a number"),
        ("t.csv", "x,y\n1,2\n\n3\n", "line 4: 1 values for 2 columns"),
        ("t.csv", "1,2\n3,4\n", "the first line must hold the columns' names"),
        ("t.csv", "x,x\n3,4\n", "must be there and differ"),
        ("t.csv", "x,y\n1,2\n1,nan\n", "column 'y' is nan in row 1"),
        ("t.npy", "no array", "damaged, or is not an .npy file"),
        ("t.npz", "no archive", "damaged, or is not an .npz file"),
        ("t.parquet", "no table", "not a Parquet file"),
        ("t.h5", "no table", "not an HDF5 file"),
        ("t.xyz", "what", "unknown suffix"),
    ],
)
def test_what_is_no_table_is_one_clear_line(name: str, text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_rows([bad(tmp_path / name, text)])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_arrays_of_another_shape_or_kind(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", VALUES[:, 0])
    np.save(tmp_path / "words.npy", np.array([["a", "b"]]))
    np.savez(tmp_path / "lengths.npz", a=VALUES[:, 0], b=VALUES[:9, 0])
    pq.write_table(pa.table({"x": [1.0, 2.0], "kind": ["e", "mu"]}), tmp_path / "words.parquet")
    with h5py.File(tmp_path / "mixed.h5", "w") as file:
        file["a"], file["b"] = VALUES[:, 0], VALUES
    refused = {
        "one.npy": "a table is (rows, columns)",
        "words.npy": "not of numbers",
        "lengths.npz": "different lengths",
        "words.parquet": "'kind' is not of numbers",
        "mixed.h5": "is no table",
        "absent.npy": "does not exist",
    }
    for name, words in refused.items():
        with pytest.raises(InputError) as caught:
            read_rows([tmp_path / name])
        assert words in str(caught.value)


def test_an_npz_file_that_was_cut_off(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", VALUES)
    whole = (tmp_path / "t.npz").read_bytes()
    (tmp_path / "t.npz").write_bytes(whole[:60_000] + bytes(20_000) + whole[80_000:])
    with pytest.raises(InputError, match="damaged"):
        read_rows([tmp_path / "t.npz"])
