"""Run by test_device.py in a process of its own, where numba's simulator stands in for a CUDA device.

The simulator cannot hand its arrays to compiled kernels, so they run as the plain Python they are written
in; what they are compared with are events of the compiled ones, which the test wrote into the folder.
"""

import os
import sys
from pathlib import Path

import numpy as np

from hepsym.cli import main
from hepsym.events import read
from hepsym.generators import generate_to, load_card
from hepsym.generators.production.generate import Filler, generator_for

N, FIRST = 40, (1 << 40) + 3
"""Above 32 bits, so that the counter's high word counts."""
CARDS = (("ee2mumu", []), ("ee2mumu", ["cuts.pt(mu-).min=30"]), ("ee2tautau", ["sqrt_s=10.58"]),
         ("ee2mumu", ["beams.polarization=[0.8, -0.3]"]))  # fmt: skip
FILES = ((False, "native"), (True, "x.lhe"))


def ulps(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference in units of the last place."""
    return float((np.abs(a - b) / np.spacing(np.maximum(np.abs(a), np.abs(b)))).max())


def expect(folder: Path) -> None:
    """Events of the CPU, compiled."""
    for i, (name, settings) in enumerate(CARDS):
        filler, cpu = Filler(generator_for(load_card(name, settings)), 7, threads=1), np.empty((N, 4, 4))
        with filler.running() as fill:
            fill(cpu, {}, FIRST)
        np.save(folder / f"expected-{i}.npy", cpu)
    for weighted, name in FILES:
        out = folder / f"expected-{weighted}-{name}"
        generate_to(load_card("ee2mumu"), N, out, seed=3, shard_events=17, weighted=weighted, threads=2)


def drawn(folder: Path) -> None:
    from hepsym.generators.cuda import on_device

    for i, (name, settings) in enumerate(CARDS):
        cpu = np.load(folder / f"expected-{i}.npy")
        device = on_device(generator_for(load_card(name, settings)), N, 7, first=FIRST).copy_to_host()
        print(name, settings, ulps(device, cpu), "ulp")
        assert ulps(device, cpu) <= 4.0 and np.ptp(cpu[:, 2, 3]) > 1.0


def written(folder: Path) -> None:
    for weighted, name in FILES:
        out = folder / f"{weighted}-{name}"
        card = load_card("ee2mumu")
        generate_to(card, N, out, seed=3, shard_events=17, weighted=weighted, device="cuda")
        cpu, device = read(folder / f"expected-{weighted}-{name}"), read(out)
        assert ulps(device.momenta, cpu.momenta) <= 4.0
        assert not weighted or np.abs(device.weights / cpu.weights - 1).max() < 1e-12
        assert device.provenance.seed == 3 and device.provenance.card == cpu.provenance.card


def told(folder: Path) -> None:
    words = ["generate", "ee2mumu", "-n", "20", "-o", str(folder / "cli"), "--device", "cuda", "--json"]
    try:
        main(words)
    except SystemExit as end:
        assert not end.code
    assert len(read(folder / "cli")) == 20


if __name__ == "__main__":
    assert os.environ["NUMBA_ENABLE_CUDASIM"] == os.environ["NUMBA_DISABLE_JIT"] == "1"
    for check in (drawn, written, told):
        check(Path(sys.argv[1]))
    print("sound")
