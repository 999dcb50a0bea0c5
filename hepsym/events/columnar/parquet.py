"""How are events kept in a Parquet file? A column a component, the rest as JSON in its metadata."""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from hepsym.errors import InputError
from hepsym.events.columnar.arrow import Layout, from_record, layout_of, to_record
from hepsym.events.columnar.checksums import Checksums
from hepsym.events.concatenate import concatenate
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.event import Events, Provenance
from hepsym.events.template import Template

__all__ = ["ParquetReader", "ParquetWriter", "is_parquet_events"]

KEY, CHECK = b"hepsym", b"hepsym-crc32"
_DAMAGE = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, MemoryError, OSError)
"""What pyarrow and numpy raise for columns that are not those the metadata tell of."""
GROUP_EVENTS = 262_144
"""Events of a row group; the first decide the columns."""


class ParquetWriter:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    Like events: columns `mu-.E`, `mu-.px`, `mu-.py`, `mu-.pz` a leg, `weight`, and the columns of
    Events. Unlike events: lists `pdg_id`, `status`, `mass`, `E`, `px`, `py`, `pz` an event.
    Raises InputError for a path that is taken, or later events that do not fit the first 262144;
    RunError when the disk fails; then nothing is left.
    """

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._waiting: list[Events] = []
        self._layout: Layout | None = None
        self._arrow: Any = None
        self._sums = Checksums()

    def __enter__(self) -> Self:
        import pyarrow.parquet  # noqa: F401 - its absence is told before any work

        self._context: AbstractContextManager[BinaryIO] = atomic_file(self.path)
        self._file = self._context.__enter__()
        return self

    def write(self, events: Events) -> None:
        """Take these events; a row group is written when there are enough."""
        if len(events):
            self._waiting.append(events)
        if sum(len(e) for e in self._waiting) >= GROUP_EVENTS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        events = concatenate(self._waiting) if self._waiting else _nothing()
        self._waiting = []
        if self._layout is None:
            self._layout = layout_of(events)
            provenance = self._provenance if self._provenance is not None else events.provenance
            said = {"provenance": provenance.to_json(), "layout": self._layout.to_json()}
            text = json.dumps(said).encode()
            self._sums.text(text)
            schema = to_record(events, self._layout).schema.with_metadata({KEY: text})
            options = {"compression": "zstd", "use_dictionary": False, "write_page_checksum": True}
            self._arrow = pq.ParquetWriter(self._file, schema, **options)
        if len(events):
            record = to_record(events, self._layout)
            self._sums.add(record)
            table = pa.Table.from_batches([record]).replace_schema_metadata(self._arrow.schema.metadata)
            self._arrow.write_table(table, row_group_size=GROUP_EVENTS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and (self._waiting or self._layout is None):
                self._flush()
            if self._arrow is not None:
                self._arrow.add_key_value_metadata({CHECK: self._sums.to_json()})
                self._arrow.close()
        except BaseException as fault:
            self._context.__exit__(type(fault), fault, fault.__traceback__)
            raise
        self._context.__exit__(kind, error, trace)


def _nothing() -> Events:
    return Events(np.empty((0, 0, 4)), np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0))


def _metadata(path: Path) -> dict[str, Any] | None:
    """What hepsym wrote into the file's metadata; None for another program's table. InputError if damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        text = (schema.metadata or {}).get(KEY)
        found = None if text is None else json.loads(text)
    except (pa.ArrowException, ValueError, OSError, RecursionError) as error:
        raise _fault(path, error) from None
    return found if isinstance(found, dict) else None


def _fault(path: Path, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return InputError(f"cannot read {path}: {error.strerror}")
    return InputError(f"{path} is damaged, or is not a Parquet file: {' '.join(str(error).split())[:200]}")


def is_parquet_events(path: Path) -> bool:
    """Whether this .parquet file holds events, as against a plain table. Raises InputError if damaged."""
    return _metadata(path) is not None


class ParquetReader:
    """Iterate over a .parquet file that hepsym wrote, as Events, a row group at a time.

    Raises InputError for a file that is damaged, or is a table of something else.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        said = _metadata(self.path)
        if said is None:
            raise InputError(
                f"{self.path} holds no events: hepsym did not write it (a table can be fitted as it is)"
            )
        try:
            self.provenance = Provenance.from_json(said["provenance"])
            self._layout = Layout.from_json(said["layout"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InputError(f"{self.path} is damaged: its metadata lack {error}") from None

    @property
    def template(self) -> Template | None:
        """What all events have in common; None for unlike events."""
        return self._layout.template

    def __iter__(self) -> Iterator[Events]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self.path, page_checksum_verification=True) as file:
                told = (file.metadata.metadata or {}).get(CHECK)
                sums = Checksums()
                sums.text(file.metadata.metadata[KEY])
                for record in file.iter_batches(batch_size=GROUP_EVENTS):
                    sums.add(record)
                    yield from_record(record, self._layout, self.provenance)
                if told is not None and told != sums.to_json():
                    raise InputError(f"{self.path} is damaged: its columns do not fit their checksums")
        except InputError:
            raise
        except (pa.ArrowException, *_DAMAGE) as error:
            raise _fault(self.path, error) from None
