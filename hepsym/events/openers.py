"""What reads and writes each format? Imported when it is called for, as some need heavy packages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hepsym.events.event import Provenance

__all__ = ["READERS", "WRITERS"]


def _read_native(path: Path) -> Any:
    from hepsym.events.native import Dataset

    return Dataset(path)


def _read_lhe(path: Path) -> Any:
    from hepsym.events.lhe import LheReader

    return LheReader(path)


def _read_hepmc(path: Path) -> Any:
    from hepsym.events.hepmc import HepMCReader

    return HepMCReader(path)


def _read_hdf5(path: Path) -> Any:
    from hepsym.events.columnar import Hdf5Reader

    return Hdf5Reader(path)


def _read_jetnet(path: Path) -> Any:
    from hepsym.events.jets.as_events import JetEventsReader

    return JetEventsReader(path)


def _read_root(path: Path) -> Any:
    from hepsym.events.root import RootReader

    return RootReader(path)


def _read_npz(path: Path) -> Any:
    from hepsym.events.columnar import read_npz

    events = read_npz(path)
    return [events] if len(events) else []


def _read_parquet(path: Path) -> Any:
    from hepsym.events.columnar import ParquetReader

    return ParquetReader(path)


def _write_native(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.native import StreamWriter

    return StreamWriter(path, provenance=provenance)


def _write_lhe(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.lhe import LheWriter

    return LheWriter(path, provenance=provenance)


def _write_hepmc(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.hepmc import HepMCWriter

    return HepMCWriter(path, provenance=provenance)


def _write_hdf5(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.columnar import Hdf5Writer

    return Hdf5Writer(path, provenance=provenance)


def _write_jetnet(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.jets.as_events import JetEventsWriter

    return JetEventsWriter(path, provenance=provenance)


def _write_root(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.root import RootWriter

    return RootWriter(path, provenance=provenance)


def _write_npz(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.columnar import NpzWriter

    return NpzWriter(path, provenance=provenance)


def _write_parquet(path: Path, provenance: Provenance | None) -> Any:
    from hepsym.events.columnar import ParquetWriter

    return ParquetWriter(path, provenance=provenance)


READERS: dict[str, Callable[[Path], Any]] = {
    "native": _read_native,
    "lhe": _read_lhe,
    "hepmc": _read_hepmc,
    "hdf5": _read_hdf5,
    "jetnet": _read_jetnet,
    "root": _read_root,
    "npz": _read_npz,
    "parquet": _read_parquet,
}
WRITERS: dict[str, Callable[[Path, Provenance | None], Any]] = {
    "native": _write_native,
    "lhe": _write_lhe,
    "hepmc": _write_hepmc,
    "hdf5": _write_hdf5,
    "jetnet": _write_jetnet,
    "root": _write_root,
    "npz": _write_npz,
    "parquet": _write_parquet,
}
