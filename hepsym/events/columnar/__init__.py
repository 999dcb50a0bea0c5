"""Events as columns in files of other communities: numpy's npz, Apache Parquet."""

from hepsym.events.columnar.npz import NpzWriter, is_npz_events, read_npz
from hepsym.events.columnar.parquet import ParquetReader, ParquetWriter, is_parquet_events

__all__ = ["NpzWriter", "ParquetReader", "ParquetWriter", "is_npz_events", "is_parquet_events", "read_npz"]
