"""A study end to end: generate, fit, analyze, symmetries, truth, report, each stage once, resumable."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text
from hepsym.report.studies.card import Study
from hepsym.report.studies.folder import open_folder

__all__ = ["StudyResult", "run_study"]

Progress = Callable[[int, int], None] | None
Bar = Callable[[str], AbstractContextManager[Progress]]

STAGES = ("generate", "fit", "analyze", "report")
"""Of every study; a card with [symmetries] or [truth] adds a stage of that name before the report."""


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What a study came to."""

    study: str
    out: Path
    report: Path
    found: str
    """One plain sentence."""
    stages: Mapping[str, Mapping[str, Any]]
    """What each stage said of itself, its seconds among it."""
    seconds: float
    """Of this call; stages that were complete before cost none."""

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "study": self.study,
            "out": str(self.out),
            "report": str(self.report),
            "found": self.found,
            "stages": {name: dict(values) for name, values in self.stages.items()},
            "seconds": self.seconds,
        }


def run_study(
    study: Study,
    out: str | Path,
    *,
    resume: bool = False,
    threads: int | None = None,
    say: Callable[[str], None] = lambda _: None,
    bar: Bar = lambda _: nullcontext(),
) -> StudyResult:
    """Run a study into the directory `out`.

    OUT/study.toml is the card, all overrides in it; OUT/events the sample (OUT/rows.npz of a toy or where
    noise was added), OUT/run the trained model with its analysis and report.html, OUT/symmetries and
    OUT/study.html what [symmetries] and [truth] ask for; OUT/study.json says which stages are complete.
    Everything that can be refused is refused before the first file is written. With `resume` complete
    stages are kept and a broken one goes on where it stopped; the same card gives the same numbers
    either way.

    say is told a line a stage; bar gives a stage's progress callback. Raises InputError: OUT exists
    (without resume), is no study or is that of another card; RunError, KeyboardInterrupt from a stage.
    """
    out = Path(out)
    study.check()
    journal = _opened(out, study, resume)
    start = time.perf_counter()
    stages = {
        "generate": lambda progress: _generate(study, out, threads, progress),
        "fit": lambda progress: _fit(study, out, progress),
        "analyze": lambda progress: _analyze(study, out, progress),
        "symmetries": lambda progress: _symmetries(study, out, progress),
        "truth": lambda progress: _truth(study, out, progress),
        "report": lambda progress: _report(out, progress),
    }
    for name in _stages_of(study):
        if name in journal["stages"]:
            say(f"{name}: complete already")
            continue
        say(f"{name} ...")
        with _timed() as seconds, bar(name) as progress:
            told = stages[name](progress)
        journal["stages"][name] = {**told, "seconds": round(seconds(), 3)}
        _keep(out, journal)
    report = out / "run" / "report.html"
    return StudyResult(
        study.name, out, report, str(journal["stages"]["report"]["found"]), journal["stages"],
        time.perf_counter() - start,
    )  # fmt: skip


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    start = time.perf_counter()
    yield lambda: time.perf_counter() - start


def _opened(out: Path, study: Study, resume: bool) -> dict[str, Any]:
    """The study's journal, made where there is none; its directory exists afterwards."""
    if open_folder(out, study.to_toml(), resume=resume):
        journal: dict[str, Any] = {"format": 1, "study": study.name, "stages": {}}
        _keep(out, journal)
        return journal
    try:
        journal = json.loads((out / "study.json").read_text(encoding="utf-8"))
        stages = dict(journal["stages"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{str(out)!r} is not a study to resume: it has no readable study.json") from None
    return {**journal, "stages": stages}


def _keep(out: Path, journal: Mapping[str, Any]) -> None:
    replace_text(out / "study.json", json.dumps(journal, indent=1) + "\n")


def _stages_of(study: Study) -> list[str]:
    asked = [*STAGES[:-1], "symmetries", "truth", STAGES[-1]]
    left_out = {
        name for name, table in (("symmetries", study.symmetries), ("truth", study.truth)) if table is None
    }
    return [name for name in asked if name not in left_out]


def _generate(study: Study, out: Path, threads: int | None, progress: Progress) -> dict[str, Any]:
    from hepsym.report.studies.rows import make_rows

    return make_rows(study, out, threads, progress)


def _fit(study: Study, out: Path, progress: Progress) -> dict[str, Any]:
    from hepsym import events, models
    from hepsym.report.studies.rows import rows_path

    path, run = rows_path(study.generate, out), out / "run"
    table = events.read_table([path], study.fit.columns)
    columns = study.fit.columns
    source = dict(table.source) | {"files": [str(path.resolve())], "columns": columns}
    result = models.fit(
        table.values[: study.fit.rows], table.names, study.fit_settings(), run,
        source=source, drop_constant=columns is None, resume=run.exists(), progress=progress,
    )  # fmt: skip
    return {
        "rows": min(study.fit.rows, len(table.values)),
        "best_epoch": result.best_epoch,
        "losses": result.losses,
    }


def _analyze(study: Study, out: Path, progress: Progress) -> dict[str, Any]:
    from hepsym.report.run.analyze import analyze

    found = analyze(out / "run", betas=study.analyze.betas, seeds=study.analyze.seeds, progress=progress)
    return {"relevant": found["relevant"], "recovered": found["recovered"]}


def _symmetries(study: Study, out: Path, progress: Progress) -> dict[str, Any]:
    from hepsym.report.symmetries import find_symmetries, write_symmetries

    del progress
    asked = study.symmetries
    assert asked is not None
    found = find_symmetries(
        out / "run", alpha=asked.alpha, scale=asked.scale, max_degree=asked.max_degree, noise=asked.noise,
        seed=study.generate.seed,
    )  # fmt: skip
    if (out / "symmetries").exists():  # of a study that was stopped between writing and keeping account
        shutil.rmtree(out / "symmetries")
    write_symmetries(found, out / "symmetries")
    made = found.told["generators"]
    return {
        "dimension": {key: found.told["dimension"][key] for key in ("value", "low", "high")},
        "constraints": [c["formula"] for c in found.told["constraints"]],
        "generators": {"count": made["count"], "algebra": made["algebra"], "of": made["of"]},
    }


def _truth(study: Study, out: Path, progress: Progress) -> dict[str, Any]:
    from hepsym.report.studies.latents import count_latents
    from hepsym.report.studies.page import write_study_page

    del progress
    told = count_latents(out / "run", out, study.truth)
    kept = out / "symmetries" / "symmetries.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if study.symmetries is not None else None
    write_study_page(study, out, told, found)
    return {key: told[key] for key in ("truth", "plateau")}


def _report(out: Path, progress: Progress) -> dict[str, Any]:
    from hepsym.report.run.compose import found_in, write

    del progress
    page = write(out / "run")
    return {"report": str(page), "bytes": page.stat().st_size, "found": found_in(out / "run")}
