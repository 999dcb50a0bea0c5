"""Which commands make a run again?"""

from collections.abc import Mapping
from typing import Any

from hepsym.report.run.record import Record
from hepsym.report.run.sample import Sample

__all__ = ["commands_of"]

_OPTIONS = {
    "model": "--model",
    "latent": "--latent-dim",
    "hidden": "--hidden",
    "beta": "--beta",
    "variance": "--variance",
    "reduction": "--reduction",
    "kl_warmup_epochs": "--kl-warmup",
    "epochs": "--epochs",
    "batch": "--batch",
    "learning_rate": "--learning-rate",
    "patience": "--patience",
    "validation": "--validation",
    "test": "--test",
    "scaling": "--scaling",
    "seed": "--seed",
    "dtype": "--dtype",
    "device": "--device",
}
"""Setting: its option of `hepsym fit`."""


def commands_of(record: Record, sample: Sample) -> list[list[str]]:
    """Lists of words, one a command, in the order in which they are typed.

    A run inside a study is made by its study; any other by generate, fit, analyze and report.
    """
    study = record.run.resolve().parent / "study.toml"
    if study.is_file():
        return [["hepsym", "study", str(study), "-o", "again"]]
    commands: list[list[str]] = []
    files = [str(path) for path in record.files]
    provenance = sample.provenance
    if provenance.get("card") and len(files) == 1 and sample.complete:
        seed = ["--seed", str(provenance["seed"])] if provenance.get("seed") is not None else []
        weighted = ["--weighted"] if provenance.get("weighted") else []
        commands.append(
            ["hepsym", "generate", "card.toml", "-n", str(sample.events), *seed, *weighted, "-o", files[0]]
        )
    if files:
        commands.append(["hepsym", "fit", *files, *_fit_options(record.config), "-o", str(record.run)])
    if record.analysis is not None:
        commands.append(["hepsym", "analyze", str(record.run), *_sweep_options(record.analysis)])
    commands.append(["hepsym", "report", str(record.run)])
    return commands


def _fit_options(config: Mapping[str, Any]) -> list[str]:
    settings = config.get("settings") or {}
    options: list[str] = []
    for key, option in _OPTIONS.items():
        value = settings.get(key)
        if value is not None:
            options += [option, ",".join(map(str, value)) if isinstance(value, list) else str(value)]
    columns = (config.get("source") or {}).get("columns")
    if columns:
        options += ["--columns", ",".join(map(str, columns))]
    source, used = config.get("source") or {}, config.get("rows")
    if used is not None and used < source.get("rows", used):
        options += ["--rows", str(used)]
    return options + (["--amp"] if settings.get("amp") else [])


def _sweep_options(analysis: Mapping[str, Any]) -> list[str]:
    relevant = analysis.get("relevant") or {}
    options: list[str] = []
    if relevant.get("betas"):
        options += ["--betas", ",".join(f"{float(beta):g}" for beta in relevant["betas"])]
    if relevant.get("seeds"):
        options += ["--seeds", str(len(relevant["seeds"]))]
    return options
