"""Which page does a run make? Record, sample and analysis brought together in sections."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hepsym.report.page.assembly import assembled, saved
from hepsym.report.page.html import Markup, join, plain
from hepsym.report.page.labels import Written, compact, named, process, r_squared, scientific, value_error
from hepsym.report.page.section import Section
from hepsym.report.run import words
from hepsym.report.run.cloud import read_cloud
from hepsym.report.run.commands import commands_of
from hepsym.report.run.record import Record, load_record, sound
from hepsym.report.run.sample import Sample, provenance_of, read_sample
from hepsym.report.run.sections import (
    alignment,
    generated,
    latent_space,
    plateau,
    relevance,
    rerun,
    spectrum,
    training,
    traversals,
)

__all__ = ["found_in", "write"]

Tile = tuple[str, str | Markup]


def write(run: str | Path) -> Path:
    """Write RUN/report.html and return its path.

    One static file of a few hundred kB that opens without a network: what was generated beside its
    exact law, training curves, relevance of every latent under every definition, its count over beta
    and seeds, the decoder's Jacobian, the map of latents and observables, traversals, and how to make
    it all again. Figures are inline SVG with their numbers as CSV. What is missing (no analysis.json,
    a data file that is gone) is said on the page and does not stop it. A page that is there is
    replaced as a whole. Raises InputError where RUN is not a run or its files are damaged.
    """
    record = load_record(run)
    with sound(record):
        sample = read_sample(record.files)
        page = _page(record, sample)
    return saved(record.run / "report.html", page)


def found_in(run: str | Path) -> str:
    """What was found in a run, one plain sentence. Raises InputError as `write`.

    The process is that of the first data file, where it can still be read.
    """
    record = load_record(run)
    with sound(record):
        return plain(_found(record, provenance_of(record.files)))


def _found(record: Record, provenance: Mapping[str, Any]) -> Markup:
    return words.found(
        record.analysis,
        process=_process(provenance),
        sqrt_s=provenance.get("sqrt_s"),
        features=_features(record.config),
    )


def _page(record: Record, sample: Sample) -> str:
    provenance = sample.provenance
    made = _process(provenance)
    features = _features(record.config)
    caveat = _caveat(record.analysis)
    return assembled(
        title=made or f"Run {record.run.resolve().name}",
        kicker=f"hepsym report of {record.run.resolve().name}",
        found=_found(record, provenance),
        caveat=caveat,
        tiles=_tiles(record, sample, features),
        missing=[*record.missing, *sample.missing],
        sections=_sections(record, sample),
    )


def _process(provenance: Mapping[str, Any]) -> str:
    """The process in physicists' writing, from the card where there is one, else by its name."""
    try:
        written = tomllib.loads(str(provenance.get("card") or "")).get("process")
    except tomllib.TOMLDecodeError:
        written = None
    return process(str(written or provenance.get("process") or ""))


def _features(config: Mapping[str, Any]) -> int:
    return len(config.get("kept") or config.get("names") or [])


def _caveat(analysis: Mapping[str, Any] | None) -> str | None:
    if analysis is None:
        return None
    told = (analysis.get("relevant") or {}).get("caveat") or analysis.get("caveat")
    return str(told) if told else None


def _sections(record: Record, sample: Sample) -> list[Section]:
    analysis = record.analysis
    relevant = words.relevant_indices(analysis)
    written = _written(record)
    latex = {name: w.latex for name, w in written.items() if w.latex}
    sections: list[Section | None] = [
        generated.section(sample.provenance, _process(sample.provenance), sample.controls, sample.events),
        training.section(record.config, record.epochs, relevant),
    ]
    if analysis is not None:
        sections += [
            relevance.section(analysis, relevant),
            plateau.section(analysis),
            spectrum.section(analysis),
            alignment.section(analysis, relevant, latex),
            latent_space.section(
                read_cloud(record.run, words.telling_observables(analysis, 2)), relevant, written
            ),
            traversals.section(analysis, words.followed(analysis), written),
        ]
    sections.append(
        rerun.section(commands_of(record, sample), _versions(record, sample), _facts(record, sample))
    )
    return [section for section in sections if section is not None]


def _written(record: Record) -> dict[str, Written]:
    """How observables are written, as the analysis describes them."""
    described = [o for o in (record.analysis or {}).get("observables") or [] if isinstance(o, Mapping)]
    return {
        str(o.get("name")): Written(
            str(o["latex"]) if o.get("latex") else None,
            str(o.get("unit") or ""),
            o["period"] if isinstance(o.get("period"), int | float) else None,
        )
        for o in described
    }


def _tiles(record: Record, sample: Sample, features: int) -> list[Tile]:
    provenance = sample.provenance
    tiles: list[Tile] = []
    if sample.events:
        tiles.append((compact(sample.events), "events" if provenance else "rows"))
    if provenance.get("sqrt_s") is not None:
        tiles.append((f"{provenance['sqrt_s']:g} GeV", "centre-of-mass energy √s"))
    if provenance.get("cross_section_pb") is not None:
        sigma, error = provenance["cross_section_pb"], provenance.get("cross_section_error_pb")
        shown, _, spread = value_error(sigma, error).partition(" ± ")
        tiles.append((f"{shown} pb", f"cross section, ± {spread} pb" if spread else "cross section"))
    tested = [control.p_value for control in sample.controls if control.p_value is not None]
    if tested:
        p = min(tested)
        shown = f"p = {p:.2g}" if p >= 1e-3 else f"p = {scientific(p, 2)}"
        tiles.append((shown, f"sample against its exact law, smallest of {len(tested)}"))
    if features:
        tiles.append((str(features), "features that the model sees"))
    return tiles + _found_tiles(record.analysis)


def _found_tiles(analysis: Mapping[str, Any] | None) -> list[Tile]:
    if analysis is None:
        return []
    relevant = analysis.get("relevant") or {}
    value, low, high = (relevant.get(key) for key in ("value", "low", "high"))
    interval = f"relevant latents, interval {low} to {high}" if low is not None else "relevant latents"
    tiles: list[Tile] = [("no plateau" if value is None else str(value), interval)]
    directions = (analysis.get("jacobian") or {}).get("count")
    if isinstance(directions, int):
        tiles.append((str(directions), "directions in which the decoder moves"))
    best = alignment.recovered(analysis)[:1]
    tiles += [(f"R² = {r_squared(r2)}", join(named(name), " read off the latents")) for name, r2, _ in best]
    return tiles


def _versions(record: Record, sample: Sample) -> dict[str, str]:
    sources: Sequence[tuple[str, Any]] = (
        ("events", sample.provenance.get("versions")),
        ("training", record.config.get("versions")),
        ("analysis", (record.analysis or {}).get("versions")),
    )
    return {
        f"{name} ({stage})": str(version)
        for stage, versions in sources
        if isinstance(versions, Mapping)
        for name, version in versions.items()
    }


def _facts(record: Record, sample: Sample) -> dict[str, str]:
    facts = {
        "seed of the events": sample.provenance.get("seed"),
        "seed of the training": (record.config.get("settings") or {}).get("seed"),
        "seed of the analysis": (record.analysis or {}).get("seed"),
        "digest of the data": record.config.get("digest"),
    }
    return {key: str(value) for key, value in facts.items() if value is not None}
