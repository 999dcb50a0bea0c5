"""How is a table read from a Parquet file that hepsym did not write? Some rows of some columns at a time."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.tables.columns import Pieces, places, rows_at_once
from hepsym.events.tables.words import Words

__all__ = ["pieces"]

Floats = NDArray[np.float64]


def pieces(path: Path, columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Names of the file's columns; null is NaN. Raises InputError."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise InputError(
            "Parquet files need pyarrow, which is not installed: pip install 'hepsym[io]'"
        ) from None
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path} is damaged, or is not a Parquet file") from None
    names = tuple(file.schema_arrow.names)
    chosen = [names[i] for i in places(path, names, columns)]
    for name in chosen:
        kind = file.schema_arrow.field(name).type
        spoken = words is not None and name == words.column
        number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
        if not (number or (spoken and (pa.types.is_string(kind) or pa.types.is_large_string(kind)))):
            raise InputError(f"{path}: column {name!r} is not of numbers (its type is {kind})")
    return Pieces(tuple(chosen), _blocks(path, file, chosen, words))


def _blocks(path: Path, file: Any, chosen: Sequence[str], words: Words | None) -> Generator[Floats]:
    import pyarrow as pa

    try:
        for batch in file.iter_batches(rows_at_once(len(chosen)), columns=list(chosen)):
            block = np.empty((batch.num_rows, len(chosen)))
            for i, name in enumerate(chosen):  # by name: "a" brings "a.b" with it
                column = batch.column(batch.schema.get_field_index(name))
                if words is not None and name == words.column:
                    block[:, i] = words.number(column.to_pylist())
                else:
                    block[:, i] = _numbers(column)
            yield block
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path} is damaged, or is not a Parquet file") from None


def _numbers(column: Any) -> Floats:
    import pyarrow as pa

    whole = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.float64)
