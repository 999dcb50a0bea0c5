"""What becomes of a run whose files are damaged or hostile? Load, resume and report: one line, or the truth.

Weights carry a checksum, so that no damaged checkpoint is ever taken for the trained one.
"""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.errors import InputError, RunError
from hepsym.events.disk.sealed import SEAL
from hepsym.models import FitSettings, fit, load
from tests.events.damage import KINDS
from tests.models.conftest import NAMES, back_to_back
from tests.report.made_run import analysis
from tests.torture.campaign import WRONG, Row, in_children
from tests.torture.hostile import hostile_text

__all__ = ["damaged_runs", "hostile_runs", "small_run"]

QUICK = FitSettings(latent=2, hidden=(8,), epochs=2, batch=64)
Harm = tuple[str, bool]
"""What is then done with the run, and whether it must be refused or as good as unharmed"""
BINARY, TEXTS = ("checkpoint.safetensors", "state/last.pt"), ("config.json", "metrics.jsonl", "analysis.json")


def table() -> np.ndarray:
    return back_to_back(600, seed=2)


def small_run(run: Path, epochs: int = 2) -> Path:
    """A run of two epochs, with what `analyze` would write beside it."""
    settings = FitSettings(latent=2, hidden=(8,), epochs=epochs, batch=64)
    fit(table(), NAMES, settings, run, source={}, drop_constant=True)
    (run / "analysis.json").write_text(json.dumps(analysis()))
    return run


def _encoded(run: Path) -> bytes:
    mean, spread = load(run).encode(table()[:50])
    return mean.tobytes() + spread.tobytes()


def _resumed(run: Path) -> bytes:
    fit(table(), NAMES, QUICK, run, source={}, drop_constant=True, resume=True)
    return _encoded(run)


def _reported(run: Path) -> bytes:
    from hepsym.report.run.compose import write

    page = write(run).read_text()
    if "<script>alert(1)" in page:
        raise AssertionError("a script from a file is in the page")
    return b""


ACTS: dict[str, Callable[[Path], bytes]] = {"load": _encoded, "resume": _resumed, "report": _reported}


def _judged(act: str, run: Path, expected: dict[str, bytes], *, must_agree: bool) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings(
                "ignore", module="hepsym.report", category=UserWarning
            )  # a figure too full
            found = ACTS[act](run)
    except (InputError, RunError) as error:
        if "\n" in str(error) or run.name not in str(error):
            return f"{WRONG}: {act}: not one line that names the run: {error}"
        return "refused"
    except MemoryError:
        return "out of memory, in one line"
    if found == expected[act]:
        return "unharmed"
    return f"{WRONG}: {act}: other weights than were trained" if must_agree else "read as it stands"


def _harmed(
    name: str, harm: Callable[[int, Path, np.random.Generator], Harm], trials: int, seed: int, folder: Path
) -> Row:
    """What becomes of a small run that trial i does harm to, each time to a new copy."""
    folder.mkdir(parents=True, exist_ok=True)
    good, bad = small_run(folder / "good"), folder / "run"
    expected = {"load": _encoded(good), "resume": _resumed(good), "report": b""}

    def trial(i: int) -> str:
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(good, bad)
        act, must_agree = harm(i, bad, np.random.default_rng([seed, i]))
        return str(_judged(act, bad, expected, must_agree=must_agree))

    return in_children(name, trial, trials, seed, memory=4 << 30, share=100)


def damaged_runs(trials: int, seed: int, folder: Path) -> Row:
    """Damage one file of a run in twelve ways, then load it, resume it or write its report."""

    def harm(i: int, bad: Path, rng: np.random.Generator) -> Harm:
        files = (*BINARY, *TEXTS)
        name = files[int(rng.integers(len(files)))]
        path = bad / name
        path.write_bytes(KINDS[i % len(KINDS)](path.read_bytes(), rng))
        act = ("load", "resume")[int(rng.integers(2))]
        act = "report" if name in {"analysis.json", "metrics.jsonl"} and rng.integers(4) == 0 else act
        return act, name in BINARY

    return _harmed("damaged runs: load, resume, report", harm, trials, seed, folder)


def hostile_runs(trials: int, seed: int, folder: Path) -> Row:
    """A run whose JSON is whole but says what no hepsym wrote, with scripts among it."""

    def harm(i: int, bad: Path, rng: np.random.Generator) -> Harm:
        name = TEXTS[i % len(TEXTS)]
        path = bad / name
        if name == "metrics.jsonl":
            lines = path.read_text().splitlines()
            at = int(rng.integers(len(lines)))
            lines[at] = hostile_text(json.loads(lines[at]), rng)
            path.write_text("\n".join(lines) + "\n")
        else:
            said: Any = json.loads(path.read_text())
            said.pop(SEAL, None)  # as who means harm would
            path.write_text(hostile_text(said, rng))
        act = "report" if name == "analysis.json" else ("load", "resume")[int(rng.integers(2))]
        return act, False

    return _harmed("hostile runs: load, resume, report", harm, trials, seed, folder)
