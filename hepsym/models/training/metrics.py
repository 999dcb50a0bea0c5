"""What is written down about the training? A line an epoch, every loss term apart."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.events.disk.atomic import disk_error, replace_text

__all__ = ["Mean", "append", "keep_lines", "not_finite", "plain", "read", "sync"]


KEPT = "the last checkpoint and state are kept; --resume goes on from there"


class Mean:
    """Running means of loss terms, in float64 and on the terms' device."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.count = 0

    def add(self, terms: Mapping[str, Tensor], rows: int = 1) -> None:
        """Take in terms that are means over `rows` rows each (or over one batch of a common size)."""
        if not self.sums:
            self.sums = {name: torch.zeros_like(term, dtype=torch.float64) for name, term in terms.items()}
        for name, term in terms.items():
            self.sums[name].add_(term, alpha=rows)
        self.count += rows

    def values(self) -> dict[str, Tensor]:
        """The means so far."""
        return {name: total / self.count for name, total in self.sums.items()}


def plain(terms: Mapping[str, Tensor]) -> dict[str, Any]:
    """Terms as JSON values; the members' axis falls away where there is one member."""
    return {name: (t[0] if len(t) == 1 else t).tolist() for name, t in terms.items()}


def append(path: Path, line: Mapping[str, Any]) -> None:
    """Add one line; it survives a kill. `sync` makes it survive a power cut, too slow for every epoch.

    Raises RunError when the disk is full.
    """
    text = json.dumps(line, allow_nan=False) + "\n"
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise disk_error(path, error, KEPT) from None


def sync(path: Path) -> None:
    """Wait until the lines are on the disk: before a state that counts on them is written."""
    try:
        with path.open("a", encoding="utf-8") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise disk_error(path, error, KEPT) from None


def read(path: Path) -> list[dict[str, Any]]:
    """The lines, an epoch each; a last line that a kill cut short is left out.

    Raises InputError for a file that is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is not JSON line by line; train again") from None
    if not all(isinstance(line, dict) for line in found):
        raise InputError(f"{path} is damaged: a line is no object; train again")
    return found


def keep_lines(path: Path, count: int) -> None:
    """Cut the file back to its first `count` lines: what a killed run wrote after its last state.

    Raises InputError where it has fewer.
    """
    kept = read(path)[:count]
    if len(kept) < count:
        raise InputError(f"{path} is damaged: it has {len(kept)} lines, but {count} epochs are finished")
    replace_text(path, "".join(json.dumps(line) + "\n" for line in kept))


def not_finite(terms: Mapping[str, Tensor]) -> str:
    """The first term, the loss before all others, that holds a number that is not finite; empty for none."""
    names = sorted(terms, key=lambda name: name != "loss")
    return next((name for name in names if not bool(torch.isfinite(terms[name]).all())), "")
