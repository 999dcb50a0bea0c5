"""What becomes of damaged event files and tables? Refused in one line, unharmed, or read as they stand.

A file of a format with checksums (npz, Parquet, HDF5, native, packed HepMC) must never be read as
other events than were written. Of the rest (ROOT as uproot reads it, HepMC text, CSV, npy) a changed
number cannot be seen; there the promise is one line or events, in bounded time and memory.
"""

import gzip
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.events.jets.jetnet import read_jetnet, write_jetnet
from hepsym.events.table import read_table
from tests.events.conftest import unlike
from tests.events.damage import KINDS
from tests.events.jets.test_jetnet import jets
from tests.events.test_hdf5_and_root import rich
from tests.torture.campaign import WRONG, Row, in_children
from tests.torture.hostile import hostile_text

__all__ = ["DOCUMENTS", "FORMATS", "damaged_files", "hostile_documents"]

Read = Callable[[Path], bytes]


def _events(path: Path) -> bytes:
    """All that was read, as bytes to be compared."""
    made = ev.read(path)
    arrays = [made.momenta, made.pdg_ids, made.status, made.masses]
    arrays += [] if made.weights is None else [made.weights]
    columns = sorted((n, np.asarray(c).tobytes()) for n, c in made.columns.items())
    told = made.provenance.to_json()
    return b"".join(a.tobytes() for a in arrays) + repr((columns, told)).encode()


def _jets(path: Path) -> bytes:
    made = read_jetnet(path)
    return made.particle_features.tobytes() + made.jet_features.tobytes()


def _table(path: Path) -> bytes:
    made = read_table(path)
    return repr(made.names).encode() + made.values.tobytes()


def _write_events(path: Path) -> None:
    ev.write(path, rich(40) if path.stem.endswith("rich") else unlike(12))


def _write_jets(path: Path) -> None:
    write_jetnet(path, jets(60, 8))


def _write_table(path: Path) -> None:
    values = np.arange(60.0).reshape(20, 3) / 7
    if path.suffix == ".csv":
        np.savetxt(path, values, delimiter=",", header="a,b,c", comments="", fmt="%.17g")
    elif path.suffix == ".npy":
        np.save(path, values)
    elif path.suffix == ".npz":
        np.savez(path, a=values[:, 0], b=values[:, 1])
    elif path.suffix == ".h5":
        import h5py

        with h5py.File(path, "w") as file:
            file["a"], file["b"] = values[:, 0], values[:, 1]
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"a": values[:, 0], "b": values[:, 1]}), path)


FORMATS: dict[str, tuple[str, Callable[[Path], None], Read, bool]] = {
    "npz": (".npz", _write_events, _events, True),
    "parquet": (".parquet", _write_events, _events, True),
    "hdf5": (".h5", _write_events, _events, True),
    "jetnet": (".jetnet.h5", _write_jets, _jets, True),
    "native": ("", _write_events, _events, True),
    "hepmc.gz": (".hepmc.gz", _write_events, _events, True),
    "hepmc": (".hepmc", _write_events, _events, False),
    "root": (".root", _write_events, _events, False),
    "rntuple": (".rntuple.root", _write_events, _events, False),
    "csv table": (".csv", _write_table, _table, False),
    "npy table": (".npy", _write_table, _table, False),
    "npz table": (".npz", _write_table, _table, True),
    "parquet table": (".parquet", _write_table, _table, False),
    "hdf5 table": (".h5", _write_table, _table, False),
}
"""By name: suffix, who writes a sound one, who reads it, whether a checksum covers what was written."""


def damaged_files(kind: str, trials: int, seed: int, folder: Path) -> Row:
    """Damage a file of this kind in twelve ways and read it."""
    suffix, write, read, checked = FORMATS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    sources = [folder / f"{name}{suffix}" for name in ("rich", "other")]
    for path in sources:
        write(path)
    expected = [read(path) for path in sources]
    bad = folder / f"bad{suffix}"

    def trial(i: int) -> str:
        rng = np.random.default_rng([seed, i])
        which = int(rng.integers(2))
        _copy_damaged(sources[which], bad, KINDS[i % len(KINDS)], rng)
        return _judged(bad, read, expected[which], checked)

    return in_children(f"damaged files: {kind}", trial, trials, seed)


def _copy_damaged(source: Path, bad: Path, damage: Callable[..., bytes], rng: np.random.Generator) -> None:
    """A damaged copy; of a directory one file of it, the manifest every second time."""
    if not source.is_dir():
        bad.write_bytes(damage(source.read_bytes(), rng))
        return
    shutil.rmtree(bad, ignore_errors=True)
    shutil.copytree(source, bad)
    listed = sorted(bad.iterdir())
    manifest = [p for p in listed if p.suffix == ".json"]
    chosen = manifest[0] if rng.integers(2) else listed[int(rng.integers(len(listed)))]
    chosen.write_bytes(damage(chosen.read_bytes(), rng))


def _judged(bad: Path, read: Read, expected: bytes, checked: bool) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what users would see on the terminal
            found = read(bad)
    except InputError as error:
        if "\n" in str(error) or bad.name not in str(error):
            return f"{WRONG}: not one line that names the file: {error}"
        return "refused"
    if found == expected:
        return "unharmed"
    return f"{WRONG}: other events than were written" if checked else "read as it stands"


# Documents of JSON inside files: the file whole, hostile in what it says ---------------------------


def _npz(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    arrays = dict(np.load(good))
    arrays["provenance"] = np.array(change(json.loads(str(arrays["provenance"]))))
    np.savez(bad, **arrays)


def _parquet(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(good)
    said = json.loads(table.schema.metadata[b"hepsym"])
    pq.write_table(table.replace_schema_metadata({b"hepsym": change(said).encode()}), bad)


def _hdf5(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    import h5py

    shutil.copy(good, bad)
    with h5py.File(bad, "r+", libver=("v110", "v110")) as file:
        text = change(json.loads(file.attrs["hepsym"]))
        del file.attrs["hepsym"]
        file.attrs["hepsym"] = np.bytes_(text.encode())


def _native(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    shutil.rmtree(bad, ignore_errors=True)
    shutil.copytree(good, bad)
    said = json.loads((bad / "manifest.json").read_text())
    del said["document_sha256"]  # as who means harm would
    (bad / "manifest.json").write_text(change(said))


def _hepmc(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    lines = good.read_text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("A hepsym "))
    said = json.loads(lines[at].removeprefix("A hepsym ").replace("\\|", "\n").replace("\\\\", "\\"))
    lines[at] = "A hepsym " + change(said).replace("\\", "\\\\")
    bad.write_text("\n".join(lines))


def _root(good: Path, bad: Path, change: Callable[[Any], str]) -> None:
    import uproot

    bad.unlink(missing_ok=True)
    with uproot.open(good) as source, uproot.recreate(bad) as file:
        file["hepsym"] = change(json.loads(str(source["hepsym"])))
        arrays = source["events"].arrays()
        file["events"] = {n: arrays[n] for n in arrays.fields if not n.startswith("n")}


DOCUMENTS: dict[str, tuple[str, Callable[[Path, Path, Callable[[Any], str]], None]]] = {
    "npz": (".npz", _npz),
    "parquet": (".parquet", _parquet),
    "hdf5": (".h5", _hdf5),
    "native": ("", _native),
    "hepmc": (".hepmc", _hepmc),
    "root": (".root", _root),
}


def hostile_documents(kind: str, trials: int, seed: int, folder: Path) -> Row:
    """Files that are whole, but whose JSON (manifest, layout, provenance) says what no hepsym wrote."""
    suffix, rewrite = DOCUMENTS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    good, bad = folder / f"good{suffix}", folder / f"hostile{suffix}"
    ev.write(good, rich(6))
    again = folder / f"again{suffix}"

    def trial(i: int) -> str:
        rng = np.random.default_rng([seed, i])
        rewrite(good, bad, lambda said: hostile_text(said, rng))
        try:
            found = ev.read(bad)
            ev.provenance_of(bad)
            _use(found, again)
        except InputError as error:
            return f"{WRONG}: not one line: {error}" if "\n" in str(error) else "refused"
        return "read as it stands"

    return in_children(f"hostile JSON in: {kind}", trial, trials, seed)


def _use(events: ev.Events, again: Path) -> None:
    """What is read can be written: the provenance fits every header, and the arrays one another."""
    for path in (again.with_name("again.lhe"), again.with_name("again.npz")):
        path.unlink(missing_ok=True)
        ev.write(path, events)


def gunzipped(path: Path) -> bytes:
    """The content of a packed or plain file."""
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
