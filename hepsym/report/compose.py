"""Which page does a run make? Record, sample and analysis brought together in sections."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hepsym.report import words
from hepsym.report.control import worst
from hepsym.report.html import Markup, join, plain
from hepsym.report.labels import compact, named, process, scientific, value_error
from hepsym.report.page import assembled, saved
from hepsym.report.record import Record, load_record
from hepsym.report.sample import Sample, provenance_of, read_sample
from hepsym.report.sections import (
    Section,
    alignment,
    generated,
    plateau,
    relevance,
    rerun,
    spectrum,
    training,
    traversals,
)

__all__ = ["found_in", "write"]


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
    sample = read_sample(_files(record.config))
    return saved(record.run / "report.html", _page(record, sample))


def found_in(run: str | Path) -> str:
    """What was found in a run, one plain sentence. Raises InputError as `write`.

    The process is that of the first data file, where it can still be read.
    """
    record = load_record(run)
    return plain(_found(record, provenance_of(_files(record.config))))


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
        footer="One file, offline: no request leaves this page. "
        "Figures can be saved as SVG, their numbers as CSV.",
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
    latex = _latex(record, sample)
    sections: list[Section | None] = [
        generated.section(sample.provenance, sample.controls, sample.events),
        training.section(record.config, record.epochs, relevant),
    ]
    if analysis is not None:
        sections += [
            relevance.section(analysis, relevant),
            plateau.section(analysis),
            spectrum.section(analysis),
            alignment.section(analysis, relevant, latex),
            traversals.section(analysis, words.followed(analysis), latex),
        ]
    sections.append(
        rerun.section(_commands(record, sample), _versions(record, sample), _facts(record, sample))
    )
    return [section for section in sections if section is not None]


def _latex(record: Record, sample: Sample) -> dict[str, str]:
    """How observables are written, from the sample and from the analysis."""
    described = (record.analysis or {}).get("observables") or []
    told = {str(o["name"]): str(o["latex"]) for o in described if isinstance(o, Mapping) and o.get("latex")}
    return {**told, **sample.latex}


def _files(config: Mapping[str, Any]) -> list[Path]:
    """The data files that the run was trained on, as its config names them."""
    source = config.get("source") or {}
    listed = source.get("files") or source.get("paths") or []
    return [Path(entry["path"] if isinstance(entry, Mapping) else entry) for entry in listed]


def _tiles(record: Record, sample: Sample, features: int) -> list[tuple[str, str | Markup]]:
    provenance = sample.provenance
    tiles: list[tuple[str, str | Markup]] = []
    if sample.events:
        tiles.append((compact(sample.events), "events" if provenance else "rows"))
    if provenance.get("sqrt_s") is not None:
        tiles.append((f"{provenance['sqrt_s']:g} GeV", "centre-of-mass energy √s"))
    if provenance.get("cross_section_pb") is not None:
        sigma = value_error(provenance["cross_section_pb"], provenance.get("cross_section_error_pb"), "pb")
        tiles.append((sigma, "cross section"))
    p = worst(sample.controls)
    if p is not None:
        tiles.append(
            (f"p = {p:.2g}" if p >= 1e-3 else f"p = {scientific(p, 2)}", "sample against the exact law")
        )
    if features:
        tiles.append((str(features), "features the model sees"))
    return tiles + _found_tiles(record.analysis)


def _found_tiles(analysis: Mapping[str, Any] | None) -> list[tuple[str, str | Markup]]:
    if analysis is None:
        return []
    relevant = analysis.get("relevant") or {}
    value, low, high = (relevant.get(key) for key in ("value", "low", "high"))
    tiles: list[tuple[str, str | Markup]] = [
        ("no plateau" if value is None else str(value), f"relevant latents, interval {low} to {high}")
    ]
    best = alignment.recovered(analysis)[:1]
    tiles += [(f"R² = {r2:.4f}", join(named(name), " read off the latents")) for name, r2, _ in best]
    return tiles


def _commands(record: Record, sample: Sample) -> list[list[str]]:
    config = record.config
    commands: list[list[str]] = []
    files = [str(path) for path in _files(config)]
    if sample.provenance.get("card") and files:
        n = str(sample.events)
        seed = sample.provenance.get("seed")
        commands.append(
            ["hepsym", "generate", "card.toml", "-n", n, "-o", files[0]]
            + (["--seed", str(seed)] if seed is not None else [])
        )
    if files:
        commands.append(["hepsym", "fit", *files, *_fit_options(config), "-o", str(record.run)])
    if record.analysis is not None:
        relevant = record.analysis.get("relevant") or {}
        betas = relevant.get("betas") or []
        given = ["--betas", ",".join(f"{beta:g}" for beta in betas)] if betas else []
        commands.append(["hepsym", "analyze", str(record.run), *given])
    commands.append(["hepsym", "report", str(record.run)])
    return commands


def _fit_options(config: Mapping[str, Any]) -> list[str]:
    settings = config.get("settings") or {}
    words_of = {
        "model": "--model",
        "latent": "--latent-dim",
        "beta": "--beta",
        "epochs": "--epochs",
        "seed": "--seed",
    }
    options: list[str] = []
    for key, option in words_of.items():
        if settings.get(key) is not None:
            options += [
                option,
                f"{settings[key]:g}" if isinstance(settings[key], float) else str(settings[key]),
            ]
    return options


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
