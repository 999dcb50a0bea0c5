#!/usr/bin/env python
"""How many instructions does an event take? Counted by valgrind, so that a busy machine cannot blur it.

    python benchmarks/instructions.py            # beside the counts that are kept; exit status 1: one grew
    python benchmarks/instructions.py --keep     # keep these counts

Each task runs twice in a process under cachegrind, with n and 2n events; the difference over n is the count,
in which start and compilation cancel. Kernels are compiled for one named processor (AVX2, which valgrind
knows), so counts are the same on any x86-64 machine with the same Numba; they depend on its version, which
is kept beside them. They are no times: memory counts nothing, and AVX-512 is not used.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = HERE / "instructions.json"
ALLOWED = 0.02
"""A count may grow by so much of itself."""
PROCESSOR = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+sse4.2,+popcnt,+lzcnt",
}

TASKS: dict[str, tuple[int, str]] = {
    "ee2mumu events": (1 << 17, """
import numpy as np
from hepsym.generators import generator_for, load_card
generator, out = generator_for(load_card("ee2mumu")), np.zeros((4096, 4, 4))
def work(n):
    for first in range(0, n, 4096):
        generator.fill(out, first, (np.uint64(1), np.uint64(2)))
"""),
    "RAMBO, four massless": (1 << 16, """
import numpy as np
from hepsym.generators.phasespace.rambo.rambo import Rambo
rambo, momenta, weight = Rambo([0.0] * 4), np.zeros((4096, 4, 4)), np.zeros(4096)
def work(n):
    for first in range(0, n, 4096):
        rambo.fill(momenta, weight, 91.2, first, (np.uint64(1), np.uint64(2)))
"""),
    "uniforms": (1 << 18, """
import numpy as np
from hepsym.random import uniforms
out = np.zeros(4096)
def work(n):
    for first in range(0, n, 4096):
        uniforms(1, 4096, first=first, out=out)
"""),
    "invariant masses of pairs": (1 << 17, """
import numpy as np
from hepsym import lorentz
p = np.random.default_rng(1).normal(size=(4096, 4)) + [10.0, 0, 0, 0]
def work(n):
    for first in range(0, n, 4096):
        lorentz.mass(p)
"""),
}  # fmt: skip
"""Name: events (or numbers, or momenta) a count is taken over, and what defines work(n)."""


def total(code: str, n: int, environment: dict[str, str]) -> int:
    """Instructions of a process that does work(n) after having done it once on a block."""
    program = f"{code}\nwork(4096)\nwork({n})\n"
    words = [sys.executable, "-S", "-c", f"import site; site.main()\n{program}"]
    valgrind = ["valgrind", "--tool=none", "-q"] if n == 0 else [
        "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"
    ]  # fmt: skip
    done = subprocess.run([*valgrind, *words], env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"valgrind did not count: {done.stderr[-800:]}")
    return int(found[1].replace(",", ""))


def counted(names: list[str]) -> dict[str, float]:
    """Instructions an event of each task."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {
            **os.environ, **PROCESSOR, "NUMBA_CACHE_DIR": cache, "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1", "HEPSYM_NUMBA_EXTENSIONS": "0",
        }  # fmt: skip
        found = {}
        for name in names:
            n, code = TASKS[name]
            # compiled without valgrind, which would take minutes for it
            subprocess.run([sys.executable, "-c", f"{code}\nwork(4096)"], env=environment, check=True)
            once, twice = (total(code, k * n, environment) for k in (1, 2))
            found[name] = round((twice - once) / n, 2)
            print(f"{name:28} {found[name]:10.2f} instructions", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(TASKS)}; default: all")
    parser.add_argument("--keep", action="store_true", help="keep the counts")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed: apt-get install valgrind")
    names = options.names or list(TASKS)
    if unknown := set(names) - set(TASKS):
        parser.error(f"no task {', '.join(sorted(unknown))}; there are {', '.join(TASKS)}")
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"counts": {}}
    versions = {package: version(package) for package in ("numba", "llvmlite", "numpy")}
    found = counted(names)
    if options.keep:
        held = {"counts": {**kept["counts"], **found}, "versions": versions}
        KEPT.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n")
        return
    if kept.get("versions") != versions:
        print(f"kept counts are of {kept.get('versions')}, here are {versions}: not compared")
        return
    grown = [n for n in found if n in kept["counts"] and found[n] > (1 + ALLOWED) * kept["counts"][n]]
    for name in grown:
        print(f"{name}: {found[name]} instructions, kept are {kept['counts'][name]}")
    sys.exit(1 if grown else 0)


if __name__ == "__main__":
    main()
