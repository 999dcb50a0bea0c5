"""How is a text file of unknown origin read line by line within bounded memory?"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from hepsym.errors import InputError

__all__ = ["Lines"]

LONGEST_LINE = 2**20
BLOCK = 2**20
MOST_UNPACKED, SLACK = 50, 16 * 2**20
"""Text of numbers packs to a third, of few different ones to a twentieth; a bomb to a thousandth."""
MOST_CLOSER = 50_000
GZIP_MAGIC = b"\x1f\x8b"


class Lines(Iterator[bytes]):
    """The lines of a file, packed by gzip or not, counted from 1; `number` is that of the last one.

    A context manager, which closes the file. `buffer[at:]` is what has been read and not yet taken.
    Raises InputError for a line over 1 MiB, for damaged or truncated gzip, and for gzip that unpacks
    to 16 MiB and more than fifty times its size. Memory stays below 8 MiB whatever the file says.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.buffer = b""
        self.at = 0
        self._start = 0
        self._crc = 0
        self._unpacked = 0
        self._ended = False
        self._closer = 0
        self._dos: bool | None = None
        self._held = b""

    def __enter__(self) -> Self:
        try:
            with self.path.open("rb") as file:
                self.packed = file.read(2) == GZIP_MAGIC
                self._size = self.path.stat().st_size
            opened = gzip.open(self.path, "rb") if self.packed else self.path.open("rb", buffering=0)
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror or error}") from None
        self._file = cast(BinaryIO, opened)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def more(self) -> bool:
        """Read another block into the buffer; False at the file's end. Raises InputError."""
        if self._ended:
            return False
        try:
            block = self._file.read(BLOCK)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{self.path} is damaged: {error or 'its gzip stream ends early'}") from None
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror or error}") from None
        ended = not block
        self._unpacked += len(block)
        if self._dos is None:
            self._dos = b"\r\n" in block[: block.find(b"\n") + 1]
        if self._dos:  # a file that went through Windows is what it was
            block = self._held + block
            self._held = b"\r" if block.endswith(b"\r") else b""
            block = block.removesuffix(b"\r").replace(b"\r\n", b"\n")
        if self.packed and self._unpacked > SLACK + MOST_UNPACKED * self._size:
            raise self._bomb(MOST_UNPACKED)
        self._crc = zlib.crc32(memoryview(self.buffer)[: self.at], self._crc)
        self.buffer = self.buffer[self.at :] + block
        self.at = 0
        self._ended = ended
        return not ended or bool(block)

    def __next__(self) -> bytes:
        searched = self.at
        while (end := self.buffer.find(b"\n", searched)) < 0:
            waiting = len(self.buffer) - self.at
            if waiting > LONGEST_LINE:
                raise self.error(f"a line of more than {LONGEST_LINE} bytes", self.number + 1)
            if not self.more():
                if not waiting:
                    raise StopIteration
                end = len(self.buffer)
                break
            searched = waiting
        self._start = self.at
        line = self.buffer[self.at : end]
        self.at = min(end + 1, len(self.buffer))
        self.number += 1
        if len(line) > LONGEST_LINE:
            raise self.error(f"a line of more than {LONGEST_LINE} bytes")
        return line

    def skip(self, at: int, lines: int) -> None:
        """Go on at this place of the buffer, so many lines further."""
        self.at = at
        self.number += lines

    def checksum(self) -> int:
        """CRC-32 of everything before the last line that was taken."""
        return zlib.crc32(memoryview(self.buffer)[: self._start], self._crc)

    def looked_at(self, lines: int) -> None:
        """Tell that so many lines took a closer look. Raises InputError for a bomb that would take long."""
        self._closer += lines
        if self._closer > MOST_CLOSER and self.packed and self._unpacked > SLACK // 4 + 8 * self._size:
            raise self._bomb(8)

    def _bomb(self, times: int) -> InputError:
        return InputError(
            f"{self.path} unpacks to more than {times} times its size, as bombs do: "
            "if you trust it, unpack it with gunzip first"
        )

    def error(self, what: str, line: int | None = None) -> InputError:
        """What to raise for a fault at this line."""
        return InputError(f"{self.path}, line {line if line is not None else self.number}: {what}")
