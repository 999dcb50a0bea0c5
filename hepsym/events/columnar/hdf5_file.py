"""What of an HDF5 file of unknown origin can be trusted? Plain arrays of its own, whole, of a sane size."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = [
    "HDF5_FAULTS",
    "Disk",
    "attributes_of",
    "describe",
    "new_hdf5",
    "opened_hdf5",
    "plain_array",
    "rows",
    "store",
]

HDF5_FAULTS: tuple[type[Exception], ...] = (
    OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError, MemoryError,
    IndexError, NotImplementedError,
)  # fmt: skip
"""What h5py raises for a file that is damaged (found by damaging files at random)."""

KEY = "hepsym"
MOST_UNPACKED = 1200
"""zlib makes at most 1032 bytes of one: what claims more has chunks missing, which HDF5 reads as zeros."""
SLACK = 2**20
MOST_ATTRIBUTE_BYTES = 64 * 2**20


def _h5py() -> Any:
    try:
        import h5py
    except ModuleNotFoundError:
        raise InputError("HDF5 files need h5py, which is not installed: pip install 'hepsym[io]'") from None
    return h5py


@contextmanager
def opened_hdf5(path: Path) -> Iterator[Any]:
    """The file, open for reading. Raises InputError for one that is none, or is damaged, body included."""
    h5py = _h5py()
    if not path.is_file():
        raise InputError(f"{path} {'is a directory, not a file' if path.is_dir() else 'does not exist'}")
    try:
        with path.open("rb"):  # the system's own words for a file that may not be read
            pass
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        with h5py.File(path, "r") as file:
            yield file
    except InputError:
        raise
    except HDF5_FAULTS as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is damaged, or is not an HDF5 file: {why}") from None


class Disk:
    """An open file whose failures wait until they are asked for.

    HDF5 writes when it closes its objects, and h5py can only print a failure there as a traceback.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._fault: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: Any) -> int:
        """As of a file; after a failure nothing more is written."""
        return self._try(lambda: self._file.write(content), len(content))

    def truncate(self, size: int | None = None) -> int:
        """As of a file."""
        return self._try(lambda: self._file.truncate(size), size or 0)

    def seek(self, place: int, whence: int = 0) -> int:
        """As of a file, which may write what it held back."""
        return self._try(lambda: self._file.seek(place, whence), place)

    def readinto(self, room: Any) -> int:
        """As of a file; after a failure there is nothing to read."""
        return self._try(lambda: self._file.readinto(room), 0)  # type: ignore[attr-defined]

    def flush(self) -> None:
        """As of a file."""
        self._try(lambda: self._file.flush() or 0, 0)

    def _try(self, act: Callable[[], int], otherwise: int) -> int:
        if self._fault is None:
            try:
                return act()
            except OSError as error:
                self._fault = error
        return otherwise

    def check(self) -> None:
        """Raise the OSError that came first, if any."""
        if self._fault is not None:
            raise self._fault


@contextmanager
def new_hdf5(disk: Disk) -> Iterator[Any]:
    """An HDF5 file to be written there, whose metadata have checksums (HDF5 1.10 and later)."""
    try:
        with _h5py().File(disk, "w", libver=("v110", "v110")) as made:
            yield made
    except HDF5_FAULTS:
        disk.check()  # the disk's own fault stands before what HDF5 made of it
        raise
    disk.check()


def store(group: Any, name: str, values: NDArray[Any], *, chunk_rows: int, fill: float = 0.0) -> Any:
    """A dataset that can grow along its first two axes; chunks are packed and have checksums."""
    chunk = (chunk_rows, *(max(1, size) for size in values.shape[1:]))
    return group.create_dataset(
        name, data=values, maxshape=(None, None, *values.shape[2:])[: values.ndim],
        chunks=chunk, fillvalue=fill,
        compression="gzip", compression_opts=1, shuffle=True, fletcher32=True,
    )  # fmt: skip


def plain_array(group: Any, name: str, path: Path) -> Any:
    """The dataset of this name, of numbers, which lies in the file itself and is all there.

    Raises InputError for links, data kept in other files, objects, and sizes that what is stored
    cannot fill.
    """
    h5py = _h5py()
    if name not in group or not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise InputError(f"{path}: no array {name!r} in it")
    found = group[name]
    if not isinstance(found, h5py.Dataset):
        raise InputError(f"{path}: {name!r} is not an array")
    if found.is_virtual or found.external:
        raise InputError(f"{path}: the array {name!r} lies in another file; only what is inside is read")
    if found.shape is None or found.dtype.kind not in "iufb":
        raise InputError(f"{path}: the array {name!r} is not of numbers")
    stored = int(found.id.get_storage_size())
    if found.size * found.dtype.itemsize > MOST_UNPACKED * stored + SLACK * bool(stored):
        raise InputError(f"{path} is damaged: of the array {name!r} {stored} bytes are there, too few")
    return found


def rows(dataset: Any, first: int, last: int) -> NDArray[Any]:
    """Rows of a dataset, in the machine's byte order."""
    values = np.asarray(dataset[first:last])
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def describe(group: Any, said: Mapping[str, Any]) -> None:
    """Write what `attributes_of` reads. Of fixed length, so that HDF5's checksums of metadata cover it."""
    group.attrs[KEY] = np.bytes_(json.dumps(said).encode())


def attributes_of(group: Any) -> Mapping[str, Any]:
    """The JSON object that hepsym wrote; empty where there is none. Raises ValueError for a damaged one."""
    if KEY not in group.attrs:
        return {}
    attribute = group.attrs.get_id(KEY)
    fixed = attribute.dtype.kind == "S"  # of variable length it lies in a heap that can be bent into a ring
    if attribute.shape != () or not fixed or attribute.dtype.itemsize > MOST_ATTRIBUTE_BYTES:
        raise ValueError("its description is not a text of fixed length")
    found = json.loads(bytes(group.attrs[KEY]).decode())
    if not isinstance(found, dict):
        raise ValueError("its description is not an object")
    return found
