"""Is what lies in a directory the beginning of this very run, and which of its shards are whole?"""

from pathlib import Path
from typing import Any

from hepsym.errors import InputError
from hepsym.events.native.manifest import MANIFEST, Manifest, Shard

__all__ = ["is_present", "refuse_another_run", "was_just_begun"]

_SAME_RUN = ("process", "card", "seed", "sqrt_s", "beams", "weighted")


def was_just_begun(path: Path) -> bool:
    """Whether this is what a kill leaves before the first manifest: a directory of temporary files at most.

    Those are removed.
    """
    if not path.is_dir():
        return False
    left = list(path.iterdir())
    if not all(p.name.startswith(f".{MANIFEST}.") and p.name.endswith(".part") for p in left):
        return False
    for part in left:
        part.unlink(missing_ok=True)
    return True


def is_present(directory: Path, shard: Shard) -> bool:
    """Whether all files of a shard are there in full length."""
    paths = {directory / p.file: p.bytes for p in shard.parts.values()}
    return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def refuse_another_run(path: Path, old: Manifest, new: Manifest) -> None:
    """Raise InputError unless `old`, found at path, is of the run that `new` begins."""
    for key in _SAME_RUN:
        was, now = getattr(old.provenance, key), getattr(new.provenance, key)
        if was != now:
            said = f"{key} {was!r}, not {now!r}" if key != "card" else "another card"
            raise InputError(f"cannot resume {path}: it was begun with {said}; name another output")
    was, now = old.provenance.versions.get("hepsym"), new.provenance.versions.get("hepsym")
    if was != now:
        raise InputError(
            f"cannot resume {path}: it was begun by hepsym {was}, this is {now}; name another output"
        )
    for key in ("total", "splits", "wanted", "template"):
        if getattr(old, key) != getattr(new, key):
            name = {"total": "events in all", "splits": "shards in all", "wanted": "shards wanted"}.get(
                key, key
            )
            raise InputError(
                f"cannot resume {path}: it was begun with {name} = {_short(getattr(old, key))}, "
                f"not {_short(getattr(new, key))}; name another output"
            )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else "other particles, masses or beams"
