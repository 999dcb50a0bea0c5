"""Quantiles of decays drawn by the `phasespace` package (TensorFlow), for tests of our phase space.

Run in an environment of its own: python -m venv V; V/bin/pip install phasespace==1.10.4;
V/bin/python tests/reference/scripts/phasespace_quantiles.py > tests/reference/phasespace_quantiles.json
"""

import json
from importlib.metadata import version

import numpy as np
import phasespace

N, SEED = 1_200_000, 20260711
PROBABILITIES = [0.05 * k for k in range(1, 20)]
B, KSTAR, K, PI = 5.27965, 0.89581, 0.493677, 0.13957


def kstar_gamma() -> phasespace.GenParticle:
    kstar = phasespace.GenParticle("k*", KSTAR).set_children(
        phasespace.GenParticle("k", K), phasespace.GenParticle("pi", PI)
    )
    return phasespace.GenParticle("b", B).set_children(kstar, phasespace.GenParticle("gamma", 0.0))


def quantiles(decay: phasespace.GenParticle, names: list[str]) -> dict[str, object]:
    """Of E, x, y, z (GeV) of each particle, in events unweighted against the largest weight."""
    weights, momenta = decay.generate(N, seed=SEED)
    w = weights.numpy()
    kept = np.random.default_rng(SEED).random(N) * w.max() < w
    legs = [momenta[name].numpy()[kept][:, [3, 0, 1, 2]] for name in names]
    values = [[np.quantile(leg[:, c], PROBABILITIES).tolist() for c in range(4)] for leg in legs]
    return {"events": int(kept.sum()), "quantiles": values}


def main() -> None:
    decays = {
        "three": (phasespace.nbody_decay(B, [K, PI, PI]), ["p_0", "p_1", "p_2"], [K, PI, PI]),
        "four": (phasespace.nbody_decay(B, [K, PI, PI, PI]), ["p_0", "p_1", "p_2", "p_3"], [K, PI, PI, PI]),
        "kstar": (kstar_gamma(), ["k", "pi", "gamma"], [K, PI, 0.0]),
    }
    found = {
        name: {"masses": masses, **quantiles(decay, names)} for name, (decay, names, masses) in decays.items()
    }
    source = f"phasespace {version('phasespace')}"
    record = {"source": source, "sqrt_s": B, "kstar": KSTAR, "points": N, "seed": SEED, "decays": found}
    print(json.dumps(record, indent=None))


if __name__ == "__main__":
    main()
