"""What does a run have to show? Its files, read once, whatever of them is there."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepsym.errors import InputError

__all__ = ["Record", "load_record", "sound"]


@dataclass(frozen=True, slots=True)
class Record:
    """The files of one run."""

    run: Path
    config: Mapping[str, Any]
    """RUN/config.json"""
    epochs: tuple[Mapping[str, Any], ...]
    """RUN/metrics.jsonl, an entry an epoch."""
    analysis: Mapping[str, Any] | None
    """RUN/analysis.json; None where `hepsym analyze` has not been run."""
    missing: tuple[str, ...]
    """What is not there and how it would come about, a sentence each."""

    @property
    def files(self) -> list[Path]:
        """The data files that the run was trained on, as its config names them."""
        listed = (self.config.get("source") or {}).get("files") or []
        return [Path(entry["path"] if isinstance(entry, Mapping) else entry) for entry in listed]


def load_record(run: str | Path) -> Record:
    """Read the files of a run.

    Raises InputError where RUN is no run (no config.json) or a file is damaged. A last line of
    metrics.jsonl that was cut off (a kill while it was written) is left out.
    """
    run = Path(run)
    if not run.is_dir():
        raise InputError(f"no run at {str(run)!r}; `hepsym fit FILE -o {run}` makes one")
    config = _json(run / "config.json")
    if config is None:
        raise InputError(f"{str(run)!r} is not a run: it has no config.json; give what `hepsym fit -o` made")
    epochs = _lines(run / "metrics.jsonl")
    analysis = _json(run / "analysis.json")
    missing = []
    if not epochs:
        missing.append("The training curves are missing: there is no metrics.jsonl in this run.")
    if analysis is None:
        missing.append(
            f"The run has not been analysed: `hepsym analyze {run}` finds out which latents matter, "
            "then `hepsym report` writes this page again."
        )
    return Record(run, config, tuple(epochs), analysis, tuple(missing))


@contextmanager
def sound(record: Record) -> Iterator[None]:
    """Tell in one line where what the files of a run say does not fit together, so that no page can show it.

    Raises InputError for what numbers of another shape, missing keys and the like make the page stumble
    over. HEPSYM_DEBUG=1 lets the fault itself through.
    """
    try:
        yield
    except InputError:
        raise
    except _STUMBLED as error:
        if os.environ.get("HEPSYM_DEBUG", "0") not in {"", "0"}:
            raise
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise InputError(
            f"the files of run {str(record.run)!r} do not fit together, so it has no page ({why}): "
            "analyse it again, or make the run again; HEPSYM_DEBUG=1 shows where"
        ) from None


_STUMBLED = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError,
    RecursionError,
)  # fmt: skip


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is damaged ({error}); make the run again") from None
    if not isinstance(value, dict):
        raise InputError(f"{str(path)!r} must hold a JSON object, not a {type(value).__name__}")
    return value


def _lines(path: Path) -> list[Mapping[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise InputError(f"{str(path)!r} is damaged ({error})") from None
    entries: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines):
                break
            raise InputError(f"{str(path)!r} line {number} is damaged ({error})") from None
        if isinstance(entry, dict):
            entries.append(entry)
    return entries
