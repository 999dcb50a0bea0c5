"""How is a text file of unknown origin read line by line within bounded memory?"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from hepsym.errors import InputError

__all__ = ["Lines"]

LONGEST_LINE = 2**20
BLOCK = 2**18
GZIP_MAGIC = b"\x1f\x8b"


class Lines:
    """The lines of a file, packed by gzip or not, counted from 1; `number` is that of the last one.

    Raises InputError for a line over 1 MiB (a compressed bomb is one, as a rule) and for damaged
    or truncated gzip. Memory stays below 2 MiB whatever the file says.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        try:
            with self._open() as file:
                while block := file.read(BLOCK):
                    lines = (rest + block).split(b"\n")
                    rest = lines.pop()
                    if len(rest) > LONGEST_LINE:
                        raise self.error(
                            f"a line of more than {LONGEST_LINE} bytes", self.number + len(lines) + 1
                        )
                    for line in lines:
                        self.number += 1
                        yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{self.path} is damaged: {error or 'its gzip stream ends early'}") from None
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror or error}") from None
        if rest:
            self.number += 1
            yield rest

    def _open(self) -> BinaryIO:
        with self.path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
        opened = gzip.open(self.path, "rb") if packed else self.path.open("rb", buffering=0)  # noqa: SIM115 - the caller closes
        return cast(BinaryIO, opened)

    def error(self, what: str, line: int | None = None) -> InputError:
        """What to raise for a fault at this line."""
        return InputError(f"{self.path}, line {line if line is not None else self.number}: {what}")
