"""What does coverage-guided fuzzing find in the readers? `python -m tests.torture.fuzz lhe --seconds 60`.

Needs atheris (`pip install atheris`), which looks at the branches that each input takes and changes inputs
towards new ones. Kernels run as plain Python, since compiled code has no branches to look at. It stops at
the first exception that is not an InputError, with the input in a file; exit status 0: none was found.
"""

import argparse
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["hepsym"]):
    from hepsym import events as ev
    from hepsym._toml import parse
    from hepsym.errors import InputError
    from hepsym.events.jets.jetnet import read_jetnet
    from hepsym.events.table import read_table
    from hepsym.generators.cards.card import card_from_toml
    from hepsym.generators.cards.process_string import read_process
    from hepsym.generators.images.idx import read_idx
    from hepsym.generators.partons.pdf import load_pdf

from tests.torture.files import FORMATS
from tests.torture.texts import READERS, _grids, _pictures


def _manifest(path: Path) -> None:
    from hepsym.events.native.manifest import read_manifest

    (path.parent / "manifest.json").write_bytes(path.read_bytes())
    read_manifest(path.parent)


def _card(path: Path) -> None:
    text = path.read_text(errors="replace")
    parse(text, "card")
    card_from_toml(text)


def _process(path: Path) -> None:
    read_process(path.read_text(errors="replace"))


TARGETS = {
    "lhe": (".lhe", ev.read), "lhe.gz": (".lhe.gz", ev.read), "hepmc": (".hepmc", ev.read),
    "npz": (".npz", ev.read), "parquet": (".parquet", ev.read), "hdf5": (".h5", ev.read),
    "root": (".root", ev.read), "jetnet": (".jetnet.h5", read_jetnet), "csv": (".csv", read_table),
    "npy": (".npy", read_table), "manifest": (".json", _manifest), "card": (".toml", _card),
    "process": (".txt", _process), "pdf": ("_0000.dat", load_pdf), "idx": (".idx", read_idx),
}  # fmt: skip


def seeds(target: str, folder: Path) -> None:
    """Sound inputs to begin with."""
    suffix = TARGETS[target][0]
    kinds = [k for k, (s, _, _, _) in FORMATS.items() if s == suffix]
    for kind in kinds:
        path = folder / f"{kind.replace(' ', '-')}-rich{suffix}"
        FORMATS[kind][1](path)
    if suffix.startswith(".lhe"):
        from tests.events.conftest import muon_pairs, unlike

        for name, sample in (("a", muon_pairs(3, weighted=True)), ("b", unlike(4))):
            ev.write(folder / f"{name}{suffix}", sample)
    texts = {"card": READERS["process cards"][1], "pdf": _grids, "idx": _pictures}.get(target, list)()
    texts += [b"e- e+ > mu- mu+", b"p p > t t~ QCD=2, t > b w+"] * (target == "process")
    for i, text in enumerate(texts):
        (folder / f"{i}").write_bytes(text)
    if target == "manifest":
        from tests.events.conftest import muon_pairs

        ev.write(folder / "made", muon_pairs(3))
        (folder / "seed").write_bytes((folder / "made" / "manifest.json").read_bytes())
        for path in (folder / "made").iterdir():
            path.unlink()
        (folder / "made").rmdir()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    suffix, read = TARGETS[options.target]
    work = Path(tempfile.mkdtemp(prefix="hepsym-fuzz-"))
    (work / "corpus").mkdir()
    seeds(options.target, work / "corpus")
    (work / "read").mkdir()
    count = 0

    def one(content: bytes) -> None:
        nonlocal count
        count += 1
        path = work / "read" / f"{count if options.target == 'pdf' else 'x'}{suffix}"
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read(path)
        except InputError as error:
            if "\n" in str(error):
                raise AssertionError(f"more than one line: {error}") from None
        finally:
            path.unlink(missing_ok=True)

    flags = [
        f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-rss_limit_mb=3000", "-timeout=20",
        f"-artifact_prefix={work}/", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    print(f"{options.target}: inputs and what is found lie in {work}", file=sys.stderr)
    atheris.Setup([sys.argv[0], *flags, str(work / "corpus")], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
