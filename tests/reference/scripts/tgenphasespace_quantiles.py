"""Quantiles of decays drawn by ROOT's TGenPhaseSpace in a compiled loop, for tests of our phase space.

Run in tests/reference, in an environment of its own: python3.11 -m venv V;
V/bin/pip install root==0.1a12 numpy;
V/bin/python scripts/tgenphasespace_quantiles.py > tgenphasespace_quantiles.json
Its weights are not normalised (their mean is no volume), so only the shapes of unweighted points are kept.
"""

import json
from importlib.metadata import version
from itertools import combinations

import numpy as np
import ROOT

N, SEED, SQRT_S = 1_200_000, 20261121, 5.27965
PROBABILITIES = [0.05 * k for k in range(1, 20)]
K, PI = 0.493677, 0.13957
DECAYS = {
    "two": (K, PI),
    "three": (K, PI, PI),
    "four": (K, PI, PI, PI),
    "two massless": (0.0,) * 2,
    "three massless": (0.0,) * 3,
    "four massless": (0.0,) * 4,
}

ROOT.gInterpreter.Declare("""
#include "TGenPhaseSpace.h"
#include "TLorentzVector.h"
#include "TRandom3.h"

bool draw_points(int n, unsigned seed, double sqrt_s, int legs, const double* masses, double* p, double* w) {
  TRandom3 generator(seed);
  TRandom* before = gRandom;
  gRandom = &generator;
  TLorentzVector rest(0.0, 0.0, 0.0, sqrt_s);
  TGenPhaseSpace decay;
  bool open = decay.SetDecay(rest, legs, masses);
  for (int i = 0; open && i < n; ++i) {
    w[i] = decay.Generate();
    for (int k = 0; k < legs; ++k) {
      const TLorentzVector* q = decay.GetDecay(k);
      *p++ = q->E(); *p++ = q->Px(); *p++ = q->Py(); *p++ = q->Pz();
    }
  }
  gRandom = before;
  return open;
}
""")


def draw(masses: tuple[float, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Momenta (N, legs, 4) as (E, x, y, z) in GeV, and TGenPhaseSpace's weights."""
    momenta, weights = np.zeros((N, len(masses), 4)), np.zeros(N)
    if not ROOT.draw_points(N, seed, SQRT_S, len(masses), np.array(masses), momenta, weights):
        raise SystemExit(f"TGenPhaseSpace finds no decay of {SQRT_S} GeV to {masses}")
    return momenta, weights


def quantiles(masses: tuple[float, ...], seed: int) -> dict[str, object]:
    """Of every component and every pair's mass (GeV), in events unweighted against the largest weight."""
    momenta, weights = draw(masses, seed)
    kept = momenta[np.random.default_rng(seed).random(N) * weights.max() < weights]

    def levels(values: np.ndarray) -> list[float]:
        return [float(f"{level:.9g}") for level in np.quantile(values, PROBABILITIES)]

    pairs = {}
    for a, b in combinations(range(len(masses)), 2):
        pair = kept[:, a] + kept[:, b]
        square = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(1)
        pairs[f"{a}{b}"] = levels(np.sqrt(square.clip(0.0)))
    components = [[levels(kept[:, k, c]) for c in range(4)] for k in range(len(masses))]
    return {"masses": masses, "seed": seed, "events": len(kept), "components": components, "pairs": pairs}


def main() -> None:
    decays = {name: quantiles(masses, SEED + k) for k, (name, masses) in enumerate(DECAYS.items())}
    source = f"TGenPhaseSpace of ROOT {ROOT.gROOT.GetVersion()} (PyPI root {version('root')}), TRandom3"
    print(json.dumps({"source": source, "sqrt_s": SQRT_S, "points": N, "decays": decays}))


if __name__ == "__main__":
    main()
