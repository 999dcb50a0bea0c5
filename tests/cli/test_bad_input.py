"""What a stranger may type wrong: each ends in one line that says what to do, status 2, and writes nothing.

The rows were found by a tour of some 460 wrong invocations of all commands; what the tour found in order is
tested beside each command.
"""

from pathlib import Path

import numpy as np
import pytest

from hepsym import events
from hepsym.cli import main
from hepsym.cli._errors import reported
from hepsym.generators import generate, load_card

PAIR = ["generate", "ee2mumu", "-n", "10", "-o"]
WRONG = [
    # what was accepted and not heeded
    ([*PAIR, "x.lhe", "--shards", "0:1/2"], "leave the suffix out"),
    ([*PAIR, "x", "--set", 'beams.pdf="nowhere"'], "has no proton: leave beams.pdf out"),
    ([*PAIR, "x", "--dry-run", "--seed", "-4"], "seed = -4 is out of range"),
    ([*PAIR, "x.xyz", "--dry-run"], "unknown suffix '.xyz'"),
    ([*PAIR, "e.lhe", "--dry-run"], "e.lhe exists already"),
    ([*PAIR, "x", "--dry-run", "--device", "gpu"], "not one of cpu, cuda"),
    ([*PAIR, "x", "--dry-run", "--shards", "7:3/2"], "0 <= a < b <= n"),
    ([*PAIR, "x", "--dry-run", "--threads", "0"], "threads = 0 must be at least 1"),
    (["generate", "jets", "-n", "10", "-o", "x.h5", "--device", "cuda"], "takes no --device"),
    (["amplitude", "ee2tautau", "e.lhe"], "leg 2 of event 0 is 13 (PDG), where the process has 15"),
    # what ended without memory, or with half of an output
    (["generate", "ee2mumu", "-n", "1000000000000000", "-o", "x"], "GB free: give fewer"),
    (["generate", "ee2mumu", "-n", "99999999999999999999", "-o", "x.lhe"], "GB free: give fewer"),
    ([*PAIR, "x", "--dask", "nonsense"], "no Dask scheduler answers at 'nonsense'"),
    (["fit", "t.csv", "-o", "x", "--latent-dim", "1000000000000"], "latent = 1000000000000 must be at most"),
    (["fit", "t.csv", "-o", "x", "--hidden", "99999999999"], "from 1 to 1,048,576"),
    # what was told in other words than the user's
    ([*PAIR, "x", "--set", 'cuts."pt(mu-)".min=1e9'], "cuts.pt(mu-) (min = 1e+09) leaves no events"),
    ([*PAIR, "x", "--set", "beams.polarization=0.5"], "beams.polarization = 0.5 must be a list"),
    ([*PAIR, "x", "--set", "masses=3"], "masses = 3 must be a table"),
    (["info", "/dev/null"], "not a hepsym dataset: that is a directory"),
    (["merge", "e.lhe", "-o", "x"], "not a hepsym dataset: that is a directory"),
    (["shower", "e.lhe", "-o", "x.hepmc", "--set", "Tune:pp=999"], "does not take the setting 'Tune:pp=999'"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wrong")
    events.write(made / "e.lhe", generate(load_card("ee2mumu"), 10))
    rows = np.random.default_rng(1).normal(size=(20, 2))
    np.savetxt(made / "t.csv", rows, delimiter=",", header="a,b", comments="")
    return made


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_wrong_input_is_one_line(
    arguments: list[str],
    words: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if arguments[0] == "fit":
        pytest.importorskip("torch")
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    out, err = capfd.readouterr()
    assert (caught.value.code, out, err.count("\n")) == (2, "", 1), err
    assert words in err
    assert {p.name for p in folder.iterdir()} == {"e.lhe", "t.csv"}


def test_a_tensor_beyond_memory_is_no_fault_of_hepsym(capfd: pytest.CaptureFixture[str]) -> None:
    """Torch's allocator raises a RuntimeError of its own; 2^50 numbers are beyond any address space."""
    torch = pytest.importorskip("torch")
    with pytest.raises(SystemExit) as caught, reported():
        torch.empty(1 << 50)
    assert caught.value.code == 1
    assert capfd.readouterr().err == (
        "hepsym: error: out of memory: a network or batch of that size does not fit\n"
    )
