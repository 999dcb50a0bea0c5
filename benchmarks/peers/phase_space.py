"""The other programs of bench_phase_space.py, run in an environment of their own: rates on request.

A line on standard input, "task n", is answered by a line, seconds for n points. One thread.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

B, KSTAR, K, PI = 5.27965, 0.89581, 0.493677, 0.13957


def phasespace_tasks() -> dict[str, Callable[[int], None]]:
    """Compiled once a size by tf.function, which is its fastest way."""
    import phasespace
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    kstar = phasespace.GenParticle("k*", KSTAR).set_children(
        phasespace.GenParticle("k", K), phasespace.GenParticle("pi", PI)
    )
    decays = {
        "two": phasespace.nbody_decay(B, [K, PI]),
        "three": phasespace.nbody_decay(B, [K, PI, PI]),
        "four": phasespace.nbody_decay(B, [K, PI, PI, PI]),
        "kstar": phasespace.GenParticle("b", B).set_children(kstar, phasespace.GenParticle("gamma", 0.0)),
    }

    def task(decay: phasespace.GenParticle) -> Callable[[int], None]:
        compiled = tf.function(decay.generate)

        def run(n: int) -> None:
            weights, momenta = compiled(tf.constant(n))
            _ = weights.numpy(), [p.numpy() for p in momenta.values()]

        return run

    return {name: task(decay) for name, decay in decays.items()}


def madspace_task() -> Callable[[int], None]:
    """FastRambo of given uniforms, which spares it the drawing; its own choice of SIMD width."""
    import madspace
    import numpy as np

    mapping = madspace.FastRamboMapping(4, True)
    runtime = madspace.FunctionRuntime(mapping.forward_function(), madspace.Context(1))
    drawn: dict[int, list[np.ndarray]] = {}

    def run(n: int) -> None:
        if n not in drawn:
            rng = np.random.default_rng(1)
            drawn[n] = [*rng.random((8, n)), np.full(n, 91.1876)]
        runtime(*drawn[n])

    return run


def root_tasks() -> dict[str, Callable[[int], None]]:
    """TGenPhaseSpace in a compiled loop that keeps no point, its fastest way; the wheel is an alpha."""
    import ROOT

    ROOT.gInterpreter.Declare("""
    #include "TGenPhaseSpace.h"
    #include "TLorentzVector.h"

    double sum_of_weights(int n, double sqrt_s, int legs, const double* masses) {
      TLorentzVector rest(0.0, 0.0, 0.0, sqrt_s);
      TGenPhaseSpace decay;
      double sum = 0.0;
      if (!decay.SetDecay(rest, legs, masses)) return sum;
      for (int i = 0; i < n; ++i) sum += decay.Generate();
      return sum;
    }
    """)
    import numpy as np

    decays = {
        "root_two": (B, [K, PI]),
        "root_three": (B, [K, PI, PI]),
        "root_four": (B, [K, PI, PI, PI]),
        "root_rambo": (91.1876, [0.0] * 4),
    }

    def task(sqrt_s: float, masses: list[float]) -> Callable[[int], None]:
        def run(n: int) -> None:
            if not ROOT.sum_of_weights(n, sqrt_s, len(masses), np.array(masses)) > 0.0:
                raise RuntimeError(f"TGenPhaseSpace drew no point of {sqrt_s} GeV to {masses}")

        return run

    return {name: task(*decay) for name, decay in decays.items()}


def main() -> None:
    tasks: dict[str, Callable[[int], None]] = {}
    versions = []
    from importlib.metadata import version

    for name, made in (
        ("phasespace", phasespace_tasks),
        ("madspace", lambda: {"rambo": madspace_task()}),
        ("root", root_tasks),
    ):
        try:
            tasks |= made()
            versions.append(f"{name} {version(name)}")
        except ImportError:
            continue
    print("; ".join(versions), flush=True)
    for line in sys.stdin:
        name, count = line.split()
        if name not in tasks:
            print("missing", flush=True)
            continue
        start = time.perf_counter()
        tasks[name](int(count))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
