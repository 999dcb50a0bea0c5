"""Numba's options in one place: every compiled function of hepsym is made by `kernel` or `loop`.

`kernel` is for scalars to scalars and is inlined into its callers, without which loops over it do
not vectorise (Philox: 8.2 ns a number called, 2.4 inlined). `loop` is for the loops over arrays
that Python calls.

Numba's on-disk cache does not notice that a callee in another file changed (numba#8396), so the
cache lives in a directory named by a hash of every file that makes a kernel, and of the constants
that kernels freeze. A file that makes kernels takes constants from such files only;
tests/test_numba.py holds that.
"""

import hashlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import config as _config

config: Any = _config  # its options are set at run time, which a type checker cannot see

if os.environ.get("HEPSYM_NUMBA_EXTENSIONS") == "0":
    # The command line's process has no use for the Numba extensions of other packages, which
    # would import awkward, vector and sympy at the first compiled call: 0.7 s of 1.4.
    from numba.core import entrypoints

    entrypoints._already_initialized = True

__all__ = ["JIT_DISABLED", "cache_directory", "kernel", "loop"]

Function = TypeVar("Function", bound=Callable[..., Any])

JIT_DISABLED = bool(config.DISABLE_JIT)
"""True under NUMBA_DISABLE_JIT=1, when kernels run as the plain Python they are written in."""

_PACKAGE = Path(__file__).parent
_MARK = b"hepsym._numba"
_STALE_SECONDS = 30 * 86_400


def kernel(function: Function) -> Function:
    """Compile a scalar function in nopython mode and inline it wherever a kernel calls it.

    IEEE arithmetic: fastmath is off and nothing is contracted to a fused multiply-add, so a value
    does not depend on its place in a vector loop. Division by zero gives inf or nan, as in numpy.
    """
    return _compile(function, forceinline=True)


def loop(function: Function) -> Function:
    """Compile a loop over arrays, with `kernel`'s arithmetic; it releases the GIL while it runs."""
    return _compile(function)


def _compile(function: Function, *, forceinline: bool = False) -> Function:
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_directory())
    try:
        made = numba.njit(
            cache=can_keep(), nogil=True, error_model="numpy", fastmath=False, forceinline=forceinline
        )(function)
    finally:
        config.CACHE_DIR = before
    kept: Any = getattr(
        getattr(made, "_cache", None), "_cache_file", None
    )  # no cache where kernels are Python
    if kept is not None:
        kept._data_name_pattern = _OwnNames(kept._index_name.removesuffix(".nbi"))
    return cast(Function, made)


class _OwnNames:
    """Names of files of machine code that no two processes share.

    Numba numbers them by what stands in the index. Two processes that compile a function for unlike
    arguments at one time both see an empty index, take one name, and the index of the one may stay
    beside the code of the other, to be run with the wrong arguments ever after.
    """

    def __init__(self, function: str) -> None:
        self._function = function

    def format(self, number: int) -> str:
        """As the text does that Numba has in this place; by the process that compiles, forked or not."""
        return f"{self._function}.{platform.node()}-{os.getpid()}-{number}.nbc"


def sources_hash(package: Path = _PACKAGE) -> str:
    """Hash of every source file that makes kernels, and of the constants they freeze."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        text = path.read_bytes()
        if _MARK in text or path.name == "constants.py":
            digest.update(str(path.relative_to(package)).encode())
            digest.update(text)
    return digest.hexdigest()[:16]


_cache_directory: Path | None = None


def cache_directory() -> Path:
    """Where compiled kernels are kept: NUMBA_CACHE_DIR or the user's cache, then the hash."""
    global _cache_directory
    if _cache_directory is None:
        root = Path(config.CACHE_DIR) if config.CACHE_DIR else _user_cache()
        _cache_directory = root / "hepsym-kernels" / sources_hash()
        if not _cache_directory.exists():
            _forget_stale(_cache_directory.parent)
    return _cache_directory


_can_keep: bool | None = None


def can_keep() -> bool:
    """Whether the cache can be written. Where not, every process compiles for itself.

    Numba would go on to places that are not named by the hash, and raise where it may write none of them.
    """
    global _can_keep
    if _can_keep is None:
        try:
            cache_directory().mkdir(parents=True, exist_ok=True)
            _can_keep = os.access(cache_directory(), os.W_OK | os.X_OK)
        except OSError:
            _can_keep = False
    return _can_keep


def _user_cache() -> Path:
    if "XDG_CACHE_HOME" in os.environ:
        return Path(os.environ["XDG_CACHE_HOME"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    return Path.home() / ".cache"


def _forget_stale(parent: Path) -> None:
    """Drop kernels of package versions that nobody has compiled for since a month."""
    if not parent.is_dir():
        return
    for old in parent.iterdir():
        if time.time() - old.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
