"""How do datasets of several machines become one? Their shards side by side, their manifests as one."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hepsym.errors import InputError
from hepsym.events.disk.atomic import new_directory, new_path, sync_directory
from hepsym.events.event import Provenance
from hepsym.events.native.manifest import Manifest, Part, Shard, mean_weight, read_manifest, write_manifest
from hepsym.events.native.parts import check_part, file_name

__all__ = ["merge"]


def merge(
    sources: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str], *, check: bool = True
) -> Manifest:
    """Put the shards of datasets of one run (`--shards a:b/n`) into a new dataset `out`.

    Files are hard links where the file system allows it, copies elsewhere. A shard that several
    sources hold is taken once if all agree. The result is complete when no shard is missing, and
    then equals, file by file, what one machine would have written. A weighted sample's cross section is
    the mean of all weights.

    Raises InputError for nothing to merge, another run, shards that disagree or are damaged
    (`check`), or `out` taken; RunError when the disk fails. Then nothing is left.
    """
    if not sources:
        raise InputError("nothing to merge: name at least one dataset")
    out = new_path(out)
    paths = [Path(s) for s in sources]
    manifests = [read_manifest(p) for p in paths]
    for path, manifest in zip(paths[1:], manifests[1:], strict=True):
        _refuse_another_run(paths[0], manifests[0], path, manifest)
    chosen = _choose(paths, manifests)
    with new_directory(out) as beside:
        shards = [_bring(directory, shard, beside, check) for directory, shard in chosen]
        merged = replace(manifests[0], wanted=_span(manifests), complete=False).with_shards(shards)
        merged = replace(merged, complete=not merged.missing, provenance=_of_all(merged))
        write_manifest(beside, merged)
    sync_directory(out.parent)
    return merged


def _of_all(merged: Manifest) -> Provenance:
    """The provenance of the whole: a weighted sample's cross section is the mean of all its weights."""
    source = merged.provenance
    if not source.weighted or source.cross_section_pb is None or not merged.events:
        return source
    mean, error = mean_weight(merged.events, merged.sum_weights, merged.sum_weights_squared)
    return replace(source, cross_section_pb=mean, cross_section_error_pb=error)


def _span(manifests: Sequence[Manifest]) -> tuple[int, int]:
    """From the first shard wanted by any to the last: a hole between them stays a hole."""
    spans = [m.wanted if m.wanted is not None else (0, m.splits or 0) for m in manifests]
    return min(s[0] for s in spans), max(s[1] for s in spans)


def _refuse_another_run(one: Path, a: Manifest, other: Path, b: Manifest) -> None:
    for key in ("template", "total", "splits"):
        if getattr(a, key) != getattr(b, key):
            raise InputError(f"cannot merge {one} and {other}: they are not of one run ({key} differs)")
    for key in ("process", "card", "seed", "sqrt_s", "beams", "weighted"):
        if getattr(a.provenance, key) != getattr(b.provenance, key):
            raise InputError(f"cannot merge {one} and {other}: they are not of one run ({key} differs)")


def _choose(paths: Sequence[Path], manifests: Sequence[Manifest]) -> list[tuple[Path, Shard]]:
    chosen: dict[int, tuple[Path, Shard]] = {}
    for path, manifest in zip(paths, manifests, strict=True):
        for shard in manifest.shards:
            if shard.index in chosen and _hashes(chosen[shard.index][1]) != _hashes(shard):
                raise InputError(
                    f"cannot merge: shard {shard.index} of {path} is not the one of {chosen[shard.index][0]}"
                )
            chosen.setdefault(shard.index, (path, shard))
    return [chosen[index] for index in sorted(chosen)]


def _hashes(shard: Shard) -> dict[str, str]:
    return {name: part.sha256 for name, part in shard.parts.items()}


def _bring(directory: Path, shard: Shard, target: Path, check: bool) -> Shard:
    parts = {}
    for name, part in shard.parts.items():
        if check and (fault := check_part(directory, part)):
            raise InputError(f"cannot merge: {fault}; copy it anew or generate it again")
        named = file_name(shard.index, name)
        try:
            os.link(directory / part.file, target / named)
        except OSError:
            shutil.copyfile(directory / part.file, target / named)
        parts[name] = Part(named, part.bytes, part.sha256)
    return replace(shard, parts=parts)
