"""What commands print: one JSON object on stdout, and a progress bar on a terminal only."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

__all__ = ["p_equals", "print_json", "progress_bar"]


def p_equals(p: float, digits: str = ".3g") -> str:
    """`p = 0.0412`; `p < 1e-300` where it is zero in float64."""
    return f"p = {p:{digits}}" if p > 0.0 else "p < 1e-300"


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout.

    numpy scalars and arrays become numbers and lists, paths become text. JSON has no NaN and no
    infinity: they become null. Floats are printed so that they read back bit-identically.
    """
    print(json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False), flush=True)


def plain(value: Any) -> Any:
    """The value made of what JSON knows. Raises TypeError for anything that has no such form."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no JSON form: {value!r}")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr while the body runs; yields what a library function takes as `progress`.

    That is a function of (done, total), or None where stderr is no terminal, so that nothing is
    drawn into log files. It may be called from any thread.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield progress
