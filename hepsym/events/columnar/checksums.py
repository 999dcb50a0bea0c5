"""Are the columns of a Parquet file those that were written? Its footer, which says where, is unchecked.

Pages have checksums of their own, but a column's name or place that was changed in the footer makes one
column of another's sound pages.
"""

import json
import zlib
from typing import Any

import numpy as np

__all__ = ["Checksums"]


class Checksums:
    """CRC-32 of every column's numbers in order, however they are cut into batches, and of a text."""

    def __init__(self) -> None:
        self._sums: dict[str, int] = {}
        self._text = 0

    def text(self, text: bytes) -> None:
        """Take the description of the columns."""
        self._text = zlib.crc32(text)

    def add(self, record: Any) -> None:
        """Take a batch, a pyarrow.RecordBatch of numbers and of lists of numbers."""
        for name, column in zip(record.schema.names, record.columns, strict=True):
            values = column
            if hasattr(column, "offsets"):
                self._take(f"{name} lengths", np.diff(column.offsets.to_numpy()).astype(np.int64))
                values = column.flatten()
            self._take(name, np.asarray(values.to_numpy(zero_copy_only=False)))

    def _take(self, name: str, numbers: Any) -> None:
        content = np.ascontiguousarray(numbers).view(np.uint8).data if len(numbers) else b""
        self._sums[name] = zlib.crc32(content, self._sums.get(name, 0))

    def to_json(self) -> bytes:
        """As it is kept in the file."""
        return json.dumps({"text": self._text, "columns": self._sums}, sort_keys=True).encode()
