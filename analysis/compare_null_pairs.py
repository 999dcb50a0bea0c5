"""How often does `hepsym compare` cry wolf? Pairs of samples of one law, and the fraction called different.

    python analysis/compare_null_pairs.py --pairs 2000 --events 2000 [--weighted] [--planted tilt]

prints the fraction of pairs whose family-wise p-value is below 0.01, 0.05 and 0.1, with its binomial error:
the false-alarm rate, or with a planted fault the power. Pair k has the seeds 2 k + 1 and 2 k + 2.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from hepsym import events as ev
from hepsym.generators import generate, load_card
from hepsym.report.compare import compare


def faulty(sample: ev.Events, fault: str | None) -> ev.Events:
    """The sample with a fault planted, as weights or in the momenta."""
    momenta = sample.momenta.copy()
    if fault == "sign":  # the forward-backward asymmetry turned round
        momenta[:, 2:, 3] *= -1.0
    elif fault == "azimuth":  # every event in the plane of x and z
        pt = np.hypot(momenta[:, 2:, 1], momenta[:, 2:, 2])
        momenta[:, 2:, 1], momenta[:, 2:, 2] = pt * np.array([1.0, -1.0]), 0.0
    elif fault == "tilt":  # one percent more forward than backward
        cos_theta = ev.observable(sample, "cos_theta(mu-)").values
        weights = np.ones(len(sample)) if sample.weights is None else sample.weights
        return replace(sample, weights=weights * (1.0 + 0.01 * cos_theta))
    elif fault is not None:
        raise SystemExit(f"no fault {fault!r}: sign, azimuth or tilt")
    return replace(sample, momenta=momenta)


def main() -> None:
    """Run the pairs and print the fractions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="Number of the first pair.")
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--process", default="ee2mumu")
    parser.add_argument("--weighted", action="store_true", help="The second sample is weighted.")
    parser.add_argument("--planted", help="sign, azimuth or tilt")
    parser.add_argument("--out", type=Path, help="p-values of all pairs, a JSON line each.")
    asked = parser.parse_args()
    card = load_card(asked.process)
    p_values = []
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "a.npz", Path(folder) / "b.npz"]
        for k in range(asked.first, asked.first + asked.pairs):
            for path, seed, second in ((paths[0], 2 * k + 1, False), (paths[1], 2 * k + 2, True)):
                sample = generate(card, asked.events, seed=seed, weighted=asked.weighted and second)
                ev.write(path, faulty(sample, asked.planted) if second else sample)
            found = compare(paths, seed=k).to_json()
            p_values.append(found["p_value"])
            if asked.out is not None:
                with asked.out.open("a") as file:
                    parts = {
                        "pair": k, "p": found["p_value"], "histograms": found["histograms"],
                        "classifier": (found["classifier"] or {}).get("p_value"),
                        "observables": found["observables"],
                    }  # fmt: skip
                    file.write(json.dumps(parts) + "\n")
            for path in paths:
                path.unlink()
    for level in (0.01, 0.05, 0.1):
        fraction = float((np.array(p_values) < level).mean())
        error = (level * (1.0 - level) / asked.pairs) ** 0.5
        print(f"p < {level:g}: {fraction:.4f} +- {error:.4f} of {asked.pairs} pairs")


if __name__ == "__main__":
    main()
