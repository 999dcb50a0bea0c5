"""What does a command of hepsym come to, in a process of its own that may be limited, disturbed or poor?"""

import contextlib
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hepsym.cli import main
from tests.torture.campaign import fork

__all__ = ["Told", "run", "start", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def clear(self) -> bool:
        """One line of error and no traceback."""
        lines = [line for line in self.err.splitlines() if line.strip()]
        return len(lines) == 1 and "a fault of hepsym" not in self.err and "Traceback" not in self.err


@dataclass(frozen=True, slots=True)
class Child:
    """A command that runs."""

    pid: int
    pipes: tuple[int, int]
    """Of its stdout and stderr."""


def start(words: Sequence[str | Path], folder: Path, *, file_bytes: int = 0, nobody: bool = False) -> Child:
    """Fork a child that runs `hepsym WORDS` in the folder."""
    sys.stdout.flush()
    sys.stderr.flush()
    pipes = [os.pipe(), os.pipe()]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the child can take it
    pid = fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for _, send in pipes:
            os.close(send)
        return Child(pid, (pipes[0][0], pipes[1][0]))
    code = 70
    try:
        os.setsid()
        for number, (_, send) in zip((1, 2), pipes, strict=True):
            os.dup2(send, number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        os.chdir(folder)
        if file_bytes:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write then fails with EFBIG
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
        if nobody:
            os.seteuid(65534)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        main([str(w) for w in words])
    except SystemExit as end:
        code = int(end.code or 0)
    except KeyboardInterrupt:  # before the command began
        print("hepsym: interrupted", file=sys.stderr)
        code = 130
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def told(child: Child) -> Told:
    """Wait for a child of `start`."""
    texts = []
    for pipe in child.pipes:
        with os.fdopen(pipe, errors="replace") as file:
            texts.append(file.read())
    return Told(os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]), *texts)


def run(
    words: Sequence[str | Path],
    folder: Path,
    *,
    file_bytes: int = 0,
    nobody: bool = False,
    interrupt_after: float | None = None,
) -> Told:
    """Run a command to its end; a SIGINT comes after so many seconds."""
    child = start(words, folder, file_bytes=file_bytes, nobody=nobody)
    if interrupt_after is not None:
        time.sleep(interrupt_after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGINT)
    return told(child)
