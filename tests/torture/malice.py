"""Is anything executed, read or shown that a hostile file brings along? Pickles, scripts, paths, shells.

A payload that runs leaves a mark; a page that shows it as markup holds the payload unescaped; a path
that escapes writes outside of the folder. None of it may happen, whatever the command.
"""

import hashlib
import json
import os
import pickle
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from hepsym import events as ev
from hepsym.generators import generate, load_card
from hepsym.models.training.checkpoint import STATE_FORMAT
from tests.report.made_run import made_run
from tests.torture.campaign import WRONG, Row, tally
from tests.torture.commands import run
from tests.torture.runs import small_run

__all__ = ["malice"]

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
Case = Callable[[Path], Iterator[str]]


class Evil:
    """Unpickling it makes a directory."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def _objects(mark: Path) -> np.ndarray:
    return np.array([Evil(mark)], dtype=object)


def _pickled_arrays(place: Path) -> Iterator[str]:
    """Arrays of objects under every suffix, through every command that reads files."""
    mark = place.parent / "mark"
    np.savez(place / "a.npz", **{n: _objects(mark) for n in ("momenta", "pdg_ids", "status", "masses")})
    np.savez(place / "t.npz", x=_objects(mark))
    np.save(place / "a.npy", _objects(mark), allow_pickle=True)
    for suffix in (".h5", ".root", ".parquet", ".lhe", ".hepmc", ".jetnet.h5", ".csv"):
        (place / f"raw{suffix}").write_bytes(pickle.dumps(Evil(mark)))
    ev.write(place / "native", generate(load_card("ee2mumu"), 50, seed=1))
    np.save(place / "native" / "events-000000.npy", _objects(mark), allow_pickle=True)
    for name in sorted(p.name for p in place.iterdir()):
        for words in (["info", name], ["convert", name, "out.npz"], ["fit", name, "-o", "run"],
                      ["symmetries", name], ["validate", name]):  # fmt: skip
            found = run(words, place)
            yield _refused(f"{words[0]} {name}", found.status, found.err, found.clear)
    yield f"{WRONG}: a pickle was executed" if mark.exists() else "nothing executed"


def _refused(what: str, status: int, err: str, clear: bool) -> str:
    if what == "info native":  # the manifest alone is read
        return "told what is known"
    if what.startswith("validate") and status == 1:
        return "refused"
    return "refused" if status == 2 and clear else f"{WRONG}: {what}: {status} {err[:150]}"


def _pickled_runs(place: Path) -> Iterator[str]:
    """A checkpoint, a state and an archive inside it, replaced by pickles that act."""
    mark = place.parent / "mark"
    data = place / "data.npz"
    np.savez(data, x=np.arange(600.0), y=np.arange(600.0) ** 2)
    words = ["fit", "data.npz", "-o", "run", "--epochs", "1", "--batch", "64", "--threads", "1"]
    words += ["--hidden", "8", "--latent-dim", "2"]
    assert run(words, place).status == 0
    for name in ("checkpoint.safetensors", "state/last.pt"):
        path = place / "run" / name
        good = path.read_bytes()
        archive = _torch_archive(place, mark)
        label = f"{STATE_FORMAT} {hashlib.sha256(archive).hexdigest()}\n".encode()
        for bad in (pickle.dumps(Evil(mark)), archive, label + archive, good[:64] + pickle.dumps(Evil(mark))):
            path.write_bytes(bad)
            said = run(["analyze", "run"] if "check" in name else [*words, "--resume"], place)
            yield _refused(f"{name}", said.status, said.err, said.clear)
        path.write_bytes(good)
    yield f"{WRONG}: a pickle was executed" if mark.exists() else "nothing executed"


def _torch_archive(place: Path, mark: Path) -> bytes:
    torch.save({"format": Evil(mark)}, place / "archive.pt")
    with zipfile.ZipFile(place / "archive.pt") as file:
        assert any(n.endswith("data.pkl") for n in file.namelist())
    return (place / "archive.pt").read_bytes()


def _scripts(place: Path) -> Iterator[str]:
    """Markup in names of files, cards, columns and headers, and in every word of a run."""
    sample = generate(load_card("ee2mumu"), 400, seed=1)
    evil = "<img src=x onerror=alert(2)>.lhe"
    ev.write(place / "a.lhe", sample)
    text = (place / "a.lhe").read_text()
    head = f"<header>\n<MGRunCard><![CDATA[{SCRIPT}]]></MGRunCard>\n<!-- {SCRIPT} -->\n"
    plain = "\n".join(line for line in text.splitlines() if "hepsym" not in line)
    (place / evil).write_text(plain.replace("<header>", head, 1) + "\n")
    card = (Path(__file__).parents[2] / "generators" / "ee2mumu.toml").read_text()
    (place / f"{SCRIPT[:20].replace('/', '')}.toml").write_text(f"title = {json.dumps(SCRIPT)}\n" + card)
    np.savez(
        place / "t.npz", **{f"a{SCRIPT}": np.random.default_rng(1).normal(size=300), "b": np.arange(300.0)}
    )
    made_run(place / "run", evil=SCRIPT)
    small_run(place / "fitted")
    pages = (["report", "run"], ["report", "fitted"], ["compare", "a.lhe", evil, "-o", "compared"],
             ["symmetries", "t.npz", "-o", "sym"], ["convert", evil, "b.npz"], ["info", evil])  # fmt: skip
    for words in pages:
        found = run(words, place)
        bad = found.status not in {0, 2} or (found.status == 2 and not found.clear)
        yield f"{WRONG}: {words}: {found.status} {found.err[:200]}" if bad else "as promised"
    for page in place.rglob("*.html"):
        shown = page.read_text()
        live = "<script>alert(1)" in shown or "<img src=x" in shown
        yield f"{WRONG}: markup of a file is live in {page.relative_to(place)}" if live else "escaped"
    for figure in place.rglob("*.svg"):
        if "<script>alert(1)" in figure.read_text() or "<img src=x" in figure.read_text():
            yield f"{WRONG}: markup is live in {figure.relative_to(place)}"


def _escapes(place: Path) -> Iterator[str]:
    """Names with ../ in columns, weights, cards and manifests: nothing appears outside of the output."""
    inner = place / "inner"
    inner.mkdir()
    n = 400
    sample = generate(load_card("ee2mumu"), n, seed=1)
    name = "../../evil"
    for label, path in (("x", "a.npz"), ("y", "b.npz")):
        ev.write(inner / path, _with_column(sample, name, np.arange(float(n)) + len(label)))
    (inner / "sub").mkdir()
    before = {str(p) for p in place.parent.rglob("*") if "inner" not in p.parts}
    for words in (["compare", "a.npz", "b.npz", "--observables", name, "-o", "sub/c"],
                  ["convert", "a.npz", "sub/native"], ["convert", "a.npz", "sub/x.root"],
                  ["convert", "a.npz", "sub/x.h5"], ["convert", "a.npz", "sub/x.hepmc"],
                  ["fit", "a.npz", "--columns", f"{name},mu-.px", "-o", "sub/run", "--epochs", "1",
                   "--batch", "64", "--threads", "1"],
                  ["report", "sub/run"],
                  ["symmetries", "a.npz", "--columns", f"{name},mu-.px", "-o", "sub/s"],
                  ):  # fmt: skip
        found = run(words, inner)
        bad = found.status not in {0, 2} or (found.status == 2 and not found.clear)
        yield f"{WRONG}: {words}: {found.status} {found.err[:200]}" if bad else "as promised"
    after = {str(p) for p in place.parent.rglob("*") if "inner" not in p.parts}
    yield f"{WRONG}: outside appeared {sorted(after - before)[:5]}" if after != before else "nothing outside"


def _with_column(sample: ev.Events, name: str, values: np.ndarray) -> ev.Events:
    from dataclasses import replace

    return replace(sample, columns={**sample.columns, name: values})


CASES: dict[str, Case] = {
    "pickles in event files and tables": _pickled_arrays,
    "pickles in runs": _pickled_runs,
    "markup in files": _scripts,
    "paths in names": _escapes,
}


def malice(what: str, folder: Path) -> Row:
    """Run the cases of this kind."""
    place = folder / "place"
    shutil.rmtree(folder, ignore_errors=True)
    place.mkdir(parents=True)
    begun = time.time()
    return tally(f"malice: {what}", 0, enumerate(CASES[what](place)), begun)
