"""What does a run's directory say about itself, and may this fit write there?"""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text
from hepsym.events.disk.sealed import broken, sealed

__all__ = ["CONFIG", "open_run", "read_config", "versions"]

CONFIG = "config.json"


def versions() -> dict[str, str]:
    """Of hepsym and of what decides the bits of a training."""
    names = ("hepsym", "numpy", "torch", "safetensors")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def open_run(run: Path, config: Mapping[str, Any], *, resume: bool) -> None:
    """Make the directory with its config.json; with resume, check that the run there is this very one.

    Raises InputError: the directory exists and resume is off, it is no run, or it differs in settings,
    data, columns, betas or seeds; and where the directory cannot be made. Nothing is written then.
    """
    if run.exists() or run.is_symlink():
        if not resume:
            raise InputError(f"{run} exists already: name another run, or go on with it by --resume")
        if not run.is_dir():
            raise InputError(f"{run} is not a directory, so it is no run to resume")
        if (run / CONFIG).exists():
            _check_same(run, read_config(run), config)
            (run / "state").mkdir(exist_ok=True)
            _forget_partial_files(run)
            return
        if not _barely_begun(run):
            raise InputError(f"{run} is not a run: it has no {CONFIG}; name another directory")
    try:
        (run / "state").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the run directory {run}: {error.strerror or error}") from None
    replace_text(run / CONFIG, json.dumps(sealed(config), indent=1, allow_nan=False) + "\n")


def _barely_begun(run: Path) -> bool:
    """Whether all that is there is what a kill leaves between the directory and its first file."""
    partial = set(run.glob(f".{CONFIG}.*.part"))
    rest = [path for path in run.iterdir() if path not in partial]
    if any(path.name != "state" or not path.is_dir() or any(path.iterdir()) for path in rest):
        return False
    for path in partial:
        path.unlink(missing_ok=True)
    return True


def _forget_partial_files(run: Path) -> None:
    """Remove what a kill left of files that were being written; their whole predecessors are in place."""
    for name in (CONFIG, "metrics.jsonl", "checkpoint.safetensors", "state/last.pt"):
        path = run / name
        for partial in path.parent.glob(f".{path.name}.*.part"):
            partial.unlink(missing_ok=True)


def _check_same(run: Path, there: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for name, value in now["settings"].items():
        before = there["settings"].get(name)
        if before != value:
            raise InputError(
                f"cannot resume {run} with {name} = {value}: it was started with {name} = {before}; "
                "give the same settings or name another run"
            )
    same = {
        "names": "columns", "digest": "data", "betas": "betas", "seeds": "seeds", "stream": "events an epoch",
    }  # fmt: skip
    for key, what in same.items():
        if there.get(key) != now.get(key):
            raise InputError(
                f"cannot resume {run} with other {what}: it was started with {key} {there.get(key)}, "
                f"not {now.get(key)}; give the same or name another run"
            )


def read_config(run: Path) -> dict[str, Any]:
    """RUN/config.json. Raises InputError: no run, damaged, or of another version of the format."""
    path = run / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        found = config["format"]
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{run} is not a run: it has no {CONFIG}; `hepsym fit FILE -o {run}` makes one"
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{path} is damaged; train again or restore the file") from None
    if found == FORMAT and broken(config):
        raise InputError(f"{path} is damaged: its own checksum does not fit; restore the file or train again")
    if found != FORMAT:
        raise InputError(f"{path} has format {found!r}; this hepsym reads {FORMAT}: train again")
    for key, kind in (
        ("settings", dict),
        ("names", list),
        ("kept", list),
        ("scaling", dict),
        ("digest", str),
    ):
        if key not in config:
            raise InputError(f"{path} is damaged: it has no {key!r}; train again or restore the file")
        if not isinstance(config[key], kind):
            raise InputError(f"{path} is damaged: its {key!r} is not as hepsym writes it; restore the file")
    read: dict[str, Any] = config
    return read


FORMAT = "hepsym-run-1"
