"""Tables come of event files and plain files alike; what cannot be learned from is told by row and column."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from tests.events.conftest import muon_pairs, unlike

VALUES = np.array([[1.0, 2.5, -3.0], [0.1, 1e-300, 7.0], [4.0, 5.0, 7.0]])


def write(path: Path) -> Path:
    names = ["a", "b", "c d"]
    if path.suffix == ".csv":
        rows = "\n".join(",".join(map(repr, row)) for row in VALUES.tolist())
        path.write_text("\ufeffa,b,c d\n" + rows + "\n\n")
    elif path.suffix == ".npy":
        np.save(path, VALUES)
    elif path.suffix == ".npz":
        np.savez(path, **{n: VALUES[:, i] for i, n in enumerate(names)})
    else:
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(pa.table({n: VALUES[:, i] for i, n in enumerate(names)}), path)
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.npy", "t.npz", "t.parquet"])
def test_plain_tables(tmp_path: Path, name: str) -> None:
    table = ev.read_table(write(tmp_path / name))
    assert table.names == (("x0", "x1", "x2") if name == "t.npy" else ("a", "b", "c d"))
    assert np.array_equal(table.values, VALUES) and table.source["kind"] == "table"
    picked = ev.read_table(tmp_path / name, columns=[table.names[2], table.names[0]])
    assert np.array_equal(picked.values, VALUES[:, [2, 0]])
    assert table.select([table.names[1]]).values.tolist() == VALUES[:, [1]].tolist()
    twice = ev.read_table([tmp_path / name, tmp_path / name])
    assert np.array_equal(twice.values, np.concatenate([VALUES, VALUES])) and twice.source["rows"] == 6


@pytest.mark.parametrize("name", ["e", "e.lhe", "e.npz", "e.parquet"])
def test_events_as_a_table(tmp_path: Path, name: str) -> None:
    events = muon_pairs(30)
    ev.write(tmp_path / name, events)
    table = ev.read_table(tmp_path / name)
    assert table.names == tuple(f"{p}.{c}" for p in ("mu-", "mu+") for c in ("E", "px", "py", "pz"))
    assert np.array_equal(table.values, events.momenta[:, 2:].reshape(30, 8))
    assert table.source["provenance"]["seed"] == 7
    assert table.constant_columns() == {"mu-.E": 45.6, "mu+.E": 45.6}
    some = ev.read_table(tmp_path / name, columns=["cos_theta(mu-)", "mu+.px", "e-.pz"])
    assert np.array_equal(some.values[:, 0], ev.observable(events, "cos_theta(mu-)").values)
    assert some.constant_columns().keys() == {"e-.pz"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("a,b\n", "is empty: it has no rows"),
        ("a,b\n1,2\n3,nan\n", r"column 'b' is nan in row 1 \(1 such values in 2 rows\)"),
        ("a,b\n1,-inf\n3,4\n", "column 'b' is -inf in row 0"),
        ("a,b\n1,2\n3,x\n", "line 3: column 'b' is 'x', not a number"),
        ("a,b\n1,2\n3\n", "line 3: 1 values for 2 columns"),
        ("1,2\n3,4\n", "first line must hold the columns' names"),
        ("a,a\n3,4\n", "must be there and differ"),
        ("a,\n3,4\n", "must be there and differ"),
    ],
)
def test_bad_csv(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(InputError, match=said):
        ev.read_table(tmp_path / "t.csv")


def test_wrong_columns(tmp_path: Path) -> None:
    write(tmp_path / "t.csv")
    (tmp_path / "u.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no column 'cd'; did you mean 'c d'"):
        ev.read_table(tmp_path / "t.csv", columns=["cd"])
    with pytest.raises(InputError, match="no column 'zzz'; there are a, b, c d"):
        ev.read_table(tmp_path / "t.csv", columns=["zzz"])
    with pytest.raises(InputError, match=r"different columns \(c d\)"):
        ev.read_table([tmp_path / "t.csv", tmp_path / "u.csv"])
    assert len(ev.read_table([tmp_path / "t.csv", tmp_path / "u.csv"], columns=["b"])) == 4


def test_a_column_that_is_not_asked_for_may_be_anything(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    (tmp_path / "t.csv").write_text("a,name,b\n1,x,2\n3,y,4\n")
    np.savez(tmp_path / "t.npz", a=[1.0, 3.0], name=["x", "y"], b=[2, 4])
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"a": [1.0, 3.0], "name": ["x", "y"], "b": [2, 4]}), tmp_path / "t.parquet")
    for suffix in ("csv", "npz", "parquet"):
        assert ev.read_table(tmp_path / f"t.{suffix}", ["b", "a"]).values.tolist() == [[2, 1], [4, 3]]
        with pytest.raises(InputError, match="column 'name' is"):
            ev.read_table(tmp_path / f"t.{suffix}")
    with h5py.File(tmp_path / "t.h5", "w") as file:
        file["a"], file["a.b"] = [1.0, 3.0], [True, False]
    assert ev.read_table(tmp_path / "t.h5", ["a.b", "a"]).values.tolist() == [[1, 1], [0, 3]]
    pq.write_table(pa.table({"a": [1.0, None], "a.b": [True, False]}), tmp_path / "n.parquet")
    assert ev.read_table(tmp_path / "n.parquet", ["a.b"]).values.tolist() == [[1], [0]]
    with pytest.raises(InputError, match="column 'a' is nan in row 1"):
        ev.read_table(tmp_path / "n.parquet", ["a"])


def test_a_header_that_tells_of_fewer_rows_is_damage(tmp_path: Path) -> None:
    """The checksum of an .npz member is known when all of it is read, whatever its header says."""
    np.savez(tmp_path / "t.npz", a=np.arange(50.0), b=np.arange(50.0))
    whole = (tmp_path / "t.npz").read_bytes()
    (tmp_path / "t.npz").write_bytes(whole.replace(b"'shape': (50,)", b"'shape': (40,)"))
    with pytest.raises(InputError, match="is damaged"):
        ev.read_table(tmp_path / "t.npz")


def test_a_directory_of_an_archive_that_leaves_a_column_out_is_damage(tmp_path: Path) -> None:
    """Found by `python -m tests.torture "files/npz table" --seed 301`: one byte, and b is a's comment."""
    np.savez(tmp_path / "t.npz", a=np.arange(20.0), b=np.arange(20.0))
    whole = bytearray((tmp_path / "t.npz").read_bytes())
    first = whole.index(b"PK\x01\x02")
    second = whole.index(b"PK\x01\x02", first + 1)
    whole[first + 32 : first + 34] = (len(whole) - 22 - second).to_bytes(2, "little")  # length of its comment
    (tmp_path / "t.npz").write_bytes(whole)
    with zipfile.ZipFile(tmp_path / "t.npz") as archive:
        assert archive.namelist() == ["a.npy"]
    with pytest.raises(InputError, match="is damaged"):
        ev.read_table(tmp_path / "t.npz")
    version = whole.copy()
    version[first + 6] = 0xB6  # that zipfile does not know
    (tmp_path / "t.npz").write_bytes(version)
    with pytest.raises(InputError, match="is damaged"):
        ev.read_table(tmp_path / "t.npz")


def test_tables_without_rows_and_folders(tmp_path: Path) -> None:
    np.save(tmp_path / "none.npy", np.zeros((0, 3)))
    np.savez(tmp_path / "none.npz", a=np.zeros(0))
    (tmp_path / "folder.csv").mkdir()
    for name, said in {
        "none.npy": "it has no rows",
        "none.npz": "it has no rows",
        "folder.csv": "directory",
    }.items():
        with pytest.raises(InputError, match=said):
            ev.read_table(tmp_path / name)


def test_what_is_no_table(tmp_path: Path) -> None:
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    np.savez(tmp_path / "words.npz", a=np.array(["x"]))
    np.savez(tmp_path / "uneven.npz", a=np.zeros(2), b=np.zeros(3))
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY\x01\x00 rubbish")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 rubbish")
    (tmp_path / "t.txt").write_text("a\n1\n")
    for name, said in {
        "cube.npy": "a table is",
        "words.npz": "not of numbers",
        "uneven.npz": "different lengths",
        "bad.npy": "damaged",
        "bad.parquet": "damaged",
        "t.txt": "unknown suffix '.txt'",
        "absent.csv": "does not exist",
    }.items():
        with pytest.raises(InputError, match=said):
            ev.read_table(tmp_path / name)
    with pytest.raises(InputError, match="name at least one"):
        ev.read_table([])
    ev.write(tmp_path / "unlike", unlike())
    with pytest.raises(InputError, match="differ in their particles"):
        ev.read_table(tmp_path / "unlike")
