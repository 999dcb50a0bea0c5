"""Events as columns in files of other communities: numpy's npz, Apache Parquet, HDF5."""

from hepsym.events.columnar.hdf5 import Hdf5Reader, Hdf5Writer, is_hdf5_events
from hepsym.events.columnar.npz import NpzWriter, is_npz_events, read_npz
from hepsym.events.columnar.parquet import ParquetReader, ParquetWriter, is_parquet_events

__all__ = [
    "Hdf5Reader",
    "Hdf5Writer",
    "NpzWriter",
    "ParquetReader",
    "ParquetWriter",
    "is_hdf5_events",
    "is_npz_events",
    "is_parquet_events",
    "read_npz",
]
