"""How a file comes to be: whole, under its name, or not at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hepsym.errors import InputError, RunError

__all__ = ["atomic_file", "disk_error", "new_directory", "new_path", "replace_text", "sync_directory"]

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def new_path(path: str | os.PathLike[str]) -> Path:
    """The path, if something can be created there: nothing exists, the directory does and is writable.

    Raises InputError otherwise. Nothing is written.
    """
    path = Path(path)
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} exists already: name another output, nothing is overwritten")
    parent = path.parent
    if not parent.is_dir():
        what = "is not a directory" if parent.exists() else "does not exist"
        raise InputError(f"cannot create {path}: the directory {parent} {what}")
    effective = os.access in os.supports_effective_ids
    if not os.access(parent, os.W_OK | os.X_OK, effective_ids=effective):
        raise InputError(f"cannot create {path}: the directory {parent} is not writable")
    return path


def disk_error(path: Path, error: OSError, kept: str = "nothing was left behind") -> RunError:
    """What to raise when the disk refuses in the middle of the work."""
    what = "the disk is full" if error.errno in _DISK_FULL else f"{error.strerror or error}"
    return RunError(f"writing {path} stopped: {what}; {kept}")


def sync_directory(directory: Path) -> None:
    """Make a rename in this directory survive a power cut, where the system can."""
    with contextlib.suppress(OSError):  # Windows and some network file systems cannot
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """A binary file that gets its name once it is whole: temporary name, fsync, rename.

    After any exception inside, Ctrl-C included, nothing is left. Raises InputError when the path
    came into being meanwhile (unless `overwrite`), RunError when the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise InputError(f"cannot create {path}: {error.strerror or error}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:  # HDF5 and ROOT read what they wrote
            _allow_group(handle)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            new_path(path)
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise disk_error(path, error) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """A directory that gets its name once all is in it; what is written goes into the one that is given.

    After any exception inside nothing is left. Raises InputError as `new_path`, which is asked before and
    after, and RunError when the disk fails.
    """
    new_path(path)
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent))
    except OSError as error:
        raise disk_error(path, error) from None
    try:
        yield beside
        new_path(path)
        beside.chmod(0o755)
        beside.rename(path)
    except OSError as error:
        raise disk_error(path, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _allow_group(handle: int) -> None:
    """Mode as an ordinary open gives it; mkstemp's is for the owner alone."""
    if hasattr(os, "fchmod"):
        os.fchmod(handle, 0o666 & ~_umask())


def _umask() -> int:
    # The mask can only be read by setting it; /proc says it without that race between threads.
    with contextlib.suppress(OSError, ValueError, StopIteration):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in status if line.startswith("Umask:")).split()[1], 8)
    return 0o022


def replace_text(path: Path, text: str) -> None:
    """Write a small text file whole, replacing the one of that name if there is one."""
    with atomic_file(path, overwrite=True) as file:
        file.write(text.encode())
