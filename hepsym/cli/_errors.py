"""How a failure is told: one line on stderr and an exit status, never a traceback."""

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from hepsym.errors import InputError, RunError

__all__ = ["complain", "reported"]

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

_THE_USERS_PATH = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.EISDIR,
    errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP,
}  # fmt: skip
"""Faults of a path that the user named, so bad input; of the rest (a full disk) the run has failed."""

EXTRAS = {
    "torch": "train", "safetensors": "train", "matplotlib": "plot", "mplhep": "plot",
    "pyarrow": "io", "h5py": "io", "uproot": "io", "pyhepmc": "io", "awkward": "io", "vector": "io",
    "pythia8mc": "jets", "fastjet": "jets", "dask": "dask", "distributed": "dask", "sklearn": "symmetry",
    "uhi": "plot",
}  # fmt: skip
"""Which extra brings an optional module."""


def one_line(text: str) -> str:
    """The text without line breaks, and with control characters of a hostile file made visible."""
    joined = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in joined)


def complain(message: str) -> None:
    """Print `hepsym: error: message` on stderr, as one line."""
    print(f"hepsym: error: {one_line(message)}", file=sys.stderr, flush=True)


@contextmanager
def reported() -> Iterator[None]:
    """Run a command's body; an exception becomes one line on stderr and SystemExit.

    InputError and wrong usage: 2. RunError: 1. Ctrl-C: 130. A closed pipe: 1, silently. An OSError:
    2 where it is about a path that was named, else 1. A module of an extra that is not installed:
    1, with the command that installs it. Anything else is a fault of hepsym: 1, with the traceback
    in a file, or on stderr where HEPSYM_DEBUG=1.
    """
    try:
        yield
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        print("hepsym: interrupted", file=sys.stderr, flush=True)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        _leave_quietly()
    except Exception as error:
        if os.environ.get("HEPSYM_DEBUG", "0") not in {"", "0"}:
            traceback.print_exc()
        message, status = _told(error)
        complain(message)
        raise SystemExit(status) from None


def _told(error: Exception) -> tuple[str, int]:
    if isinstance(error, InputError):
        return str(error), BAD_INPUT
    if isinstance(error, RunError):
        return str(error), FAILED
    if isinstance(error, typer.Abort):
        return "stopped at a question that got no answer", FAILED
    if hasattr(error, "format_message"):  # typer's and click's usage errors, whatever their home
        return _usage(error), BAD_INPUT
    if isinstance(error, OSError) and error.errno is not None:
        names = " -> ".join(repr(str(n)) for n in (error.filename, error.filename2) if n is not None)
        reason = error.strerror or type(error).__name__
        return f"{names}: {reason}" if names else reason, (
            BAD_INPUT if error.errno in _THE_USERS_PATH else FAILED
        )
    if isinstance(error, RuntimeError) and ("can't allocate memory" in str(error)):  # torch's words on a CPU
        return "out of memory: a network or batch of that size does not fit", FAILED
    if isinstance(error, MemoryError):
        return f"out of memory: {error}" if str(error) else "out of memory", FAILED
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in EXTRAS:
        name = (error.name or "").split(".")[0]
        return f"this needs {name}, which is not installed: pip install 'hepsym[{EXTRAS[name]}]'", FAILED
    return _fault(error), FAILED


def _usage(error: Any) -> str:
    message = str(error.format_message()).rstrip(".")
    refused = getattr(error.__cause__, "errors", None)
    if refused is not None:  # pydantic's words leave out the value
        message += f", not {str(refused()[0]['input'])!r}"
    context = getattr(error, "ctx", None)
    return message if context is None else f"{message} (see `{context.command_path} --help`)"


def _fault(error: Exception) -> str:
    what = f"{type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="hepsym-traceback-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"{what} (a fault of hepsym; HEPSYM_DEBUG=1 shows the traceback)"
    return f"{what} (a fault of hepsym; its traceback is in {file.name}, HEPSYM_DEBUG=1 shows it)"


def _leave_quietly() -> NoReturn:
    # The interpreter flushes stdout once more as it ends, and would complain about the pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(FAILED) from None
