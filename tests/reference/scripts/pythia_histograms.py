"""How Pythia's own muon pairs are distributed: a million events each of e+e- and of pp, as histograms.

    python tests/reference/scripts/pythia_histograms.py > tests/reference/pythia_histograms.json

The inputs are those of pythia_cross_sections.py (MadGraph's couplings, the Z's width as Pythia computes it,
running); hard process and the decay of gamma*/Z only. About two minutes on one core.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pythia8mc
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent))
from pythia_cross_sections import FORCED, GENERAL, MASSES, MU_PAIR, at

EVENTS = 1_000_000
SAMPLES = {
    "ee2mumu": [*at(91.188), "WeakSingleBoson:ffbar2gmZ = on", "23:onMode = off", "23:onIfAny = 13"],
    "pp2mumu": MU_PAIR,
}
EDGES = {
    "m": np.concatenate(
        [
            np.arange(60, 80, 2),
            np.arange(80, 102, 0.5),
            np.arange(102, 120, 3),
            [120, 140, 170, 220, 300, 13000],
        ]
    ),
    "y": np.linspace(-5.4, 5.4, 55),
    "pt": np.concatenate([np.linspace(0, 60, 61), [65, 70, 80, 100, 150, 6500]]),
    "eta": np.linspace(-8, 8, 65),
    "cos_theta": np.linspace(-1, 1, 51),
    "phi": np.linspace(-np.pi, np.pi, 25),
}


def muons(
    settings: list[str], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], pythia8mc.Pythia]:
    """Momenta (E, x, y, z) of mu- and mu+, (n, 4) each."""
    pythia = pythia8mc.Pythia("", False)
    kept = [text for text in GENERAL if "resonanceDecays" not in text]
    for text in [*kept, "Random:setSeed = on", f"Random:seed = {seed}", *settings]:
        if not pythia.readString(text):
            raise SystemExit(f"Pythia does not take {text!r}")
    for key, value in FORCED.items():
        pythia.settings.parm(key, value, True)
    for pdg, mass in MASSES.items():
        pythia.particleData.m0(pdg, mass)
    pythia.init()
    minus, plus = np.empty((EVENTS, 4)), np.empty((EVENTS, 4))
    for i in range(EVENTS):
        pythia.next()
        event = pythia.process
        last = event.size()
        for particle in (event[last - 2], event[last - 1]):
            row = {13: minus, -13: plus}[particle.id()]
            row[i] = particle.e(), particle.px(), particle.py(), particle.pz()
    return minus, plus, pythia


def observables(minus: NDArray[np.float64], plus: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Mass and rapidity of the pair; pt, eta, phi of the mu-; its Collins-Soper angle, the quark along y."""
    pair = minus + plus
    m2 = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(1)
    pt2 = (pair[:, 1:3] ** 2).sum(1)
    light = [(p[:, 0] + p[:, 3], p[:, 0] - p[:, 3]) for p in (minus, plus)]
    cosine = (light[0][0] * light[1][1] - light[0][1] * light[1][0]) / np.sqrt(m2 * (m2 + pt2))
    pt = np.hypot(minus[:, 1], minus[:, 2])
    return {
        "m": np.sqrt(m2),
        "y": 0.5 * np.log((pair[:, 0] + pair[:, 3]) / (pair[:, 0] - pair[:, 3])),
        "pt": pt,
        "eta": np.arcsinh(minus[:, 3] / pt),
        "phi": np.arctan2(minus[:, 2], minus[:, 1]),
        "cos_theta": cosine * np.where(pair[:, 3] < -1e-9 * pair[:, 0], -1.0, 1.0),
    }


def main() -> None:
    samples = {}
    for seed, (name, settings) in enumerate(SAMPLES.items(), 20261121):
        minus, plus, pythia = muons(settings, seed)
        values = observables(minus, plus)
        if name == "ee2mumu":  # at rest: only the angles vary
            values = {key: values[key] for key in ("cos_theta", "phi", "pt", "eta")}
        samples[name] = {
            "settings": settings,
            "seed": seed,
            "events": EVENTS,
            "gamma_z": pythia.particleData.mWidth(23),
            "histograms": {
                key: {"edges": EDGES[key].tolist(), "counts": np.histogram(x, EDGES[key])[0].tolist()}
                for key, x in values.items()
            },
        }
    version = pythia8mc.Pythia("", False).settings.parm("Pythia:versionNumber")
    source = f"Pythia {version}; tests/reference/scripts/pythia_histograms.py"
    print(json.dumps({"source": source, "samples": samples}))


if __name__ == "__main__":
    main()
